#![doc = include_str!("../README.md")]

#[macro_use]
mod macros;

pub mod across_tenants;
pub mod adapters;
pub mod audit;
pub mod bulk;
pub mod catalogue;
pub mod channel_work;
pub mod channels;
mod codec;
pub mod connections;
mod db;
pub mod dead_letters;
pub mod deliveries;
mod error;
pub mod grants;
pub mod heads;
pub mod health;
pub mod idempotency;
pub mod inboxes;
pub mod items;
mod lenient;
pub mod links;
pub mod listings;
pub mod master_keys;
pub mod operations;
pub mod overview;
pub mod own_stock;
pub mod pages;
pub mod people;
pub mod plans;
pub mod products;
pub mod quarantine;
pub mod refused;
pub mod rekey;
pub mod runs;
pub mod saved_views;
pub mod schedules;
pub mod search;
mod sound;
pub mod stock;
pub mod subscriptions;
pub mod tokens;
pub mod trusted_keys;
pub mod usage;
mod wall_clock;
mod writable;

pub use codec::{pack, unpack};
pub use db::{Db, Engine, Pools, Scoped, ScopedTx, Tx};
pub use error::{FileTrouble, StoreError};
pub use lenient::Lenient;
pub use sound::damaged_rows;
