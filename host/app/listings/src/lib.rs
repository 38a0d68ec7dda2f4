#![doc = include_str!("../README.md")]

mod check;
mod edit;
mod end;
mod fields;
mod job;
mod lane;
mod offers;
mod outcomes;
mod report;
mod rules;
mod send;
mod start;
mod wanted;

use std::sync::Arc;

use entrepot_channels::Channels;
use entrepot_core::Services;

pub use check::{CheckReport, ShownProduct};
pub use edit::{ListingChange, NewListing};
pub use job::SyncListings;
pub use report::{ListingEventReport, ListingReport, ListingVariantReport, Which};
pub use rules::{RulePlan, RulePlanLine};
pub use start::Started;

use fields::FieldCache;

/// Products as they are to stand on channels. Cheap to clone.
#[derive(Clone)]
pub struct Listings {
    services: Services,
    channels: Channels,
    fields: Arc<FieldCache>,
}

impl Listings {
    pub fn new(channels: Channels) -> Self {
        Self { services: channels.services().clone(), channels, fields: Arc::default() }
    }
}
