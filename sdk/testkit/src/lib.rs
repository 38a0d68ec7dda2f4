#![doc = include_str!("../README.md")]

mod case;
pub mod conformance;
mod difference;
mod fault;
mod kit;
mod needed;
mod record;
pub mod recording;
mod replay;

pub use case::{Case, Expect, import};
pub use conformance::{Check, conformance, sell_and_end};
pub use fault::{Fault, FaultKind};
pub use kit::{Kit, Login, Shop, Walk};
pub use needed::Part;
pub use record::record;
pub use recording::Exchange;
pub use replay::{Recorder, Replay};
