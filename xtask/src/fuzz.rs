//! `cargo xtask fuzz`: what foreign bytes meet first, under mutated inputs, for minutes or hours.

use std::process::ExitCode;

use anyhow::Result;
use clap::Args;

use crate::process::{cargo, status};

#[derive(Args)]
pub(crate) struct Options {
    /// [TARGET] [--minutes N] [--seed N] [--replay FILE] [--careful]; --help tells more
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    words: Vec<String>,
}

/// By a program of its own, optimised and in a target folder of its own: alone, its dependencies have other features than in the
/// workspace, and neither shall make the other build anew.
pub(crate) fn run(options: &Options) -> Result<ExitCode> {
    let mut command = cargo();
    command.args([
        "run",
        "--quiet",
        "--package",
        "entrepot-fuzz",
        "--profile",
        "fuzz",
        "--target-dir",
        "target/fuzz",
        "--",
    ]);
    Ok(if status(command.args(&options.words))?.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
