//! The audit log: a chain in which each entry is authenticated together with the one before it, under a key that the
//! database does not hold. Changing, removing or inserting a row breaks it, and so does recomputing it without the key.

use entrepot_store::Tx;
use entrepot_store::audit::AuditRow;
use hmac::{Hmac, KeyInit, Mac};
use serde::Serialize;
use serde_json::Value;
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::{Admission, AdmissionError};

/// What authenticates the log: keys derived from the host's master keys, with their ids, the one in use first.
pub struct AuditKeys(Vec<(String, Zeroizing<[u8; 32]>)>);

impl AuditKeys {
    /// At least one.
    pub fn new(keys: Vec<(String, Zeroizing<[u8; 32]>)>) -> Self {
        Self(keys)
    }

    fn hash(&self, row: &AuditRow, before: &str) -> Option<String> {
        let (_, key) = self.0.iter().find(|(id, _)| *id == row.key_id)?;
        let mut mac = <Hmac<Sha256>>::new_from_slice(key.as_slice()).ok()?;
        let numbers = [row.seq.to_be_bytes(), row.at.to_be_bytes()].concat();
        let adapter = row.adapter_id.as_deref().unwrap_or_default();
        // Each part with its length: no two entries read the same.
        for part in [
            b"entrepot audit 1".as_slice(),
            &numbers,
            before.as_bytes(),
            row.actor.as_bytes(),
            row.action.as_bytes(),
            adapter.as_bytes(),
            row.details.as_bytes(),
        ] {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part);
        }
        Some(mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect())
    }
}

/// What is written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    Install,
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
    /// What an adapter did in an hour.
    Usage,
}

impl Action {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Install => "install",
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
            Self::Usage => "usage",
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
    pub broken: Option<BrokenLink>,
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
        let head = tx.audit_head().await?;
        let (seq, before) = head.map_or((0, String::new()), |head| (head.seq, head.hash));
        let keys = self.audit_keys();
        let mut row = AuditRow {
            seq: seq + 1,
            at: self.db().clock().now(),
            actor: actor.to_owned(),
            action: action.as_str().to_owned(),
            adapter_id: adapter.map(str::to_owned),
            details: details.to_string(),
            key_id: keys.0.first().map(|(id, _)| id.clone()).unwrap_or_default(),
            hash: String::new(),
        };
        row.hash = keys.hash(&row, &before).ok_or(AdmissionError::NoAuditKey)?;
        tx.insert_audit(&row).await?;
        Ok(())
    }

    /// Follows the chain and names the first link that does not hold.
    pub async fn verify_audit(&self) -> Result<Verified, AdmissionError> {
        let mut verified = Verified { entries: 0, head: None, broken: None };
        loop {
            let page = self.db().audit_page(verified.entries).await?;
            if page.is_empty() {
                return Ok(verified);
            }
            for row in page {
                let why = self.broken(&row, verified.entries, verified.head.as_deref().unwrap_or_default());
                if let Some(why) = why {
                    verified.broken = Some(BrokenLink { seq: row.seq, why });
                    return Ok(verified);
                }
                if row.action == Action::Usage.as_str()
                    && let Some(why) = self.usage_differs(&row).await?
                {
                    verified.broken = Some(BrokenLink { seq: row.seq, why });
                    return Ok(verified);
                }
                verified.entries = row.seq;
                verified.head = Some(row.hash);
            }
        }
    }

    fn broken(&self, row: &AuditRow, after: i64, before: &str) -> Option<String> {
        if row.seq != after + 1 {
            return Some(format!("entry {} is missing", after + 1));
        }
        match self.audit_keys().hash(row, before) {
            None => Some(format!("it was written under the master key {:?}, which is not given here", row.key_id)),
            Some(hash) if hash != row.hash => Some("it, or the entry before it, is not what was written".to_owned()),
            Some(_) => None,
        }
    }
}
