//! The process that compiles: limits first, then a component from stdin to machine code on stdout.
// See docs/decisions/0006-compile-in-child-process.md

use std::io::{self, Read, Write};
use std::process::ExitCode;

use crate::limits::MAX_ARTIFACT_LEN;
use crate::load_error::short;

/// The component is not valid.
pub(super) const EXIT_INVALID: i32 = 65;
/// There was not enough memory, and it could still say so.
pub(super) const EXIT_MEMORY: i32 = 71;

/// What the process allows itself.
#[derive(Clone, Copy, Debug)]
pub struct ChildLimits {
    /// Bytes of address space.
    pub memory: u64,
    /// Seconds of CPU time.
    pub seconds: u64,
}

/// All that the process does. It must have no thread but this one, and be called before anything else is begun.
pub fn compile_child(limits: ChildLimits) -> ExitCode {
    match limit(limits).and_then(|()| compile()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure { code, said }) => {
            // The one who would read it may be gone.
            let _ = writeln!(io::stderr(), "{said}");
            ExitCode::from(code)
        }
    }
}

struct Failure {
    code: u8,
    said: String,
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self { code: 1, said: error.to_string() }
    }
}

fn compile() -> Result<(), Failure> {
    let engine = crate::engine::for_compiling().map_err(failure)?;
    let mut component = Vec::new();
    io::stdin().lock().take(MAX_ARTIFACT_LEN as u64 + 1).read_to_end(&mut component)?;
    let code = engine.precompile_component(&component).map_err(failure)?;
    let mut out = io::stdout().lock();
    out.write_all(&code).and_then(|()| out.flush())?;
    Ok(())
}

fn failure(error: wasmtime::Error) -> Failure {
    let code = if error.is::<wasmtime::OutOfMemory>() { EXIT_MEMORY } else { EXIT_INVALID };
    Failure { code: code as u8, said: short(&error) }
}

/// Each limit must hold before a foreign byte is read; a process that cannot limit itself does not compile.
#[cfg(unix)]
fn limit(limits: ChildLimits) -> Result<(), Failure> {
    use nix::sys::resource::{Resource, setrlimit};
    // Whatever the host's own parent left open.
    close_inherited();
    #[cfg(target_os = "linux")]
    let all = [
        (Resource::RLIMIT_AS, limits.memory),
        // No thread and no process beside this one. It does not bind root, who needs the others all the more.
        (Resource::RLIMIT_NPROC, 0),
    ];
    #[cfg(not(target_os = "linux"))]
    let all = [(Resource::RLIMIT_DATA, limits.memory)];
    let common = [
        (Resource::RLIMIT_CORE, 0),
        (Resource::RLIMIT_CPU, limits.seconds),
        // Pipes are no files: nothing is written to any disk.
        (Resource::RLIMIT_FSIZE, 0),
        // What is open stays open, and nothing is opened any more: no file, no socket.
        (Resource::RLIMIT_NOFILE, 0),
    ];
    for (resource, most) in all.into_iter().chain(common) {
        setrlimit(resource, most, most)
            .map_err(|error| Failure { code: 1, said: format!("{resource:?} cannot be set: {error}") })?;
    }
    #[cfg(target_os = "linux")]
    nix::sys::prctl::set_no_new_privs()
        .map_err(|error| Failure { code: 1, said: format!("no_new_privs cannot be set: {error}") })?;
    Ok(())
}

#[cfg(not(unix))]
fn limit(_: ChildLimits) -> Result<(), Failure> {
    Ok(())
}

/// All but stdin, stdout and stderr. Everything the host opens is closed on exec; this is about what the host was born with.
#[cfg(unix)]
fn close_inherited() {
    let Ok(entries) = std::fs::read_dir("/proc/self/fd") else { return };
    let open: Vec<i32> = entries.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect();
    for descriptor in open.into_iter().filter(|descriptor| *descriptor > 2) {
        // One of them was the folder that has just been read.
        let _ = nix::unistd::close(descriptor);
    }
}
