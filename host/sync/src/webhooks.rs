//! Webhooks: taken in and verified, worked on afterwards, and asked for at the marketplace.

mod batch;
mod commit;
mod doors;
mod inbox;
mod intake;
mod merge;
mod receive;
mod replay;
mod subscriptions;
mod upkeep;

pub(crate) use doors::Doors;
pub(crate) use intake::Intake;
pub use receive::{Incoming, Received};
pub use subscriptions::SubscriptionReport;
