//! The interface of this repository.

use std::path::{Path, PathBuf};

use entrepot_policy::{Manifest, SUPPORTED_WORLDS};
use entrepot_wit_check::{Released, folders, problems};

fn wit() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../wit")
}

#[test]
fn released_versions_are_as_they_were_and_new_ones_fit() {
    let wrong = problems(&wit()).unwrap();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Old adapters keep loading. Beside them the host runs the version that is being made, which comes last.
#[test]
fn the_host_runs_what_is_released_and_the_draft() {
    let released = Released::read(&wit()).unwrap();
    let named = |version: &semver::Version| format!("entrepot:adapter@{version}");
    let mut known: Vec<String> = released.versions().map(named).collect();
    known.extend(folders(&wit()).unwrap().iter().filter(|version| !released.contains(version)).map(named));
    assert_eq!(known, SUPPORTED_WORLDS);
}

/// Each released version has a component of its time that must keep running; see tests/golden.
#[test]
fn every_release_has_its_golden_component() {
    for version in Released::read(&wit()).unwrap().versions() {
        let path = wit().join(format!("../tests/golden/{version}/adapter.toml"));
        let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        assert_eq!(Manifest::parse(&text).unwrap().world, format!("entrepot:adapter@{version}"));
    }
}
