//! Webhooks: what is subscribed to, whether a delivery is genuine, and what it says.

mod event;
mod hooks;
mod verify;

pub use hooks::{subscribe, subscriptions, unsubscribe};
pub use verify::verify;

/// The key in the manifest: the client secret of the API account.
const SLOT: &str = "webhook";

/// A header that BigCommerce repeats in each delivery, as it was told when the webhook was made. It works for every kind of
/// account; signatures do not come with all of them.
const TOKEN: &str = "X-Entrepot-Token";

/// What the token is the mac of: a word of our own and the store, so that it is good for nothing else.
fn token_of(store_hash: &str) -> Vec<u8> {
    format!("entrepot bigcommerce webhook token 1\n{store_hash}").into_bytes()
}
