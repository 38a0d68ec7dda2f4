//! The checks on interfaces that are made up: what has to be noticed, and what must not be.

use std::fs;

use entrepot_wit_check::{Pair, RECORD, Released, breaks, folders, pairs, problems, release};
use semver::Version;
use tempfile::TempDir;

const WIT: &str = "
package test:shop@0.1.0;
interface types {
  record money { minor: s64, currency: string }
  variant error { later(option<u64>), other(string) }
  enum scope { all, some }
}
interface http {
  use types.{error};
  send: func(url: string) -> result<string, error>;
  send-all: func(urls: list<string>) -> list<result<string, error>>;
}
interface log { write: func(message: string); }
interface catalog {
  use types.{money, error};
  fetch: func(id: string) -> result<money, error>;
  price: func(id: string) -> option<money>;
}
world source { import log; import http; export catalog; }
";

fn version(text: &str) -> Version {
    text.parse().unwrap()
}

/// A folder `wit` with the interface as it was, released, and another one after it.
fn wit(next: &str, text: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let put = |version: &str, text: &str| {
        fs::create_dir(folder.path().join(version)).unwrap();
        let text = text.replace("@0.1.0", &format!("@{version}"));
        fs::write(folder.path().join(version).join("shop.wit"), text).unwrap();
    };
    put("0.1.0", WIT);
    fs::write(folder.path().join(RECORD), "").unwrap();
    release(folder.path(), &version("0.1.0")).unwrap();
    put(next, text);
    folder
}

/// What is said of a change of the interface.
fn changed(from: &str, to: &str) -> Vec<String> {
    assert!(WIT.contains(from), "{from}");
    let folder = wit("0.1.1", &WIT.replacen(from, to, 1));
    problems(folder.path()).unwrap()
}

#[test]
fn breaks_are_noticed() {
    for (from, to, says) in [
        // A function that adapters call, and one that they export.
        ("  send-all: func(urls: list<string>) -> list<result<string, error>>;\n", "", "function http.send-all"),
        ("  price: func(id: string) -> option<money>;\n", "", "function catalog.price"),
        ("price: func", "cost: func", "function catalog.price"),
        // Records, variants, enums.
        ("currency: string", "currency: string, digits: u8", "does not fit"),
        ("minor: s64", "minor: s32", "does not fit"),
        ("minor: s64", "cents: s64", "does not fit"),
        ("later(option<u64>), ", "", "does not fit"),
        ("other(string)", "other(string), never", "does not fit"),
        // Signatures.
        ("send: func(url: string)", "send: func(url: string, body: string)", "does not fit"),
        ("-> option<money>", "-> money", "does not fit"),
        // More is wanted of the adapter than it has.
        ("  fetch: func", "  more: func();\n  fetch: func", "does not fit"),
        ("export catalog; }", "export catalog; export log; }", "does not fit"),
        // What worlds have.
        ("import http; ", "", "import http of world source"),
        (" export catalog;", "", "export catalog of world source"),
        ("world source", "world sources", "world source"),
        ("  enum scope { all, some }\n", "", "type types.scope"),
        ("interface log {", "interface logs {", "interface log"),
    ] {
        let to = if from == "interface log {" { "interface log {} interface logs {" } else { to };
        let said = changed(from, to);
        assert!(
            said.iter().any(|line| line.contains(says) || (says == "interface log" && line.contains("log.write"))),
            "{from} → {to}: {said:?}"
        );
    }
}

#[test]
fn what_breaks_nothing_passes() {
    for (from, to) in [
        ("package", "package"),
        ("interface log {", "/// Said otherwise.\ninterface log {"),
        ("interface log {", "interface clock { now: func() -> u64; }\ninterface log {"),
        ("  send: func", "  ask: func();\n  send: func"),
        ("import log;", "import log; import clock;"),
        ("world source", "world sink { import log; }\nworld source"),
        ("  enum scope", "  record size { width: u32 }\n  enum scope"),
    ] {
        let text = WIT.replacen(from, to, 1).replacen(
            "world ",
            "interface clock { now: func() -> u64; }\nworld ",
            usize::from(to.ends_with("clock;")),
        );
        let folder = wit("0.1.1", &text);
        assert_eq!(problems(folder.path()).unwrap(), Vec::<String>::new(), "{from} → {to}");
    }
}

#[test]
fn a_version_that_may_break_is_held_against_none() {
    let folder = wit("0.2.0", &WIT.replace("minor: s64", "minor: s32"));
    assert_eq!(problems(folder.path()).unwrap(), Vec::<String>::new());
    let versions = ["0.1.0", "0.1.1", "0.2.0", "1.0.0", "1.4.0", "2.0.0"].map(version);
    let fit: Vec<(String, String)> =
        pairs(&versions).into_iter().map(|pair| (pair.older.to_string(), pair.newer.to_string())).collect();
    assert_eq!(fit, [("0.1.0".into(), "0.1.1".into()), ("1.0.0".into(), "1.4.0".into())]);
}

#[test]
fn a_released_file_stays_as_it_is() {
    for how in ["changed", "gone", "added", "folder"] {
        let folder = wit("0.1.1", WIT);
        assert_eq!(problems(folder.path()).unwrap(), Vec::<String>::new());
        let released = folder.path().join("0.1.0");
        match how {
            // A comment is a change, too: what was released can be compared byte for byte.
            "changed" => fs::write(released.join("shop.wit"), format!("{WIT}// more\n")).unwrap(),
            "gone" => fs::rename(released.join("shop.wit"), released.join("store.wit")).unwrap(),
            "added" => fs::write(released.join("more.wit"), "package test:shop@0.1.0;\n").unwrap(),
            _ => fs::remove_dir_all(released).unwrap(),
        }
        let said = Released::read(folder.path()).unwrap().problems(folder.path()).unwrap();
        let word = if how == "folder" { "gone" } else { how };
        assert!(said.iter().any(|line| line.contains(word)), "{how}: {said:?}");
    }
}

#[test]
fn a_release_is_recorded_once_and_only_when_it_fits() {
    let folder = wit("0.1.1", WIT);
    let recorded = || fs::read_to_string(folder.path().join(RECORD)).unwrap();
    let before = recorded();
    assert!(release(folder.path(), &version("0.1.0")).unwrap_err().to_string().contains("never changed"));
    assert!(release(folder.path(), &version("0.3.0")).unwrap_err().to_string().contains("no folder"));
    assert_eq!(recorded(), before);
    release(folder.path(), &version("0.1.1")).unwrap();
    assert!(recorded().starts_with(&before), "{}", recorded());
    let versions: Vec<String> = Released::read(folder.path()).unwrap().versions().map(ToString::to_string).collect();
    assert_eq!(versions, ["0.1.0", "0.1.1"]);

    let broken = wit("0.1.1", &WIT.replace("minor: s64", "minor: s32"));
    assert!(release(broken.path(), &version("0.1.1")).unwrap_err().to_string().contains("does not fit"));
    assert!(!Released::read(broken.path()).unwrap().contains(&version("0.1.1")));
}

#[test]
fn a_folder_is_named_after_the_package_in_it() {
    let folder = wit("0.1.1", WIT);
    let file = folder.path().join("0.1.1/shop.wit");
    fs::write(&file, WIT.replace("0.1.0", "0.1.2")).unwrap();
    let pair = Pair { older: version("0.1.0"), newer: version("0.1.1") };
    assert!(breaks(folder.path(), &pair).unwrap_err().to_string().contains("0.1.2"));
    fs::create_dir(folder.path().join("next")).unwrap();
    assert!(folders(folder.path()).is_err());
}
