//! Webhooks: taken in and verified, worked on afterwards, and asked for at the marketplace.

mod batch;
mod commit;
mod doors;
mod draft;
mod inbox;
mod intake;
mod looks;
mod mending;
mod merge;
mod portions;
mod receive;
mod received;
mod refusals;
mod replay;
mod secrets;
mod stock;
mod subscriptions;
mod turns;
mod upkeep;

use std::sync::Arc;

use entrepot_channels::Channels;
use entrepot_core::Services;

use crate::Imports;
use doors::Doors;
use intake::Intake;

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
    doors: Doors,
    intake: Intake,
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
