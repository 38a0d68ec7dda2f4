//! Webhooks: what the shop is asked to tell, whether a delivery is genuine, and what it says.

mod hooks;
mod verify;

pub use hooks::{subscribe, subscriptions, unsubscribe};
pub use verify::verify;

/// The key in the manifest: what the shop signs with.
const SLOT: &str = "webhook_secret";
