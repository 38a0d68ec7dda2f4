//! `cargo xtask adapters`: every crate under plugins/ becomes target/adapters/<id>.wasm. The tests need more of them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::{Context, Result, ensure};

use crate::process::{Profile, build_programs, program, root, run as run_command};

pub(crate) fn run() -> Result<ExitCode> {
    // Whoever builds adapters wants the host to install them into.
    build_programs(Profile::Release)?;
    build(Profile::Release)?;
    Ok(ExitCode::SUCCESS)
}

/// Builds all adapters, with the `cargo adapter` that [`build_programs`] has built.
pub(crate) fn build(profile: Profile) -> Result<()> {
    build_below("plugins", profile)
}

/// Builds these adapters alone.
pub(crate) fn build_some(ids: &[&str], profile: Profile) -> Result<()> {
    ids.iter().try_for_each(|id| build_one(&root().join("plugins").join(id), profile))
}

/// Builds all adapters, the guests that must fail, the adapter that does things wrong, and those that must keep working, and gives the folder they are in.
pub(crate) fn build_for_tests() -> Result<PathBuf> {
    build(Profile::Dev)?;
    build_one(&root().join("tests/hostile/guests"), Profile::Dev)?;
    build_one(&root().join("tests/nonconforming"), Profile::Dev)?;
    build_below("tests/golden", Profile::Dev)?;
    Ok(folder())
}

fn build_below(below: &str, profile: Profile) -> Result<()> {
    let mut crates = Vec::new();
    for entry in fs::read_dir(root().join(below)).with_context(|| format!("{below}/ cannot be read"))? {
        let path = entry?.path();
        if path.join("adapter.toml").is_file() {
            crates.push(path);
        }
    }
    crates.sort();
    ensure!(!crates.is_empty(), "there is no crate with an adapter.toml under {below}/");
    crates.iter().try_for_each(|path| build_one(path, profile))
}

/// By a program of its own, not a dependency: what encodes components would make each xtask start slow. It finds a compiler for
/// guests and says which it took.
fn build_one(path: &Path, profile: Profile) -> Result<()> {
    let mut command = Command::new(program("cargo-adapter", profile));
    command.current_dir(root()).args(["adapter", "build"]);
    command.arg("--manifest-path").arg(path.join("Cargo.toml")).arg("--out").arg(folder());
    run_command(&mut command)
}

/// The same folder whatever CARGO_TARGET_DIR says: hosts install from it, and documents name it.
fn folder() -> PathBuf {
    root().join("target/adapters")
}
