//! Calls into guests: one module per interface that a guest may export.

mod catalog;
mod connection;
mod listings;
mod stock;
mod taxonomy;
mod webhooks;

pub use catalog::{Mapped, Mapper};
