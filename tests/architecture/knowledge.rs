//! What a crate must not know, as its README says: names that may not occur in its sources, outside of its tests.

use std::fs;

/// A crate's folder, and names that its code may not use.
const MUST_NOT_KNOW: &[(&str, &[&str])] = &[
    ("host/domain", &["tokio", "sqlx", "axum", "wasmtime", "reqwest"]),
    ("host/policy", &["tokio", "sqlx", "axum", "wasmtime", "reqwest"]),
    ("host/matching", &["tokio", "sqlx", "axum", "wasmtime", "reqwest", "entrepot_policy"]),
    ("host/egress", &["wasmtime", "sqlx", "axum", "entrepot_store", "entrepot_vault", "entrepot_sandbox"]),
    ("host/sandbox", &["sqlx", "axum", "reqwest", "entrepot_store", "entrepot_vault", "entrepot_queue"]),
    ("host/adapters", &["axum", "reqwest", "http", "sqlx", "wasmtime", "entrepot_egress", "entrepot_vault"]),
    ("host/queue", &["wasmtime", "entrepot_sandbox", "entrepot_adapters", "entrepot_egress"]),
    ("host/app/core", &["axum", "clap", "sqlx", "reqwest", "wasmtime", "entrepot_channels", "entrepot_catalog"]),
    ("host/app/accounts", &["axum", "clap", "sqlx", "reqwest", "wasmtime", "entrepot_sandbox", "entrepot_channels"]),
    ("host/app/channels", &["axum", "clap", "sqlx", "reqwest", "wasmtime", "entrepot_catalog", "entrepot_linking"]),
    ("host/app/catalog", &["axum", "clap", "sqlx", "reqwest", "wasmtime", "entrepot_linking"]),
    ("host/app/listings", &["axum", "clap", "sqlx", "reqwest", "wasmtime", "entrepot_linking"]),
    (
        "host/app/stock",
        &["axum", "clap", "sqlx", "reqwest", "wasmtime", "entrepot_sandbox", "entrepot_catalog", "entrepot_linking"],
    ),
    ("host/app/linking", &["axum", "clap", "sqlx", "reqwest", "wasmtime", "entrepot_sandbox", "entrepot_catalog"]),
    ("host/vault", &["sqlx", "entrepot_store", "entrepot_catalog", "entrepot_egress"]),
    ("host/spool", &["sqlx", "reqwest", "http", "entrepot_sandbox", "entrepot_store"]),
    ("host/config", &["entrepot_store", "entrepot_sandbox", "entrepot_catalog", "entrepot_egress"]),
    ("host/metrics", &["sqlx", "axum", "reqwest", "entrepot_store", "entrepot_catalog"]),
    ("host/store", &["wasmtime", "axum", "reqwest", "http", "entrepot_sandbox"]),
    ("host/web", &["wasmtime", "sqlx", "entrepot_sandbox", "entrepot_egress"]),
    ("host/pages", &["wasmtime", "sqlx", "entrepot_sandbox", "entrepot_egress", "entrepot_vault"]),
    ("host/server", &["wasmtime", "sqlx"]),
    ("sdk/artifact", &["wasmtime", "sqlx", "entrepot_domain", "entrepot_sandbox", "entrepot_adapters"]),
    ("sdk/cargo-adapter", &["sqlx", "entrepot_store", "entrepot_queue", "entrepot_catalog"]),
    ("sdk/testkit", &["sqlx", "entrepot_store", "entrepot_queue", "entrepot_catalog"]),
    ("sdk/guest", &["entrepot_domain", "entrepot_sandbox", "entrepot_testkit", "wasmtime", "tokio"]),
];

/// No name in the code of any of these crates has one of them in it.
const MARKETPLACES: &[&str] = &["shopify", "etsy", "woocommerce", "bigcommerce", "ebay"];

/// Names that the field has other words for (docs/development/glossary.md), and the crates that are rid of them.
const RETIRED: &[&str] =
    &["AT_ONCE", "LARGEST", "LONGEST", "MOST", "Pace", "Scrubber", "Tally", "Workshop", "hop", "scrub"];
const RENAMED: &[&str] = &[
    "host/sandbox",
    "host/egress",
    "host/adapters",
    "host/domain",
    "host/policy",
    "host/matching",
    "sdk/artifact",
    "sdk/cargo-adapter",
];

/// Those of the use cases.
const RETIRED_USE_CASES: &[&str] = &[
    "Arrived",
    "CameBack",
    "Circumstances",
    "Doors",
    "Hand",
    "Holder",
    "Intake",
    "Nudged",
    "Watch",
    "brought_until",
    "carry_on",
    "mapped_badly",
    "mend_subscriptions",
    "nudge_abandoned",
    "overtaken",
    "send_off",
    "synced_until",
    "tells_stock",
    "with_patience",
];

fn retired(path: &str, text: &str, retired: &[&str]) -> Vec<String> {
    let names = super::uses::tokens(text);
    let found = names.iter().filter(|name| retired.contains(&name.as_str()));
    found.map(|name| format!("{path} has the name {name}; the glossary has the field's word")).collect()
}

/// What is wrong with one source of a crate.
fn source(path: &str, text: &str, unknown: &[&str]) -> Vec<String> {
    let mut wrong: Vec<String> = Vec::new();
    for name in super::uses::tokens(text) {
        if unknown.contains(&name.as_str()) {
            wrong.push(format!("{path} names {name}, of which its crate must not know"));
        }
        if let Some(marketplace) = MARKETPLACES.iter().find(|marketplace| name.to_lowercase().contains(*marketplace)) {
            wrong.push(format!("{path} has the name {name}: {marketplace} is for its plugin alone"));
        }
    }
    wrong.sort();
    wrong.dedup();
    wrong
}

fn readme(crate_name: &str, text: &str) -> Option<String> {
    let says = text.to_lowercase().contains("must not know");
    (!says).then(|| format!("{crate_name}/README.md does not say what the crate must not know"))
}

#[test]
fn crates_do_not_know_what_they_must_not() {
    let mut wrong = Vec::new();
    for (folder, unknown) in MUST_NOT_KNOW {
        let folder_path = super::root().join(folder);
        let sources = super::circles::sources(&folder_path.join("src"));
        assert!(!sources.is_empty(), "{folder} has no sources");
        for (path, text) in sources {
            wrong.extend(source(&format!("{folder}/{path}"), &text, unknown));
            wrong.extend(retired(&format!("{folder}/{path}"), &text, RETIRED_USE_CASES));
            if RENAMED.contains(folder) {
                wrong.extend(retired(&format!("{folder}/{path}"), &text, RETIRED));
            }
        }
        wrong.extend(readme(folder, &fs::read_to_string(folder_path.join("README.md")).unwrap_or_default()));
    }
    for folder in ["host", "host/app", "sdk"] {
        let known = |name: &String| MUST_NOT_KNOW.iter().any(|(known, _)| *known == format!("{folder}/{name}"));
        let names = super::names(&super::root().join(folder));
        let crates = names.into_iter().filter(|name| super::root().join(folder).join(name).join("src").is_dir());
        wrong.extend(crates.filter(|name| !known(name)).map(|name| format!("{folder}/{name} has no line here")));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn knowledge_is_found() {
    assert_eq!(source("a.rs", "use sqlx::Row; fn f() -> sqlx::Result<()> {}", &["sqlx"]).len(), 1);
    assert_eq!(source("a.rs", "// sqlx\nconst A: &str = \"sqlx\";", &["sqlx"]).len(), 0, "comments and texts may");
    assert_eq!(source("a.rs", "#[cfg(test)] mod tests { use sqlx::Row; }", &["sqlx"]).len(), 0, "tests may");
    assert_eq!(source("a.rs", "struct EtsyThing;", &[]).len(), 1);
    assert_eq!(retired("a.rs", "const MOST: u8 = 1; const MOST_HOPS: u8 = 1;", RETIRED).len(), 1);
    assert!(readme("a", "It is small.").is_some() && readme("a", "Must not know: SQL.").is_none());
}
