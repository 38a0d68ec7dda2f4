//! The command `cargo adapter`. Exit codes: 0 done, 1 failed, 2 wrong use.

mod command;

use std::process::ExitCode;

use clap::Parser as _;

fn main() -> ExitCode {
    entrepot_domain::end_with_the_reader();
    match command::Cargo::parse().run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {}", entrepot_domain::with_causes(error.as_ref()));
            ExitCode::FAILURE
        }
    }
}
