//! The adapter against shops of the tests' own.

mod doors;
mod items;
mod map;
mod map_odd;
mod moving;
mod paging;
mod samples;
mod shop;
mod webhooks;
