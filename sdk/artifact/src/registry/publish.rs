//! Putting an artifact into a registry folder.

use std::time::SystemTime;

use jiff::Timestamp;
use semver::Version;

use super::error::RegistryError;
use super::folder::Registry;
use super::index::{Index, IndexVersion};
use super::keys::PublisherKeys;
use crate::{Artifact, PublicKey, Rotation};

#[derive(Clone, Debug)]
pub struct PublishOptions {
    pub now: SystemTime,
    /// Take a version lower than the highest there is.
    pub allow_lower: bool,
    pub allow_unsigned: bool,
    /// From a key the registry knows to the one that signed; several when keys changed more than once.
    pub rotations: Vec<Rotation>,
}

impl PublishOptions {
    pub fn at(now: SystemTime) -> Self {
        Self { now, allow_lower: false, allow_unsigned: false, rotations: Vec::new() }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Published {
    pub adapter: String,
    pub version: Version,
    /// `sha256:` and 64 hex digits.
    pub digest: String,
    /// From the top of the registry.
    pub file: String,
    /// The very same artifact was there already; nothing was changed.
    pub already: bool,
}

impl Registry {
    /// Checks everything first, then writes the artifact, the keys and last the index: a reader finds the version when all of it
    /// is there. What was interrupted is done again by publishing again.
    pub fn publish(&self, artifact: &Artifact, options: &PublishOptions) -> Result<Published, RegistryError> {
        let _lock = self.lock()?;
        let manifest = artifact.manifest();
        let (adapter, version) = (manifest.id.clone(), manifest.version.clone());
        let digest = format!("sha256:{}", artifact.digest());
        let file = IndexVersion::place(&adapter, &version);
        let mut index = self.index(&adapter)?.unwrap_or_else(|| Index {
            adapter: adapter.clone(),
            publisher: manifest.publisher.clone(),
            versions: Vec::new(),
        });
        if index.publisher != manifest.publisher {
            let (owner, found) = (index.publisher, manifest.publisher.clone());
            return Err(RegistryError::OtherPublisher { adapter, owner, found });
        }
        let published = |already| Published {
            adapter: adapter.clone(),
            version: version.clone(),
            digest: digest.clone(),
            file: file.clone(),
            already,
        };
        if let Some(known) = index.find(&version) {
            if known.digest == digest {
                return Ok(published(true));
            }
            let published = known.digest.clone();
            return Err(RegistryError::OtherBytes { adapter, version, published, found: digest });
        }
        if let Some(highest) = index.versions.iter().map(|entry| &entry.version).max()
            && version < *highest
            && !options.allow_lower
        {
            let highest = highest.clone();
            return Err(RegistryError::Lower { adapter, version, highest });
        }
        let keys = match artifact.signature() {
            Some(signature) => {
                artifact.check_intact()?;
                self.keys_with(signature.public_key(), &options.rotations)?
            }
            None if options.allow_unsigned => None,
            None => return Err(RegistryError::Unsigned),
        };

        index.versions.push(IndexVersion {
            version: version.clone(),
            world: manifest.world.clone(),
            digest: digest.clone(),
            size: artifact.bytes().len() as u64,
            published_at: seconds(options.now),
            file: file.clone(),
            yanked: None,
        });
        index.versions.sort_by(|a, b| a.version.cmp(&b.version));
        self.write(&file, artifact.bytes())?;
        if let Some(keys) = keys {
            self.write(&PublisherKeys::file(&keys.publisher), &keys.to_json())?;
        }
        self.write(&Index::file(&adapter), &index.to_json())?;
        Ok(published(false))
    }

    /// The publisher's keys with this one among them, if that is a change. The first key of a publisher is taken as it comes; any
    /// other one has to be led to.
    fn keys_with(&self, key: &PublicKey, rotations: &[Rotation]) -> Result<Option<PublisherKeys>, RegistryError> {
        let publisher = key.publisher().to_owned();
        let Some(mut known) = self.keys(&publisher)?.filter(|known| !known.keys.is_empty()) else {
            return Ok(Some(PublisherKeys { publisher, keys: vec![key.clone()], rotations: Vec::new() }));
        };
        if known.keys.contains(key) {
            return Ok(None);
        }
        for rotation in rotations {
            rotation.verify(rotation.old_key())?;
        }
        let reached = Rotation::follow(&known.keys, rotations);
        if !reached.contains(key) {
            return Err(RegistryError::UnknownKey { publisher, known: known.ids(), found: key.id() });
        }
        let used = rotations.iter().filter(|rotation| reached.contains(rotation.old_key()));
        known.rotations.extend(used.cloned());
        known.keys = reached;
        Ok(Some(known))
    }
}

/// A registry is read by people too: no fractions.
fn seconds(now: SystemTime) -> Timestamp {
    let since = now.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs();
    Timestamp::from_second(i64::try_from(since).unwrap_or_default()).unwrap_or_default()
}
