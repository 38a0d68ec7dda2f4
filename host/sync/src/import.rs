//! Importing a channel: starting runs, carrying them page by page, closing them.

mod abandoned;
mod advance;
mod again;
mod boundary;
mod checkpoint;
mod close;
mod compare;
mod complete;
mod facts;
mod failure;
mod fetch;
mod lease;
mod page;
mod patience;
mod progress;
mod report;
mod room;
mod setback;
mod spools;
mod start;
mod stock;
mod watch;
mod write;

pub(crate) use abandoned::Nudged;
pub(crate) use checkpoint::until;
pub(crate) use compare::Circumstances;
pub(crate) use failure::{Verdict, is_doubtful, judge};
pub(crate) use lease::Heartbeat;
pub(crate) use page::{PORTION_BYTES, PreparedPage, REFUSED, UNREAD, distinct, map as map_item, prepare};
pub(crate) use patience::{backoff, with_patience};
pub use report::RunReport;
pub(crate) use room::Rooms;
pub(crate) use spools::Spools;
pub use start::{StartOptions, Started};
pub(crate) use watch::{Holder, Watch};
