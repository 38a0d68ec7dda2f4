//! The client against servers that misbehave, on loopback.

mod addresses;
mod again;
mod caps;
mod credentials;
mod downloads;
mod pace;
mod policy;
mod properties;
mod redirects;
mod secrets;
mod support;
