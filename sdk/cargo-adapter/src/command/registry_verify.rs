use std::path::PathBuf;

use anyhow::{Result, ensure};
use clap::Args;
use entrepot_artifact::Registry;

#[derive(Args)]
pub(crate) struct Verify {
    /// The registry's folder.
    #[arg(value_name = "DIR")]
    folder: PathBuf,
}

impl Verify {
    pub(super) fn run(self) -> Result<()> {
        let registry = Registry::open(&self.folder)?;
        let report = registry.verify()?;
        for problem in &report.problems {
            println!("{}: {}", problem.file, problem.what);
        }
        let (adapters, versions, unsigned) = (report.adapters, report.versions, report.unsigned);
        println!("{}: {adapters} adapters, {versions} versions, {unsigned} of them unsigned", registry.name());
        ensure!(report.problems.is_empty(), "{} problems", report.problems.len());
        Ok(())
    }
}
