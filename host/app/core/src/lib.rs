#![doc = include_str!("../README.md")]

mod channel_work;
mod elapsed;
mod error;
mod heartbeat;
mod lease_monitor;
mod monitor;
mod operations;
mod options;
pub mod plans;
mod process;
mod request_context;
mod requeued_leases;
mod retry;
mod sealed_places;
mod services;
mod stopping;
pub mod trace;

pub use channel_work::WorkLease;
pub use elapsed::micros_since;
pub use error::AppError;
pub use heartbeat::Heartbeat;
pub use lease_monitor::{LeaseMonitor, LeaseState, until};
pub use monitor::Monitor;
pub use operations::{
    ActiveOperation, Operation, OperationKinds, OperationReport, Operations, Progress, RunOperation, StartedOperation,
};
pub use options::Options;
pub use plans::Plans;
pub use process::is_gone;
pub use request_context::RequestContext;
pub use requeued_leases::RequeuedLeases;
pub use retry::{at_most_a_day, backoff, retry_transient};
pub use sealed_places::second_factor_place;
pub use services::{Parts, Services};
