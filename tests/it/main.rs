//! The whole application: the real host and the real adapter against a simulated shop, on both databases.

mod admission;
mod api;
mod auth;
mod cli;
mod clock;
mod compiled;
mod database;
mod door;
mod drift;
mod faults;
mod golden;
mod hooks;
mod hooks_api;
mod hooks_inbox;
mod hooks_subscriptions;
mod import;
mod kill;
mod outage;
mod quarantine;
mod recorded;
mod together;
mod upgrades;
mod usage;
mod values;
