//! What tests use in the place of `entrepot compile-component`: each component is compiled once, however many tests install
//! it. Hosts in tests have a folder and a master key each, so their own caches never meet, and compiling took more time than
//! all that was tested.
//!
//! It reads the component from stdin and writes the code to stdout, like the program it stands for. What fails is not kept.

use std::fs;
use std::io::{self, Read, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use anyhow::{Context, Result};

fn main() -> Result<ExitCode> {
    let own = std::env::current_exe()?;
    let programs = own.parent().context("a program lies in a folder")?;
    let compiler = programs.join("entrepot");
    let mut component = Vec::new();
    io::stdin().lock().read_to_end(&mut component)?;
    let kept = folder(programs, &compiler)?.join(blake3::hash(&component).to_hex().as_str());
    if let Ok(code) = fs::read(&kept) {
        io::stdout().lock().write_all(&code)?;
        return Ok(ExitCode::SUCCESS);
    }
    let (code, status) = compile(&compiler, component)?;
    if status == 0 {
        let draft = kept.with_extension(std::process::id().to_string());
        fs::write(&draft, &code)?;
        fs::rename(&draft, &kept)?;
    }
    io::stdout().lock().write_all(&code)?;
    Ok(ExitCode::from(status))
}

/// One for each build of the compiler; those of former builds are deleted.
fn folder(programs: &Path, compiler: &Path) -> Result<PathBuf> {
    let about = fs::metadata(compiler).with_context(|| compiler.display().to_string())?;
    let all = programs.join("compiled-for-tests");
    let own = all.join(format!("{}-{}-{}", about.mtime(), about.mtime_nsec(), about.len()));
    if own.is_dir() {
        return Ok(own);
    }
    for former in fs::read_dir(&all).into_iter().flatten().flatten() {
        // Another test may be faster.
        let _ = fs::remove_dir_all(former.path());
    }
    fs::create_dir_all(&own)?;
    Ok(own)
}

/// The code, and how the compiler ended. What it says on stderr goes where ours goes.
fn compile(compiler: &Path, component: Vec<u8>) -> Result<(Vec<u8>, u8)> {
    let mut child = Command::new(compiler)
        .args(std::env::args_os().skip(1))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| compiler.display().to_string())?;
    let mut input = child.stdin.take().context("a pipe")?;
    // One that does not listen to the end says why by its status.
    let writer = std::thread::spawn(move || drop(input.write_all(&component)));
    let output = child.wait_with_output()?;
    let _ = writer.join();
    Ok((output.stdout, output.status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1)))
}
