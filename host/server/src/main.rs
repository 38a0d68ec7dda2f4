//! `entrepot`

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    let cli = entrepot_server::cli::Cli::parse();
    entrepot_server::run(cli)
}
