//! What `cargo xtask wit` starts.

use std::path::Path;
use std::process::ExitCode;

use anyhow::Result;
use clap::Parser;
use entrepot_wit_check::{Released, folders, problems, release};
use semver::Version;

#[derive(Parser)]
#[command(
    name = "cargo xtask wit",
    about = "Shows the versions of the interface and checks them; records a new release"
)]
struct Options {
    /// Record wit/VERSION as released, for ever
    #[arg(long, value_name = "VERSION")]
    release: Option<Version>,
}

fn main() -> Result<ExitCode> {
    let options = Options::parse();
    let wit = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../wit");
    if let Some(version) = &options.release {
        release(&wit, version)?;
        println!("{version} is released: commit wit/{version} and wit/{} together", entrepot_wit_check::RECORD);
    }
    let released = Released::read(&wit)?;
    for version in folders(&wit)? {
        println!("{version} {}", if released.contains(&version) { "released" } else { "not released yet" });
    }
    let wrong = problems(&wit)?;
    for problem in &wrong {
        println!("{problem}");
    }
    Ok(if wrong.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
