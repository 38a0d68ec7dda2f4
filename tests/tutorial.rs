//! The tutorial, done step by step as it stands: every command, every edit, every line it promises.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use entrepot_tests::entrepot_program;
use tempfile::TempDir;

const PARTS: [&str; 2] = [include_str!("../docs/adapters/tutorial.md"), include_str!("../docs/adapters/tutorial-2.md")];

/// A fenced block: what stands behind the fence, and what is in it.
struct Block {
    line: usize,
    kind: String,
    text: String,
}

fn blocks(document: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut open: Option<Block> = None;
    for (at, line) in document.lines().enumerate() {
        match (line.strip_prefix("```"), &mut open) {
            (Some(kind), None) => open = Some(Block { line: at + 1, kind: kind.to_owned(), text: String::new() }),
            (Some(_), Some(_)) => blocks.extend(open.take()),
            (None, Some(block)) => {
                block.text.push_str(line);
                block.text.push('\n');
            }
            (None, None) => {}
        }
    }
    assert!(open.is_none(), "every fence is closed");
    blocks
}

/// A shell that remembers where it is and what was exported.
struct Shell {
    folder: TempDir,
    programs: PathBuf,
    guests: PathBuf,
    /// What the last commands said.
    said: String,
}

impl Shell {
    fn open() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let programs = entrepot_program().parent().expect("the target folder").to_owned();
        assert!(programs.join("cargo-adapter").exists(), "built by `cargo xtask test`");
        // Where the other guests were compiled: the standard library is there already.
        let guests = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/guests");
        std::fs::write(folder.path().join(".env"), "").expect("written");
        std::fs::write(folder.path().join(".cwd"), folder.path().display().to_string()).expect("written");
        Self { folder, programs, guests, said: String::new() }
    }

    fn cwd(&self) -> PathBuf {
        PathBuf::from(std::fs::read_to_string(self.folder.path().join(".cwd")).expect("a folder").trim())
    }

    /// Whether the commands succeeded.
    fn run(&mut self, commands: &str) -> bool {
        let state = self.folder.path().display();
        let script = format!(
            "set -eo pipefail\n. '{state}/.env'\ncd \"$(cat '{state}/.cwd')\"\n{commands}\npwd > '{state}/.cwd'\nexport -p > '{state}/.env'\n"
        );
        let path = std::env::var("PATH").unwrap_or_default();
        let mut bash = Command::new("bash");
        for (name, _) in
            std::env::vars().filter(|(name, _)| name.starts_with("ENTREPOT_") || name.starts_with("CARGO_"))
        {
            // Where crates are kept is the machine's business.
            if name != "CARGO_HOME" {
                bash.env_remove(name);
            }
        }
        bash.args(["-c", &script]).stdin(Stdio::null()).env("PATH", format!("{}:{path}", self.programs.display()));
        bash.env("ENTREPOT_GUEST_TARGET_DIR", &self.guests);
        let output = bash.output().expect("bash");
        self.said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        output.status.success()
    }

    fn edit(&self, file: &str, text: &str) {
        let path = self.cwd().join(file);
        let (before, after) = text.split_once("---\n").expect("what there is, `---`, what it becomes");
        let known = std::fs::read_to_string(&path).expect("the file");
        assert!(known.contains(before), "{file} has no\n{before}\nit is\n{known}");
        std::fs::write(&path, known.replacen(before, after, 1)).expect("written");
    }
}

#[test]
fn every_step_of_the_tutorial_works() {
    let mut shell = Shell::open();
    let mut steps = 0;
    for Block { line, kind, text } in PARTS.into_iter().flat_map(blocks) {
        steps += 1;
        match kind.as_str() {
            "text" => steps -= 1,
            "sh" => assert!(shell.run(&text), "line {line}: {text}{}", shell.said),
            "sh fails" => assert!(!shell.run(&text), "line {line} has to fail: {text}{}", shell.said),
            "toml" => {
                let manifest = std::fs::read_to_string(shell.cwd().join("adapter.toml")).expect("the manifest");
                assert!(manifest.contains(&text), "line {line}: adapter.toml has no such part:\n{text}\n{manifest}");
            }
            "output" => {
                for promised in text.lines() {
                    assert!(shell.said.contains(promised), "line {line}: {promised:?} was not said: {}", shell.said);
                }
            }
            other => match (other.split_once(" edit="), other.split_once(" new=")) {
                (Some((_, file)), _) => shell.edit(file, &text),
                (None, Some((_, file))) => std::fs::write(shell.cwd().join(file), &text).expect("written"),
                (None, None) => panic!("line {line}: a block of no known kind: {other:?}"),
            },
        }
    }
    assert!(steps >= 30, "both parts were read: {steps} steps");
}
