//! What an operator approved.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{AskedFor, Connect, Credential, DecidingSetting, EgressRule, KeyRule, Limits, Manifest, OAuth, RateLimit};
use entrepot_domain::clock::Timestamp;

/// A record of its own, next to the artifact and never inside it: the publisher cannot grant itself anything.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Grant {
    pub adapter_id: String,
    pub version: String,
    /// SHA-256 of the artifact, hex. Other bytes under the same version are another artifact.
    pub digest: String,
    pub world: String,
    /// What it calls itself: whom people believe to deal with.
    #[serde(default)]
    pub name: String,
    pub rules: Vec<EgressRule>,
    /// What the settings are like that decide where rules and OAuth lead.
    #[serde(default)]
    pub settings: BTreeMap<String, DecidingSetting>,
    /// What sellers are asked for, by the name of the setting or secret.
    #[serde(default)]
    pub asked: BTreeMap<String, AskedFor>,
    pub credentials: BTreeMap<String, Credential>,
    #[serde(default)]
    pub keys: BTreeMap<String, KeyRule>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub oauth: Option<OAuth>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connect: Option<Connect>,
    pub rate_limit: RateLimit,
    pub limits: Limits,
    pub expires_at: Option<Timestamp>,
    /// What no rule covers is sent anyway, without credential, and reported. For trying a new grant out.
    pub report_only: bool,
    /// Later versions by the same signer that ask for nothing more come into use by themselves.
    #[serde(default)]
    pub accept_narrower: bool,
}

impl Grant {
    /// All that the manifest asks for, without end. Operators narrow it from here.
    pub fn as_requested(manifest: &Manifest, digest: impl Into<String>) -> Self {
        Self {
            adapter_id: manifest.id.clone(),
            version: manifest.version.clone(),
            digest: digest.into(),
            world: manifest.world.clone(),
            name: manifest.name.clone(),
            rules: manifest.egress.clone(),
            settings: manifest.deciding_settings(),
            asked: manifest.asked(),
            credentials: manifest.credentials.clone(),
            keys: manifest.keys.clone(),
            oauth: manifest.oauth.clone(),
            connect: manifest.connect.clone(),
            rate_limit: manifest.rate_limit,
            limits: manifest.limits,
            expires_at: None,
            report_only: false,
            accept_narrower: false,
        }
    }
}
