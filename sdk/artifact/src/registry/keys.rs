//! `keys/<publisher>.json`: which keys a publisher signs with, and how one came after the other.

use serde::{Deserialize, Serialize};

use super::index::{IndexError, json};
use crate::{PublicKey, Rotation};

/// For operators to compare. A host trusts keys its operator has trusted, and those that rotations lead to from there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PublisherKeys {
    pub publisher: String,
    /// The oldest first.
    pub keys: Vec<PublicKey>,
    pub rotations: Vec<Rotation>,
}

impl PublisherKeys {
    pub(crate) fn file(publisher: &str) -> String {
        format!("keys/{publisher}.json")
    }

    /// `publisher` is the one whose file this is. A key or statement of somebody else, or a statement that does not verify, is an
    /// error.
    pub fn parse(publisher: &str, bytes: &[u8]) -> Result<Self, IndexError> {
        let wrong = |problem: String| IndexError::new(Self::file(publisher), problem);
        let keys: Self = serde_json::from_slice(bytes).map_err(|error| wrong(error.to_string()))?;
        if keys.publisher != publisher {
            return Err(wrong(format!("it is about {:?}", keys.publisher)));
        }
        if let Some(other) = keys.keys.iter().find(|key| key.publisher() != publisher) {
            return Err(wrong(format!("the key {} belongs to {:?}", other.id(), other.publisher())));
        }
        for rotation in &keys.rotations {
            let (old, new) = (rotation.old_key(), rotation.new_key());
            if let Some(unlisted) = [old, new].into_iter().find(|key| !keys.keys.contains(key)) {
                return Err(wrong(format!("a rotation names the key {}, which is not listed", unlisted.id())));
            }
            rotation.verify(old).map_err(|error| wrong(error.to_string()))?;
        }
        Ok(keys)
    }

    pub(super) fn to_json(&self) -> Vec<u8> {
        json(self)
    }

    pub(super) fn ids(&self) -> String {
        let ids: Vec<String> = self.keys.iter().map(PublicKey::id).collect();
        if ids.is_empty() { "none".to_owned() } else { ids.join(", ") }
    }
}
