//! The house rules, checked: who may depend on whom, and how the tree looks. The rules are functions over plain data,
//! each proven to fail on something made up.

use std::fs;
use std::path::{Path, PathBuf};

use cargo_metadata::{DependencyKind, MetadataCommand};

#[path = "architecture/circles.rs"]
mod circles;
#[path = "architecture/knowledge.rs"]
mod knowledge;
#[path = "architecture/migrations.rs"]
mod migrations;
#[path = "architecture/panics.rs"]
mod panics;
#[path = "architecture/uses.rs"]
mod uses;

/// A crate, and the workspace's crates it may depend on.
const ALLOWED: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("policy", &["domain"]),
    ("matching", &["domain"]),
    ("store", &["matching", "domain"]),
    ("vault", &["domain"]),
    ("metrics", &[]),
    ("egress", &["metrics", "policy", "domain"]),
    ("config", &["policy", "domain"]),
    ("queue", &["store", "metrics", "domain"]),
    ("spool", &[]),
    ("sandbox", &["egress", "spool", "metrics", "policy", "domain"]),
    ("artifact", &[]),
    ("adapters", &["artifact", "sandbox", "store", "policy", "domain"]),
    ("testkit", &["artifact", "sandbox", "egress", "spool", "policy", "domain"]),
    ("cargo-adapter", &["artifact", "testkit", "sandbox", "policy", "domain"]),
    // The use cases: only these know both a guest call and a table.
    ("core", &["adapters", "sandbox", "queue", "store", "egress", "spool", "vault", "metrics", "policy", "domain"]),
    ("accounts", &["core", "adapters", "store", "vault", "metrics", "domain"]),
    ("channels", &["core", "adapters", "sandbox", "store", "egress", "spool", "vault", "metrics", "policy", "domain"]),
    (
        "catalog",
        &[
            "channels", "core", "adapters", "sandbox", "queue", "store", "egress", "spool", "vault", "metrics",
            "policy", "domain",
        ],
    ),
    ("linking", &["channels", "core", "matching", "store", "domain"]),
    ("listings", &["catalog", "channels", "core", "sandbox", "queue", "store", "domain"]),
    ("stock", &["listings", "core", "store", "domain"]),
    (
        "web",
        &[
            "accounts", "catalog", "channels", "linking", "listings", "stock", "core", "adapters", "store", "vault",
            "metrics", "matching", "policy", "domain",
        ],
    ),
    (
        "pages",
        &[
            "web", "accounts", "catalog", "channels", "linking", "listings", "stock", "core", "adapters", "store",
            "matching", "policy", "domain",
        ],
    ),
    (
        "server",
        &[
            "pages", "web", "accounts", "catalog", "channels", "linking", "listings", "stock", "core", "adapters",
            "config", "sandbox", "queue", "store", "egress", "spool", "vault", "metrics", "policy", "domain",
        ],
    ),
    ("guest", &[]),
    ("fuzz", &["artifact", "policy", "domain"]),
    // What was built against the WIT alone shows breaks that the SDK would hide.
    ("golden-0-1-0", &[]),
    ("golden-0-1-1", &[]),
    ("wit-check", &[]),
    ("test-macros", &[]),
];

/// A crate of the registry, and who alone may use it.
const OWNED: &[(&str, &[&str])] = &[
    ("sqlx", &["entrepot-store", "entrepot-queue"]),
    ("wasmtime", &["entrepot-sandbox"]),
    ("reqwest", &["entrepot-egress", "entrepot-artifact"]),
    ("prometheus-client", &["entrepot-metrics"]),
    ("opentelemetry-otlp", &["entrepot-server"]),
    ("oci-client", &["entrepot-artifact"]),
    ("ed25519-dalek", &["entrepot-artifact"]),
    ("argon2", &["entrepot-accounts"]),
    ("jsonwebtoken", &["entrepot-accounts"]),
    ("lettre", &["entrepot-accounts"]),
];

/// Crates that test others may depend on everything.
fn tests_others(name: &str) -> bool {
    matches!(name, "entrepot-tests" | "entrepot-test-support")
}

/// What is wrong with one crate's dependency on another, by names.
fn edge(from: &str, to: &str) -> Option<String> {
    if tests_others(from) {
        return None;
    }
    if let Some((_, owners)) = OWNED.iter().find(|(owned, _)| *owned == to) {
        return (!owners.contains(&from)).then(|| format!("{from} depends on {to}, which is for {owners:?} alone"));
    }
    let wrong = Some(format!("{from} must not depend on {to}"));
    let to = to.strip_prefix("entrepot-")?;
    if from.starts_with("entrepot-plugin-") || matches!(from, "entrepot-hostile-guest" | "entrepot-nonconforming") {
        return wrong.filter(|_| to != "guest");
    }
    let from = from.strip_prefix("entrepot-").unwrap_or(from);
    let allowed = ALLOWED.iter().find(|(name, _)| *name == from).map_or(&[][..], |(_, allowed)| allowed);
    wrong.filter(|_| !allowed.contains(&to))
}

/// The one place that may be unsafe, once: it loads compiled code that was verified.
const UNSAFE: &str = "host/sandbox/src/compile/code.rs";

/// Product code stays under 300 lines, tests under 500; a module `foo` is `foo.rs`; nobody's home is named; unsafe code is in
/// its place.
fn source(path: &str, text: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    let is_test = path.split('/').any(|part| part == "tests" || part == "tests.rs" || part == "benches");
    let (lines, most) = (text.lines().count(), if is_test { 500 } else { 300 });
    if path.ends_with(".rs") && lines > most {
        wrong.push(format!("{path} has {lines} lines; at most {most}"));
    }
    if path.ends_with("/mod.rs") {
        wrong.push(format!("{path}: name it after its folder, beside it"));
    }
    let lint = ["unsafe", "_code"].concat();
    if path.ends_with(".rs") && text.matches(lint.as_str()).count() > usize::from(path == UNSAFE) {
        wrong.push(format!("{path}: unsafe code is for {UNSAFE} alone, once"));
    }
    let homes = [["/ho", "me/"], ["/Us", "ers/"], ["/ro", "ot/"]].map(|parts| parts.concat());
    if let Some(line) = text.lines().position(|line| homes.iter().any(|home| line.contains(home.as_str()))) {
        wrong.push(format!("{path} line {}: an absolute path of somebody's home", line + 1));
    }
    wrong
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Every file below, without what is built and what git keeps.
fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else { panic!("{} cannot be read", folder.display()) };
    for entry in entries.flatten() {
        let (path, name) = (entry.path(), entry.file_name());
        if path.is_dir() {
            if !matches!(name.to_string_lossy().as_ref(), "target" | ".git" | "data" | "node_modules") {
                walk(&path, found);
            }
        } else {
            found.push(path);
        }
    }
}

/// The crates that stand right in a folder of the root.
fn crates(folder: &str) -> Vec<PathBuf> {
    let folder = root().join(folder);
    names(&folder).into_iter().map(|name| folder.join(name)).filter(|one| one.join("src").is_dir()).collect()
}

fn names(folder: &Path) -> Vec<String> {
    let Ok(entries) = fs::read_dir(folder) else { panic!("{} cannot be read", folder.display()) };
    entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
}

#[test]
fn dependencies_point_one_way() {
    let metadata = match MetadataCommand::new().manifest_path(root().join("Cargo.toml")).no_deps().exec() {
        Ok(metadata) => metadata,
        Err(error) => panic!("cargo metadata: {error}"),
    };
    let mut wrong = Vec::new();
    let packages = metadata.workspace_packages();
    for package in &packages {
        // A crate's own tests may reach further: nothing of them is in the product.
        let product = package.dependencies.iter().filter(|dependency| dependency.kind != DependencyKind::Development);
        wrong.extend(product.filter_map(|dependency| edge(&package.name, &dependency.name)));
        let folder = package.manifest_path.parent();
        if folder.is_some_and(|folder| !folder.join("README.md").exists()) {
            wrong.push(format!("{} has no README.md", package.name));
        }
    }
    assert!(packages.len() > 10 && wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn files_are_as_agreed() {
    let (root, mut files, mut wrong) = (root(), Vec::new(), Vec::new());
    walk(&root, &mut files);
    for file in &files {
        let path = file.strip_prefix(&root).unwrap_or(file).to_string_lossy().replace('\\', "/");
        // What is not text names nobody.
        if let Ok(text) = fs::read_to_string(file) {
            wrong.extend(source(&path, &text));
        }
    }
    assert!(files.len() > 100 && wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_rules_can_fail() {
    for (from, to) in [
        ("entrepot-domain", "entrepot-store"),
        ("entrepot-store", "entrepot-vault"),
        ("entrepot-web", "entrepot-sandbox"),
        ("entrepot-web", "wasmtime"),
        ("entrepot-web", "entrepot-pages"),
        ("entrepot-pages", "entrepot-sandbox"),
        ("entrepot-catalog", "entrepot-web"),
        ("entrepot-sandbox", "entrepot-store"),
        ("entrepot-vault", "sqlx"),
        ("entrepot-catalog", "reqwest"),
        ("entrepot-guest", "entrepot-domain"),
        ("entrepot-plugin-woocommerce", "entrepot-domain"),
        ("entrepot-made-up", "entrepot-domain"),
        ("entrepot-artifact", "entrepot-domain"),
        ("entrepot-artifact", "wasmtime"),
        ("entrepot-web", "entrepot-artifact"),
        ("entrepot-adapters", "oci-client"),
        ("cargo-adapter", "entrepot-store"),
        ("entrepot-testkit", "entrepot-catalog"),
        ("entrepot-golden-0-1-0", "entrepot-guest"),
        ("entrepot-golden-0-1-1", "entrepot-guest"),
        ("entrepot-fuzz", "entrepot-store"),
        ("entrepot-wit-check", "entrepot-domain"),
    ] {
        assert!(edge(from, to).is_some(), "{from} -> {to}");
    }
    for (from, to) in [
        ("entrepot-store", "sqlx"),
        ("entrepot-server", "entrepot-store"),
        ("entrepot-plugin-woocommerce", "entrepot-guest"),
        ("entrepot-tests", "wasmtime"),
        ("entrepot-web", "axum"),
        ("entrepot-adapters", "entrepot-artifact"),
        ("entrepot-artifact", "reqwest"),
        ("cargo-adapter", "entrepot-artifact"),
        ("entrepot-fuzz", "entrepot-artifact"),
    ] {
        assert_eq!(edge(from, to), None, "{from} -> {to}");
    }
    assert_eq!(source("host/a/src/b.rs", &"x\n".repeat(301)).len(), 1);
    assert_eq!(source("host/a/tests/b.rs", &"x\n".repeat(301)).len(), 0);
    assert_eq!(source("host/a/src/b/tests.rs", &"x\n".repeat(501)).len(), 1);
    assert_eq!(source("host/a/src/b/mod.rs", "").len(), 1);
    let lint = ["#[expect(unsafe", "_code)]\n"].concat();
    assert_eq!(source(UNSAFE, &lint).len(), 0);
    assert_eq!(source(UNSAFE, &lint.repeat(2)).len(), 1);
    assert_eq!(source("host/a/src/b.rs", &lint).len(), 1);
    assert_eq!(source("a.md", &["see /ho", "me/ann/x"].concat()).len(), 1);
}
