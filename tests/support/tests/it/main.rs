//! The simulated shop, held against the facts and recordings of a real one.

mod auth;
mod bigcommerce;
mod client;
mod dates;
mod etsy;
mod faults;
mod lists;
mod quirks;
mod recording;
mod shape;
mod webhooks;
