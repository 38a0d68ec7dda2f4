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
mod four_ways;
mod golden;
mod import;
mod kill;
mod marketplaces;
mod outage;
mod quarantine;
mod recorded;
mod schedules;
mod together;
mod tokens;
mod upgrades;
mod usage;
mod values;
