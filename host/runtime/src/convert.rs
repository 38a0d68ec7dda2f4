//! Between the guest's words and the host's. Nothing from a guest is believed here but its shape.

mod answer;
mod listing;
mod model;
mod paging;
mod stock;
mod webhook;

pub(crate) use answer::asked_for;
pub(crate) use listing::receipt;
pub use listing::{Listing, Offer, Receipt};
pub(crate) use model::product;
pub use paging::{Account, ChannelView, Page, PageRequest, RawItem};
pub(crate) use paging::{account, error, issues, page, raw_item};
pub(crate) use stock::stock_page;
pub use webhook::{Delivery, Event, StockChange, Subscription, Verdict, Verified};
pub(crate) use webhook::{subscription, verdict};
