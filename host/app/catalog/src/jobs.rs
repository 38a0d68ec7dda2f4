//! The jobs of this context.

mod advance_run;
mod process_inbox;

pub use advance_run::AdvanceRun;
pub use process_inbox::ProcessInbox;
