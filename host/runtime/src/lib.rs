#![doc = include_str!("../README.md")]

mod adapter;
mod bindings;
mod call;
mod capabilities;
mod convert;
mod engine;
mod error;
mod inspect;
mod limits;
mod state;

pub use adapter::{Adapter, LoadError};
pub use call::{Mapped, Mapper, Usage};
pub use convert::{Account, ChannelView, Page, PageRequest, RawItem};
pub use engine::{Sandbox, SandboxError, SandboxOptions};
pub use error::{AdapterError, CallError};
pub use limits::CallLimits;
