//! The command as people type it: what it prints, and its exit code.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use cargo_adapter::component::encode;

const MANIFEST: &str = "id = \"example\"\nname = \"Example\"\npublisher = \"acme\"\nversion = \"VERSION\"\nworld = \"entrepot:adapter@0.1.0\"\n";

fn adapter(folder: &Path, arguments: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-adapter"));
    for name in ["ENTREPOT_OCI_USERNAME", "ENTREPOT_OCI_PASSWORD", "ENTREPOT_EGRESS_ALLOW_LOOPBACK"] {
        command.env_remove(name);
    }
    command.current_dir(folder).arg("adapter").args(arguments.split(' ')).output().unwrap()
}

fn done(folder: &Path, arguments: &str) -> String {
    let output = adapter(folder, arguments);
    let (out, error) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    assert_eq!(output.status.code(), Some(0), "{arguments}: {out}{error}");
    out
}

fn failed(folder: &Path, arguments: &str, code: i32, with: &str) {
    let output = adapter(folder, arguments);
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.code() == Some(code) && error.contains(with), "{arguments}: {:?} {error}", output.status);
}

fn workshop() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let module = wat::parse_str("(module)").unwrap();
    for version in ["1.0.0", "1.1.0"] {
        let bytes = encode(&module, &MANIFEST.replace("VERSION", version)).unwrap();
        fs::write(folder.path().join(format!("{version}.wasm")), bytes).unwrap();
    }
    fs::create_dir(folder.path().join("registry")).unwrap();
    fs::write(folder.path().join("registry/registry.toml"), "format = 1\nname = \"test\"\n").unwrap();
    folder
}

/// `| head`
#[test]
fn whoever_reads_may_go_away() {
    let folder = workshop();
    for arguments in ["inspect 1.0.0.wasm", "--help"] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-adapter"));
        command.current_dir(folder.path()).arg("adapter").args(arguments.split(' ')).stdout(writer);
        let output = command.output().unwrap();
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(!error.contains("panicked") && !error.contains("Broken pipe"), "{arguments}: {error}");
    }
}

#[test]
fn from_a_key_to_a_published_version() {
    let folder = workshop();
    let folder = folder.path();
    let public = done(folder, "key new --publisher acme --out acme.key");
    assert_eq!(done(folder, "key show acme.key"), public);
    failed(folder, "key new --publisher acme --out acme.key", 1, "not written over");

    assert!(done(folder, "inspect 1.0.0.wasm").contains("signature  none"));
    failed(folder, "publish 1.0.0.wasm registry", 1, "not signed");
    assert!(
        done(folder, "sign 1.0.0.wasm --key acme.key --out signed.wasm").starts_with("signed.wasm\nexample 1.0.0\n")
    );
    assert!(done(folder, "inspect 1.0.0.wasm").contains("signature  none"), "the original is left alone");
    let inspected = done(folder, "inspect signed.wasm");
    assert!(inspected.contains("signature  fits") && inspected.contains(public.trim()), "{inspected}");

    assert!(done(folder, "publish signed.wasm registry").starts_with("example 1.0.0 published: registry/artifacts/"));
    assert!(done(folder, "publish signed.wasm registry").starts_with("example 1.0.0 was published already"));
    assert_eq!(done(folder, "registry verify registry"), "test: 1 adapters, 1 versions, 0 of them unsigned\n");
    assert_eq!(
        done(folder, "yank example@1.0.0 --registry registry --reason broken"),
        "example 1.0.0 is yanked: broken\n"
    );
    assert!(fs::read_to_string(folder.join("registry/index/example.json")).unwrap().contains("\"yanked\": \"broken\""));
    assert_eq!(done(folder, "yank example@1.0.0 --registry registry --undo"), "example 1.0.0 is no longer yanked\n");
}

/// Who signs a key that nobody reads has signed something else than they think.
#[test]
fn a_misspelt_manifest_is_neither_signed_nor_published() {
    let folder = workshop();
    let folder = folder.path();
    done(folder, "key new --publisher acme --out acme.key");
    let module = wat::parse_str("(module)").unwrap();
    let misspelt = format!("{}[rate_limits]\nconcurrency = 2\n", MANIFEST.replace("VERSION", "1.0.0"));
    fs::write(folder.join("misspelt.wasm"), encode(&module, &misspelt).unwrap()).unwrap();
    failed(folder, "sign misspelt.wasm --key acme.key", 1, "rate_limits: unknown field");
    failed(folder, "publish misspelt.wasm registry --allow-unsigned", 1, "rate_limits: unknown field");
    assert!(!folder.join("registry/index/example.json").exists());
}

#[test]
fn a_new_adapter_is_filled_in_whatever_the_language() {
    let folder = workshop();
    let folder = folder.path();
    done(folder, "new a-shop --language rust --publisher acme");
    done(folder, "new b-shop --language javascript --publisher acme");
    failed(folder, "new b-shop --language javascript", 1, "there already");
    failed(folder, "new c-shop --language cobol", 2, "javascript");
    let read = |file: &str| fs::read_to_string(folder.join(file)).unwrap();
    assert!(read("a-shop/Cargo.toml").contains("name = \"entrepot-plugin-a-shop\""));
    assert!(read("b-shop/package.json").contains("\"name\": \"b-shop\""));
    assert!(read("b-shop/adapter.toml").contains("publisher = \"acme\""));
    assert!(read("b-shop/wit/deps/entrepot-adapter/types.wit").contains("package entrepot:adapter@0.1.1;"));
    assert_eq!(read("a-shop/tests/shop.json"), read("b-shop/tests/shop.json"));
    for file in ["README.md", "build.js", "src/adapter.js", "src/api.js", "src/map.js"] {
        let text = read(&format!("b-shop/{file}"));
        assert!(!["{name}", "{title}", "{publisher}"].iter().any(|gap| text.contains(gap)), "{file}");
    }
}

#[test]
fn a_new_key_needs_the_old_ones_word() {
    let folder = workshop();
    let folder = folder.path();
    for name in ["old", "new"] {
        done(folder, &format!("key new --publisher acme --out {name}.key"));
    }
    done(folder, "sign 1.0.0.wasm --key old.key");
    done(folder, "sign 1.1.0.wasm --key new.key");
    done(folder, "publish 1.0.0.wasm registry");
    failed(folder, "publish 1.1.0.wasm registry", 1, "--rotation");
    let statement = done(folder, "key rotate --old old.key --new new.key");
    assert!(statement.starts_with("entrepot-rotation:acme:") && statement.lines().count() == 1);
    fs::write(folder.join("rotation"), &statement).unwrap();
    done(folder, "publish 1.1.0.wasm registry --rotation rotation");
    assert_eq!(done(folder, "registry verify registry"), "test: 1 adapters, 2 versions, 0 of them unsigned\n");
}

#[test]
fn what_fails_is_1_and_wrong_use_is_2() {
    let folder = workshop();
    let folder = folder.path();
    done(folder, "key new --publisher acme --out acme.key");
    done(folder, "key new --publisher other --out other.key");
    failed(folder, "inspect missing.wasm", 1, "missing.wasm");
    failed(folder, "inspect acme.key", 1, "not a WebAssembly component");
    failed(folder, "sign 1.0.0.wasm --key other.key", 1, "publisher");
    failed(folder, "publish 1.0.0.wasm nowhere", 1, "no registry");
    failed(folder, "publish 1.0.0.wasm oci://127.0.0.1:1/example:1.0.0", 1, "plain http");
    failed(folder, "yank example@9.9.9 --registry registry --reason x", 1, "no adapter");
    failed(folder, "registry verify .", 1, "registry.toml");
    failed(folder, "yank example --registry registry --reason x", 2, "whole version");
    failed(folder, "yank example@1.0.0 --registry registry", 2, "--reason");
    failed(folder, "publish 1.0.0.wasm https://registry.example", 2, "read only");
    failed(folder, "publish 1.0.0.wasm oci://registry.example/example", 2, "tag");
    failed(folder, "frobnicate", 2, "frobnicate");

    done(folder, "sign 1.0.0.wasm --key acme.key");
    let mut bytes = fs::read(folder.join("1.0.0.wasm")).unwrap();
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    fs::write(folder.join("1.0.0.wasm"), bytes).unwrap();
    failed(folder, "inspect 1.0.0.wasm", 1, "changed after it was signed");
    assert!(String::from_utf8(adapter(folder, "inspect 1.0.0.wasm").stdout).unwrap().contains("DOES NOT FIT"));
}
