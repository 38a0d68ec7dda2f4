//! The log as this process has followed it, from its first entry on. The last entry about a thing is found by what stands in it; one that
//! somebody altered, hid or took away would not be found, so it is held against what was followed.

use std::collections::{BTreeSet, HashMap};

use entrepot_store::audit::AuditRow;
use serde_json::Value;

use super::entry::{of_channel, says};
use super::history::Left;
use super::told::Told;
use crate::grant_head::{TRUSTED_KEYS, of_grants};
use crate::mac::Unfit;

#[derive(Default)]
pub(crate) struct Followed {
    /// The last entry that was followed, and its hash.
    pub(super) entries: i64,
    pub(super) hash: String,
    /// Up to here, entries are of a master key that was lost.
    pub(super) unproved: i64,
    /// The last link that does not hold: whatever was told before it may have been told otherwise there.
    pub(super) broken: i64,
    /// The entry that was followed last, and is another one now: the log was cut off, and has grown again.
    pub(super) anew: Option<i64>,
    /// The last entry about each head and channel, and the last about all of them.
    last: HashMap<String, i64>,
    sealed: i64,
    /// Where the list of keys began.
    keys_since: i64,
    told: Told,
}

impl Followed {
    pub(super) fn hear(&mut self, row: &AuditRow) {
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
                let details: Value = serde_json::from_str(&row.details).unwrap_or_default();
                let adapter = row.adapter_id.as_deref().unwrap_or_default();
                self.last.insert(of_version(adapter, details["version"].as_str().unwrap_or_default()), row.seq);
            }
            "approve" | "upgrade" | "canary" | "promote" | "rollback" | "revoke" => {
                let adapter = row.adapter_id.as_deref().unwrap_or_default();
                self.last.insert(of_grants(adapter), row.seq);
                self.vouch(adapter, row);
            }
            _ => {}
        }
        if let Some(channel) = &row.channel_id {
            self.last.insert(of_channel(channel), row.seq);
        }
    }

    /// Nothing is granted to a version that is doubtful: what is in use after the entry was installed before it.
    fn vouch(&mut self, adapter: &str, row: &AuditRow) {
        let Some((main, canary)) = says(adapter, row) else { return };
        let Some(in_use) = self.told.in_use.get(adapter) else { return };
        let named = [main, canary.map(|(generation, _)| generation)];
        for granted in in_use.main.iter().chain(in_use.canary.iter().map(|(granted, _)| granted)) {
            let installed = self.told.installed.get(&(adapter.to_owned(), granted.version.clone()));
            if named.contains(&Some(granted.generation)) && installed == Some(&granted.digest) {
                self.last.insert(of_version(adapter, &granted.version), row.seq);
            }
        }
    }

    pub(super) fn newest(&self, name: &str) -> i64 {
        self.last.get(name).copied().unwrap_or(0).max(self.sealed)
    }

    pub(super) const fn entries(&self) -> i64 {
        self.entries
    }

    pub(super) const fn anew(&self) -> Option<i64> {
        self.anew
    }

    pub(crate) fn left(&self, adapter: &str) -> Vec<Left> {
        self.told.history.left(adapter)
    }

    /// The first grant after that generation that has no row, though its version was not removed. What a log that is not whole does not
    /// tell may have taken it away.
    pub(crate) fn first_missing(
        &self,
        adapter: &str,
        after: i64,
        found: &BTreeSet<(String, i64)>,
    ) -> Option<(i64, String)> {
        self.told.history.first_missing(adapter, after, found).filter(|_| self.broken == 0)
    }

    /// Whether everything is known that was said after the grant was given.
    pub(crate) fn check_since(&self, adapter: &str, generation: i64) -> Result<(), Unfit> {
        let given = self.told.history.entry(adapter, generation).max(self.sealed);
        if self.broken > given { Err(Unfit::Log(self.broken)) } else { Ok(()) }
    }

    /// The version in use by the log, unless the head speaks of another grant: then an entry between may be one that was altered.
    pub(crate) fn version_in_use(&self, adapter: &str, head: Option<i64>) -> Option<&str> {
        let main = self.told.in_use.get(adapter)?.main.as_ref()?;
        let agree = self.broken == 0 || head.is_none_or(|head| head == main.generation);
        agree.then_some(main.version.as_str())
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
        let name = of_version(adapter, version);
        match (told, self.last.contains_key(&name)) {
            // It may have been removed by an entry that was altered.
            (Some(told), _) if told == digest && self.broken > self.newest(&name) => Err(Unfit::Log(self.broken)),
            (Some(told), _) if told == digest => Ok(()),
            (None, false) if self.broken > self.sealed => Err(Unfit::Log(self.broken)),
            (None, false) if self.sealed == 0 => Err(Unfit::Cut),
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

fn of_version(adapter: &str, version: &str) -> String {
    format!("version:{adapter}@{version}")
}
