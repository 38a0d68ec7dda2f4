#![doc = include_str!("../README.md")]

pub mod address;
mod authorization;
mod body;
mod client;
mod clocks;
mod credential;
mod download;
mod exchange;
mod form;
mod headers;
mod intercept;
mod kept;
mod keys;
mod oauth1;
mod options;
mod overrides;
mod picture;
mod rate_limit;
mod redact;
mod resolve;
mod retry_after;
mod send;
mod session;
mod shared;
mod tokens;
mod whole;
mod wire;

pub use authorization::{AuthorizationRequest, Callback, authorize_url, random_state};
// Their names before; callers that still use them are renamed one by one.
pub use authorization::{AuthorizationRequest as Luggage, random_state as unguessable};
pub use client::{Egress, StartError, operators_client};
pub use download::Sink;
pub use exchange::{Failure, Request, Response};
pub use form::{Form, MAX_PARTS, Part};
pub use intercept::InterceptedRequest as Asked;
pub use intercept::{Intercept, InterceptedRequest};
pub use options::{EgressOptions, Retry};
pub use picture::{MOST_PICTURE_BYTES, PictureFailure};
pub use resolve::Resolver;
pub use session::{Cleaner, FormTurn, MaySend, Session, SessionLimits, SessionSpec, Stats};
pub use tokens::{CodeGrant, TokenFailure, Tokens, can_renew};
