//! Commands, and what they print.

mod adapter_output;
mod commands;
mod messages;
mod run_output;
