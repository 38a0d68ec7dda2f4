//! Everything a person or CI runs: `cargo xtask <command>`, one file per command.

mod adapters;
mod bench;
mod contract;
mod demo;
mod demo_people;
mod fuzz;
mod host;
mod openapi;
mod postgres;
mod process;
mod screenshots;
mod test;
mod wit;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Import a simulated shop and leave the host running
    Demo(demo::Options),
    /// Run every test, on SQLite and on PostgreSQL
    Test(test::Options),
    /// Build every adapter into target/adapters
    Adapters,
    /// Write docs/openapi.json
    Openapi(openapi::Options),
    /// Run fuzz targets for as long as you like
    #[command(disable_help_flag = true)]
    Fuzz(fuzz::Options),
    /// Check the versions of the interface, or record a new one
    Wit(wit::Options),
    /// Take the README's pictures anew
    Screenshots,
    /// Measure imports, and the same work without a sandbox
    Bench(bench::Options),
}

fn main() -> ExitCode {
    process::end_with_the_reader();
    let outcome = match Cli::parse().command {
        Command::Demo(options) => demo::run(&options),
        Command::Test(options) => test::run(&options),
        Command::Adapters => adapters::run(),
        Command::Openapi(options) => openapi::run(&options),
        Command::Fuzz(options) => fuzz::run(&options),
        Command::Wit(options) => wit::run(&options),
        Command::Screenshots => screenshots::run(),
        Command::Bench(options) => bench::run(&options),
    };
    outcome.unwrap_or_else(|error| {
        eprintln!("xtask: {error:#}");
        ExitCode::FAILURE
    })
}
