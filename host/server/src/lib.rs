#![doc = include_str!("../README.md")]

pub mod cli;
mod commands;
pub mod host;
mod key_file;
mod master_key;
mod output;
mod private;
mod progress;
pub mod telemetry;
pub mod workers;

pub use commands::run;
