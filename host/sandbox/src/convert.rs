//! Between the guest's words and the host's. Nothing from a guest is believed here but its shape.

mod account;
mod channel;
mod error;
mod item;
mod listing;
mod model;
mod outgoing;
mod page;
mod stock;
mod taxonomy;
mod text;
mod webhook;

pub use account::MarketplaceAccount;
pub(crate) use account::account;
pub use channel::ChannelView;
pub(crate) use error::error;
pub(crate) use item::{raw_item, to_wit};
pub use listing::{Checked, Listing, Offer, OfferOutcome, PushOutcome, Receipt};
pub(crate) use listing::{checked, found, offer_outcome, push_outcome};
pub(crate) use model::product;
pub use page::{Page, PageRequest};
pub(crate) use page::{asked_for, page};
pub(crate) use stock::stock_page;
pub(crate) use taxonomy::{categories, choices, field_to_wit, fields};
pub use webhook::{Delivery, Subscription, Verdict, Verified};
pub(crate) use webhook::{subscription, verdict};
