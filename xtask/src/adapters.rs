//! `cargo xtask adapters`: every crate under plugins/ becomes target/adapters/<id>.wasm.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, ensure};

use crate::process::{cargo, root, run as run_command};

pub(crate) fn run() -> Result<ExitCode> {
    build()?;
    Ok(ExitCode::SUCCESS)
}

/// Builds all adapters.
pub(crate) fn build() -> Result<()> {
    let mut crates = Vec::new();
    for entry in fs::read_dir(root().join("plugins")).context("plugins/ cannot be read")? {
        let path = entry?.path();
        if path.join("adapter.toml").is_file() {
            crates.push(path);
        }
    }
    crates.sort();
    ensure!(!crates.is_empty(), "there is no crate with an adapter.toml under plugins/");
    crates.iter().try_for_each(|path| build_one(path))
}

/// Builds all adapters and the guests that must fail, and gives the folder they are in.
pub(crate) fn build_for_tests() -> Result<PathBuf> {
    build()?;
    build_one(&root().join("tests/hostile/guests"))?;
    Ok(folder())
}

/// By a program of its own, not a dependency: what encodes components would make each xtask start slow. It finds a compiler for
/// guests and says which it took.
fn build_one(path: &Path) -> Result<()> {
    let mut command = cargo();
    command.args(["run", "--quiet", "--package", "cargo-adapter", "--bin", "cargo-adapter", "--", "adapter", "build"]);
    command.arg("--manifest-path").arg(path.join("Cargo.toml")).arg("--out").arg(folder());
    run_command(&mut command)
}

/// The same folder whatever CARGO_TARGET_DIR says: hosts install from it, and documents name it.
fn folder() -> PathBuf {
    root().join("target/adapters")
}
