//! Webhooks: taken in and verified, worked on afterwards, and asked for at the marketplace.

mod batch;
mod commit;
mod doors;
mod inbox;
mod intake;
mod looks;
mod mending;
mod merge;
mod portions;
mod receive;
mod refusals;
mod replay;
mod secrets;
mod stock;
mod subscriptions;
mod turns;
mod upkeep;

pub(crate) use doors::Doors;
pub(crate) use intake::Intake;
pub use receive::{Incoming, Received};
pub use refusals::Refusal;
pub use subscriptions::SubscriptionReport;
