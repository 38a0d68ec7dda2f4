//! The adapter against a store of the tests' own, and against the official samples and vectors.

mod apart;
mod doors;
mod gate;
mod gateway;
mod goods;
mod hooks;
mod joined;
mod map;
mod map_odd;
mod paging;
mod samples;
mod selling;
mod shapes;
mod shop;
mod stock;
mod thin;
mod unread;
mod webhooks;
