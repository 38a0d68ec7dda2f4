//! Every check of conformance catches an adapter that does just that wrong, and none complains of one that does all right.

mod shop;

use std::collections::BTreeMap;

use entrepot_sandbox::{CompileLimits, Compiler};
use entrepot_testkit::{Case, Check, Kit, conformance};
use entrepot_tests::{adapters_folder, edited, entrepot_program, test_compiler};
use tempfile::TempDir;

use shop::{BOOTS, GOODS, RECORDING, SHELF, WEBHOOK, WEBHOOKS};

const SECRET: &str = "made-up-0123456789";

fn case(folder: &TempDir, sin: &str) -> Case {
    std::fs::write(folder.path().join("shop.http"), [RECORDING, SHELF, WEBHOOKS].concat()).expect("written");
    std::fs::write(folder.path().join("boots.json"), BOOTS).expect("written");
    let file = folder.path().join("shop.toml");
    let news = "callback_url = \"https://host.example/hooks/chn_test\"\ndelta = { since = 1760000000000, gone = [\"7\", \"8\"] }\n";
    let settings = format!("[settings]\nshop_url = \"https://shop.example\"\nsin = \"{sin}\"\nnote = \"{SECRET}\"\n");
    std::fs::write(
        &file,
        format!("recording = \"shop.http\"\n{news}{settings}[secrets]\ntoken = \"{SECRET}\"\n{WEBHOOK}{GOODS}"),
    )
    .expect("written");
    Case::read(&file).expect("a case")
}

async fn kit(id: &str) -> Kit {
    let bytes = std::fs::read(adapters_folder().join(format!("{id}.wasm"))).expect("built by `cargo xtask test`");
    let compiler = Compiler {
        program: test_compiler(),
        args: vec!["compile-component".to_owned()],
        limits: CompileLimits::default(),
    };
    Kit::load(bytes, compiler).await.expect("it loads")
}

fn failed(checks: &[Check]) -> BTreeMap<&str, &str> {
    checks.iter().filter(|check| !check.passed).map(|check| (check.name, check.message.as_str())).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_check_catches_its_adapter() {
    let (folder, mut kit) = (tempfile::tempdir().expect("a folder"), kit("nonconforming").await);
    let right = conformance(&kit, &[case(&folder, "")]).await.expect("checked");
    assert!(failed(&right).is_empty(), "{:?}", failed(&right));
    let mut caught = BTreeMap::new();
    for (sin, name, words) in [
        ("nameless", "connection/answers", "has no name"),
        ("trusting", "connection/faults", "401: it was taken for a good answer"),
        ("losing", "catalog/paging", "declare 3 items and show 1"),
        ("repeating", "catalog/paging", "item 1 is on two pages"),
        ("forgetful", "catalog/restart", "page 2 is another one"),
        ("swallowing", "catalog/faults", "taken for a good answer"),
        ("unfindable", "catalog/by-id", "item 1 is not found by its id"),
        ("counting", "catalog/pure", "mapped to something else the second time"),
        ("panicking", "catalog/total", "ended in a trap"),
        ("floating", "catalog/money", "stands nowhere in it"),
        ("joining", "catalog/comma", "written with a comma, a price became 115"),
        ("keeping", "catalog/delta", "item 7 is gone, and nothing says so"),
        ("insisting", "webhooks/subscribed", "subscribed again, there is one more: 32"),
        ("muddled", "catalog/order", "when the list `tags` comes in another order"),
        ("echoing", "stock/paging", "the level of 1 at default comes twice"),
        ("absent-minded", "stock/restart", "page 2 is another one"),
        ("gulping", "stock/faults", "taken for a good answer"),
        ("renaming", "stock/known", "the first is of item item-1 at default"),
        ("hungry", "limits/headroom", "memory: "),
        ("telling", "secrets/unseen", "the secret token stands in"),
        ("deaf", "webhooks/accepted", "a good delivery is refused"),
        ("gullible", "webhooks/forged", "a delivery signed with another key is accepted"),
        ("trimming", "webhooks/altered", "a delivery with a space at its end is accepted"),
        ("picky", "listings/checked", "a good listing is refused: dislike"),
        ("doubling", "listings/once", "after its answer was lost, the listing 71 became 72"),
        ("refetching", "listings/once", "boots.gif was fetched 3 times"),
        ("summing", "listings/offers", "was given 1 offers and answered with 0 outcomes"),
        ("surprised", "listings/ended", "ended again: the listing 71: not-found"),
        ("amnesiac", "webhooks/replayed", "a minute later"),
    ] {
        let checks = conformance(&kit, &[case(&folder, sin)]).await.expect("checked");
        let message = failed(&checks).get(name).map(ToString::to_string);
        let message = message.unwrap_or_else(|| panic!("{sin}: {name} passed; failed: {:?}", failed(&checks)));
        assert!(message.contains(words), "{sin}: {message}");
        caught.insert(name, sin);
    }
    // What a manifest asks for can be wrong as well.
    kit.manifest.egress[0].query = Some(vec!["path=/**".to_owned().try_into().expect("a parameter")]);
    let checks = conformance(&kit, &[case(&folder, "")]).await.expect("checked");
    assert!(failed(&checks)["egress/otherwise"].contains("the rule api lets path=/"), "{:?}", failed(&checks));
    caught.insert("egress/otherwise", "");
    // A check that no wrong adapter was made for is a check that may never fail.
    let unproven: Vec<_> = right.iter().filter(|check| !caught.contains_key(check.name)).collect();
    assert!(unproven.is_empty(), "{unproven:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_was_not_recorded_names_the_nearest() {
    let (folder, kit) = (tempfile::tempdir().expect("a folder"), kit("nonconforming").await);
    let case = case(&folder, "");
    let recording = RECORDING.replace("ids=1,2,3,999999999999", "ids=1,2&limit=100");
    std::fs::write(folder.path().join("shop.http"), recording).expect("written");
    let case = Case::read(&folder.path().join(format!("{}.toml", case.name))).expect("a case");
    let checks = conformance(&kit, &[case]).await.expect("checked");
    let message = failed(&checks)["catalog/by-id"].to_owned();
    for words in
        ["is not in the recording; the nearest is", "- ids=1,2", "- limit=100", "+ ids=1,2,3,999999999999", "--record"]
    {
        assert!(message.contains(words), "{words}: {message}");
    }
}

/// So that a developer asks for less.
#[test]
fn methods_and_paths_that_no_recording_needs_are_named() {
    let folder = tempfile::tempdir().expect("a folder");
    case(&folder, "");
    let more = edited("nonconforming", |text| {
        text.replacen(
            "methods = [\"GET\"]\npaths = [\"/api/**\"]",
            "methods = [\"GET\", \"PUT\"]\npaths = [\"/api/**\", \"/orders/*\"]",
            1,
        )
    });
    let component = folder.path().join("more.wasm");
    std::fs::write(&component, more).expect("written");
    let mut check = std::process::Command::new(entrepot_program().with_file_name("cargo-adapter"));
    check.args(["adapter", "check", "--component"]).arg(&component).arg("--tests").arg(folder.path());
    let output = check.output().expect("it starts");
    let said = String::from_utf8_lossy(&output.stdout);
    let notes: Vec<&str> = said.lines().filter(|line| line.starts_with("note")).collect();
    let starts = [
        "note  rule api: no recording needs the method PUT;",
        "note  rule api: no recording needs the path /orders/*;",
    ];
    assert_eq!(notes.len(), 2, "webhooks and what is sent for them are tried, too: {said}");
    assert!(
        notes.iter().zip(starts).all(|(note, start)| note.starts_with(start)),
        "{said}{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

fn plugins() -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../plugins")
}

/// An adapter of the house, by its own tests and by what holds for all.
async fn conforms(id: &str) {
    let Ok(cases) = Case::all(&plugins().join(id).join("tests")) else {
        panic!("{id} has no tests: cargo adapter test --record")
    };
    let kit = kit(id).await;
    for case in &cases {
        let wrong = case.run(&kit, false).await.expect("it runs");
        assert!(wrong.is_empty(), "{id}, {}: {}", case.name, wrong.join("\n"));
    }
    let checks = conformance(&kit, &cases).await.expect("checked");
    assert!(failed(&checks).is_empty(), "{id}: {:?}", failed(&checks));
}

/// A test for each, so that they run beside each other.
macro_rules! our_own {
    ($($id:ident),+ $(,)?) => {
        mod our_own {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $id() {
                super::conforms(stringify!($id)).await;
            })+

            #[test]
            fn none_is_left_out() {
                let folders = std::fs::read_dir(super::plugins()).expect("plugins");
                let name = |entry: std::fs::DirEntry| entry.file_name().to_string_lossy().into_owned();
                let mut found: Vec<String> = folders.map(|entry| name(entry.expect("an entry"))).collect();
                found.sort();
                assert_eq!(found, [$(stringify!($id)),+]);
            }
        }
    };
}

our_own!(bigcommerce, ebay, etsy, shopify, woocommerce);
