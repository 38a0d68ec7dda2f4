//! The adapter against shops of the tests' own.

mod apart;
mod categories;
mod check;
mod doors;
mod drifting_store;
mod gateway;
mod items;
mod map;
mod map_odd;
mod paging;
mod samples;
mod shapes;
mod shop;
mod thin;
mod unread;
mod webhooks;
