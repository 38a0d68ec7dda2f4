//! Compiling in a process of its own: without environment, with limits, killed when it takes too long.

use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, Command};
use tokio::sync::Semaphore;

use super::child::{EXIT_INVALID, EXIT_MEMORY};
use super::code::MachineCode;
use crate::load_error::{CompileError, LoadError, first_line};

/// Machine code beyond this is not read. It is a few times the size of the component.
pub(super) const MAX_CODE_LEN: usize = 128 << 20;
/// What the process says beyond this is not read.
const MAX_STDERR_LEN: u64 = 16 << 10;

/// The program that compiles, and what it may use. There is no compiling in the host's own process.
#[derive(Clone, Debug)]
pub struct Compiler {
    /// A program that calls [`compile_child`](super::compile_child).
    pub program: PathBuf,
    /// The words that make it do so; the limits are appended.
    pub args: Vec<String>,
    pub limits: CompileLimits,
}

#[derive(Clone, Copy, Debug)]
pub struct CompileLimits {
    /// Bytes of address space.
    pub memory: u64,
    /// By the clock on the wall. The process's own limit of CPU time is a little more.
    pub time: Duration,
    /// Processes at the same time; the others wait, and their time is not counted.
    pub at_once: usize,
}

impl Default for CompileLimits {
    fn default() -> Self {
        Self { memory: 1 << 30, time: Duration::from_secs(60), at_once: 2 }
    }
}

/// The processes that compile: so many at the same time, and the others wait.
pub(super) struct CompilerPool {
    compiler: Compiler,
    turns: Semaphore,
}

/// What the process left behind.
struct Output {
    status: ExitStatus,
    code: Vec<u8>,
    said: String,
}

impl CompilerPool {
    pub(super) fn new(compiler: Compiler) -> Self {
        if cfg!(not(unix)) {
            tracing::warn!("this platform has no resource limits; compiling is limited by time alone");
        }
        let turns = Semaphore::new(compiler.limits.at_once.max(1));
        Self { compiler, turns }
    }

    pub(super) async fn compile(&self, component: &[u8]) -> Result<MachineCode, LoadError> {
        let inside = |error: &dyn std::fmt::Display| CompileError::Inside(error.to_string());
        let _turn = self.turns.acquire().await.map_err(|error| inside(&error))?;
        let limits = self.compiler.limits;
        let mut child = self.start()?;
        let output = match tokio::time::timeout(limits.time, talk(&mut child, component)).await {
            Ok(Ok(output)) => output,
            Ok(Err(error)) => {
                stop(&mut child).await;
                return Err(inside(&error).into());
            }
            Err(_) => {
                stop(&mut child).await;
                return Err(CompileError::TooLong(limits.time).into());
            }
        };
        if output.code.len() > MAX_CODE_LEN {
            return Err(CompileError::TooMuchCode(MAX_CODE_LEN).into());
        }
        if output.status.success() {
            return Ok(MachineCode::vouched(output.code));
        }
        Err(failure_of(&output, limits))
    }

    fn start(&self) -> Result<Child, CompileError> {
        let Compiler { program, args, limits } = &self.compiler;
        let mut command = Command::new(program);
        command
            .args(args)
            .args(["--memory", &limits.memory.to_string()])
            .args(["--seconds", &(limits.time.as_secs() + 2).to_string()])
            // Database address and master key are in the host's environment, and none of the compiler's business.
            .env_clear()
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        let failed = |error: std::io::Error| CompileError::NotStarted {
            program: program.display().to_string(),
            error: error.to_string(),
        };
        command.spawn().map_err(failed)
    }
}

/// Hands the component over while listening: whoever only writes waits for a reader who waits for him.
async fn talk(child: &mut Child, component: &[u8]) -> std::io::Result<Output> {
    let (input, output, words) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let write = async {
        if let Some(mut input) = input {
            // A process that does not listen to the end says why, or how it died.
            let _ = input.write_all(component).await;
        }
    };
    let (_, code, said) = tokio::join!(write, read(output, MAX_CODE_LEN as u64 + 1), read(words, MAX_STDERR_LEN));
    // The pipes are closed by now: one that writes on dies of it, and one that hangs is waited for until its time is over.
    let status = child.wait().await?;
    Ok(Output { status, code: code?, said: String::from_utf8_lossy(&said?).into_owned() })
}

async fn read(from: Option<impl AsyncRead + Unpin>, most: u64) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if let Some(from) = from {
        from.take(most).read_to_end(&mut bytes).await?;
    }
    Ok(bytes)
}

async fn stop(child: &mut Child) {
    // It fails only if the process is over already.
    let _ = child.kill().await;
}

/// What a process that did not deliver died of.
fn failure_of(output: &Output, limits: CompileLimits) -> LoadError {
    let said = first_line(&output.said);
    let (code, signal) = (output.status.code(), signal(output.status));
    // The allocator's last words, and what the kernel calls it.
    let starved =
        ["memory allocation of", "out of memory", "os error 12"].iter().any(|words| output.said.contains(words));
    match (code, signal) {
        (Some(EXIT_INVALID), _) => LoadError::NotAComponent(said),
        (Some(EXIT_MEMORY), _) => CompileError::Memory(limits.memory).into(),
        _ if starved => CompileError::Memory(limits.memory).into(),
        (_, Some("SIGXCPU")) => CompileError::TooLong(limits.time).into(),
        (Some(code), _) => CompileError::Died { how: format!("exit code {code}"), said }.into(),
        (_, Some(name)) => CompileError::Died { how: name.to_owned(), said }.into(),
        _ => CompileError::Died { how: output.status.to_string(), said }.into(),
    }
}

#[cfg(unix)]
fn signal(status: ExitStatus) -> Option<&'static str> {
    let number = std::os::unix::process::ExitStatusExt::signal(&status)?;
    nix::sys::signal::Signal::try_from(number).ok().map(nix::sys::signal::Signal::as_str)
}

#[cfg(not(unix))]
fn signal(_: ExitStatus) -> Option<&'static str> {
    None
}
