#![doc = include_str!("../README.md")]

mod app;
pub mod blank;
pub mod broken_adapter;
mod database;
mod edited;
mod environment;
pub mod held;
pub mod hostile;
pub mod linking;
mod marketplaces;
pub mod oauth;
pub mod operations;
mod operator;
pub mod pages;
pub mod people;
pub mod principal;
mod process;
pub mod rest;
pub mod rows;
mod scrape;
mod small_shop;
mod snapshot;
pub mod stock;
pub mod tampering;
pub mod webhooks;

pub use app::{App, SHOP, secrets_of};
pub use database::{Database, postgres_url};
pub use edited::{edited, version, with_version};
pub use entrepot_test_macros::both_engines;
/// For [`assert_body!`].
#[doc(hidden)]
pub use insta;
pub use marketplaces::Marketplace;
pub use operator::Operator;
pub use process::{Ended, Entrepot, Running, adapters_folder, entrepot_program, test_compiler};
pub use scrape::Scrape;
pub use small_shop::SmallShop;
pub use snapshot::redacted;
