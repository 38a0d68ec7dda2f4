//! The adapter against a host that is a function.

mod connection;
mod ending;
mod listings;
mod map;
mod taxonomy;
