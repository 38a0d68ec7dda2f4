//! Grants as the log gave them, and what rollbacks led away from. Rows may have been deleted, and single entries altered; this is from
//! entries that were followed.

use std::collections::{BTreeMap, BTreeSet};

use entrepot_policy::Grant;
use entrepot_store::audit::AuditRow;
use entrepot_store::grants::GrantRow;
use serde_json::Value;

#[derive(Debug, Default)]
pub(crate) struct History {
    /// By adapter and generation; without those whose version was removed.
    given: BTreeMap<(String, i64), Given>,
    /// By adapter.
    left: BTreeMap<String, Vec<Left>>,
}

#[derive(Debug)]
struct Given {
    entry: i64,
    version: String,
    grant: Option<Grant>,
}

/// What a rollback led away from. No later one returns there.
#[derive(Clone, Debug)]
pub(crate) struct Left {
    generation: i64,
    version: String,
    grant: Option<Grant>,
    /// It led to another version, so that the version itself was left, and not only one of its grants.
    whole_version: bool,
}

impl Left {
    /// What was approved after the rollback is an operator's decision, and may be returned to.
    pub(crate) fn includes(&self, row: &GrantRow, grant: &Grant) -> bool {
        let same_version = self.whole_version && row.version == self.version;
        row.generation <= self.generation && (same_version || self.grant.as_ref() == Some(grant))
    }
}

impl History {
    pub(super) fn hear(&mut self, entry: &AuditRow) {
        let details: Value = serde_json::from_str(&entry.details).unwrap_or_default();
        let adapter = entry.adapter_id.clone().unwrap_or_default();
        match entry.action.as_str() {
            "seal" => {
                self.given.clear();
                for grant in details["grants"].as_array().into_iter().flatten() {
                    self.give(grant["adapter"].as_str().unwrap_or_default().to_owned(), grant, entry.seq);
                }
            }
            "remove" => {
                let version = details["version"].as_str().unwrap_or_default();
                self.given.retain(|(of, _), given| *of != adapter || given.version != version);
            }
            "approve" | "upgrade" | "canary" | "promote" => self.give(adapter, &details, entry.seq),
            "rollback" => {
                self.leave(&adapter, &details);
                self.give(adapter, &details, entry.seq);
            }
            _ => {}
        }
    }

    fn give(&mut self, adapter: String, details: &Value, entry: i64) {
        // A rollback that only ends what was tried gives nothing.
        let (Some(generation), Some(version)) =
            (details["generation"].as_i64(), details["grant"]["version"].as_str().map(str::to_owned))
        else {
            return;
        };
        let grant = serde_json::from_value(details["grant"].clone()).ok();
        self.given.insert((adapter, generation), Given { entry, version, grant });
    }

    fn leave(&mut self, adapter: &str, details: &Value) {
        let (from, to) = (&details["from"], &details["to"]);
        let (Some(generation), Some(version)) = (from["generation"].as_i64(), from["version"].as_str()) else {
            return;
        };
        let grant = self.given.get(&(adapter.to_owned(), generation)).and_then(|given| given.grant.clone());
        let whole_version = to["version"].as_str() != Some(version);
        let left = Left { generation, version: version.to_owned(), grant, whole_version };
        self.left.entry(adapter.to_owned()).or_default().push(left);
    }

    /// The latest first.
    pub(super) fn left(&self, adapter: &str) -> Vec<Left> {
        self.left.get(adapter).into_iter().flatten().rev().cloned().collect()
    }

    /// The entry that gave it; 0: none did.
    pub(super) fn entry(&self, adapter: &str, generation: i64) -> i64 {
        self.given.get(&(adapter.to_owned(), generation)).map_or(0, |given| given.entry)
    }

    /// The first of an adapter's grants after that generation that should have a row, with its version.
    pub(super) fn first_missing(
        &self,
        adapter: &str,
        after: i64,
        found: &BTreeSet<(String, i64)>,
    ) -> Option<(i64, String)> {
        let mut given = self.given.range((adapter.to_owned(), after.saturating_add(1))..);
        let of_it = given.by_ref().take_while(|((of, _), _)| of == adapter);
        let mut missing = of_it.filter(|(key, _)| !found.contains(*key));
        missing.next().map(|((_, generation), given)| (*generation, given.version.clone()))
    }
}
