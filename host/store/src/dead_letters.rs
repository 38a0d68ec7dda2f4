//! Items that could not be imported, and why.

use entrepot_domain::catalog::Issue;
use entrepot_domain::catalog::limits::beginning;
use entrepot_domain::clock::Timestamp;
use entrepot_domain::{ChannelId, DeadLetterId, Id, RunId};
use serde::Serialize;
use sqlx::types::Json;

mod listing;

pub use listing::{CLASSES, KINDS, Letter, LetterCount, LetterFilter, Place};

use crate::bulk::{self, Column};
use crate::{Scoped, ScopedTx, StoreError, unpack};

#[derive(Clone, Debug, Serialize)]
pub struct DeadLetter {
    pub id: String,
    pub channel_id: String,
    pub source_id: String,
    pub run_id: String,
    pub code: String,
    pub reason: String,
    pub issues: Vec<Issue>,
    pub attempts: i64,
    pub first_at: Timestamp,
    pub last_at: Timestamp,
    /// The item as the marketplace sent it.
    pub raw: String,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    channel_id: String,
    source_id: String,
    run_id: String,
    code: String,
    reason: String,
    issues: Json<Vec<Issue>>,
    attempts: i64,
    first_at: Timestamp,
    last_at: Timestamp,
    body: Vec<u8>,
}

/// Characters; all issues are kept beside it.
const LONGEST_REASON: usize = 2_000;

pub struct NewDeadLetter<'a> {
    pub source_id: &'a str,
    pub issues: &'a [Issue],
}

const LIST: &str = "SELECT d.id, d.channel_id, d.source_id, d.run_id, d.code, d.reason, d.issues, d.attempts, d.first_at, d.last_at, \
    s.body FROM dead_letters d JOIN source_items s ON s.tenant_id = d.tenant_id AND s.channel_id = d.channel_id \
    AND s.source_id = d.source_id WHERE d.tenant_id = $1 AND ($2 = '' OR d.channel_id = $2) AND d.id > $3 AND ($4 = '' OR d.code = $4) \
    ORDER BY d.id LIMIT $5";
const COUNT_BY_CODE: &str = "SELECT code, COUNT(*), MIN(reason) FROM dead_letters WHERE tenant_id = $1 AND channel_id = $2 \
    GROUP BY code ORDER BY COUNT(*) DESC, code";
const INSERT: &str = "INSERT INTO dead_letters (tenant_id, id, channel_id, source_id, run_id, code, reason, issues, adapter_digest, \
    attempts, first_at, last_at)";
const UPSERT: &str = "ON CONFLICT (tenant_id, channel_id, source_id) DO UPDATE SET run_id = excluded.run_id, code = excluded.code, \
    reason = excluded.reason, issues = excluded.issues, adapter_digest = excluded.adapter_digest, \
    attempts = dead_letters.attempts + 1, last_at = excluded.last_at";

const OF_ITEM: &str = "SELECT id, reason FROM dead_letters WHERE tenant_id = $1 AND channel_id = $2 AND source_id = $3";

impl Scoped {
    /// In the order of their ids from after `after`; `code` narrows to one reason, "" takes all.
    pub async fn dead_letters(
        &self,
        channel: Option<&ChannelId>,
        code: &str,
        after: &str,
        limit: i64,
    ) -> Result<Vec<DeadLetter>, StoreError> {
        let channel = channel.map_or("", ChannelId::as_str);
        let rows = read_all!(self, Row, LIST, self.tenant().as_str(), channel, after, code, limit)?;
        rows.into_iter()
            .map(|row| {
                Ok(DeadLetter {
                    id: row.id,
                    channel_id: row.channel_id,
                    source_id: row.source_id,
                    run_id: row.run_id,
                    code: row.code,
                    reason: row.reason,
                    issues: row.issues.0,
                    attempts: row.attempts,
                    first_at: row.first_at,
                    last_at: row.last_at,
                    raw: unpack(&row.body).unwrap_or_default(),
                })
            })
            .collect()
    }

    /// Id and reason of the one about this item.
    pub async fn dead_letter_of(
        &self,
        channel: &ChannelId,
        source_id: &str,
    ) -> Result<Option<(String, String)>, StoreError> {
        Ok(read_optional!(self, (String, String), OF_ITEM, self.tenant().as_str(), channel.as_str(), source_id)?)
    }

    /// How many for which reason, with one reason's text each; the most frequent first.
    pub async fn dead_letter_reasons(&self, channel: &ChannelId) -> Result<Vec<(String, i64, String)>, StoreError> {
        Ok(read_all!(self, (String, i64, String), COUNT_BY_CODE, self.tenant().as_str(), channel.as_str())?)
    }
}

impl ScopedTx {
    pub async fn write_dead_letters(
        &mut self,
        channel: &ChannelId,
        run: &RunId,
        digest: &str,
        letters: &[NewDeadLetter<'_>],
    ) -> Result<(), StoreError> {
        let now = self.clock.now();
        let (tenant, rows) = (self.tenant.clone(), letters.len());
        let ids: Vec<DeadLetterId> = letters.iter().map(|_| DeadLetterId::make(now)).collect();
        let reasons: Vec<String> = letters.iter().map(|letter| reason(letter.issues)).collect();
        let code = |letter: &NewDeadLetter<'_>| {
            letter.issues.first().map_or("unknown", |issue| issue.code.as_str()).to_owned()
        };
        let codes: Vec<String> = letters.iter().map(code).collect();
        let columns = [
            Column::Text(vec![Some(tenant.as_str()); rows]),
            Column::Text(ids.iter().map(|id| Some(id.as_str())).collect()),
            Column::Text(vec![Some(channel.as_str()); rows]),
            Column::Text(letters.iter().map(|letter| Some(letter.source_id)).collect()),
            Column::Text(vec![Some(run.as_str()); rows]),
            Column::Text(codes.iter().map(|code| Some(code.as_str())).collect()),
            Column::Text(reasons.iter().map(|reason| Some(reason.as_str())).collect()),
            Column::Json(
                letters
                    .iter()
                    .map(|l| serde_json::to_string(l.issues).ok().map(|t| t.replace("\\u0000", "")))
                    .collect(),
            ),
            Column::Text(vec![Some(digest); rows]),
            Column::Int(vec![Some(1); rows]),
            Column::Int(vec![Some(now); rows]),
            Column::Int(vec![Some(now); rows]),
        ];
        bulk::insert(&mut self.tx, INSERT, UPSERT, &columns).await
    }
}

/// What is wrong in several fields for the same reason is said once.
fn reason(issues: &[Issue]) -> String {
    let mut said: Vec<String> = Vec::new();
    for issue in issues {
        let message = issue.message.replace('\0', "");
        if !said.contains(&message) {
            said.push(message);
        }
    }
    beginning(&said.join("; "), LONGEST_REASON)
}
