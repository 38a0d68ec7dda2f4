//! Starting other programs.

use std::env;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};

use anyhow::{Context, Result, bail, ensure};

/// The repository.
pub(crate) fn root() -> &'static Path {
    let own = Path::new(env!("CARGO_MANIFEST_DIR"));
    own.parent().unwrap_or(own)
}

/// Where cargo leaves what it builds.
pub(crate) fn target_dir() -> PathBuf {
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), |folder| root().join(folder))
}

/// The cargo that runs us, in the repository, without what it has set for us alone: build scripts that watch such variables
/// would see a change and run again, and everything above them with them.
pub(crate) fn cargo() -> Command {
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(root());
    for (name, _) in env::vars_os() {
        let ours = ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_", "CARGO_CRATE_", "CARGO_PRIMARY_"];
        let ours = name.to_str().is_some_and(|name| name == "CARGO" || ours.iter().any(|ours| name.starts_with(ours)));
        if ours {
            cargo.env_remove(name);
        }
    }
    cargo
}

/// How programs are built.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Profile {
    /// In a fraction of the time. What the tests build is used, and the other way round.
    Dev,
    /// As users run it.
    Release,
}

/// Builds all programs of the workspace.
///
/// Always the whole workspace, never `-p` of one crate: cargo unites the features of what is built together, so a crate built
/// alone has other features below it, and wasmtime would be compiled once more for each such choice.
pub(crate) fn build_programs(profile: Profile) -> Result<()> {
    let mut cargo = cargo();
    cargo.args(["build", "--workspace", "--bins"]);
    if profile == Profile::Release {
        cargo.arg("--release");
    }
    run(&mut cargo)
}

/// A program of the workspace that [`build_programs`] has built.
pub(crate) fn program(name: &str, profile: Profile) -> PathBuf {
    let folder = match profile {
        Profile::Dev => "debug",
        Profile::Release => "release",
    };
    target_dir().join(folder).join(name)
}

/// Shows the command, runs it, and gives its status.
pub(crate) fn status(command: &mut Command) -> Result<ExitStatus> {
    eprintln!("$ {}", shown(command));
    command.status().with_context(|| format!("{} cannot be started", shown(command)))
}

/// Shows the command and runs it; an error when it fails.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let status = status(command)?;
    ensure!(status.success(), "{} failed ({status})", shown(command));
    Ok(())
}

/// What a command prints on stdout; an error with what it said on stderr when it fails.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    let output = command.output().with_context(|| format!("{} cannot be started", shown(command)))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        bail!("{} failed ({}): {}", shown(command), output.status, said.trim());
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// The program and its first words: arguments that follow may be secrets.
fn shown(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_name().unwrap_or_default().to_string_lossy().into_owned();
    let words = command.get_args().map(|word| word.to_string_lossy().into_owned());
    let words: Vec<String> = words.take_while(|word| word != "--secret").collect();
    format!("{program} {}", words.join(" "))
}

/// A program on the path.
pub(crate) fn find(name: &str) -> Option<PathBuf> {
    env::split_paths(&env::var_os("PATH")?).map(|folder| folder.join(name)).find(|path| path.is_file())
}

/// Does this cargo have that command?
pub(crate) fn has_cargo(command: &str) -> bool {
    cargo().args([command, "--version"]).output().is_ok_and(|output| output.status.success())
}

/// The wanted port of the loopback address, or any free one.
pub(crate) fn free_port(wanted: u16) -> Result<u16> {
    let listener = TcpListener::bind(("127.0.0.1", wanted)).or_else(|_| TcpListener::bind(("127.0.0.1", 0)));
    Ok(listener.context("no free port on 127.0.0.1")?.local_addr()?.port())
}

/// Whoever reads what is printed may go away, as `| head` does: then this ends quietly, where `println!` would panic.
pub(crate) fn end_with_the_reader() {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let said = panic.payload().downcast_ref::<String>().map_or("", String::as_str);
        if said.starts_with("failed printing to std") && said.contains("Broken pipe") {
            std::process::exit(0);
        }
        usual(panic);
    }));
}
