#![doc = include_str!("../README.md")]

pub mod address;
mod authorization;
mod body;
mod client;
mod clocks;
mod credential;
mod download;
mod exchange;
mod headers;
mod hop;
mod intercept;
mod kept;
mod keys;
mod oauth1;
mod options;
mod overrides;
mod pace;
mod resolve;
mod retry_after;
mod scrub;
mod session;
mod tokens;
mod whole;

pub use authorization::{Callback, Luggage, authorize_url, unguessable};
pub use client::{Egress, StartError, operators_client};
pub use download::Sink;
pub use exchange::{Failure, Request, Response};
pub use intercept::{Asked, Intercept};
pub use options::{EgressOptions, Retry};
pub use resolve::Resolver;
pub use session::{Cleaner, Session, SessionLimits, SessionSpec, Stats};
pub use tokens::{CodeGrant, TokenFailure, Tokens, can_renew};
