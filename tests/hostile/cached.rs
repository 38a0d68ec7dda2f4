//! Compiled code that was changed where it lies. It never runs; the artifact is compiled again.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use entrepot_sandbox::{CacheKey, CacheOptions, Compiler, Sandbox, SandboxOptions};
use serde_json::json;
use tempfile::TempDir;

use crate::compiling::plain;
use crate::forge::with_section;
use crate::neighbour::beside;
use crate::row::Row;
use crate::stage::{Stage, cache, compiler, load, tight};

pub(crate) async fn all() -> Vec<Row> {
    match rows().await {
        Ok(rows) => rows,
        Err(error) => panic!("{error:#}"),
    }
}

/// A change of a file with code, given another artifact's file too.
type Change = fn(&Path, &Path) -> std::io::Result<()>;

async fn rows() -> Result<Vec<Row>> {
    let stage = Stage::set().await?;
    let cases: &[(&str, Change)] = &[
        ("a byte of the code changed", |file, _| flip(file, |length| length / 2)),
        ("the last byte changed", |file, _| flip(file, |length| length - 1)),
        ("a byte of the MAC changed", |file, _| flip(file, |_| 20)),
        ("a byte of the version changed", |file, _| flip(file, |_| 8)),
        ("cut in half", |file, _| fs::write(file, &fs::read(file)?[..fs::metadata(file)?.len() as usize / 2])),
        ("cut to nothing", |file, _| fs::write(file, [])),
        ("one byte too many", |file, _| fs::write(file, [fs::read(file)?, vec![0]].concat())),
        ("another adapter's code under this one's name", |file, other| fs::copy(other, file).map(drop)),
        ("machine code as the compiler writes it, without a MAC", |file, _| fs::write(file, &fs::read(file)?[44..])),
        ("a folder in the file's place", |file, _| fs::remove_file(file).and_then(|()| fs::create_dir(file))),
    ];
    let mut rows = Vec::new();
    for (case, change) in cases {
        rows.push(beside(&stage, case, "refused, compiled again, it answered", told(&stage, *change)).await);
    }
    rows.push(beside(&stage, "another master key", "refused, compiled again, it answered", other_key(&stage)).await);
    rows.push(beside(&stage, "nothing changed", "it answered", told_hit(&stage)).await);
    rows.push(beside(&stage, "a folder that cannot be made", "it answered", unwritable(&stage)).await);
    Ok(rows)
}

async fn told(stage: &Stage, change: Change) -> String {
    changed(stage, change).await.unwrap_or_else(|error| format!("{error:#}"))
}

/// A warm cache, changed; then a host without compiler, which must have nothing to run; then one with.
async fn changed(stage: &Stage, change: Change) -> Result<String> {
    let folder = tempfile::tempdir()?;
    let other = with_section(plain(), "other", b"bytes");
    let warm = sandbox(&folder, compiler())?;
    load(&warm, &plain(), &tight()).await?;
    let ours = only(&files(&folder)?)?;
    load(&warm, &other, &tight()).await?;
    let others = files(&folder)?.into_iter().find(|path| *path != ours).context("a second file")?;
    change(&ours, &others)?;
    refused_then_compiled(stage, &folder, [7; 32]).await
}

async fn other_key(stage: &Stage) -> String {
    let work = async {
        let folder = tempfile::tempdir()?;
        load(&sandbox(&folder, compiler())?, &plain(), &tight()).await?;
        refused_then_compiled(stage, &folder, [8; 32]).await
    };
    work.await.unwrap_or_else(|error| format!("{error:#}"))
}

async fn refused_then_compiled(stage: &Stage, folder: &TempDir, key: [u8; 32]) -> Result<String> {
    let with = |compiler| -> Result<Sandbox> {
        let cache = CacheOptions { key: CacheKey::new(key.into()), ..cache(folder) };
        Ok(Sandbox::new(SandboxOptions { cache: Some(cache), ..SandboxOptions::new(compiler) })?)
    };
    let refused = match load(&with(none())?, &plain(), &tight()).await {
        Ok(_) => return Ok("it was loaded as it lay there".to_owned()),
        Err(error) => error.to_string(),
    };
    ensure!(refused.contains("the compiler died"), "refused otherwise: {refused}");
    let guest = load(&with(compiler())?, &plain(), &tight()).await?;
    Ok(format!("refused, compiled again, {}", stage.check(&guest, json!({})).await))
}

/// Without compiler, what is loaded is what lay there.
async fn told_hit(stage: &Stage) -> String {
    let work = async {
        let folder = tempfile::tempdir()?;
        load(&sandbox(&folder, compiler())?, &plain(), &tight()).await?;
        let guest = load(&sandbox(&folder, none())?, &plain(), &tight()).await?;
        anyhow::Ok(stage.check(&guest, json!({})).await)
    };
    work.await.unwrap_or_else(|error| format!("{error:#}"))
}

/// Below something that is no folder: nobody can write there, not even root.
async fn unwritable(stage: &Stage) -> String {
    let work = async {
        let folder = tempfile::tempdir()?;
        fs::write(folder.path().join("file"), "")?;
        let cache = CacheOptions { folder: folder.path().join("file/compiled"), ..cache(&folder) };
        let sandbox = Sandbox::new(SandboxOptions { cache: Some(cache), ..SandboxOptions::new(compiler()) })?;
        let guest = load(&sandbox, &plain(), &tight()).await?;
        anyhow::Ok(stage.check(&guest, json!({})).await)
    };
    work.await.unwrap_or_else(|error| format!("{error:#}"))
}

fn sandbox(folder: &TempDir, compiler: Compiler) -> Result<Sandbox> {
    Ok(Sandbox::new(SandboxOptions { cache: Some(cache(folder)), ..SandboxOptions::new(compiler) })?)
}

fn none() -> Compiler {
    Compiler { program: "/bin/false".into(), ..compiler() }
}

fn files(folder: &TempDir) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder.path().join("compiled"))?;
    Ok(entries.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?)
}

fn only(files: &[PathBuf]) -> Result<PathBuf> {
    ensure!(files.len() == 1, "one file: {files:?}");
    Ok(files[0].clone())
}

fn flip(file: &Path, at: fn(usize) -> usize) -> std::io::Result<()> {
    let mut bytes = fs::read(file)?;
    let at = at(bytes.len());
    bytes[at] ^= 1;
    fs::write(file, bytes)
}
