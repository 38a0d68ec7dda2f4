//! Between the guest's words and the host's. Nothing from a guest is believed here but its shape.

mod account;
mod channel;
mod error;
mod item;
mod listing;
mod model;
mod page;
mod stock;
mod text;
mod webhook;

pub use account::MarketplaceAccount;
pub(crate) use account::account;
pub use channel::ChannelView;
pub(crate) use error::{error, issues};
pub(crate) use item::{raw_item, to_wit};
pub(crate) use listing::receipt;
pub use listing::{Listing, Offer, Receipt};
pub(crate) use model::product;
pub use page::{Page, PageRequest};
pub(crate) use page::{asked_for, page};
pub(crate) use stock::stock_page;
pub use webhook::{Delivery, Subscription, Verdict, Verified};
pub(crate) use webhook::{subscription, verdict};
