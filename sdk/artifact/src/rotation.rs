//! The old key's word that a new one takes its place.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use thiserror::Error;

use crate::keys::{PublicKey, SecretKey, decode, encode};

const PREFIX: &str = "entrepot-rotation";
const DOMAIN: &[u8] = b"entrepot key rotation 1\n";

/// A statement, as read; [`Rotation::verify`] says whether the old key made it. Its text is one token,
/// `entrepot-rotation:<publisher>:<old key>:<new key>:<seconds since 1970>:<signature>`, the binary parts in base64url.
#[derive(Clone, PartialEq, Eq)]
pub struct Rotation {
    old: PublicKey,
    new: PublicKey,
    at: i64,
    signature: [u8; 64],
}

#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum RotationError {
    #[error("not a rotation statement: it has to be what `cargo adapter key rotate` printed")]
    Malformed,
    #[error(
        "the old key belongs to {old:?} and the new one to {new:?}; a key is followed by one of the same publisher"
    )]
    OtherPublisher { old: String, new: String },
    #[error("the old and the new key are the same")]
    SameKey,
    #[error("the statement replaces the key {found}, not {expected}")]
    OtherKey { expected: String, found: String },
    #[error("the signature does not fit the statement: the old key did not make it; do not follow it")]
    Forged,
}

impl Rotation {
    /// `at` in seconds since 1970.
    pub fn new(old: &SecretKey, new: &PublicKey, at: i64) -> Result<Self, RotationError> {
        let mut rotation = Self { old: old.public(), new: new.clone(), at, signature: [0; 64] };
        rotation.check_keys()?;
        rotation.signature = old.sign(&rotation.message());
        Ok(rotation)
    }

    pub fn parse(text: &str) -> Result<Self, RotationError> {
        let parts: Vec<&str> = text.trim().split(':').collect();
        let [PREFIX, publisher, old, new, at, signature] = parts[..] else {
            return Err(RotationError::Malformed);
        };
        let key = |encoded| decode::<32>(encoded).and_then(|bytes| PublicKey::from_parts(publisher, &bytes).ok());
        let rotation = Self {
            old: key(old).ok_or(RotationError::Malformed)?,
            new: key(new).ok_or(RotationError::Malformed)?,
            at: at.parse().map_err(|_| RotationError::Malformed)?,
            signature: *decode::<64>(signature).ok_or(RotationError::Malformed)?,
        };
        rotation.check_keys().map(|()| rotation)
    }

    /// The key to trust from now on, if `old` is trusted and made this statement.
    pub fn verify(&self, old: &PublicKey) -> Result<&PublicKey, RotationError> {
        if *old != self.old {
            return Err(RotationError::OtherKey { expected: old.id(), found: self.old.id() });
        }
        if !old.check(&self.message(), &self.signature) {
            return Err(RotationError::Forged);
        }
        Ok(&self.new)
    }

    /// `trusted`, and every key that statements lead to from there, over several steps if need be. Statements that do not
    /// verify, or begin at a key nobody trusts, lead nowhere.
    pub fn follow(trusted: &[PublicKey], statements: &[Self]) -> Vec<PublicKey> {
        let mut keys = trusted.to_vec();
        let mut next = 0;
        while let Some(key) = keys.get(next).cloned() {
            for new in statements.iter().filter_map(|statement| statement.verify(&key).ok()) {
                if !keys.contains(new) {
                    keys.push(new.clone());
                }
            }
            next += 1;
        }
        keys
    }

    pub fn publisher(&self) -> &str {
        self.old.publisher()
    }

    pub fn old_key(&self) -> &PublicKey {
        &self.old
    }

    pub fn new_key(&self) -> &PublicKey {
        &self.new
    }

    /// When it was made, as the publisher says: seconds since 1970.
    pub fn at(&self) -> i64 {
        self.at
    }

    fn check_keys(&self) -> Result<(), RotationError> {
        let (old, new) = (self.old.publisher(), self.new.publisher());
        if old != new {
            return Err(RotationError::OtherPublisher { old: old.to_owned(), new: new.to_owned() });
        }
        if self.old == self.new { Err(RotationError::SameKey) } else { Ok(()) }
    }

    fn message(&self) -> Vec<u8> {
        let publisher = self.publisher().as_bytes();
        let mut message = DOMAIN.to_vec();
        message.extend_from_slice(&(publisher.len() as u64).to_be_bytes());
        message.extend_from_slice(publisher);
        message.extend_from_slice(self.old.bytes());
        message.extend_from_slice(self.new.bytes());
        message.extend_from_slice(&self.at.to_be_bytes());
        message
    }
}

impl FromStr for Rotation {
    type Err = RotationError;

    fn from_str(text: &str) -> Result<Self, RotationError> {
        Self::parse(text)
    }
}

impl fmt::Display for Rotation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [old, new] = [&self.old, &self.new].map(|key| encode(key.bytes()));
        write!(f, "{PREFIX}:{}:{old}:{new}:{}:{}", self.publisher(), self.at, encode(&self.signature))
    }
}

impl fmt::Debug for Rotation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Rotation({} -> {} of {:?})", self.old.id(), self.new.id(), self.publisher())
    }
}

impl Serialize for Rotation {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Rotation {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}
