#![doc = include_str!("../README.md")]

mod links;

use entrepot_channels::Channels;
use entrepot_core::{OperationKinds, Operations, Services};

pub use links::{
    Applied, ApplyLinks, ChangedSince, Decision, LeftOut, LinkBatchReport, LinkMemberReport, LinkPairReport,
    LinkReport, ProductReference, ProposeLinks, UndoLinks, Undone, WhichProposals,
};

/// Links between products of several channels. Cheap to clone.
#[derive(Clone)]
pub struct Links {
    services: Services,
    channels: Channels,
    operations: Operations,
}

impl Links {
    pub fn new(channels: Channels, operations: Operations) -> Self {
        Self { services: channels.services().clone(), channels, operations }
    }

    /// Adds the operations of this context.
    #[must_use]
    pub fn register(&self, kinds: OperationKinds) -> OperationKinds {
        kinds.with::<ProposeLinks>(self.clone()).with::<ApplyLinks>(self.clone()).with::<UndoLinks>(self.clone())
    }
}
