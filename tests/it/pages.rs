//! Pages: what a seller, an operator and a reviewer see and do in a browser.

mod account;
mod acting;
mod conflicts;
mod connecting;
mod every_page;
mod host;
mod listing;
mod listings;
mod searching;
mod selling;
mod signing_in;
mod stock;
mod streams;
mod team;
mod views;
