//! The adapter that a command is about: built, or given as a file; loaded under the host's engine.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result};
use cargo_adapter::Order;
use cargo_adapter::build;
use clap::Args;
use entrepot_sandbox::{CompileLimits, Compiler};
use entrepot_testkit::Kit;

use super::build::Which;

/// For compiling. A JavaScript engine takes half a minute on a machine that does nothing else.
const PATIENCE: Duration = Duration::from_secs(300);

#[derive(Args)]
pub(super) struct Subject {
    #[command(flatten)]
    which: Which,
    /// A component that is built already, in whatever language.
    #[arg(long, value_name = "FILE", requires = "tests")]
    component: Option<PathBuf>,
    /// Where its tests are [default: tests, beside the adapter.toml].
    #[arg(long, value_name = "DIR")]
    tests: Option<PathBuf>,
}

impl Subject {
    /// The adapter, and the folder of its tests.
    pub(super) async fn load(&self) -> Result<(Kit, PathBuf)> {
        let (file, tests) = match (&self.component, &self.tests) {
            (Some(file), Some(tests)) => (file.clone(), tests.clone()),
            (_, tests) => {
                let Which { manifest_path, package } = self.which.clone();
                let built = build(&Order { manifest_path, package, out: None })?;
                (built.path, tests.clone().unwrap_or_else(|| built.folder.join("tests")))
            }
        };
        let bytes = std::fs::read(&file).with_context(|| file.display().to_string())?;
        let compiler = Compiler {
            // This very program: see `compile-component`.
            program: std::env::current_exe().context("this program's own path")?,
            args: vec!["adapter".to_owned(), "compile-component".to_owned()],
            limits: CompileLimits { time: PATIENCE, ..CompileLimits::default() },
        };
        Ok((Kit::load(bytes, compiler).await.with_context(|| file.display().to_string())?, tests))
    }
}
