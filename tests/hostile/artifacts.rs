//! Files that are no adapter, and adapters that must not even start.

use std::fmt::Write;

use entrepot_policy::Limits;
use serde_json::json;

use crate::forge::{Forged, with_component, with_modules};
use crate::neighbour::beside;
use crate::row::Row;
use crate::stage::{Stage, load, tight};

pub(crate) async fn all() -> Vec<Row> {
    let stage = match Stage::set().await {
        Ok(stage) => stage,
        Err(error) => panic!("{error:#}"),
    };
    let mut rows = Vec::new();
    for (case, bytes, must) in files(&stage) {
        rows.push(beside(&stage, case, must, loaded(&stage, bytes)).await);
    }
    rows.push(beside(&stage, "one byte wrong, in 40 places", "40 files looked at", flipped(&stage)).await);
    for (case, component, must) in started() {
        let work = async {
            match component {
                Ok(bytes) => match load(&stage.sandbox, &bytes, &tight()).await {
                    Ok(guest) => stage.check(&guest, json!({})).await,
                    Err(error) => format!("refused: {error}"),
                },
                Err(error) => format!("not made: {error:#}"),
            }
        };
        rows.push(beside(&stage, case, must, work).await);
    }
    rows
}

fn files(stage: &Stage) -> Vec<(&'static str, Vec<u8>, &'static str)> {
    let text = |text: &str| wat::parse_str(text).unwrap_or_default();
    let importing =
        |name: &str| text(&format!("(component (import \"{name}\" (instance (export \"f\" (func (result u32))))))"));
    let header = stage.bytes.iter().take(8).copied();
    vec![
        ("nothing", Vec::new(), "no WebAssembly component"),
        ("random bytes", noise(4096), "no WebAssembly component"),
        ("random bytes behind a component's header", header.chain(noise(4096)).collect(), "no WebAssembly component"),
        ("a component cut in half", stage.bytes[..stage.bytes.len() / 2].to_vec(), "no WebAssembly component"),
        (
            "a component with one byte too few",
            stage.bytes[..stage.bytes.len() - 1].to_vec(),
            "no WebAssembly component",
        ),
        ("text", b"(component)".to_vec(), "no WebAssembly component"),
        ("a core module", text("(module)"), "core Wasm module, not a component"),
        ("precompiled machine code", precompiled(), "precompiled machine code"),
        ("33 MiB", vec![0; 33 << 20], "at most 33554432 are read"),
        ("an import of WASI", importing("wasi:cli/environment@0.2.0"), "imports wasi:cli/environment@0.2.0"),
        (
            "an import of another version",
            importing("entrepot:adapter/http@9.9.9"),
            "imports entrepot:adapter/http@9.9.9",
        ),
        ("an import that is nobody's", text("(component (import \"run\" (func)))"), "imports run"),
        ("an unknown function of a known interface", importing("entrepot:adapter/http@0.1.0"), "does not fit"),
        (
            "a known function of another type",
            text(
                "(component (import \"entrepot:adapter/http@0.1.0\" (instance (export \"send\" (func (result u32))))))",
            ),
            "does not fit",
        ),
        (
            "an export with nothing in it",
            text(
                "(component (component $c) (instance $i (instantiate $c)) (export \"entrepot:adapter/connection@0.1.0\" (instance $i)))",
            ),
            "it was loaded, with []",
        ),
        ("types nested 50,000 deep", nested(50_000), "levels of nested types; at most 64 are compiled"),
        (
            "a shared memory (threads)",
            text("(component (core module (memory 1 1 shared)))"),
            "no WebAssembly component",
        ),
        ("a 64-bit memory", text("(component (core module (memory i64 1)))"), "no WebAssembly component"),
        (
            "two memories in one module",
            text("(component (core module (memory 1) (memory 1)))"),
            "no WebAssembly component",
        ),
    ]
}

/// A resource of its own, made again and again and never given back.
const HANDLES: &str = r#"(component
    (type $r (resource (rep i32)))
    (core func $new (canon resource.new $r))
    (core module $m
        (import "" "new" (func $new (param i32) (result i32)))
        (func $start (local $n i32)
            (loop $again
                (drop (call $new (local.get $n)))
                (local.set $n (i32.add (local.get $n) (i32.const 1)))
                (br_if $again (i32.lt_u (local.get $n) (i32.const 100000)))))
        (start $start))
    (core instance (instantiate $m (with "" (instance (export "new" (func $new)))))))"#;

/// What must not start, or not go on once started.
fn started() -> Vec<(&'static str, anyhow::Result<Vec<u8>>, &'static str)> {
    let forged = |forged: Forged| forged.component();
    let plain = Forged::default;
    let looping = "(func $start (loop (br 0))) (start $start)".to_owned();
    let growing = "(module (memory 0) (func $start (loop
        (if (i32.eq (memory.grow (i32.const 16)) (i32.const -1)) (then unreachable)) (br 0))) (start $start))";
    let table = "(loop (if (i32.eq (table.grow (ref.null func) (i32.const 1000)) (i32.const -1)) (then unreachable)) (br 0)) unreachable";
    let inside = "(call $log (i32.const 1) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0)) (i32.const 4096)";
    vec![
        (
            "made by hand, and well behaved",
            forged(Forged { extra: crate::forge::account(2048, 0), ..plain() }),
            "it answered",
        ),
        ("infinite loop in a start function", forged(Forged { extra: looping, ..plain() }), "it computed for longer"),
        (
            "recursion that touches no memory",
            forged(Forged {
                extra: "(func $deep (result i32) (i32.add (call $deep) (i32.const 1)))".into(),
                check: "(call $deep)",
                ..plain()
            }),
            "call stack exhausted",
        ),
        (
            "infinite loop in cabi_realloc",
            forged(Forged { realloc: "(loop (br 0)) unreachable", ..plain() }),
            "it computed for longer",
        ),
        (
            "a host call from cabi_realloc",
            forged(Forged { realloc: inside, ..plain() }),
            "cannot leave component instance",
        ),
        (
            "100,000 handles",
            forged(plain()).and_then(|bytes| with_component(bytes, HANDLES)),
            "adapter-stopped: the adapter was stopped in check",
        ),
        ("a memory larger than granted", forged(Forged { pages: 1000, ..plain() }), "more memory than it may have"),
        ("a memory larger than any grant", forged(Forged { pages: 20_000, ..plain() }), "more than any adapter gets"),
        (
            "5 memories of 8 MiB",
            forged(plain()).and_then(|bytes| with_modules(bytes, 5, "(module (memory 128))")),
            "more memory than it may have",
        ),
        (
            "5 memories grown together",
            forged(plain()).and_then(|bytes| with_modules(bytes, 5, growing)),
            "more memory than it may have",
        ),
        (
            "16 memories",
            forged(plain()).and_then(|bytes| with_modules(bytes, 16, "(module (memory 1))")),
            "more than any adapter gets",
        ),
        (
            "a table grown without end",
            forged(Forged { extra: "(table 0 funcref)".into(), check: table, ..plain() }),
            "adapter-stopped",
        ),
        (
            "a table of 10,000,000",
            forged(Forged { extra: "(table 10000000 funcref)".into(), ..plain() }),
            "more than any adapter gets",
        ),
    ]
}

async fn loaded(stage: &Stage, bytes: Vec<u8>) -> String {
    let sandbox = stage.sandbox.clone();
    let work = tokio::spawn(async move {
        match load(&sandbox, &bytes, &Limits::default()).await {
            Ok(adapter) => format!("it was loaded, with {:?}", adapter.exports()),
            Err(error) => error.to_string(),
        }
    });
    work.await.unwrap_or_else(|error| format!("the host panicked: {error}"))
}

/// Whatever becomes of each of them: no panic, and the neighbour goes on.
async fn flipped(stage: &Stage) -> String {
    let mut refused = 0;
    for place in 1..=40 {
        let mut bytes = stage.bytes.clone();
        let at = bytes.len() * place / 41;
        bytes[at] ^= 0xff;
        let outcome = loaded(stage, bytes).await;
        if outcome.contains("panicked") {
            return outcome;
        }
        refused += u32::from(!outcome.contains("it was loaded"));
    }
    format!("40 files looked at, {refused} refused")
}

/// The same bytes every time, and like nothing else.
fn noise(length: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (state >> 56) as u8
    };
    (0..length).map(|_| next()).collect()
}

/// An ELF header as the engine's compiler writes it: its operating system (200), and its flag for components (2).
fn precompiled() -> Vec<u8> {
    let mut elf = vec![0; 64];
    elf[..8].copy_from_slice(b"\x7fELF\x02\x01\x01\xc8");
    elf[16] = 1;
    elf[18] = 62;
    elf[20] = 1;
    elf[48] = 2;
    elf[52] = 64;
    elf
}

fn nested(depth: usize) -> Vec<u8> {
    let mut text = "(component (type $t0 (list u8))".to_owned();
    for level in 1..depth {
        // Writing to a String cannot fail.
        let _ = write!(text, "(type $t{level} (list $t{}))", level - 1);
    }
    text.push(')');
    wat::parse_str(text).unwrap_or_default()
}
