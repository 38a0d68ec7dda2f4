//! Stock levels.

use entrepot_domain::delivery::StockChange;

use super::page::Page;
use super::text::{storable, usable_id};
use crate::bindings::stock;

pub(crate) fn stock_page(page: stock::StockPage) -> Page {
    let stock::StockPage { levels, next, context, total, wait } = page;
    let stock = levels
        .into_iter()
        .map(|stock::Level { item_id, location_id, available }| StockChange {
            item_id: usable_id(item_id),
            location_id: usable_id(location_id),
            available,
        })
        .collect();
    let (next, context) = (next.map(storable), context.map(storable));
    Page { stock, next, context, total, wait, ..Page::default() }
}
