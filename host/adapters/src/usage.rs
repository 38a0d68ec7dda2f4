//! What adapters did, written down by the hour, and each hour put under an entry of the audit log.
// See docs/decisions/0016-usage-counted-in-memory.md

use entrepot_domain::usage::{Amount, Use, UseKind};
use entrepot_store::audit::AuditRow;
use entrepot_store::usage::{Usage, UsedBy};
use serde_json::{Map, Value, json};

use crate::audit::Action;
use crate::{Admission, AdmissionError};

/// After an hour is over, its last counts arrive with the end of the work that was under way.
const GRACE_MS: i64 = 10 * 60 * 1000;
const DAY_MS: i64 = 24 * 60 * 60 * 1000;
/// How long the counts are kept; the log keeps its sums.
const KEPT_MS: i64 = 400 * DAY_MS;

/// What is sealed. Measurements are left out: they say how much room there is, not what was done.
const SEALED: [UseKind; 6] =
    [UseKind::Call, UseKind::Stopped, UseKind::Request, UseKind::Credential, UseKind::Denied, UseKind::Reported];

impl Admission {
    /// Writes down what a piece of work did. True: it went so badly for an upgrade that the version before is back in use.
    pub async fn account(&self, by: UsedBy<'_>, entries: &[(Use, Amount)]) -> Result<bool, AdmissionError> {
        if entries.is_empty() {
            return Ok(false);
        }
        let mut tx = self.db().begin().await?;
        tx.add_usage(by, entries, self.db().clock().now()).await?;
        tx.commit().await?;
        let bad = entries.iter().any(|(of, _)| matches!(of.kind, UseKind::Stopped | UseKind::Denied));
        if bad { self.judge(by.adapter, by.generation).await } else { Ok(false) }
    }

    /// Puts each hour that is over under an entry of the audit log. The number of entries.
    pub async fn seal_usage(&self) -> Result<usize, AdmissionError> {
        let now = self.db().clock().now();
        let mut sealed = 0;
        for hour in self.db().open_usage_hours(now - GRACE_MS).await? {
            let mut tx = self.db().begin().await?;
            let entry = tx.audit_head().await?.map_or(0, |head| head.seq) + 1;
            let usage = tx.seal_usage(&hour, entry).await?;
            if usage.is_empty() {
                // Another host was faster.
                continue;
            }
            let mut details = summary(&usage);
            details.insert("hour".into(), hour.hour.into());
            self.record(&mut tx, "host", Action::Usage, Some(&hour.adapter_id), &details.into()).await?;
            tx.commit().await?;
            sealed += 1;
        }
        if sealed > 0 && self.db().clock_trouble().await?.is_none() {
            let mut tx = self.db().begin().await?;
            tx.forget_usage(now - KEPT_MS).await?;
            tx.commit().await?;
        }
        Ok(sealed)
    }

    /// Why the counts are not what the entry sealed. Counts that are no longer kept are no contradiction.
    pub(crate) async fn usage_differs(&self, entry: &AuditRow) -> Result<Option<String>, AdmissionError> {
        let usage = self.db().usage_sealed_as(entry.seq).await?;
        let Ok(Value::Object(mut sealed)) = serde_json::from_str(&entry.details) else {
            return Ok(Some("it cannot be read".into()));
        };
        let hour = sealed.remove("hour").and_then(|hour| hour.as_i64()).unwrap_or(0);
        let gone = usage.is_empty() && hour < self.db().clock().now() - KEPT_MS;
        let differs = !gone && (summary(&usage) != sealed || usage.iter().any(|usage| usage.last != hour));
        Ok(differs.then(|| "the counts of that hour are not what was sealed".to_owned()))
    }
}

/// By kind, what happened and how often.
fn summary(usage: &[Usage]) -> Map<String, Value> {
    let mut kinds = Map::new();
    for kind in SEALED {
        let of_kind = usage.iter().filter(|usage| usage.kind == kind.as_str());
        let lines: Vec<Value> = of_kind
            .map(|Usage { operation, rule, name, count, .. }| {
                let mut line = json!({"operation": operation, "count": count});
                for (key, value) in [("rule", rule), ("name", name)] {
                    if !value.is_empty() {
                        line[key] = value.as_str().into();
                    }
                }
                line
            })
            .collect();
        if !lines.is_empty() {
            kinds.insert(kind.as_str().into(), lines.into());
        }
    }
    kinds
}
