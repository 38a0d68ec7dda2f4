#![doc = include_str!("../README.md")]

mod adapter;
mod artifact;
mod bindings;
mod call;
mod capabilities;
mod compiled;
mod convert;
mod engine;
mod error;
mod inspect;
mod limits;
mod listings;
mod load_error;
mod state;
mod stock;
mod tally;
mod traps;
mod webhooks;

pub use adapter::Adapter;
pub use artifact::Artifact;
pub use call::{Mapped, Mapper};
pub use compiled::{CacheKey, CacheOptions, ChildLimits, CompileLimits, Compiler, compile_child};
pub use convert::{
    Account, ChannelView, Delivery, Event, Listing, Offer, Page, PageRequest, RawItem, Receipt, StockChange,
    Subscription, Verdict, Verified,
};
pub use engine::{Sandbox, SandboxError, SandboxOptions};
pub use error::{AdapterError, CallError};
pub use limits::CallLimits;
pub use load_error::{CompileError, LoadError};
