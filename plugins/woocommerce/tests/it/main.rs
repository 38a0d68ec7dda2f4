//! The adapter against shops of the tests' own, and against a recorded one.

mod apart;
mod doors;
mod gateway;
mod hooks;
mod map;
mod map_odd;
mod paging;
mod recorded;
mod recorded_webhooks;
mod shapes;
mod shop;
mod thin;
mod unread;
mod variations;
mod weather;
mod webhooks;
