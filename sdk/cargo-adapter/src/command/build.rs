use std::path::PathBuf;

use anyhow::Result;
use cargo_adapter::Order;
use cargo_adapter::build;
use clap::Args;

#[derive(Args)]
pub(crate) struct Build {
    #[command(flatten)]
    which: Which,
    /// Where `<id>.wasm` goes [default: target/adapters].
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

#[derive(Args, Clone)]
pub(super) struct Which {
    /// The adapter crate's Cargo.toml, or the package.json of one in JavaScript.
    #[arg(long, value_name = "PATH")]
    pub(super) manifest_path: Option<PathBuf>,
    /// The adapter crate's name, in a workspace.
    #[arg(short, long, value_name = "NAME")]
    pub(super) package: Option<String>,
}

impl Build {
    pub(super) fn run(self) -> Result<()> {
        let Which { manifest_path, package } = self.which;
        let built = build(&Order { manifest_path, package, out: self.out })?;
        println!("{} ({} bytes)", built.path.display(), built.size);
        println!("world: {}", built.world);
        for (title, functions) in [("exports", &built.surface.exports), ("imports", &built.surface.imports)] {
            println!("{title}:");
            for function in functions {
                println!("  {function}");
            }
        }
        Ok(())
    }
}
