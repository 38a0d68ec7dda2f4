//! The audit log: a chain in which each entry is authenticated together with the one before it, under a key that the
//! database does not hold. Changing, removing or inserting a row breaks it, and so does recomputing it without the key.
// See docs/decisions/0013-keyed-audit-chain.md

mod channels;
mod compare;
mod entry;
mod follow;
mod followed;
mod history;
mod newest;
mod proof;
mod told;

use entrepot_store::Tx;
use entrepot_store::audit::AuditRow;
use serde::Serialize;
use serde_json::Value;

use crate::{Admission, AdmissionError};

pub use channels::Beside;
pub(crate) use entry::highest_generation;
pub(crate) use followed::Followed;
use proof::{hash, holds, is_of_known_key};
use told::Told;

/// What is written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    Install,
    /// Of a version that was installed.
    Remove,
    /// What was there before rows had MACs was given them.
    Seal,
    /// A master key that the database was not written with.
    Adopt,
    /// Of the master key: another one was begun with, or nothing is left under the ones before.
    Rekey,
    Trust,
    Untrust,
    Rotate,
    Approve,
    Upgrade,
    Rollback,
    Revoke,
    /// Approved for a share of the channels.
    Canary,
    Promote,
    Quarantine,
    /// Out of quarantine.
    Release,
    /// Of a channel's row: made, changed or removed.
    Channel,
    /// What an adapter did in an hour.
    Usage,
    /// Of an account, a tenant or a key.
    Account,
}

impl Action {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Install => "install",
            Self::Remove => "remove",
            Self::Seal => "seal",
            Self::Adopt => "adopt",
            Self::Rekey => "rekey",
            Self::Trust => "trust",
            Self::Untrust => "untrust",
            Self::Rotate => "rotate",
            Self::Approve => "approve",
            Self::Upgrade => "upgrade",
            Self::Rollback => "rollback",
            Self::Revoke => "revoke",
            Self::Canary => "canary",
            Self::Promote => "promote",
            Self::Quarantine => "quarantine",
            Self::Release => "release",
            Self::Channel => "channel",
            Self::Usage => "usage",
            Self::Account => "account",
        }
    }
}

/// The result of following the chain from its beginning.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Verified {
    /// Entries that were read.
    pub entries: i64,
    /// Hash of the last one that holds. Kept elsewhere, it shows later whether the end of the log was cut off.
    pub head: Option<String>,
    /// So many at the beginning are of a master key that is not given, from before another one was adopted: they cannot be checked.
    pub unproved: i64,
    pub broken: Option<BrokenLink>,
    /// Where the log holds: the first thing in the database that is not as it says.
    pub differs: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BrokenLink {
    pub seq: i64,
    pub why: String,
}

impl Admission {
    /// Adds an entry in the transaction of what it tells of: neither is there without the other.
    pub(crate) async fn record(
        &self,
        tx: &mut Tx,
        actor: &str,
        action: Action,
        adapter: Option<&str>,
        details: &Value,
    ) -> Result<(), AdmissionError> {
        self.record_about(tx, actor, action, (adapter, None), details).await
    }

    /// `about`: an adapter, and a channel of it.
    pub(crate) async fn record_about(
        &self,
        tx: &mut Tx,
        actor: &str,
        action: Action,
        about: (Option<&str>, Option<&str>),
        details: &Value,
    ) -> Result<(), AdmissionError> {
        let head = tx.audit_head().await?;
        let (seq, before) = head.map_or((0, String::new()), |head| (head.seq, head.hash));
        let mut row = AuditRow {
            seq: seq.saturating_add(1),
            at: self.db().clock().now(),
            actor: actor.to_owned(),
            action: action.as_str().to_owned(),
            adapter_id: about.0.map(str::to_owned),
            channel_id: about.1.map(str::to_owned),
            details: details.to_string(),
            key_id: self.audit_keys().id().unwrap_or_default(),
            hash: String::new(),
            proof: None,
        };
        row.hash = hash(self.audit_keys(), &row, &before).ok_or(AdmissionError::NoAuditKey)?;
        tx.insert_audit(&row).await?;
        Ok(())
    }

    /// Follows the chain and names the first link that does not hold; then holds the database against what the log says.
    pub async fn verify_audit(&self) -> Result<Verified, AdmissionError> {
        let mut verified = Verified { entries: 0, head: None, unproved: 0, broken: None, differs: None };
        let mut told = Told::default();
        if let Some(seq) = self.db().audit_stray().await? {
            let why = "somebody inserted it: no entry of this host has such a number".to_owned();
            verified.broken = Some(BrokenLink { seq, why });
            return Ok(verified);
        }
        // What this host knows of the log is older than what is read of it here.
        self.follow_log().await?;
        loop {
            if !self.follow(&mut verified, &mut told).await? {
                return Ok(verified);
            }
            // Nobody adds an entry, nor what it is about, while the two are held against each other.
            let mut tx = self.db().begin().await?;
            if tx.audit_head().await?.map_or(0, |head| head.seq) == verified.entries {
                verified.broken = self.is_another(verified.entries).await;
                if verified.broken.is_none() {
                    verified.differs = self.differs(&mut tx, &told).await?;
                }
                return Ok(verified);
            }
        }
    }

    /// Whether a log that holds, with so many entries, is not the one that this host has followed.
    async fn is_another(&self, entries: i64) -> Option<BrokenLink> {
        let followed = self.followed().lock().await;
        let (seq, why) = match (followed.anew(), followed.entries()) {
            (Some(seq), _) => {
                let why = format!(
                    "entry {seq} is not the one this host has followed: the log was cut off and written anew. If that was a backup that was \
                     put back, start all hosts again"
                );
                (seq, why)
            }
            (None, known) if known > entries => {
                let why = format!(
                    "this host has followed the log to entry {known}, and it ends with {entries}: somebody cut off its end"
                );
                (entries + 1, why)
            }
            _ => return None,
        };
        Some(BrokenLink { seq, why })
    }

    /// To the end of the log as it is now. False: a link does not hold.
    async fn follow(&self, verified: &mut Verified, told: &mut Told) -> Result<bool, AdmissionError> {
        loop {
            let page = self.db().audit_page(verified.entries).await?;
            if page.is_empty() {
                return Ok(true);
            }
            let mut rows = page.into_iter().peekable();
            while let Some(row) = rows.next() {
                let before = verified.unproved == verified.entries && row.seq == verified.entries + 1;
                if before && self.is_before_adoption(&row, rows.peek()).await? {
                    verified.unproved = row.seq;
                    verified.entries = row.seq;
                    verified.head = Some(row.hash);
                    continue;
                }
                let mut why = self.broken(&row, verified.entries, verified.head.as_deref().unwrap_or_default());
                if why.is_none() && row.action == Action::Usage.as_str() {
                    why = self.usage_differs(&row).await?;
                }
                if let Some(why) = why {
                    verified.broken = Some(BrokenLink { seq: row.seq, why });
                    return Ok(false);
                }
                told.hear(&row);
                verified.entries = row.seq;
                verified.head = Some(row.hash);
            }
        }
    }

    /// Entries of a master key that was lost. Whoever adopted another one took the log as it was: that entry is authenticated together
    /// with the last of these, so they stand as they stood then.
    async fn is_before_adoption(&self, row: &AuditRow, next: Option<&AuditRow>) -> Result<bool, AdmissionError> {
        if is_of_known_key(self.audit_keys(), row) {
            return Ok(false);
        }
        let next = match next {
            Some(next) => Some(next.clone()),
            None => self.db().audit_page(row.seq).await?.into_iter().next(),
        };
        let Some(next) = next else { return Ok(false) };
        Ok(!is_of_known_key(self.audit_keys(), &next) || next.action == Action::Adopt.as_str())
    }

    fn broken(&self, row: &AuditRow, after: i64, before: &str) -> Option<String> {
        if row.seq != after + 1 {
            return Some(format!("entry {} is missing: somebody deleted it", after + 1));
        }
        match holds(self.audit_keys(), row, before) {
            None => Some(format!("it was written under the master key {:?}, which is not given here", row.key_id)),
            Some(false) => Some("it, or the entry before it, is not what was written: somebody changed it".to_owned()),
            Some(true) => None,
        }
    }
}
