//! The adapter that `cargo adapter new --language javascript` makes: built by npm, loaded under default limits, conforming.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use entrepot_tests::entrepot_program;

fn programs() -> PathBuf {
    let folder = entrepot_program().parent().expect("the target folder").to_owned();
    assert!(folder.join("cargo-adapter").exists(), "built by `cargo xtask test`");
    folder
}

fn run(folder: &Path, program: &Path, arguments: &str) -> Output {
    let mut command = Command::new(program);
    command.current_dir(folder).args(arguments.split(' ')).stdin(Stdio::null());
    command.output().unwrap_or_else(|error| panic!("{}: {error}", program.display()))
}

fn done(folder: &Path, program: &Path, arguments: &str) -> String {
    let Output { status, stdout, stderr } = run(folder, program, arguments);
    let (said, told) = (String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr));
    assert!(status.success(), "{arguments}: {said}{told}");
    said.into_owned()
}

/// ComponentizeJS wants Node.js 20; older distributions have less.
fn old_node() -> Option<String> {
    let version = Command::new("node").arg("--version").stdin(Stdio::null()).output().ok()?;
    let version = String::from_utf8_lossy(&version.stdout).trim().to_owned();
    let major: Option<u32> = version.trim_start_matches('v').split('.').next().and_then(|major| major.parse().ok());
    major.is_some_and(|major| major < 20).then(|| format!("Node.js {version} is older than 20"))
}

/// Why the test cannot run here. On CI it has to.
fn missing(folder: &Path) -> Option<String> {
    for program in ["node", "npm"] {
        let found = Command::new(program).arg("--version").stdin(Stdio::null()).output();
        if !found.is_ok_and(|output| output.status.success()) {
            return Some(format!("there is no {program}"));
        }
    }
    let install = run(folder, Path::new("npm"), "install --no-audit --no-fund");
    (!install.status.success()).then(|| format!("npm install: {}", String::from_utf8_lossy(&install.stderr)))
}

#[test]
fn the_adapter_in_javascript_works() {
    if let Some(why) = old_node() {
        eprintln!("SKIPPED: the adapter in JavaScript is not tested: {why}");
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let adapter = programs().join("cargo-adapter");
    done(folder.path(), &adapter, "adapter new js-shop --language javascript --publisher acme");
    let shop = folder.path().join("js-shop");
    if let Some(why) = missing(&shop) {
        assert!(std::env::var_os("CI").is_none(), "{why}");
        eprintln!("SKIPPED: the adapter in JavaScript is not tested: {why}");
        return;
    }
    done(&shop, Path::new("npm"), "test");

    let built = done(&shop, &adapter, "adapter build");
    let (_, imports) = built.split_once("imports:\n").expect("a list of imports");
    let imports: Vec<&str> = imports.lines().map(str::trim).collect();
    assert_eq!(
        imports,
        [
            "entrepot:adapter/http@0.1.1: send",
            "entrepot:adapter/http@0.1.1: send-all",
            "entrepot:adapter/log@0.1.1: write"
        ],
        "nothing of WASI is left"
    );

    // What is built already is not built again for each command: compiling SpiderMonkey takes long enough.
    let component = "--component target/adapters/js-shop.wasm --tests tests";
    let tested = done(&shop, &adapter, &format!("adapter test --conformance {component}"));
    assert!(tested.contains("ok    catalog/money (shop): 3 prices"), "{tested}");
    assert!(tested.contains("2 tests, 14 checks, 0 failed"), "{tested}");

    done(&shop, &adapter, "adapter key new --publisher acme --out acme.key");
    done(&shop, &adapter, "adapter sign target/adapters/js-shop.wasm --key acme.key --out signed.wasm");
    let inspected = done(&shop, &adapter, "adapter inspect signed.wasm");
    assert!(inspected.starts_with("js-shop 0.1.0\n") && inspected.contains("signature  fits"), "{inspected}");
}
