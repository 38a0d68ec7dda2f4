//! Many listings at once: first what would come of it, then an operation with a result for each.

mod change;
mod draft;
mod plan;

pub use change::{BulkAction, ChangeListings, ChangedLine, ChangedListings};
pub use draft::{DraftLine, DraftListings, DraftPlan, DraftedListings};
pub use plan::{ChangePlan, LeftOut};

/// Listings or products that are taken at once. More are taken in several goes.
pub const MOST: usize = 1_000;
