//! Everything that was given up, in one list: items that could not be imported, deliveries that were not worked off, runs that failed.
// See docs/decisions/0035-dead-letters.md

use std::fmt;
use std::str::FromStr;

use entrepot_domain::ChannelId;
use entrepot_domain::catalog::Issue;
use entrepot_domain::clock::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sqlx::types::Json;

use crate::{Scoped, StoreError, unpack};

pub const KINDS: [&str; 3] = ["item", "delivery", "run"];
pub const CLASSES: [&str; 5] = ["credentials", "grant", "marketplace", "adapter", "data"];

/// A dead letter of whichever kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, sqlx::FromRow)]
pub struct Letter {
    /// One of [`KINDS`].
    pub kind: String,
    pub id: String,
    pub channel_id: String,
    pub adapter_id: String,
    /// Of the adapter that failed. `None`: it was not known, or is not installed any more.
    pub version: Option<String>,
    /// The item's id, the delivery's topic, the run's scope.
    pub subject: String,
    /// The run, or the delivery, that met an item last.
    pub met_by: Option<String>,
    /// One of [`CLASSES`].
    pub class: String,
    pub code: String,
    pub reason: String,
    pub attempts: i64,
    pub first_at: Timestamp,
    pub last_at: Timestamp,
}

/// Which dead letters. Empty texts and lists take all.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LetterFilter {
    pub channel: Option<ChannelId>,
    pub adapter: String,
    pub kind: String,
    pub class: String,
    pub code: String,
    pub version: String,
    pub ids: Vec<String>,
}

/// How many of which.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, sqlx::FromRow)]
pub struct LetterCount {
    pub kind: String,
    pub class: String,
    pub code: String,
    pub count: i64,
    /// One of them.
    pub reason: String,
}

/// Who has to do something is what the classes tell apart: the seller gives credentials anew, the operator widens a grant, the
/// marketplace has to come back, the adapter's publisher mends it. What is left is wrong with the goods themselves. Of a failed run only
/// the last of a channel counts: whatever began after it took over its work.
macro_rules! letters {
    () => {
        "FROM (SELECT u.*, CASE \
         WHEN u.code IN ('unauthorized', 'settings') THEN 'credentials' \
         WHEN u.code IN ('denied', 'not-exported', 'not-granted') THEN 'grant' \
         WHEN u.code IN ('rate-limited', 'unavailable', 'not-found', 'item-unreadable', 'not-read-yet') \
         OR (u.kind = 'item' AND (u.code LIKE '%-unreadable' OR u.code LIKE '%-incomplete')) THEN 'marketplace' \
         WHEN u.code IN ('adapter-stopped', 'adapter-error', 'source-id-changed', 'unsupported') THEN 'adapter' \
         ELSE 'data' END AS class FROM (\
         SELECT 'item' AS kind, d.id, d.channel_id, c.adapter_id, a.version, d.source_id AS subject, d.run_id AS met_by, d.code, d.reason, d.attempts, \
         d.first_at, d.last_at FROM dead_letters d JOIN channels c ON c.tenant_id = d.tenant_id AND c.id = d.channel_id \
         LEFT JOIN adapters a ON a.adapter_id = c.adapter_id AND a.digest = d.adapter_digest \
         WHERE d.tenant_id = $1 AND c.removed_at IS NULL \
         UNION ALL \
         SELECT 'delivery', w.id, w.channel_id, c.adapter_id, g.version, w.topic, NULL, COALESCE(w.code, 'unknown'), \
         COALESCE(w.failure, ''), w.attempts, w.received_at, COALESCE(w.processed_at, w.received_at) FROM webhook_deliveries w \
         JOIN channels c ON c.tenant_id = w.tenant_id AND c.id = w.channel_id \
         LEFT JOIN grants g ON g.adapter_id = c.adapter_id AND g.generation = w.generation \
         WHERE w.tenant_id = $1 AND w.state = 'dead' AND c.removed_at IS NULL \
         UNION ALL \
         SELECT 'run', r.id, r.channel_id, c.adapter_id, NULL, r.scope, NULL, COALESCE(r.code, 'unknown'), COALESCE(r.failure, ''), \
         r.attempt + 1, r.created_at, COALESCE(r.finished_at, r.created_at) FROM runs r \
         JOIN channels c ON c.tenant_id = r.tenant_id AND c.id = r.channel_id \
         WHERE r.tenant_id = $1 AND r.state = 'failed' AND c.removed_at IS NULL AND NOT EXISTS (SELECT 1 FROM runs n \
         WHERE n.tenant_id = r.tenant_id AND n.channel_id = r.channel_id AND n.id > r.id AND n.state <> 'cancelled')) u) l \
         WHERE ($2 = '' OR l.channel_id = $2) AND ($3 = '' OR l.adapter_id = $3) AND ($4 = '' OR l.kind = $4) \
         AND ($5 = '' OR l.class = $5) AND ($6 = '' OR l.code = $6) AND ($7 = '' OR l.version = $7) "
    };
}

macro_rules! columns {
    () => {
        "SELECT l.kind, l.id, l.channel_id, l.adapter_id, l.version, l.subject, l.met_by, l.class, l.code, l.reason, l.attempts, \
         l.first_at, l.last_at "
    };
}

macro_rules! list {
    ($ids:literal) => {
        concat!(columns!(), letters!(), "AND l.id > $8 AND ", $ids, " ORDER BY l.id LIMIT $10")
    };
}

const LIST: [&str; 2] = [
    list!("($9 = '[]'::jsonb OR l.id = ANY (ARRAY(SELECT jsonb_array_elements_text($9))))"),
    list!("($9 = '[]' OR l.id IN (SELECT value FROM json_each($9)))"),
];
const NEWEST: &str = concat!(
    columns!(),
    letters!(),
    "AND ($9 = '' OR l.last_at < $8 OR (l.last_at = $8 AND l.id < $9)) ORDER BY l.last_at DESC, l.id DESC LIMIT $10"
);
const COUNT: &str = concat!(
    "SELECT l.kind, l.class, l.code, COUNT(*) AS count, MIN(l.reason) AS reason ",
    letters!(),
    "GROUP BY l.kind, l.class, l.code ORDER BY COUNT(*) DESC, l.kind, l.code"
);
const ISSUES: &str = "SELECT d.issues, s.body FROM dead_letters d JOIN source_items s ON s.tenant_id = d.tenant_id \
    AND s.channel_id = d.channel_id AND s.source_id = d.source_id WHERE d.tenant_id = $1 AND d.id = $2";
const OF_OTHERS: &str = "SELECT COUNT(*) FROM dead_letters d JOIN channels c ON c.tenant_id = d.tenant_id AND c.id = d.channel_id \
    WHERE d.tenant_id = $1 AND c.adapter_id = $2 AND c.removed_at IS NULL AND d.adapter_digest <> $3";

/// Where a dead letter stands among others, the newest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    at: Timestamp,
    id: String,
}

impl Letter {
    pub fn place(&self) -> Place {
        Place { at: self.last_at, id: self.id.clone() }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.at, self.id)
    }
}

impl FromStr for Place {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (at, id) = text.split_once('.').ok_or(())?;
        Ok(Self { at: at.parse().map_err(|_| ())?, id: id.to_owned() })
    }
}

impl Scoped {
    /// What failed last comes first; `before`: the last of the page before. Ids are not looked at.
    pub async fn newest_letters(
        &self,
        filter: &LetterFilter,
        before: Option<&Place>,
        limit: i64,
    ) -> Result<Vec<Letter>, StoreError> {
        let LetterFilter { adapter, kind, class, code, version, .. } = filter;
        let (tenant, channel) = (self.tenant().as_str(), channel(filter));
        let (at, id) = before.map_or((0, ""), |place| (place.at, place.id.as_str()));
        Ok(read_all!(self, Letter, NEWEST, tenant, channel, adapter, kind, class, code, version, at, id, limit)?)
    }

    /// In the order of their ids from after `after`.
    pub async fn letters(&self, filter: &LetterFilter, after: &str, limit: i64) -> Result<Vec<Letter>, StoreError> {
        let LetterFilter { adapter, kind, class, code, version, ids, .. } = filter;
        let (tenant, channel, ids) = (self.tenant().as_str(), channel(filter), Json(ids));
        Ok(read_all_forked!(
            self, Letter, LIST, tenant, channel, adapter, kind, class, code, version, after, ids, limit
        )?)
    }

    /// How many for which reason; the most frequent first.
    pub async fn count_letters(&self, filter: &LetterFilter) -> Result<Vec<LetterCount>, StoreError> {
        let LetterFilter { adapter, kind, class, code, version, .. } = filter;
        let tenant = self.tenant().as_str();
        Ok(read_all!(self, LetterCount, COUNT, tenant, channel(filter), adapter, kind, class, code, version)?)
    }

    /// How many items failed under other versions of the adapter than the one with this digest.
    pub async fn letters_of_others(&self, adapter: &str, digest: &str) -> Result<i64, StoreError> {
        let row = read_optional!(self, (i64,), OF_OTHERS, self.tenant().as_str(), adapter, digest)?;
        Ok(row.map_or(0, |(count,)| count))
    }

    /// What a dead letter is about, as it came: `{issues, raw}` of an item, `{headers, body, events}` of a delivery, `{cursor, ...}` of a
    /// run. `None`: there is none of that id.
    pub async fn letter_content(&self, letter: &Letter) -> Result<Option<Value>, StoreError> {
        Ok(match letter.kind.as_str() {
            "item" => {
                type Row = (Json<Vec<Issue>>, Vec<u8>);
                let row = read_optional!(self, Row, ISSUES, self.tenant().as_str(), &letter.id)?;
                // Null: it does not unpack any more.
                row.map(|(Json(issues), body): Row| json!({"issues": issues, "raw": unpack(&body).ok()}))
            }
            "delivery" => self.delivery_content(&letter.id).await?.map(|content| {
                let body = String::from_utf8_lossy(&content.body).into_owned();
                json!({"headers": content.headers, "body": body, "events": content.events})
            }),
            _ => self.run(&letter.id.as_str().into()).await?.map(|run| {
                let (_, since) = run.scope().parts();
                json!({"cursor": run.page_cursor, "since": since, "pages": run.seq})
            }),
        })
    }
}

fn channel(filter: &LetterFilter) -> &str {
    filter.channel.as_ref().map_or("", ChannelId::as_str)
}
