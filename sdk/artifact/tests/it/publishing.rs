use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use entrepot_artifact::registry::NotListed;
use entrepot_artifact::{Artifact, Registry, RegistryError, Rotation, SecretKey, sign};

use crate::support::{component, empty_registry, key, manifest, publish_options, section, signed, unsigned};

fn files(folder: &Path) -> Vec<String> {
    let (mut found, mut todo) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(path) = todo.pop() {
        if path.is_dir() {
            todo.extend(fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
        } else {
            found.push(path.strip_prefix(folder).unwrap().display().to_string());
        }
    }
    found.sort();
    found
}

#[test]
fn what_was_published_is_listed() {
    let (folder, key) = (empty_registry(), key());
    let registry = Registry::open(folder.path()).unwrap();
    let artifact = signed("example", "1.0.0", &key);
    let done = registry.publish(&artifact, &publish_options()).unwrap();
    assert!(!done.already && done.digest == format!("sha256:{}", artifact.digest()));

    assert_eq!(
        files(folder.path()),
        [".lock", "artifacts/example/1.0.0.wasm", "index/example.json", "keys/acme.json", "registry.toml"]
    );
    let index = fs::read_to_string(folder.path().join("index/example.json")).unwrap();
    let expected = format!(
        r#"{{
  "adapter": "example",
  "publisher": "acme",
  "versions": [
    {{
      "version": "1.0.0",
      "world": "entrepot:adapter@0.1.0",
      "digest": "sha256:{}",
      "size": {},
      "published_at": "2026-03-01T12:00:00Z",
      "file": "artifacts/example/1.0.0.wasm",
      "yanked": null
    }}
  ]
}}
"#,
        artifact.digest(),
        artifact.bytes().len()
    );
    assert_eq!(index, expected);
    assert_eq!(registry.keys("acme").unwrap().unwrap().keys, [key.public()]);
    let mode = fs::metadata(folder.path().join(&done.file)).unwrap().permissions().mode();
    assert_eq!(mode & 0o044, 0o044, "a web server may read it");

    assert!(registry.publish(&artifact, &publish_options()).unwrap().already);
    assert_eq!(fs::read_to_string(folder.path().join("index/example.json")).unwrap(), expected);
    assert_eq!(registry.verify().unwrap().problems, []);
}

#[test]
fn a_version_never_gets_other_bytes() {
    let (folder, key) = (empty_registry(), key());
    let registry = Registry::open(folder.path()).unwrap();
    registry.publish(&signed("example", "1.0.0", &key), &publish_options()).unwrap();
    let before = fs::read(folder.path().join("artifacts/example/1.0.0.wasm")).unwrap();
    let other = [unsigned("example", "1.0.0"), section("x", b"y")].concat();
    let other = Artifact::read(sign(other, &key).unwrap()).unwrap();
    let refused = registry.publish(&other, &publish_options());
    assert!(matches!(refused, Err(RegistryError::OtherBytes { .. })), "{refused:?}");
    assert_eq!(fs::read(folder.path().join("artifacts/example/1.0.0.wasm")).unwrap(), before);
}

#[test]
fn versions_go_up_unless_said_otherwise() {
    let (folder, key) = (empty_registry(), key());
    let registry = Registry::open(folder.path()).unwrap();
    registry.publish(&signed("example", "1.2.0", &key), &publish_options()).unwrap();
    let lower = signed("example", "1.1.9", &key);
    assert!(matches!(registry.publish(&lower, &publish_options()), Err(RegistryError::Lower { .. })));
    let mut options = publish_options();
    options.allow_lower = true;
    registry.publish(&lower, &options).unwrap();
    let versions: Vec<String> =
        registry.index("example").unwrap().unwrap().versions.iter().map(|entry| entry.version.to_string()).collect();
    assert_eq!(versions, ["1.1.9", "1.2.0"]);
}

#[test]
fn a_new_key_has_to_be_led_to() {
    let (folder, old, new) = (empty_registry(), key(), key());
    let registry = Registry::open(folder.path()).unwrap();
    registry.publish(&signed("example", "1.0.0", &old), &publish_options()).unwrap();
    let next = signed("example", "1.1.0", &new);
    assert!(matches!(registry.publish(&next, &publish_options()), Err(RegistryError::UnknownKey { .. })));
    let mut options = publish_options();
    options.rotations = vec![Rotation::new(&key(), &new.public(), 1).unwrap()];
    assert!(matches!(registry.publish(&next, &options), Err(RegistryError::UnknownKey { .. })));
    options.rotations = vec![Rotation::new(&old, &new.public(), 1).unwrap()];
    registry.publish(&next, &options).unwrap();
    let keys = registry.keys("acme").unwrap().unwrap();
    assert_eq!((keys.keys, keys.rotations), (vec![old.public(), new.public()], options.rotations));
    assert_eq!(registry.verify().unwrap().problems, []);
}

#[test]
fn an_adapter_belongs_to_its_publisher_and_is_signed() {
    let folder = empty_registry();
    let registry = Registry::open(folder.path()).unwrap();
    registry.publish(&signed("example", "1.0.0", &key()), &publish_options()).unwrap();
    let theirs = component(&manifest("example", "2.0.0").replace("acme", "other"));
    let theirs = sign(theirs, &SecretKey::generate("other").unwrap()).unwrap();
    let refused = registry.publish(&Artifact::read(theirs).unwrap(), &publish_options());
    assert!(matches!(refused, Err(RegistryError::OtherPublisher { .. })), "{refused:?}");

    let bare = Artifact::read(unsigned("bare", "1.0.0")).unwrap();
    assert!(matches!(registry.publish(&bare, &publish_options()), Err(RegistryError::Unsigned)));
    let mut options = publish_options();
    options.allow_unsigned = true;
    registry.publish(&bare, &options).unwrap();
    let report = registry.verify().unwrap();
    assert_eq!((report.adapters, report.versions, report.unsigned, report.problems), (2, 2, 1, vec![]));

    let mut spoilt = signed("spoilt", "1.0.0", &key()).into_bytes();
    let last = spoilt.len() - 1;
    spoilt[last] ^= 1;
    let refused = registry.publish(&Artifact::read(spoilt).unwrap(), &publish_options());
    assert!(matches!(refused, Err(RegistryError::Artifact(_))), "{refused:?}");
}

#[test]
fn a_reader_never_sees_half_of_it() {
    let (folder, key) = (empty_registry(), key());
    let registry = Registry::open(folder.path()).unwrap();
    registry.publish(&signed("example", "1.0.0", &key), &publish_options()).unwrap();
    std::thread::scope(|scope| {
        let writers: Vec<_> = (0..2)
            .map(|lane| {
                let (registry, key) = (&registry, &key);
                scope.spawn(move || {
                    for patch in 0..20 {
                        let artifact = signed("example", &format!("1.{lane}.{}", patch + 1), key);
                        let mut options = publish_options();
                        options.allow_lower = true;
                        registry.publish(&artifact, &options).unwrap();
                    }
                })
            })
            .collect();
        while !writers.iter().all(|writer| writer.is_finished()) {
            // Whatever the index lists at a moment is there, whole.
            for entry in registry.index("example").unwrap().unwrap().versions {
                let bytes = fs::read(folder.path().join(&entry.file)).unwrap();
                assert_eq!(format!("sha256:{}", entrepot_artifact::sha256_hex(&bytes)), entry.digest);
            }
        }
    });
    assert_eq!(registry.index("example").unwrap().unwrap().versions.len(), 41, "nobody's version was lost");
    assert!(files(folder.path()).iter().all(|file| !file.contains(".new-")));
}

#[test]
fn an_interrupted_publish_is_done_again() {
    let (folder, key) = (empty_registry(), key());
    let registry = Registry::open(folder.path()).unwrap();
    let place = folder.path().join("artifacts/example");
    fs::create_dir_all(&place).unwrap();
    fs::write(place.join("1.0.0.wasm"), b"half").unwrap();
    assert!(registry.index("example").unwrap().is_none());
    registry.publish(&signed("example", "1.0.0", &key), &publish_options()).unwrap();
    assert_eq!(registry.verify().unwrap().problems, []);
}

#[test]
fn yanking_needs_a_reason_and_can_be_undone() {
    let (folder, key) = (empty_registry(), key());
    let registry = Registry::open(folder.path()).unwrap();
    let artifact = signed("example", "1.0.0", &key);
    registry.publish(&artifact, &publish_options()).unwrap();
    let version = artifact.manifest().version.clone();
    assert!(matches!(registry.yank("example", &version, " \n"), Err(RegistryError::NoReason(_))));
    registry.yank("example", &version, "loses images").unwrap();
    let yanked = || registry.index("example").unwrap().unwrap().versions[0].yanked.clone();
    assert_eq!(yanked().as_deref(), Some("loses images"));
    registry.unyank("example", &version).unwrap();
    assert_eq!(yanked(), None);
    let unknown = registry.yank("example", &"9.9.9".parse().unwrap(), "x");
    assert!(matches!(unknown, Err(RegistryError::NotListed(NotListed::Version { .. }))));
    let unknown = registry.yank("nothing", &version, "x");
    assert!(matches!(unknown, Err(RegistryError::NotListed(NotListed::Adapter(_)))));
}

#[test]
fn verify_finds_what_is_wrong() {
    let (folder, key) = (empty_registry(), key());
    let registry = Registry::open(folder.path()).unwrap();
    for version in ["1.0.0", "1.1.0", "1.2.0"] {
        registry.publish(&signed("example", version, &key), &publish_options()).unwrap();
    }
    let at = |file: &str| folder.path().join(file);
    let problems = |expected: &[(&str, &str)]| {
        let found = registry.verify().unwrap().problems;
        assert_eq!(found.len(), expected.len(), "{found:?}");
        for (problem, (file, what)) in found.iter().zip(expected) {
            assert!(problem.file == *file && problem.what.contains(what), "{problem:?}, not {file} {what}");
        }
    };
    let artifact = at("artifacts/example/1.1.0.wasm");
    let good = fs::read(&artifact).unwrap();
    fs::copy(at("artifacts/example/1.2.0.wasm"), &artifact).unwrap();
    let file = "artifacts/example/1.1.0.wasm";
    problems(&[(file, "digest"), (file, "says it is example 1.2.0")]);
    fs::remove_file(&artifact).unwrap();
    problems(&[(file, "is not there")]);
    fs::write(&artifact, &good).unwrap();

    fs::write(at("artifacts/example/stray.wasm"), b"x").unwrap();
    fs::write(at("index/notes.txt"), b"x").unwrap();
    problems(&[("index/notes.txt", "does not belong"), ("artifacts/example/stray.wasm", "no index lists it")]);
    fs::remove_file(at("artifacts/example/stray.wasm")).unwrap();
    fs::remove_file(at("index/notes.txt")).unwrap();

    let keys = fs::read_to_string(at("keys/acme.json")).unwrap();
    let other = SecretKey::generate("acme").unwrap().public().to_string();
    fs::write(at("keys/acme.json"), keys.replace(&key.public().to_string(), &other)).unwrap();
    assert!(registry.verify().unwrap().problems.iter().all(|problem| problem.what.contains("signed by the key")));
    assert_eq!(registry.verify().unwrap().problems.len(), 3);
    fs::write(at("keys/acme.json"), keys.replace("\"keys\"", "\"extra\": 1, \"keys\"")).unwrap();
    assert!(registry.verify().unwrap().problems.iter().any(|problem| problem.file == "keys/acme.json"));
    fs::write(at("keys/acme.json"), keys).unwrap();
    problems(&[]);
}

#[test]
fn the_registry_of_this_repository_is_valid() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../plugin-registry");
    let report = Registry::open(&folder).unwrap().verify().unwrap();
    assert_eq!(report.problems, []);
}
