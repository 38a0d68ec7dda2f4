//! What stands in `adapter.toml`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{Connect, Credential, EgressRule, KeyRule, Limits, OAuth, RateLimit, SecretField, Setting};

/// The guest interfaces this host can run.
pub const SUPPORTED_WORLDS: [&str; 3] = ["entrepot:adapter@0.1.0", "entrepot:adapter@0.1.1", "entrepot:adapter@0.2.0"];

/// What an adapter is, what it needs to know, and what it asks to be allowed. Only a request: see [`Grant`](crate::Grant).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    pub id: String,
    pub name: String,
    pub publisher: String,
    /// Semantic version of the adapter.
    pub version: String,
    pub world: String,
    #[serde(default)]
    pub description: String,
    #[serde(default)]
    pub settings: BTreeMap<String, Setting>,
    #[serde(default)]
    pub secrets: BTreeMap<String, SecretField>,
    #[serde(default)]
    pub credentials: BTreeMap<String, Credential>,
    /// By slot, the name the adapter uses for it.
    #[serde(default)]
    pub keys: BTreeMap<String, KeyRule>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub oauth: Option<OAuth>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connect: Option<Connect>,
    #[serde(default)]
    pub egress: Vec<EgressRule>,
    #[serde(default)]
    pub rate_limit: RateLimit,
    #[serde(default)]
    pub limits: Limits,
}
