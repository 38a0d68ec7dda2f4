use std::fmt;
use std::str::FromStr;

use ed25519_dalek::{Signature, VerifyingKey};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{KeyError, SECRET_PREFIX, encode, parse_token};
use crate::digest::{hex, sha256};
use crate::names::is_publisher;

const PREFIX: &str = "entrepot-ed25519";

/// A publisher's public key. Its text is one token, `entrepot-ed25519:<publisher>:<base64url>`.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct PublicKey {
    publisher: String,
    key: VerifyingKey,
}

impl PublicKey {
    pub(crate) fn from_parts(publisher: &str, bytes: &[u8; 32]) -> Result<Self, KeyError> {
        if !is_publisher(publisher) {
            return Err(KeyError::Publisher(publisher.to_owned()));
        }
        let key = VerifyingKey::from_bytes(bytes).map_err(|_| KeyError::NotPublic)?;
        if key.is_weak() {
            return Err(KeyError::Weak);
        }
        Ok(Self { publisher: publisher.to_owned(), key })
    }

    /// Of a secret key, which has checked both.
    pub(super) fn of(publisher: &str, key: VerifyingKey) -> Self {
        Self { publisher: publisher.to_owned(), key }
    }

    pub fn publisher(&self) -> &str {
        &self.publisher
    }

    /// The first 16 hex digits of the SHA-256 of the key: for people to compare, not for machines to trust.
    pub fn id(&self) -> String {
        hex(&sha256(self.bytes())[..8])
    }

    pub(crate) fn bytes(&self) -> &[u8; 32] {
        self.key.as_bytes()
    }

    pub(crate) fn check(&self, message: &[u8], signature: &[u8; 64]) -> bool {
        self.key.verify_strict(message, &Signature::from_bytes(signature)).is_ok()
    }
}

impl FromStr for PublicKey {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        if text.trim_start().starts_with(SECRET_PREFIX) {
            return Err(KeyError::SecretAsPublic);
        }
        let (publisher, bytes) = parse_token(text, PREFIX).ok_or(KeyError::NotPublic)?;
        Self::from_parts(&publisher, &bytes)
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{PREFIX}:{}:{}", self.publisher, encode(self.bytes()))
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({self})")
    }
}

impl Serialize for PublicKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for PublicKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}
