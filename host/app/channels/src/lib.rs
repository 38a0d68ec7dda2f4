#![doc = include_str!("../README.md")]

mod agreements;
mod application_tokens;
mod channels;
mod connect;
mod expiring_tokens;
mod integrity;
mod key_checks;
mod key_use;
mod opened;
mod rekey;
mod schedules;
mod token_margin;
mod tokens;
mod usage;

use entrepot_core::Services;

pub use channels::{AccountReport, NewChannel, OpenChannel};
pub use connect::{Begun, CallbackOutcome, ConnectionReport, Connections, NewConnection, PostedKeys};
pub use key_use::MasterKeyUse;
pub use rekey::{KeyRotation, RotateKey, Rotated};
pub use schedules::{ScheduleChange, latest_next_at, next_at, put_default, supports_stock_sync};

/// A seller's connections to marketplaces. Cheap to clone.
#[derive(Clone)]
pub struct Channels {
    services: Services,
}

impl Channels {
    pub fn new(services: Services) -> Self {
        Self { services }
    }

    pub fn services(&self) -> &Services {
        &self.services
    }
}
