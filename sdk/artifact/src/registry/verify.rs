//! Going through a whole registry folder.

use std::collections::BTreeSet;
use std::fs;

use super::error::RegistryError;
use super::folder::Registry;
use super::index::{Index, IndexVersion};
use crate::{Artifact, MAX_ARTIFACT_LEN};

/// What was gone through, and everything that is wrong.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    pub adapters: usize,
    pub versions: usize,
    pub unsigned: usize,
    pub problems: Vec<Problem>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// From the top of the registry.
    pub file: String,
    pub what: String,
}

impl Registry {
    /// Every index, every artifact's digest, manifest and signature, every key and rotation, and files that nothing lists. Errors
    /// are for what cannot be gone through at all; what is wrong goes into the report.
    pub fn verify(&self) -> Result<Report, RegistryError> {
        let mut report = Report::default();
        let mut listed = BTreeSet::new();
        for name in self.names("index")? {
            let file = format!("index/{name}");
            let Some(adapter) = name.strip_suffix(".json") else {
                report.wrong(file, "does not belong there: an index is named <adapter-id>.json");
                continue;
            };
            match self.index(adapter) {
                Ok(Some(index)) => {
                    report.adapters += 1;
                    for entry in &index.versions {
                        listed.insert(entry.file.clone());
                        self.check(&index, entry, &mut report);
                    }
                }
                Ok(None) => report.wrong(file, "is not named after an adapter"),
                Err(error) => report.wrong(file, error.to_string()),
            }
        }
        for name in self.names("keys")? {
            let file = format!("keys/{name}");
            match name.strip_suffix(".json").map(|publisher| self.keys(publisher)) {
                Some(Ok(Some(_))) => {}
                Some(Err(error)) => report.wrong(file, error.to_string()),
                Some(Ok(None)) | None => report.wrong(file, "is not named after a publisher"),
            }
        }
        for adapter in self.names("artifacts")? {
            for name in self.names(&format!("artifacts/{adapter}"))? {
                let file = format!("artifacts/{adapter}/{name}");
                if !listed.contains(&file) {
                    report.wrong(file, "no index lists it; publish it again, or remove it");
                }
            }
        }
        Ok(report)
    }

    fn check(&self, index: &Index, entry: &IndexVersion, report: &mut Report) {
        report.versions += 1;
        let mut wrong = |what: String| report.problems.push(Problem { file: entry.file.clone(), what });
        let bytes = match self.read(&entry.file, MAX_ARTIFACT_LEN) {
            Ok(Some(bytes)) => bytes,
            Ok(None) => return wrong("is not there".to_owned()),
            Err(error) => return wrong(error.to_string()),
        };
        if bytes.len() as u64 != entry.size {
            wrong(format!("has {} bytes; its index says {}", bytes.len(), entry.size));
        }
        let artifact = match Artifact::read(bytes) {
            Ok(artifact) => artifact,
            Err(error) => return wrong(error.to_string()),
        };
        if format!("sha256:{}", artifact.digest()) != entry.digest {
            wrong(format!("has the digest sha256:{}; its index says {}", artifact.digest(), entry.digest));
        }
        let manifest = artifact.manifest();
        if (&manifest.id, &manifest.publisher, &manifest.version, &manifest.world)
            != (&index.adapter, &index.publisher, &entry.version, &entry.world)
        {
            wrong(format!(
                "says it is {} {} of {} for {}, unlike its index",
                manifest.id, manifest.version, manifest.publisher, manifest.world
            ));
        }
        if artifact.signature().is_none() {
            report.unsigned += 1;
            return;
        }
        match self.keys(&manifest.publisher) {
            Ok(keys) => {
                if let Err(error) = artifact.verify_any(&keys.map(|keys| keys.keys).unwrap_or_default()) {
                    wrong(error.to_string());
                }
            }
            Err(error) => wrong(error.to_string()),
        }
    }

    /// What lies in a folder of the registry, sorted; nothing when there is no such folder. Names that begin with a dot are
    /// nobody's business: somebody may be writing them.
    fn names(&self, folder: &str) -> Result<Vec<String>, RegistryError> {
        let path = self.folder().join(folder);
        if !path.is_dir() {
            return Ok(Vec::new());
        }
        let failed = |source| RegistryError::Io { path: path.clone(), source };
        let mut names = Vec::new();
        for entry in fs::read_dir(&path).map_err(failed)? {
            let name = entry.map_err(failed)?.file_name().to_string_lossy().into_owned();
            if !name.starts_with('.') {
                names.push(name);
            }
        }
        names.sort();
        Ok(names)
    }
}

impl Report {
    fn wrong(&mut self, file: String, what: impl Into<String>) {
        self.problems.push(Problem { file, what: what.into() });
    }
}
