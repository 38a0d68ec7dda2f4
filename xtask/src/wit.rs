//! `cargo xtask wit`: which versions of the interface there are, whether they are as they were, and recording a new one.

use std::process::ExitCode;

use anyhow::Result;
use clap::Args;

use crate::process::{cargo, status};

#[derive(Args)]
pub(crate) struct Options {
    /// Record wit/VERSION as released, for ever
    #[arg(long, value_name = "VERSION")]
    release: Option<String>,
}

/// By a program of its own, not a dependency: what reads WIT would make each xtask start slow.
pub(crate) fn run(options: &Options) -> Result<ExitCode> {
    let mut command = cargo();
    command.args(["run", "--quiet", "--package", "entrepot-wit-check", "--"]);
    if let Some(version) = &options.release {
        command.args(["--release", version]);
    }
    Ok(if status(&mut command)?.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
