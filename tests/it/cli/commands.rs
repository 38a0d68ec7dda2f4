//! The commands as people and scripts use them.

use entrepot_test_support::woocommerce::{Seed, Store, serve};
use entrepot_tests::{App, Database, Entrepot, SHOP, adapters_folder};
use serde_json::Value;

fn shop() -> Store {
    Store::generate(Seed { products: 130, variable_share: 0.2, seed: 51 })
}

#[tokio::test(flavor = "multi_thread")]
async fn from_nothing_to_an_exported_catalogue() {
    let store = shop();
    let server = serve(&store);
    let app = App::start(Database::Sqlite).await;
    let entrepot = Entrepot::new(app.environment.clone());
    assert_eq!(entrepot.json(&["migrate"]).0, 0);
    let wasm = adapters_folder().join("woocommerce.wasm");
    let (code, installed) = entrepot.json(&["adapter", "install", &wasm.display().to_string(), "--approve"]);
    assert_eq!((code, installed["state"].as_str()), (0, Some("approved")), "{installed}");
    let (_, adapters) = entrepot.json(&["adapter", "list"]);
    assert_eq!(adapters[0]["adapter"], "woocommerce");
    let (_, inspected) = entrepot.json(&["adapter", "inspect", "woocommerce"]);
    assert!(inspected["imports"].as_array().is_some_and(|imports| {
        let known = |i: &str| i == "log/write" || i.starts_with("http/") || i.starts_with("keys/");
        imports.iter().all(|i| i.as_str().is_some_and(known))
    }));

    let key = store.key();
    let (address, ck, cs) = (
        format!("store_url={}", server.base_url),
        format!("consumer_key={}", key.consumer_key),
        format!("consumer_secret={}", key.consumer_secret),
    );
    let add = [
        "channel",
        "add",
        "--adapter",
        "woocommerce",
        "--name",
        SHOP,
        "--set",
        &address,
        "--secret",
        &ck,
        "--secret",
        &cs,
    ];
    let (code, channel) = entrepot.json(&add);
    assert_eq!(code, 0, "{channel}");
    let output = entrepot.run(&add);
    assert_eq!(output.status.code(), Some(1), "the name is taken");
    let (code, tested) = entrepot.json(&["channel", "test", SHOP]);
    assert_eq!((code, tested["ok"].as_bool()), (0, Some(true)));

    let (code, report) = entrepot.json(&["import", SHOP, "--full", "--wait"]);
    assert_eq!((code, report["state"].as_str()), (0, Some("completed")), "{report}");
    for field in [
        "run",
        "channel",
        "state",
        "declared",
        "fetched",
        "created",
        "updated",
        "unchanged",
        "deleted",
        "dead_letters",
        "requests",
        "rate_limited",
        "retries",
        "seconds",
    ] {
        assert!(!report[field].is_null(), "{field} is part of the contract: {report}");
    }
    let (_, runs) = entrepot.json(&["runs", SHOP]);
    assert_eq!(runs[0]["run"], report["run"]);
    assert_eq!(entrepot.json(&["run", report["run"].as_str().unwrap_or_default()]).1["state"], "completed");

    let output = entrepot.run(&["products", "export", SHOP]);
    let lines: Vec<Value> =
        String::from_utf8_lossy(&output.stdout).lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let dead = entrepot.json(&["dead-letters", "list", SHOP]).1;
    let dead = dead.as_array().expect("a list");
    assert_eq!(lines.len() + dead.len(), 130);
    for letter in dead.iter().take(1) {
        let (code, whole) = entrepot.json(&["dead-letters", "show", letter["id"].as_str().unwrap_or_default()]);
        assert_eq!((code, &whole["letter"]), (0, letter));
        assert!(whole["content"]["raw"].is_string(), "{whole}");
    }
    assert_eq!(entrepot.json(&["dead-letters", "replay", SHOP, "--adapter-version", "9.9.9"]).1["replayed"], 0);
    let unsaid = entrepot.run(&["dead-letters", "replay"]);
    assert!(!unsaid.status.success() && String::from_utf8_lossy(&unsaid.stderr).contains("--all"), "{unsaid:?}");
    let ids: Vec<&str> = lines.iter().filter_map(|line| line["source_id"].as_str()).collect();
    assert!(ids.is_sorted(), "ordered by source id");
    let names = [
        "source_id",
        "title",
        "description_html",
        "status",
        "url",
        "tags",
        "options",
        "variants",
        "media",
        "collections",
    ];
    assert!(names.iter().all(|name| lines[0].get(name).is_some()), "{}", lines[0]);
    let variant = &lines[0]["variants"][0];
    assert!(
        ["source_id", "sku", "price", "compare_at", "option_values", "inventory"]
            .iter()
            .all(|name| variant.get(name).is_some())
    );
    let csv = entrepot.run(&["products", "export", SHOP, "--format", "csv"]);
    assert!(String::from_utf8_lossy(&csv.stdout).starts_with("source_id,title,status"));

    let everything = std::fs::read(app.data_dir().join("entrepot.db")).expect("the database");
    for secret in [&key.consumer_key, &key.consumer_secret] {
        assert!(!everything.windows(secret.len()).any(|window| window == secret.as_bytes()), "secrets are sealed");
    }
    assert_eq!(entrepot.json(&["channel", "remove", SHOP]).0, 0);
    assert_eq!(entrepot.json(&["doctor"]).1["ok"], true);
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_use_and_wrong_values_are_told_apart() {
    let app = App::start(Database::Sqlite).await;
    let entrepot = Entrepot::new(app.environment.clone());
    assert_eq!(entrepot.run(&["import"]).status.code(), Some(2), "a word is missing");
    assert_eq!(
        entrepot.run(&["channel", "add", "--adapter", "x", "--name", "y", "--secret", "nonsense"]).status.code(),
        Some(2)
    );
    let output = entrepot.run(&["import", "nowhere", "--wait"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("channel list"), "{output:?}");
    let broken = entrepot.clone().with("ENTREPOT_LISTEN", "everywhere").with("ENTREPOT_IMPORT_WORKERS", "many");
    let text = String::from_utf8_lossy(&broken.run(&["runs"]).stderr).into_owned();
    assert!(
        text.contains("2 problems") && text.contains("ENTREPOT_LISTEN") && text.contains("ENTREPOT_IMPORT_WORKERS"),
        "{text}"
    );
    let not_wasm = app.data_dir().join("not.wasm");
    std::fs::write(&not_wasm, "hello").expect("written");
    let output = entrepot.run(&["adapter", "install", &not_wasm.display().to_string()]);
    assert!(String::from_utf8_lossy(&output.stderr).contains("no WebAssembly component"), "{output:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_adapter_that_is_not_approved_does_not_run() {
    let app = App::start(Database::Sqlite).await;
    let entrepot = Entrepot::new(app.environment.clone());
    let wasm = adapters_folder().join("woocommerce.wasm");
    assert_eq!(entrepot.json(&["adapter", "install", &wasm.display().to_string()]).1["state"], "pending");
    let output = entrepot.run(&[
        "channel",
        "add",
        "--adapter",
        "woocommerce",
        "--name",
        SHOP,
        "--set",
        "store_url=https://shop.example.com",
    ]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("adapter approve woocommerce"), "{output:?}");
}

/// A command line is seen by everybody on the machine: secrets come from files and from standard input as well.
#[tokio::test(flavor = "multi_thread")]
async fn secrets_come_from_files_and_standard_input() {
    let store = shop();
    let server = serve(&store);
    let app = App::start(Database::Sqlite).await;
    app.install().await;
    let entrepot = Entrepot::new(app.environment.clone());
    let key = store.key();
    let (in_file, wrong) = (app.data_dir().join("key"), app.data_dir().join("wrong"));
    std::fs::write(&in_file, format!("{}\n", key.consumer_key)).expect("written");
    std::fs::write(&wrong, "cs_wrong").expect("written");
    let (address, file) = (format!("store_url={}", server.base_url), format!("consumer_key={}", in_file.display()));
    let words =
        ["channel", "add", "--adapter", "woocommerce", "--name", SHOP, "--set", &address, "--secret-file", &file];
    let with_input = |words: &[&str], input: &std::path::Path| {
        let mut command = entrepot.command(words);
        command.stdin(std::fs::File::open(input).expect("there")).output().expect("runs")
    };
    let refused = with_input(&[&words[..], &["--secret-stdin", "consumer_secret"]].concat(), &wrong);
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(!refused.status.success() && !said.contains("cs_wrong"), "{said}");

    let secret = app.data_dir().join("secret");
    std::fs::write(&secret, format!("{}\n", key.consumer_secret)).expect("written");
    let added = with_input(&[&words[..], &["--secret-stdin", "consumer_secret"]].concat(), &secret);
    assert!(added.status.success(), "{}", String::from_utf8_lossy(&added.stderr));
    assert_eq!(entrepot.json(&["channel", "test", SHOP]).0, 0);

    let none = entrepot.run(&["channel", "set", SHOP, "--secret-file", "consumer_key=/nowhere/at/all"]);
    let said = String::from_utf8_lossy(&none.stderr).into_owned();
    assert!(
        said.contains("consumer_key") && said.contains("/nowhere/at/all") && said.contains("No such file"),
        "{said}"
    );
    let two = with_input(&["channel", "set", SHOP, "--secret-stdin", "a", "--secret-stdin", "b"], &secret);
    assert!(String::from_utf8_lossy(&two.stderr).contains("one secret"));
}
