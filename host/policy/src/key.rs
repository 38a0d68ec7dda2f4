//! Keys the guest may use and never see: for webhook signatures.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::Operation;

/// "During these operations the host computes these MACs with this secret, and hands out the result."
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyRule {
    /// Name of the secret that is the key.
    pub secret: String,
    pub operations: Vec<Operation>,
    pub algorithms: Vec<MacAlgorithm>,
    /// How the secret, a text, becomes the key's bytes.
    #[serde(default)]
    pub encoding: KeyEncoding,
    /// Stands before the encoded key in what people copy, e.g. `whsec_`, and is no part of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub strip_prefix: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MacAlgorithm {
    HmacSha1,
    HmacSha256,
    HmacSha512,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum KeyEncoding {
    /// The bytes of the text.
    #[default]
    Text,
    Base64,
    Hex,
}

impl MacAlgorithm {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::HmacSha1 => "hmac-sha1",
            Self::HmacSha256 => "hmac-sha256",
            Self::HmacSha512 => "hmac-sha512",
        }
    }
}

impl fmt::Display for MacAlgorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl KeyRule {
    /// One sentence for the person who approves it.
    pub fn in_words(&self, slot: &str) -> String {
        let join = |words: Vec<String>| words.join(", ");
        format!(
            "During {} the host computes {} with the secret {} (key {slot}); the adapter sees the result, not the secret.",
            join(self.operations.iter().map(ToString::to_string).collect()),
            join(self.algorithms.iter().map(ToString::to_string).collect()),
            self.secret,
        )
    }
}
