#![doc = include_str!("../README.md")]

mod links;

use entrepot_channels::Channels;
use entrepot_core::Services;

pub use links::{
    Applied, ChangedSince, Decision, LeftOut, LinkBatchReport, LinkMemberReport, LinkPairReport, LinkReport,
    ProductReference, Undone, WhichProposals,
};

/// Links between products of several channels. Cheap to clone.
#[derive(Clone)]
pub struct Links {
    services: Services,
    channels: Channels,
}

impl Links {
    pub fn new(channels: Channels) -> Self {
        Self { services: channels.services().clone(), channels }
    }
}
