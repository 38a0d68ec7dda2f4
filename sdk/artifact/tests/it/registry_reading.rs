use std::fs;

use entrepot_artifact::registry::{Index, NotListed, choose};
use entrepot_artifact::{
    FetchError, FetchOptions, Location, Registry, RegistryError, Requirement, SecretKey, Source, sign,
};

use crate::support::{empty_registry, key, publish_options, signed, unsigned};

/// 1.0.0 and 1.1.0; 1.2.0, yanked; 2.0.0-rc.1.
fn registry(key: &SecretKey) -> tempfile::TempDir {
    let folder = empty_registry();
    let registry = Registry::open(folder.path()).unwrap();
    for version in ["1.0.0", "1.1.0", "1.2.0", "2.0.0-rc.1"] {
        registry.publish(&signed("example", version, key), &publish_options()).unwrap();
    }
    registry.yank("example", &"1.2.0".parse().unwrap(), "loses images").unwrap();
    folder
}

fn options(folder: &tempfile::TempDir) -> FetchOptions {
    FetchOptions { registry: Some(Location::Folder(folder.path().to_owned())), ..FetchOptions::default() }
}

#[test]
fn the_version_that_is_meant() {
    let folder = registry(&key());
    let index = Registry::open(folder.path()).unwrap().index("example").unwrap().unwrap();
    let chosen = |wanted: &Requirement| choose(&index, wanted, false).map(|entry| entry.version.to_string());
    let wanted = |text: &str| chosen(&text.parse().unwrap());
    assert_eq!(chosen(&Requirement::Highest).as_deref(), Ok("1.1.0"), "neither yanked nor a pre-release");
    assert_eq!(wanted("^1.0").as_deref(), Ok("1.1.0"));
    assert_eq!(wanted("=1.0").as_deref(), Ok("1.0.0"));
    assert_eq!(wanted("1.0.0").as_deref(), Ok("1.0.0"), "a whole version is that one, not ^1.0.0");
    assert_eq!(wanted("1.2.0").as_deref(), Ok("1.2.0"), "named exactly, although yanked");
    assert_eq!(wanted("2.0.0-rc.1").as_deref(), Ok("2.0.0-rc.1"));
    assert_eq!(wanted(">=2.0.0-rc.0").as_deref(), Ok("2.0.0-rc.1"));
    assert!(matches!(wanted("^2"), Err(NotListed::Version { .. })));
    assert!(matches!(wanted("~1.2"), Err(NotListed::Yanked { reason, .. }) if reason == "loses images"));
    let insisted = choose(&index, &"~1.2".parse().unwrap(), true).map(|entry| entry.version.to_string());
    assert_eq!(insisted.as_deref(), Ok("1.2.0"), "where it is insisted on, not only by its number");
}

#[tokio::test]
async fn a_name_leads_to_checked_bytes() {
    let key = key();
    let folder = registry(&key);
    let fetched = Source::parse("registry:example").unwrap().fetch(&options(&folder)).await.unwrap();
    assert_eq!(fetched.bytes, sign(unsigned("example", "1.1.0"), &key).unwrap());
    assert_eq!(fetched.pinned.reference, "registry:example@1.1.0");
    assert_eq!(fetched.yanked, None);
    let again = Source::parse(&fetched.pinned.reference).unwrap().fetch(&options(&folder)).await.unwrap();
    assert_eq!(again.digest, fetched.digest);
    let yanked = Source::parse("registry:example@1.2.0").unwrap().fetch(&options(&folder)).await.unwrap();
    assert_eq!(yanked.yanked.as_deref(), Some("loses images"));
}

async fn fetch(folder: &tempfile::TempDir) -> FetchError {
    Source::parse("registry:example@1.0.0").unwrap().fetch(&options(folder)).await.unwrap_err()
}

#[tokio::test]
async fn other_bytes_than_listed_are_refused() {
    let key = key();
    let folder = registry(&key);
    let file = folder.path().join("artifacts/example/1.0.0.wasm");
    let good = fs::read(&file).unwrap();
    let mut bad = good.clone();
    bad[20] ^= 1;
    fs::write(&file, &bad).unwrap();
    assert!(matches!(fetch(&folder).await, FetchError::DigestMismatch { .. }));
    fs::write(&file, &good[1..]).unwrap();
    assert!(matches!(fetch(&folder).await, FetchError::WrongLength { .. }));
    fs::remove_file(&file).unwrap();
    assert!(matches!(fetch(&folder).await, FetchError::NotFound { .. }));

    // A registry that lists one adapter's bytes under another's name.
    let other = signed("other", "1.0.0", &key);
    fs::write(&file, other.bytes()).unwrap();
    let index = folder.path().join("index/example.json");
    let mut listed: Index = serde_json::from_slice(&fs::read(&index).unwrap()).unwrap();
    listed.versions[0].digest = format!("sha256:{}", other.digest());
    listed.versions[0].size = other.bytes().len() as u64;
    fs::write(&index, serde_json::to_vec(&listed).unwrap()).unwrap();
    assert!(matches!(fetch(&folder).await, FetchError::NotAsListed { .. }));
}

#[tokio::test]
async fn no_path_leads_out() {
    let folder = registry(&key());
    let index = folder.path().join("index/example.json");
    let good = fs::read_to_string(&index).unwrap();
    for path in ["../secret.wasm", "/etc/passwd", "artifacts/example/../../../x", "artifacts/other/1.0.0.wasm", ""] {
        fs::write(&index, good.replace("artifacts/example/1.0.0.wasm", path)).unwrap();
        let error = fetch(&folder).await;
        assert!(matches!(error, FetchError::Registry(RegistryError::Index(_))), "{path}: {error}");
    }
    fs::write(&index, &good).unwrap();

    let outside = tempfile::tempdir().unwrap();
    let inside = folder.path().join("artifacts/example");
    for entry in fs::read_dir(&inside).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), outside.path().join(entry.file_name())).unwrap();
    }
    let file = inside.join("1.0.0.wasm");
    fs::remove_file(&file).unwrap();
    std::os::unix::fs::symlink(outside.path().join("1.0.0.wasm"), &file).unwrap();
    let error = fetch(&folder).await;
    assert!(matches!(error, FetchError::Registry(RegistryError::LeadsOut { .. })), "{error}");

    fs::remove_dir_all(&inside).unwrap();
    std::os::unix::fs::symlink(outside.path(), &inside).unwrap();
    let error = fetch(&folder).await;
    assert!(matches!(error, FetchError::Registry(RegistryError::LeadsOut { .. })), "{error}");
    let published =
        Registry::open(folder.path()).unwrap().publish(&signed("example", "3.0.0", &key()), &publish_options());
    assert!(published.is_err() && !outside.path().join("3.0.0.wasm").exists());
}

#[tokio::test]
async fn what_is_not_described_is_an_error() {
    let folder = registry(&key());
    let (index, about) = (folder.path().join("index/example.json"), folder.path().join("registry.toml"));
    let good = fs::read_to_string(&index).unwrap();
    let version = "\"version\": \"1.0.0\",";
    for bad in [
        good.replace("\"publisher\"", "\"more\": 1, \"publisher\""),
        good.replace(version, &format!("{version} \"more\": 1,")),
        good.replace("\"adapter\": \"example\"", "\"adapter\": \"other\""),
        good.replace("sha256:", "md5:"),
        good.replace("\"version\": \"1.1.0\"", "\"version\": \"1.0.0\""),
        good.replacen("\n      \"yanked\": null", "", 1).replacen("1.0.0.wasm\",", "1.0.0.wasm\"", 1),
    ] {
        assert_ne!(bad, good);
        fs::write(&index, bad).unwrap();
        let error = fetch(&folder).await;
        assert!(matches!(error, FetchError::Registry(RegistryError::Index(_))), "{error}");
    }
    fs::write(&index, good).unwrap();
    for bad in ["format = 2\nname = \"x\"", "format = 1", "format = 1\nname = \"x\"\nmore = 1", "="] {
        fs::write(&about, bad).unwrap();
        assert!(matches!(fetch(&folder).await, FetchError::Registry(RegistryError::Index(_))), "{bad}");
    }
    fs::remove_file(&about).unwrap();
    assert!(matches!(fetch(&folder).await, FetchError::Registry(RegistryError::NotARegistry(_))));
}
