//! What proves an entry of the log: its own hash, or what was made of it under a later master key.
// See docs/decisions/0065-changing-the-master-key.md

use entrepot_store::audit::{AuditRow, ChainedRow};
use hmac::Mac;

use crate::mac::hex;
use crate::rekeyed::Rekeyed;
use crate::{Admission, AdmissionError, MacKeys};

const TABLE: &str = "audit_log";

/// Whether it is what was written, after the entry with that hash. None: the key of none of its proofs is given.
pub(super) fn holds(keys: &MacKeys, row: &AuditRow, before: &str) -> Option<bool> {
    if let Some(hash) = hash(keys, row, before) {
        return Some(hash == row.hash);
    }
    if !is_of_known_key(keys, row) {
        return None;
    }
    Some(with_parts(row, before, |parts| keys.check(TABLE, parts, row.proof.as_deref())).is_ok())
}

/// Whether its own key, or that of its proof, is given.
pub(super) fn is_of_known_key(keys: &MacKeys, row: &AuditRow) -> bool {
    let of_proof = row.proof.as_deref().and_then(|proof| proof.rsplit_once(':'));
    keys.has(&row.key_id) || of_proof.is_some_and(|(id, _)| keys.has(id))
}

/// Over the entry and the hash of the one before. None: its key is not given.
pub(super) fn hash(keys: &MacKeys, row: &AuditRow, before: &str) -> Option<String> {
    let mac = with_entry(row, before, |parts| keys.mac(&row.key_id, parts))?;
    Some(hex(&mac.finalize().into_bytes()))
}

fn with_entry<T>(row: &AuditRow, before: &str, then: impl FnOnce(&[&[u8]]) -> T) -> T {
    let numbers = [row.seq.to_be_bytes(), row.at.to_be_bytes()].concat();
    let adapter = row.adapter_id.as_deref().unwrap_or_default();
    let mut parts: Vec<&[u8]> = vec![
        b"entrepot audit 1",
        &numbers,
        before.as_bytes(),
        row.actor.as_bytes(),
        row.action.as_bytes(),
        adapter.as_bytes(),
        row.details.as_bytes(),
    ];
    // One part more: no entry reads like one without.
    parts.extend(row.channel_id.as_deref().map(str::as_bytes));
    then(&parts)
}

/// The same with the entry's own key and hash before it.
fn with_parts<T>(row: &AuditRow, before: &str, then: impl FnOnce(&[&[u8]]) -> T) -> T {
    with_entry(row, before, |parts| {
        let own: [&[u8]; 2] = [row.key_id.as_bytes(), row.hash.as_bytes()];
        then(&own.into_iter().chain(parts.iter().copied()).collect::<Vec<_>>())
    })
}

impl Admission {
    /// Proves entries after `after` under the master key in use: some hundreds. The last of them; `None`: there are no more. An entry of
    /// a key that is not given is left out: somebody adopted another key after it, and it stands as it stood then.
    pub async fn rekey_log(&self, after: i64) -> Result<Option<(i64, Rekeyed)>, AdmissionError> {
        let keys = self.audit_keys();
        let Some(id) = keys.id() else { return Err(AdmissionError::NoAuditKey) };
        let mut tx = self.db().begin().await?;
        let rows = tx.audit_to_prove(after, &id).await?;
        let Some(last) = rows.last().map(|entry| entry.row.seq) else { return Ok(None) };
        let mut rekeyed = Rekeyed::default();
        for ChainedRow { row, hash_before } in rows {
            let before = hash_before.unwrap_or_default();
            match holds(keys, &row, &before) {
                Some(true) => {
                    let proof = with_parts(&row, &before, |parts| keys.seal(TABLE, parts));
                    tx.put_audit_proof(row.seq, &proof).await?;
                    rekeyed.done += 1;
                }
                Some(false) => rekeyed.unfit += 1,
                None => {}
            }
        }
        tx.commit().await?;
        Ok(Some((last, rekeyed)))
    }
}
