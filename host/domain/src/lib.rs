#![doc = include_str!("../README.md")]
#![warn(missing_docs)]

#[expect(missing_docs, reason = "fields are those of the interface `model` in wit/, which says what they mean")]
pub mod catalog;
mod causes;
pub mod clock;
pub mod delivery;
pub mod id;
pub mod money;
pub mod names;
pub mod plan;
mod reader;
pub mod run;
pub mod schedule;
pub mod secret;
pub mod usage;

pub use causes::with_causes;
pub use clock::Clock;
pub use id::{
    ChannelId, ConnectionId, DeadLetterId, DeliveryId, Id, LinkBatchId, LinkId, LinkPairId, OperationId, ProductId,
    RequestId, RunId, TenantId,
};
pub use money::Money;
pub use reader::end_with_the_reader;
pub use secret::Secret;
