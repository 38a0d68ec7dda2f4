//! The real binary, for what cannot be tested from inside: being killed, exit codes, what stands on stdout.

use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

/// Where the built components are.
pub fn adapters_folder() -> PathBuf {
    let folder = std::env::var_os("ENTREPOT_TEST_ADAPTERS")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../target/adapters"), PathBuf::from);
    assert!(
        folder.join("woocommerce.wasm").exists(),
        "no adapters in {}; run `cargo xtask test`, which builds them",
        folder.display()
    );
    folder
}

/// A way to run `entrepot` on a data folder and database of its own.
#[derive(Clone)]
pub struct Entrepot {
    binary: PathBuf,
    pub environment: Vec<(String, String)>,
}

/// target/debug/deps/it-1234 → target/debug/entrepot
pub fn entrepot_program() -> PathBuf {
    let test = std::env::current_exe().expect("this test's own path");
    let folder = test.parent().and_then(|deps| deps.parent()).expect("the target folder");
    let binary = folder.join("entrepot");
    assert!(binary.exists(), "{} is not built; run `cargo xtask test`, which builds it", binary.display());
    binary
}

impl Entrepot {
    pub fn new(environment: Vec<(String, String)>) -> Self {
        Self { binary: entrepot_program(), environment }
    }

    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.environment.retain(|(known, _)| known != name);
        self.environment.push((name.into(), value.into()));
        self
    }

    pub fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(&self.binary);
        command.args(words).stdin(Stdio::null()).env_clear();
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        command
    }

    pub fn run(&self, words: &[&str]) -> Output {
        self.command(words).output().expect("entrepot starts")
    }

    /// Runs with `--json`; the exit code and the document.
    pub fn json(&self, words: &[&str]) -> (i32, Value) {
        let output = self.run(&[words, &["--json"]].concat());
        let text = String::from_utf8_lossy(&output.stdout);
        let document = serde_json::from_str(text.trim());
        let document = document.unwrap_or_else(|error| {
            panic!("{words:?} printed no JSON document ({error}): {text}\n{}", String::from_utf8_lossy(&output.stderr))
        });
        (output.status.code().unwrap_or(-1), document)
    }
}
