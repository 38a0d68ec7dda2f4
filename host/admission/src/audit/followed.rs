//! The log as this process has followed it, from its first entry on. The last entry about a thing is found by what stands in it; one that
//! somebody altered, hid or took away would not be found, so it is held against what was followed.

use std::collections::{BTreeSet, HashMap};

use entrepot_store::audit::AuditRow;
use serde_json::Value;

use super::told::Told;
use crate::heads::{TRUSTED_KEYS, of_grants};
use crate::{Admission, AdmissionError, Unfit};

#[derive(Default)]
pub(crate) struct Followed {
    /// The last entry that was followed, and its hash.
    entries: i64,
    hash: String,
    /// Up to here, entries are of a master key that was lost.
    unproved: i64,
    /// The last link that does not hold: whatever was told before it may have been told otherwise there.
    broken: i64,
    /// The last entry about each head and channel, and the last about all of them.
    last: HashMap<String, i64>,
    sealed: i64,
    /// Where the list of keys began.
    keys_since: i64,
    told: Told,
}

impl Followed {
    fn hear(&mut self, row: &AuditRow) {
        self.told.hear(row);
        let list = || serde_json::from_str::<Value>(&row.details).is_ok_and(|details| details["list"].is_array());
        match row.action.as_str() {
            "seal" => (self.sealed, self.keys_since) = (row.seq, row.seq),
            "trust" | "untrust" | "rotate" => {
                self.last.insert(TRUSTED_KEYS.to_owned(), row.seq);
                if list() {
                    self.keys_since = row.seq;
                }
            }
            "install" | "remove" => {
                let version = serde_json::from_str::<Value>(&row.details).unwrap_or_default()["version"].to_string();
                let adapter = row.adapter_id.as_deref().unwrap_or_default();
                self.last.insert(format!("version:{adapter}@{version}"), row.seq);
            }
            "approve" | "upgrade" | "canary" | "promote" | "rollback" | "revoke" => {
                self.last.insert(of_grants(row.adapter_id.as_deref().unwrap_or_default()), row.seq);
            }
            _ => {}
        }
        if let Some(channel) = &row.channel_id {
            self.last.insert(of_channel(channel), row.seq);
        }
    }

    pub(super) fn newest(&self, name: &str) -> i64 {
        self.last.get(name).copied().unwrap_or(0).max(self.sealed)
    }

    pub(super) const fn entries(&self) -> i64 {
        self.entries
    }

    /// Whether the entry with this number can be the last about it.
    pub(super) fn check(&self, name: &str, seq: i64) -> Result<(), Unfit> {
        match (seq < self.newest(name), self.broken > seq) {
            (true, _) => Err(Unfit::Earlier),
            (_, true) => Err(Unfit::Log(self.broken)),
            _ => Ok(()),
        }
    }

    /// Whether that version is installed, with these bytes: one that was removed would be in order by itself.
    pub(crate) fn check_version(&self, adapter: &str, version: &str, digest: &str) -> Result<(), Unfit> {
        let told = self.told.installed.get(&(adapter.to_owned(), version.to_owned()));
        let last = self.newest(&format!("version:{adapter}@{}", Value::from(version)));
        match told {
            Some(told) if told == digest => Ok(()),
            // Where the log is not whole, what is granted has to be granted anew, and a person looks at it.
            None if last == 0 && self.broken > 0 => Ok(()),
            None if last == 0 => Err(Unfit::Cut),
            _ => Err(Unfit::Earlier),
        }
    }

    /// Whether these are the keys, when the last entry about them has this number.
    pub(super) fn check_keys(&self, keys: &BTreeSet<(String, String)>, seq: i64) -> Result<(), Unfit> {
        if seq < self.newest(TRUSTED_KEYS) || (seq <= self.entries && *keys != self.told.keys) {
            return Err(Unfit::Earlier);
        }
        // Of an empty list nothing can be put back.
        if self.broken > self.keys_since && !keys.is_empty() { Err(Unfit::Log(self.broken)) } else { Ok(()) }
    }
}

pub(super) fn of_channel(channel: &str) -> String {
    format!("channel:{channel}")
}

impl Admission {
    /// To the end of the log as it is now. Not from within a transaction: it takes another connection.
    pub(crate) async fn follow_log(&self) -> Result<(), AdmissionError> {
        let mut at = self.followed().lock().await;
        loop {
            let page = self.db().audit_page(at.entries).await?;
            if page.is_empty() {
                return Ok(());
            }
            let mut rows = page.into_iter().peekable();
            while let Some(row) = rows.next() {
                let before = at.unproved == at.entries && row.seq == at.entries + 1;
                if before && self.is_before_adoption(&row, rows.peek()).await? {
                    at.unproved = row.seq;
                } else if self.broken(&row, at.entries, &at.hash).is_some() {
                    at.broken = row.seq;
                } else {
                    at.hear(&row);
                }
                at.entries = row.seq;
                at.hash = row.hash;
            }
        }
    }
}
