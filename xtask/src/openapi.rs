//! `cargo xtask openapi`: the REST API's document, as the host itself tells it.

use std::fs;
use std::process::{Command, ExitCode};

use anyhow::{Context, Result};
use clap::Args;

use crate::process::{Profile, cargo, output, program, root, run as run_command};

#[derive(Args)]
pub(crate) struct Options {
    /// Write nothing; fail if the file is not up to date
    #[arg(long)]
    check: bool,
}

pub(crate) fn run(options: &Options) -> Result<ExitCode> {
    // As `cargo xtask test` builds: without the tests dependencies have other features, and wasmtime is compiled once more.
    run_command(cargo().args(["build", "--workspace", "--bins", "--tests"]))?;
    let told = output(Command::new(program("entrepot", Profile::Dev)).arg("openapi"))?;
    let document: serde_json::Value = serde_json::from_str(&told).context("`entrepot openapi` printed no JSON")?;
    let text = serde_json::to_string_pretty(&document)? + "\n";
    let path = root().join("docs/openapi.json");
    if options.check {
        if fs::read_to_string(&path).is_ok_and(|written| written == text) {
            return Ok(ExitCode::SUCCESS);
        }
        eprintln!("docs/openapi.json is not what the host says; run `cargo xtask openapi` and commit it");
        return Ok(ExitCode::FAILURE);
    }
    fs::create_dir_all(root().join("docs"))?;
    fs::write(&path, text).with_context(|| path.display().to_string())?;
    println!("docs/openapi.json is written");
    Ok(ExitCode::SUCCESS)
}
