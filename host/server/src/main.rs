//! `entrepot`

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    entrepot_domain::end_with_the_reader();
    let cli = entrepot_server::cli::Cli::parse();
    entrepot_server::run(cli)
}
