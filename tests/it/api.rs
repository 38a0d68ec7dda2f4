//! The REST API, a folder for each resource.

mod adapters;
mod channels;
mod connections;
mod dead_letters;
mod deliveries;
mod end_to_end;
mod exports;
mod headers;
mod idempotency;
mod invalid_requests;
mod links;
mod openapi;
mod operations;
mod paging;
mod problems;
mod products;
mod runs;
mod schedules;
mod subscriptions;
mod trusted_keys;
