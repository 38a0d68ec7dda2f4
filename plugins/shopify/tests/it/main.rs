//! The adapter against scripted answers: every trap that concerns reading, writing, signing in or webhooks.

mod bulk;
mod bulk_files;
mod bulk_traps;
mod check;
mod deliveries;
mod delivery_events;
mod delta;
mod documents;
mod gate;
mod items;
mod map;
mod map_odd;
mod prices_and_stock;
mod refusals;
mod selling;
mod selling_again;
mod shapes;
mod shop;
mod stock;
mod subscriptions;
