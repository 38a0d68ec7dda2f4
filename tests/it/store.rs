//! The database of a host, below everything else: aggregate by aggregate.

mod listings;
mod operations;
mod runs;
mod schedules;
mod statements;
mod tenants;
mod tokens;
mod transactions;
