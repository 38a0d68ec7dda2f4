#![doc = include_str!("../README.md")]

mod adopt;
mod by_rule;
mod categories;
mod change;
mod check;
mod choices;
mod conflicts;
mod counted;
mod drift;
mod due;
mod edit;
mod end;
mod fields;
mod guard;
mod job;
mod lane;
mod look;
mod many;
mod offers;
mod outcomes;
mod overrides;
mod own_issues;
mod prepare;
mod report;
mod rules;
mod send;
mod start;
mod stock;
mod stock_first;
mod there;
mod waits;
mod wanted;

use std::sync::Arc;

use entrepot_channels::Channels;
use entrepot_core::{OperationKinds, Operations, Services};

pub use adopt::{AdoptListings, Adoption, AdoptionLine};
pub use categories::{AskFields, AskedFields, FindCategories, FoundCategories, FoundCategory};
pub use change::ListingChange;
pub use check::{CheckReport, ShownProduct};
pub use choices::{AskChoices, AskedChoices, OfferedChoice};
pub use conflicts::{ConflictReport, Decision, WhichConflicts};
pub use edit::NewListing;
pub use job::SyncListings;
pub use look::ListingLook;
pub use many::{
    BulkAction, ChangeListings, ChangePlan, ChangedLine, ChangedListings, DraftLine, DraftListings, DraftPlan,
    DraftedListings, LeftOut, MOST,
};
pub use report::{ListingEventReport, ListingReport, ListingVariantReport, Which};
pub use rules::{ListPlanLine, RulePlan, RulePlanLine};
pub use start::Started;
pub use stock::ListedStock;

use fields::FieldCache;

/// Products as they are to stand on channels. Cheap to clone.
#[derive(Clone)]
pub struct Listings {
    services: Services,
    channels: Channels,
    operations: Operations,
    fields: Arc<FieldCache>,
}

impl Listings {
    pub fn new(channels: Channels, operations: Operations) -> Self {
        Self { services: channels.services().clone(), channels, operations, fields: Arc::default() }
    }

    /// Adds the operations of this context.
    #[must_use]
    pub fn register(&self, kinds: OperationKinds) -> OperationKinds {
        kinds
            .with::<AdoptListings>(self.clone())
            .with::<AskChoices>(self.clone())
            .with::<AskFields>(self.clone())
            .with::<ChangeListings>(self.clone())
            .with::<DraftListings>(self.clone())
            .with::<FindCategories>(self.clone())
    }
}
