//! The whole application: the real host and the real adapter against a simulated shop, on both databases.

mod accounts;
mod api;
mod cli;
mod faults;
mod flows;
mod operations;
mod pages;
mod security;
mod store;
