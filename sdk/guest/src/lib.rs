#![doc = include_str!("../README.md")]

mod adapter;
pub mod address;
pub mod api;
pub mod bindings;
pub mod blank;
pub mod check;
pub mod currency;
mod export;
mod files;
pub mod gtin;
pub mod hex;
pub mod http;
pub mod issue;
pub mod json;
mod keys;
pub mod lenient;
pub mod listing;
pub mod log;
pub mod measure;
pub mod media;
pub mod money;
pub mod options;
pub mod paging;
mod scan;
pub mod shapes;
#[cfg(feature = "testing")]
pub mod testing;
pub mod text;
pub mod time;
pub mod transport;
pub mod webhook;

pub use bindings::{Catalog, Connection, FeedFormat, Listings, Orders, Stock, Taxonomy, Webhooks};
pub use bindings::{exchange, feed, items, listings, model, orders, stock, taxonomy, types, webhooks};
pub use files::Files;
pub use keys::Keys;
pub use media::Media;
pub use transport::{Host, Transport};

/// What nearly every file of an adapter needs.
pub mod prelude {
    pub use crate::bindings::connection::Account;
    pub use crate::bindings::exchange::{Method, Request, Response};
    pub use crate::bindings::items::{Page, PageRequest, RawItem, Scope};
    pub use crate::bindings::model;
    pub use crate::bindings::stock::{Level as StockLevel, StockPage};
    pub use crate::bindings::types::{Channel, Error, Issue, Money};
    pub use crate::bindings::webhooks::{Delivery, Event, StockChange, Subscription, Verdict, Verified};
    pub use crate::issue::issue;
    pub use crate::{Catalog, Connection, Files, Host, Keys, Listings, Media, Stock, Taxonomy, Transport, Webhooks};
}
