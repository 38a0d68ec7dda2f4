//! The whole application: the real host and the real adapter against a simulated shop, on both databases.

mod api;
mod auth;
mod cli;
mod compiled;
mod database;
mod drift;
mod faults;
mod golden;
mod import;
mod kill;
mod recorded;
mod values;
