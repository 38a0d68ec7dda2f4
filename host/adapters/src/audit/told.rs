//! What should be in the database, going by the log alone.

use std::collections::{BTreeMap, BTreeSet};

use entrepot_store::audit::AuditRow;
use serde_json::Value;

use super::history::History;
use crate::grant_head::ALL_CHANNELS;
use crate::mac::canonical;

/// Followed entry by entry.
#[derive(Debug, Default)]
pub(super) struct Told {
    /// By adapter.
    pub(super) in_use: BTreeMap<String, InUse>,
    /// Digests by adapter and version.
    pub(super) installed: BTreeMap<(String, String), String>,
    /// Publisher and fingerprint.
    pub(super) keys: BTreeSet<(String, String)>,
    /// Strikes and end, by channel.
    pub(super) quarantined: BTreeMap<String, (i64, i64)>,
    /// Of grants, in force or not.
    pub(super) history: History,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct InUse {
    pub(super) main: Option<Granted>,
    /// With its share.
    pub(super) canary: Option<(Granted, i64)>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Granted {
    pub(super) generation: i64,
    pub(super) version: String,
    pub(super) digest: String,
    /// The one text of its document.
    pub(super) body: String,
}

impl Told {
    pub(super) fn hear(&mut self, entry: &AuditRow) {
        self.history.hear(entry);
        let details: Value = serde_json::from_str(&entry.details).unwrap_or_default();
        let text = |name: &str| details[name].as_str().unwrap_or_default().to_owned();
        let adapter = entry.adapter_id.clone().unwrap_or_default();
        match entry.action.as_str() {
            "seal" => *self = Self { history: std::mem::take(&mut self.history), ..Self::sealed(&details) },
            "install" => drop(self.installed.insert((adapter, text("version")), text("digest"))),
            "remove" => drop(self.installed.remove(&(adapter, text("version")))),
            // A list that was changed past the host ended, and another one began.
            "trust" | "untrust" if details["list"].is_array() => self.keys = keys(&details["list"]),
            "trust" => drop(self.keys.insert((text("publisher"), text("key_id")))),
            "rotate" => {
                self.keys.retain(|(_, id)| *id != text("old_key_id"));
                self.keys.insert((text("publisher"), text("key_id")));
            }
            "untrust" => self.keys.retain(|(_, id)| *id != text("key_id")),
            "quarantine" => {
                let number = |name: &str| details[name].as_i64().unwrap_or_default();
                self.quarantined.insert(text("channel"), (number("strikes"), number("until")));
            }
            "release" => drop(self.quarantined.remove(&text("channel"))),
            "approve" | "upgrade" | "promote" => {
                self.in_use.insert(adapter, InUse { main: Some(granted(&details)), canary: None });
            }
            "canary" => {
                let share = details["share"].as_i64().unwrap_or_default();
                self.in_use.entry(adapter).or_default().canary = Some((granted(&details), share));
            }
            // Either what was tried ends, or an earlier grant comes back as a new one.
            "rollback" if details["grant"].is_null() => self.in_use.entry(adapter).or_default().canary = None,
            "rollback" => drop(self.in_use.insert(adapter, InUse { main: Some(granted(&details)), canary: None })),
            "revoke" => drop(self.in_use.remove(&adapter)),
            _ => {}
        }
    }

    /// What was there before rows had MACs.
    pub(super) fn sealed(details: &Value) -> Self {
        let mut told = Self::default();
        let list = |name: &str| details[name].as_array().cloned().unwrap_or_default();
        let text = |of: &Value, name: &str| of[name].as_str().unwrap_or_default().to_owned();
        for grant in list("grants") {
            let in_use = told.in_use.entry(text(&grant, "adapter")).or_default();
            match grant["share"].as_i64().unwrap_or_default() {
                ALL_CHANNELS => in_use.main = Some(granted(&grant)),
                share => in_use.canary = Some((granted(&grant), share)),
            }
        }
        for row in list("adapters") {
            told.installed.insert((text(&row, "adapter"), text(&row, "version")), text(&row, "digest"));
        }
        told.keys = keys(&details["trusted_keys"]);
        for row in list("quarantine") {
            let number = |name: &str| row[name].as_i64().unwrap_or_default();
            told.quarantined.insert(text(&row, "channel"), (number("strikes"), number("until")));
        }
        told
    }
}

fn keys(list: &Value) -> BTreeSet<(String, String)> {
    let text = |of: &Value, name: &str| of[name].as_str().unwrap_or_default().to_owned();
    list.as_array().into_iter().flatten().map(|key| (text(key, "publisher"), text(key, "key_id"))).collect()
}

fn granted(details: &Value) -> Granted {
    let text = |name: &str| details["grant"][name].as_str().unwrap_or_default().to_owned();
    Granted {
        generation: details["generation"].as_i64().unwrap_or_default(),
        version: text("version"),
        digest: text("digest"),
        body: canonical(&details["grant"]),
    }
}
