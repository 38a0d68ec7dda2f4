//! The command `cargo adapter`.

use std::path::PathBuf;

use anyhow::Result;
use cargo_adapter::build::Order;
use cargo_adapter::{Toolchain, build};
use clap::{Args, Parser, Subcommand};

#[derive(Parser)]
#[command(name = "cargo", bin_name = "cargo")]
enum Cargo {
    /// Build Entrepot adapters.
    Adapter(Adapter),
}

#[derive(Args)]
#[command(version)]
struct Adapter {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Compile an adapter crate into a component with its manifest embedded.
    Build(Build),
}

#[derive(Args)]
struct Build {
    /// The adapter crate's Cargo.toml.
    #[arg(long, value_name = "PATH")]
    manifest_path: Option<PathBuf>,
    /// The adapter crate's name, in a workspace.
    #[arg(short, long, value_name = "NAME")]
    package: Option<String>,
    /// Where `<id>.wasm` goes [default: target/adapters].
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

fn main() -> Result<()> {
    let Cargo::Adapter(Adapter { verb: Verb::Build(Build { manifest_path, package, out }) }) = Cargo::parse();
    let built = build(&Order { manifest_path, package, out }, Toolchain::find()?)?;
    println!("{} ({} bytes)", built.path.display(), built.size);
    for (title, functions) in [("exports", &built.surface.exports), ("imports", &built.surface.imports)] {
        println!("{title}:");
        for function in functions {
            println!("  {function}");
        }
    }
    Ok(())
}
