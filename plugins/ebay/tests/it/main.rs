//! The adapter against a host that is a function.

mod connection;
mod listings;
mod map;
mod taxonomy;
