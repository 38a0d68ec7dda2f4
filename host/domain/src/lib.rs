#![doc = include_str!("../README.md")]

pub mod catalog;
pub mod clock;
pub mod grants;
pub mod id;
pub mod money;
pub mod run;
pub mod schedule;
pub mod secret;
pub mod usage;

pub use clock::Clock;
pub use id::{ChannelId, ConnectionId, DeadLetterId, DeliveryId, Id, ProductId, RunId, TenantId};
pub use money::Money;
pub use secret::Secret;
