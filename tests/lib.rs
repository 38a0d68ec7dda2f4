#![doc = include_str!("README.md")]

mod app;
mod database;
mod edited;
mod marketplaces;
mod process;

pub use app::{App, SHOP};
pub use database::{Database, postgres_url};
pub use edited::{edited, version, with_version};
pub use entrepot_test_macros::both_engines;
pub use marketplaces::Marketplace;
pub use process::{Ended, Entrepot, Running, adapters_folder, entrepot_program, test_compiler};
