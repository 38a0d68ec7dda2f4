//! Which versions are released, and what their files were then.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use semver::Version;
use serde::Deserialize;
use sha2::{Digest, Sha256};

/// The file of the record, in `wit/`.
pub const RECORD: &str = "released.toml";

const HEAD: &str = "\
# The released versions of the interface, and the SHA-256 of each of their files. Written by `cargo xtask wit --release VERSION`.
# What stands here is never changed: adapters were built with it.
";

/// Versions, and each one's files by name with their digests.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Released(BTreeMap<Version, BTreeMap<String, String>>);

impl Released {
    pub fn read(wit: &Path) -> Result<Self> {
        let path = wit.join(RECORD);
        let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
        toml::from_str(&text).with_context(|| path.display().to_string())
    }

    pub fn write(&self, wit: &Path) -> Result<()> {
        let mut text = HEAD.to_owned();
        for (version, files) in &self.0 {
            write!(text, "\n[\"{version}\"]\n")?;
            for (name, digest) in files {
                writeln!(text, "\"{name}\" = \"{digest}\"")?;
            }
        }
        let path = wit.join(RECORD);
        fs::write(&path, text).with_context(|| path.display().to_string())
    }

    pub fn contains(&self, version: &Version) -> bool {
        self.0.contains_key(version)
    }

    pub fn versions(&self) -> impl Iterator<Item = &Version> {
        self.0.keys()
    }

    pub(crate) fn add(&mut self, wit: &Path, version: &Version) -> Result<()> {
        self.0.insert(version.clone(), digests(&wit.join(version.to_string()))?);
        Ok(())
    }

    /// What is no longer as it was released.
    pub fn problems(&self, wit: &Path) -> Result<Vec<String>> {
        let mut wrong = Vec::new();
        for (version, then) in &self.0 {
            let folder = wit.join(version.to_string());
            let now = if folder.is_dir() { digests(&folder)? } else { BTreeMap::new() };
            let hint = "a released version is never changed; make a new folder for the next one";
            for (name, digest) in then {
                match now.get(name) {
                    None => wrong.push(format!("wit/{version}/{name} is gone; {hint}")),
                    Some(other) if other != digest => wrong.push(format!("wit/{version}/{name} was changed; {hint}")),
                    Some(_) => {}
                }
            }
            let more = now.keys().filter(|name| !then.contains_key(*name));
            wrong.extend(more.map(|name| format!("wit/{version}/{name} was added; {hint}")));
        }
        Ok(wrong)
    }
}

/// Of every file in the folder, folders within it too: a package may have dependencies there.
fn digests(folder: &Path) -> Result<BTreeMap<String, String>> {
    let mut found = BTreeMap::new();
    let mut todo = vec![folder.to_owned()];
    while let Some(path) = todo.pop() {
        for entry in fs::read_dir(&path).with_context(|| path.display().to_string())? {
            let path = entry?.path();
            if path.is_dir() {
                todo.push(path);
                continue;
            }
            let bytes = fs::read(&path).with_context(|| path.display().to_string())?;
            let name = path.strip_prefix(folder)?.to_string_lossy().replace('\\', "/");
            let digest = Sha256::digest(bytes).iter().fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"));
            found.insert(name, digest);
        }
    }
    Ok(found)
}
