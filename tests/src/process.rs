//! The real binary, for what cannot be tested from inside: being killed, exit codes, what stands on stdout.

use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::NamedTempFile;

use crate::environment;

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
    program("entrepot")
}

/// What compiles components for hosts in the test's own process: each component once for all tests.
pub fn test_compiler() -> PathBuf {
    program("entrepot-test-compiler")
}

fn program(name: &str) -> PathBuf {
    let test = std::env::current_exe().expect("this test's own path");
    let folder = test.parent().and_then(|deps| deps.parent()).expect("the target folder");
    let binary = folder.join(name);
    assert!(binary.exists(), "{} is not built; run `cargo xtask test`, which builds it", binary.display());
    binary
}

impl Entrepot {
    pub fn new(environment: Vec<(String, String)>) -> Self {
        Self { binary: entrepot_program(), environment }
    }

    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        environment::set(&mut self.environment, name, value);
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

    /// Starts it and does not wait.
    pub fn start(&self, words: &[&str]) -> Running {
        let (out, err) = (file(), file());
        let to = |file: &NamedTempFile| Stdio::from(file.reopen().expect("a file"));
        let child = self.command(words).stdout(to(&out)).stderr(to(&err)).spawn().expect("entrepot starts");
        Running { child, out, err }
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

/// A process under way. It is killed when this is dropped.
pub struct Running {
    child: Child,
    // Files and no pipes: nobody has to read for it to go on.
    out: NamedTempFile,
    err: NamedTempFile,
}

/// How a process ended, and what it said.
#[derive(Debug)]
pub struct Ended {
    /// -1: it was killed.
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Ended {
    /// The JSON document on the last line of stdout.
    pub fn document(&self) -> Value {
        let last = self.stdout.lines().last().unwrap_or_default();
        serde_json::from_str(last).unwrap_or_else(|error| panic!("no JSON document ({error}): {self:?}"))
    }
}

impl Running {
    pub fn is_running(&mut self) -> bool {
        self.child.try_wait().expect("a child").is_none()
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// What stands on stderr so far.
    pub fn said(&self) -> String {
        read(&self.err)
    }

    /// What stands on stdout so far.
    pub fn printed(&self) -> String {
        read(&self.out)
    }

    /// Where `entrepot serve` listens, as soon as it does.
    pub async fn address(&self) -> String {
        for _ in 0..1_000 {
            let said = self.said();
            let address = said.split("entrepot serves http://").nth(1).and_then(|rest| rest.split_once("  (API"));
            if let Some((address, _)) = address {
                return address.to_owned();
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("it does not serve: {}", self.said());
    }

    /// SIGKILL: it does not get to say anything.
    pub fn kill(&mut self) {
        self.child.kill().expect("killed");
        self.child.wait().expect("it is dead");
    }

    pub async fn end(mut self) -> Ended {
        let patience = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().expect("a child") {
                let code = status.code().unwrap_or(-1);
                return Ended { code, stdout: read(&self.out), stderr: read(&self.err) };
            }
            assert!(patience.elapsed() < Duration::from_secs(120), "it comes to an end: {}", self.said());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if self.is_running() {
            self.kill();
        }
    }
}

fn file() -> NamedTempFile {
    NamedTempFile::new().expect("a temporary file")
}

fn read(file: &NamedTempFile) -> String {
    String::from_utf8_lossy(&std::fs::read(file.path()).expect("what it said")).into_owned()
}
