//! Webhooks: what the shop is asked to tell, whether a delivery is genuine, and what it says.

use entrepot_guest::prelude::*;

mod hooks;
mod verify;

pub use hooks::{subscribe, subscriptions, unsubscribe};
pub use verify::verify;

/// Whichever channel it is for: what the shop signed with is the channel's own.
pub(crate) fn verify_for<K: Keys>(keys: &K, _: &Channel, delivery: &Delivery) -> Result<Verdict, Error> {
    verify(keys, delivery)
}

/// The key in the manifest: what the shop signs with.
const SLOT: &str = "webhook_secret";
