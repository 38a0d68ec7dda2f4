#![doc = include_str!("../README.md")]

mod adapter;
mod artifact;
mod bindings;
mod call_metrics;
mod compile;
mod convert;
mod engine;
mod error;
mod exports;
mod imports;
mod inspect;
mod instance;
mod invoke;
mod limits;
mod load_error;
mod sandbox;
mod state;
mod traps;

pub use adapter::Adapter;
pub use artifact::Artifact;
pub use compile::{CacheKey, CacheOptions, ChildLimits, CompileLimits, Compiler, compile_child};
pub use convert::{
    ChannelView, Checked, Delivery, Listing, MarketplaceAccount, Offer, OfferOutcome, Page, PageRequest, PushOutcome,
    Receipt, Subscription, Verdict, Verified,
};
// What the database keeps of them is the domain's.
/// The marketplace account by its shorter name.
pub use convert::MarketplaceAccount as Account;
pub use entrepot_domain::delivery::{Event, RawItem, StockChange};
pub use error::{AdapterError, CallError};
pub use exports::{Mapped, Mapper};
pub use limits::CallLimits;
pub use load_error::{CompileError, LoadError};
pub use sandbox::{Sandbox, SandboxError, SandboxOptions};
