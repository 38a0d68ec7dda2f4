#![doc = include_str!("../README.md")]

mod api;
mod map;

entrepot_guest::adapter! {
    pub struct Adapter;
    connection { check: api::account }
    catalog { fetch_page: api::page, fetch_items: api::items, map_product: map::product }
}
