#![doc = include_str!("../README.md")]
#![warn(missing_docs)]

pub mod account;
#[expect(missing_docs, reason = "fields are those of the interface `model` in wit/, which says what they mean")]
pub mod catalog;
mod causes;
pub mod clock;
pub mod delivery;
pub mod drift;
pub mod effective;
pub mod email;
pub mod id;
pub mod listing;
pub mod money;
pub mod names;
pub mod password;
pub mod plan;
mod reader;
pub mod run;
pub mod schedule;
pub mod secret;
pub mod stock;
pub mod usage;

pub use causes::with_causes;
pub use clock::Clock;
pub use id::{
    ApiKeyId, ChannelId, ConnectionId, DeadLetterId, DeliveryId, Id, LedgerEntryId, LinkBatchId, LinkId, LinkPairId,
    ListingEventId, ListingId, MailId, OperationId, ProductId, RequestId, RunId, SessionId, StockItemId, TenantId,
    UserId,
};
pub use money::Money;
pub use reader::end_with_the_reader;
pub use secret::Secret;
