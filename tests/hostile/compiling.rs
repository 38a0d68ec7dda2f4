//! Components that are made to keep the compiler busy, and compilers that misbehave.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::Result;
use entrepot_sandbox::{CompileLimits, Compiler, Sandbox, SandboxOptions};
use serde_json::json;

use crate::forge::Forged;
use crate::heavy;
use crate::neighbour::beside;
use crate::row::Row;
use crate::stage::{Stage, compiler, load, tight};

pub(crate) async fn all() -> Vec<Row> {
    match rows().await {
        Ok(rows) => rows,
        Err(error) => panic!("{error:#}"),
    }
}

async fn rows() -> Result<Vec<Row>> {
    let stage = Stage::set().await?;
    let mut rows = Vec::new();
    // What passes the check meets a compiler that does nothing but fail: what is refused with other words, is refused before.
    let no_compiler = sandbox(Compiler { program: "/bin/false".into(), ..compiler() })?;
    for (case, bytes, must) in before() {
        rows.push(beside(&stage, case, must, loaded(&no_compiler, bytes)).await);
    }
    for (case, limits, bytes, must) in in_the_process() {
        let sandbox = sandbox(Compiler { limits, ..compiler() })?;
        rows.push(beside(&stage, case, must, loaded(&sandbox, bytes)).await.and(left_over()));
    }
    for (case, script, must) in misbehaving() {
        let sandbox = sandbox(shell(script))?;
        rows.push(beside(&stage, case, must, loaded(&sandbox, plain())).await.and(left_over()));
    }
    let nowhere = sandbox(Compiler { program: "/nowhere/entrepot".into(), ..compiler() })?;
    rows.push(beside(&stage, "no compiler", "/nowhere/entrepot cannot be started", loaded(&nowhere, plain())).await);
    rows.push(beside(&stage, "a caller that does not wait", "the process is gone", abandoned()).await);
    rows.push(beside(&stage, "five at once, where two may", "2 at the most", at_once()).await);
    rows.push(beside(&stage, "the same bytes, compiled as they should be", "it answered", works(&stage)).await);
    Ok(rows)
}

/// Told by reading alone.
fn before() -> Vec<(&'static str, Vec<u8>, &'static str)> {
    let text = |text: String| wat::parse_str(text).unwrap_or_default();
    let imports: String = (0..101).map(|_| "(import \"entrepot:adapter/types@0.1.0\" (instance))").collect();
    let exports: String = (0..101).map(|n| format!("(export \"a{n}\" (type $t))")).collect();
    let nested: String = (1..=64).map(|n| format!("(type $t{n} (option $t{}))", n - 1)).collect();
    let before_nested = |after: &str| format!("(component (type $t0 (list u8)) {nested} {after})");
    // One level less each, so that only their sum is too deep.
    let half: String = (1..=40).map(|n| format!("(type $t{n} (option $t{}))", n - 1)).collect();
    let inner: String = (1..=30).map(|n| format!("(type $i{n} (option $i{}))", n - 1)).collect();
    vec![
        ("what is right passes the check", plain(), "the compiler died"),
        ("10 MB of types", heavy::types(5_000_000), "bytes of types; at most 1048576"),
        ("types nested 65 deep", text(before_nested("")), "65 levels of nested types; at most 64"),
        (
            "types nested over the border of a declaration",
            text(format!(
                "(component (type $t0 (list u8)) {half} (type (component (alias outer 1 $t40 (type $i0)) {inner})))"
            )),
            "levels of nested types; at most 64",
        ),
        ("declarations nested 70 deep", heavy::declarations(70), "levels of nested types; at most 64"),
        ("declarations nested 1,000,000 deep", heavy::declarations(1_000_000), "bytes of types; at most 1048576"),
        ("declarations nested 300,000 deep", heavy::declarations(300_000), "levels of nested types; at most 64"),
        ("101 imports", text(format!("(component {imports})")), "101 imports; at most 100"),
        ("101 exports", text(format!("(component (type $t (list u8)) {exports})")), "101 exports; at most 100"),
        (
            "an unknown import",
            text("(component (import \"wasi:cli/run@0.2.0\" (instance)))".into()),
            "imports wasi:cli",
        ),
        ("33 core modules", heavy::modules(33), "33 core modules; at most 32"),
        ("components nested 9 deep", heavy::components(9), "9 levels of nested components; at most 8"),
        ("components nested 500 deep", heavy::components(500), "levels of nested components; at most 8"),
        ("100,001 functions", heavy::many_functions(100_001), "100001 functions; at most 100000"),
        ("a function of more than 1 MiB", heavy::functions(1, 120_000), "bytes in one function; at most 1048576"),
    ]
}

/// Told by the process that compiles, or by its end.
fn in_the_process() -> Vec<(&'static str, CompileLimits, Vec<u8>, &'static str)> {
    let limits = CompileLimits::default();
    let second = CompileLimits { time: Duration::from_millis(700), ..limits };
    let narrow = CompileLimits { memory: 128 << 20, ..limits };
    vec![
        (
            "functions that take minutes to compile",
            second,
            heavy::functions(20, 70_000),
            "longer than 0.7 s and was stopped",
        ),
        (
            "a function that takes much memory to compile",
            narrow,
            heavy::functions(1, 70_000),
            "more memory than 128 MiB",
        ),
    ]
}

/// Other programs in the compiler's place. What they say arrives in the message, where it is looked at.
fn misbehaving() -> Vec<(&'static str, &'static str, &'static str)> {
    vec![
        (
            "the compiler's environment is empty",
            "echo \"environment: $(wc -c < /proc/$$/environ) bytes\" >&2; exit 1",
            "environment: 0 bytes",
        ),
        ("the compiler's folder is the root", "echo \"folder: $(readlink /proc/$$/cwd).\" >&2; exit 1", "folder: /."),
        ("a compiler that hangs", "exec sleep 100", "longer than 1 s and was stopped"),
        (
            "a compiler that hangs, with nothing open",
            "exec <&- >&- 2>&-; exec sleep 100",
            "longer than 1 s and was stopped",
        ),
        ("a compiler that writes without end", "exec cat /dev/zero", "more than 134217728 bytes of machine code"),
        ("a compiler that complains without end", "exec cat /dev/zero >&2", "the compiler died"),
        ("a compiler that does nothing, well", "exit 0", "cannot be loaded"),
        ("a compiler that is killed", "kill -9 $$", "SIGKILL"),
        ("a compiler that takes all its CPU time", "kill -XCPU $$", "longer than 1 s and was stopped"),
    ]
}

fn sandbox(compiler: Compiler) -> Result<Sandbox> {
    Ok(Sandbox::new(SandboxOptions { concurrency: 4, ..SandboxOptions::new(compiler) })?)
}

fn shell(script: &str) -> Compiler {
    Compiler {
        program: "/bin/sh".into(),
        args: vec!["-c".into(), script.into()],
        limits: CompileLimits { time: Duration::from_secs(1), ..CompileLimits::default() },
    }
}

/// Made by hand, and well behaved: quickly compiled, too.
pub(crate) fn plain() -> Vec<u8> {
    Forged { extra: crate::forge::account(2048, 0), ..Forged::default() }.component().unwrap_or_default()
}

async fn loaded(sandbox: &Sandbox, bytes: Vec<u8>) -> String {
    match load(sandbox, &bytes, &tight()).await {
        Ok(_) => "it was loaded".to_owned(),
        Err(error) => error.to_string(),
    }
}

async fn works(stage: &Stage) -> String {
    match load(&stage.sandbox, &plain(), &tight()).await {
        Ok(guest) => stage.check(&guest, json!({})).await,
        Err(error) => error.to_string(),
    }
}

async fn abandoned() -> String {
    let Ok(sandbox) = sandbox(shell("exec sleep 100")) else { return "no sandbox".into() };
    let caller = tokio::spawn(async move { loaded(&sandbox, plain()).await });
    while children().is_empty() && !caller.is_finished() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    caller.abort();
    // The runtime reaps what it has killed, when it comes to it.
    for _ in 0..100 {
        if children().is_empty() {
            return "the process is gone".to_owned();
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    format!("still there: {:?}", children())
}

async fn at_once() -> String {
    let compiler = shell("sleep 0.2; exit 1");
    let Ok(sandbox) = sandbox(compiler) else { return "no sandbox".into() };
    let callers: Vec<_> = (0..5)
        .map(|_| {
            let sandbox = sandbox.clone();
            tokio::spawn(async move { loaded(&sandbox, plain()).await })
        })
        .collect();
    let mut most = 0;
    while callers.iter().any(|caller| !caller.is_finished()) {
        most = most.max(children().values().filter(|name| name.as_str() == "sh").count());
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    format!("{most} at the most")
}

/// What runs on although its component was refused.
fn left_over() -> Option<String> {
    let left = children();
    (!left.is_empty()).then(|| format!("processes are left over: {left:?}"))
}

/// This process's children that are alive, with their names. Linux only; elsewhere none.
fn children() -> BTreeMap<u32, String> {
    let mut found = BTreeMap::new();
    for entry in std::fs::read_dir("/proc").into_iter().flatten().flatten() {
        let Ok(id) = entry.file_name().to_string_lossy().parse::<u32>() else { continue };
        let status = std::fs::read_to_string(entry.path().join("status")).unwrap_or_default();
        let field =
            |name: &str| status.lines().find_map(|line| line.strip_prefix(name)).map(str::trim).unwrap_or_default();
        if field("PPid:") == std::process::id().to_string() && !field("State:").starts_with('Z') {
            found.insert(id, field("Name:").to_owned());
        }
    }
    found
}
