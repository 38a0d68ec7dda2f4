//! What a host does from one end to the other: imports, webhooks, stock, schedules, links, accounts, adapters.

mod adapters;
mod channels;
mod dead_letters;
mod imports;
mod linking;
pub(crate) mod listings;
mod oauth;
mod operations;
mod plan_members;
mod plans;
mod schedules;
mod stock;
mod webhooks;
