#![doc = include_str!("../README.md")]

mod deletions;
mod export;
mod import;
mod jobs;
mod replay;
mod sanitise;
mod scheduler;
mod webhooks;

pub use export::{Export, ExportFormat};
pub use import::{Imports, RunReport, StartOptions, Started};
pub use jobs::{AdvanceRun, ProcessInbox};
pub use replay::{DeadLetters, Replay, ReplayDeadLetters, Replayed};
pub use sanitise::clean_html;
pub use scheduler::{Scheduler, Ticked};
pub use webhooks::{Deliveries, Incoming, Received, Refusal, SubscriptionReport, Subscriptions};
