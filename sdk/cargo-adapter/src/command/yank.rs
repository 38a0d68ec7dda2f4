use std::path::PathBuf;

use anyhow::Result;
use clap::Args;
use entrepot_artifact::{Registry, Requirement, Source};
use semver::Version;

#[derive(Args)]
pub(crate) struct Yank {
    #[arg(value_name = "ADAPTER@VERSION", value_parser = exactly)]
    which: Which,
    /// The registry's folder.
    #[arg(long, value_name = "DIR")]
    registry: PathBuf,
    /// Why nobody should use it, in a line.
    #[arg(long, value_name = "TEXT", required_unless_present = "undo")]
    reason: Option<String>,
    /// Take it back.
    #[arg(long, conflicts_with = "reason")]
    undo: bool,
}

#[derive(Clone)]
struct Which {
    adapter: String,
    version: Version,
}

fn exactly(text: &str) -> Result<Which, String> {
    match Source::parse(&format!("registry:{text}")) {
        Ok(Source::Registry { adapter, wanted: Requirement::Exactly(version) }) => Ok(Which { adapter, version }),
        _ => Err("name an adapter and a whole version, such as woocommerce@1.2.3".to_owned()),
    }
}

impl Yank {
    pub(super) fn run(self) -> Result<()> {
        let Which { adapter, version } = &self.which;
        let registry = Registry::open(&self.registry)?;
        match self.reason {
            Some(reason) => {
                registry.yank(adapter, version, &reason)?;
                println!("{adapter} {version} is yanked: {}", reason.trim());
            }
            None => {
                registry.unyank(adapter, version)?;
                println!("{adapter} {version} is no longer yanked");
            }
        }
        Ok(())
    }
}
