//! The client against servers that misbehave, on loopback.

mod addresses;
mod again;
mod caps;
mod credentials;
mod downloads;
mod pictures;
mod policy;
mod properties;
mod rate_limit;
mod redirects;
mod secrets;
mod support;
