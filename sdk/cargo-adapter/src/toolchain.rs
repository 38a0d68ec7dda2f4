//! A compiler for guests: which there is, and how it is called.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

pub const TARGET: &str = "wasm32-unknown-unknown";

const DEBIAN_PACKAGES: [&str; 4] = ["rustc-web", "cargo-web", "rust-web-src", "lld-22"];
const DEBIAN_LINKER: &str = "/usr/bin/wasm-ld-22";

/// The compiler that builds guests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Toolchain {
    /// The active toolchain has the target.
    Active,
    /// Debian's rustc and cargo; the standard library is built from source, since Debian ships none for the target.
    Debian,
}

/// What the search goes by; gathered once, so that the decision can be tested without a machine for each case.
#[derive(Clone, Copy, Debug, Default)]
struct Machine {
    active_has_target: bool,
    rustup_may_install: bool,
    debian_complete: bool,
    debian: bool,
    root: bool,
}

#[derive(Debug, PartialEq, Eq)]
enum Step {
    Use(Toolchain),
    RustupAdd,
    AptInstall,
    GiveUp,
}

fn decide(machine: Machine) -> Step {
    if machine.active_has_target {
        Step::Use(Toolchain::Active)
    } else if machine.rustup_may_install {
        Step::RustupAdd
    } else if machine.debian_complete {
        Step::Use(Toolchain::Debian)
    } else if machine.debian && machine.root {
        Step::AptInstall
    } else {
        Step::GiveUp
    }
}

impl Toolchain {
    /// Finds a compiler, installing what may be installed, and says on stderr which it is.
    pub fn find() -> Result<Self> {
        let mut machine = Machine::look();
        loop {
            match decide(machine) {
                Step::Use(toolchain) => {
                    eprintln!("guests are compiled by {}", toolchain.description());
                    return Ok(toolchain);
                }
                Step::RustupAdd => {
                    eprintln!("adding {TARGET} with rustup");
                    let added = succeeds(Command::new("rustup").args(["target", "add", TARGET]));
                    machine.active_has_target = added && active_has_target();
                    machine.rustup_may_install = false;
                }
                Step::AptInstall => {
                    eprintln!("installing {} with apt-get", DEBIAN_PACKAGES.join(" "));
                    let apt = || {
                        let mut command = Command::new("apt-get");
                        command.env("DEBIAN_FRONTEND", "noninteractive");
                        command
                    };
                    succeeds(apt().args(["-q", "update"]));
                    succeeds(apt().args(["-q", "install", "-y", "--no-install-recommends"]).args(DEBIAN_PACKAGES));
                    machine = Machine { debian_complete: debian_missing().is_empty(), root: false, ..machine };
                }
                Step::GiveUp => bail!(
                    "no compiler for {TARGET}: run `rustup target add {TARGET}`, or on Debian `apt-get install {}` (missing: {})",
                    DEBIAN_PACKAGES.join(" "),
                    debian_missing().join(", ")
                ),
            }
        }
    }

    fn description(self) -> &'static str {
        match self {
            Self::Active => "the active toolchain",
            Self::Debian => "Debian's rustc, with a standard library built from source (about a minute the first time)",
        }
    }

    /// `cargo build` for guests, without a package yet. Variables that an outer cargo has set for itself do not reach it.
    pub fn cargo_build(self, target_dir: &Path) -> Command {
        let mut cargo = match self {
            Self::Active => Command::new(outer_cargo()),
            Self::Debian => Command::new("/usr/bin/cargo"),
        };
        for name in [
            "RUSTFLAGS",
            "CARGO_ENCODED_RUSTFLAGS",
            "CARGO_BUILD_TARGET",
            "CARGO_TARGET_DIR",
            "RUSTC_WORKSPACE_WRAPPER",
        ] {
            cargo.env_remove(name);
        }
        cargo.args(["build", "--target", TARGET, "--profile", "guest"]).arg("--target-dir").arg(target_dir);
        // Every host runs them.
        cargo.arg("--config").arg(format!("target.{TARGET}.rustflags=[\"-Ctarget-feature=+simd128\"]"));
        if self == Self::Debian {
            // LD_LIBRARY_PATH: an outer `cargo run` points it at the libraries of another compiler.
            for name in ["RUSTUP_TOOLCHAIN", "CARGO", "RUSTDOC", "RUSTC_WRAPPER", "LD_LIBRARY_PATH"] {
                cargo.env_remove(name);
            }
            // build-std is unstable; Debian's stable compiler is asked to allow it, for guests alone.
            cargo.env("RUSTC", "/usr/bin/rustc").env("RUSTC_BOOTSTRAP", "1");
            cargo.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", DEBIAN_LINKER);
            cargo.arg("-Zbuild-std=std,panic_abort");
        }
        cargo
    }
}

impl Machine {
    fn look() -> Self {
        let may_install = env::var("RUSTUP_AUTO_INSTALL").map_or(true, |value| value != "0");
        Self {
            active_has_target: active_has_target(),
            rustup_may_install: may_install && output(Command::new("rustup").arg("--version")).is_some(),
            debian_complete: debian_missing().is_empty(),
            debian: Path::new("/etc/debian_version").exists(),
            root: output(Command::new("id").arg("-u")).as_deref() == Some("0"),
        }
    }
}

/// The cargo that runs us, else the one on the path.
fn outer_cargo() -> PathBuf {
    env::var_os("CARGO").map_or_else(|| PathBuf::from("cargo"), PathBuf::from)
}

fn active_has_target() -> bool {
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let Some(folder) = output(Command::new(rustc).args(["--print", "target-libdir", "--target", TARGET])) else {
        return false;
    };
    // The folder may be there and empty.
    std::fs::read_dir(folder).is_ok_and(|mut files| {
        files.any(|file| file.is_ok_and(|file| file.file_name().to_string_lossy().starts_with("libcore-")))
    })
}

fn debian_missing() -> Vec<&'static str> {
    let source = || {
        let sysroot = output(Command::new("/usr/bin/rustc").args(["--print", "sysroot"]))?;
        Path::new(&sysroot).join("lib/rustlib/src/rust/library/std").exists().then_some(())
    };
    let present = [
        Path::new("/usr/bin/rustc").exists(),
        Path::new("/usr/bin/cargo").exists(),
        source().is_some(),
        Path::new(DEBIAN_LINKER).exists(),
    ];
    DEBIAN_PACKAGES.into_iter().zip(present).filter(|(_, present)| !present).map(|(package, _)| package).collect()
}

fn output(command: &mut Command) -> Option<String> {
    let output = command.output().ok().filter(|output| output.status.success())?;
    Some(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

fn succeeds(command: &mut Command) -> bool {
    // What it prints is for the reader of stderr: stdout belongs to the caller's result.
    let status = command.stdout(std::io::stderr()).status();
    status.with_context(|| format!("{command:?}")).is_ok_and(|status| status.success())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_the_nearest_compiler() {
        let nothing = Machine::default();
        assert_eq!(decide(nothing), Step::GiveUp);
        assert_eq!(decide(Machine { debian: true, ..nothing }), Step::GiveUp);
        assert_eq!(decide(Machine { debian: true, root: true, ..nothing }), Step::AptInstall);
        assert_eq!(decide(Machine { debian_complete: true, ..nothing }), Step::Use(Toolchain::Debian));
        let rustup = Machine { rustup_may_install: true, debian_complete: true, ..nothing };
        assert_eq!(decide(rustup), Step::RustupAdd);
        assert_eq!(decide(Machine { active_has_target: true, ..rustup }), Step::Use(Toolchain::Active));
    }

    #[test]
    fn debians_cargo_is_told_everything_it_needs() {
        let command = Toolchain::Debian.cargo_build(Path::new("/t"));
        assert_eq!(command.get_program(), "/usr/bin/cargo");
        let env: Vec<_> = command.get_envs().collect();
        assert!(env.contains(&("RUSTUP_TOOLCHAIN".as_ref(), None)));
        assert!(env.contains(&("RUSTC".as_ref(), Some("/usr/bin/rustc".as_ref()))));
        assert!(command.get_args().any(|arg| arg == "-Zbuild-std=std,panic_abort"));
        assert!(
            Toolchain::Active.cargo_build(Path::new("/t")).get_args().all(|arg| arg != "-Zbuild-std=std,panic_abort")
        );
    }
}
