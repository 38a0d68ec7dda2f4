//! Webhooks: taken in and verified, worked on afterwards, and asked for at the marketplace.

mod batch;
mod batcher;
mod commit;
mod draft;
mod generated_secrets;
mod inbox;
mod maintenance;
mod merge;
mod receive;
mod received;
mod receiver_cache;
mod refusals;
mod repair;
mod replay;
mod requested_imports;
mod stock;
mod subscriptions;
mod take_in;
mod verification_limits;
mod write;

use std::sync::Arc;

use entrepot_channels::Channels;
use entrepot_core::Services;

use crate::Imports;
use batcher::DeliveryBatcher;
use receiver_cache::ReceiverCache;

pub use receive::Incoming;
pub use received::Received;
pub use refusals::Refusal;
pub use subscriptions::SubscriptionReport;

/// Deliveries: verified and stored when they come, worked on afterwards. Cheap to clone.
#[derive(Clone)]
pub struct Deliveries {
    pub(crate) services: Services,
    pub(crate) channels: Channels,
    pub(crate) imports: Imports,
    state: Arc<State>,
}

/// What this process keeps of deliveries beside the database.
#[derive(Default)]
struct State {
    receivers: ReceiverCache,
    batcher: DeliveryBatcher,
}

impl Deliveries {
    pub fn new(imports: Imports) -> Self {
        let (services, channels) = (imports.services.clone(), imports.channels.clone());
        Self { services, channels, imports, state: Arc::default() }
    }
}

/// Webhooks at the marketplaces: subscribed, looked after, ended. Cheap to clone.
#[derive(Clone)]
pub struct Subscriptions {
    services: Services,
    channels: Channels,
}

impl Subscriptions {
    pub fn new(channels: Channels) -> Self {
        Self { services: channels.services().clone(), channels }
    }
}
