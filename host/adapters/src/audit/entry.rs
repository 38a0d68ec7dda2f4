//! What stands in an entry of the log.

use entrepot_store::audit::{AuditRow, ChainedRow};
use serde_json::Value;

use super::told::{InUse, Told};

pub(super) fn details(entry: &AuditRow) -> Value {
    serde_json::from_str(&entry.details).unwrap_or_default()
}

/// The generation that counts, and one that is tried with its share.
type InForce = (Option<i64>, Option<(i64, i64)>);

/// What is in use after it, as a head says it. None: it does not say.
pub(super) fn says(adapter: &str, entry: &AuditRow) -> Option<InForce> {
    let details = details(entry);
    let generation = details["generation"].as_i64();
    match entry.action.as_str() {
        "approve" | "upgrade" | "promote" => Some((Some(generation?), None)),
        "canary" => Some((details["previous_generation"].as_i64(), Some((generation?, details["share"].as_i64()?)))),
        "rollback" if details["grant"].is_null() => Some((Some(details["to"]["generation"].as_i64()?), None)),
        "rollback" => Some((Some(generation?), None)),
        "revoke" => Some((None, None)),
        _ => {
            let InUse { main, canary } = Told::sealed(&details).in_use.remove(adapter).unwrap_or_default();
            Some((main.map(|main| main.generation), canary.map(|(canary, share)| (canary.generation, share))))
        }
    }
}

/// The highest generation that the entry knows of: no number is given twice, whatever became of its row.
pub(crate) fn highest_generation(entry: Option<&ChainedRow>) -> i64 {
    let Some(entry) = entry else { return 0 };
    let details = details(&entry.row);
    let numbers = [
        &details["generation"],
        &details["previous_generation"],
        &details["from"]["generation"],
        &details["to"]["generation"],
    ];
    numbers.into_iter().filter_map(Value::as_i64).max().unwrap_or(0)
}

/// What the entry says of channels' rows.
pub(super) fn macs(entry: &AuditRow) -> Vec<(String, Option<String>)> {
    let details = details(entry);
    let one = |of: &Value| {
        let text = |name: &str| of[name].as_str().map(str::to_owned);
        text("channel").map(|channel| (channel, text("mac")))
    };
    match details["channels"].as_array() {
        Some(channels) => channels.iter().filter_map(one).collect(),
        None => one(&details).into_iter().collect(),
    }
}

/// The name of a channel among the things that entries are about.
pub(super) fn of_channel(channel: &str) -> String {
    format!("channel:{channel}")
}
