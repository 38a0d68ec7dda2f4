//! A run as it stands in its row.

use entrepot_domain::clock::Timestamp;
use entrepot_domain::run::{Counts, Drift, RunScope, RunState, Spent};
use entrepot_domain::{ChannelId, RunId};
use serde::{Deserialize, Serialize};

use crate::lenient::Lenient;

#[derive(Clone, Debug, sqlx::FromRow)]
pub struct RunRow {
    pub id: String,
    pub channel_id: String,
    scope: String,
    since: Option<Timestamp>,
    state: String,
    pub seq: i64,
    pub page_cursor: Option<String>,
    pub page_context: Option<String>,
    /// The last page is committed; only closing is left.
    pub pages_done: bool,
    pub attempt: i64,
    pub not_before: Option<Timestamp>,
    lease_owner: Option<String>,
    lease_until: Option<Timestamp>,
    pub cancel: bool,
    /// At most so many are deleted without being asked about. `None`: as many as usually believed.
    pub may_delete: Option<i64>,
    held_back: Option<Lenient<HeldBack>>,
    #[sqlx(flatten)]
    counts: CountColumns,
    pub failure: Option<String>,
    pub created_at: Timestamp,
    pub started_at: Option<Timestamp>,
    pub finished_at: Option<Timestamp>,
    /// Pages in a row that brought nothing new.
    pub fruitless: i64,
    /// Of the failed tries of the page, those after which the marketplace asked to slow down.
    pub throttled: i64,
    /// When something new came last. `None`: nothing yet.
    pub progressed_at: Option<Timestamp>,
    /// When it was noticed that nothing comes any more. `None`: it goes on.
    pub stalled_at: Option<Timestamp>,
}

/// Which worker has a run, and until when if it is not heard of. Every sign of life moves `until`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    pub owner: String,
    pub until: Timestamp,
}

impl Lease {
    /// As statements compare with it: nothing is equal to what is not there.
    pub(crate) fn parts(lease: Option<&Self>) -> (Option<&str>, Option<Timestamp>) {
        (lease.map(|lease| lease.owner.as_str()), lease.map(|lease| lease.until))
    }
}

#[derive(Clone, Debug, sqlx::FromRow)]
struct CountColumns {
    declared: Option<i64>,
    fetched: i64,
    created: i64,
    updated: i64,
    unchanged: i64,
    deleted: i64,
    dead_letters: i64,
    requests: i64,
    rate_limited: i64,
    retries: i64,
    drift: Lenient<Drift>,
    spent: Lenient<Spent>,
    unknown: i64,
}

impl RunRow {
    pub fn run_id(&self) -> RunId {
        RunId::from(self.id.as_str())
    }

    /// What it would have deleted and did not.
    pub fn held_back(&self) -> Option<&HeldBack> {
        self.held_back.as_ref().map(|held_back| &held_back.0)
    }

    /// `None`: nobody works on it.
    pub fn lease(&self) -> Option<Lease> {
        Some(Lease { owner: self.lease_owner.clone()?, until: self.lease_until? })
    }

    pub fn channel(&self) -> ChannelId {
        ChannelId::from(self.channel_id.as_str())
    }

    pub fn state(&self) -> RunState {
        RunState::parse(&self.state).unwrap_or(RunState::Failed)
    }

    pub fn scope(&self) -> RunScope {
        RunScope::of_parts(&self.scope, self.since)
    }

    pub fn counts(&self) -> Counts {
        let CountColumns {
            declared,
            fetched,
            created,
            updated,
            unchanged,
            deleted,
            dead_letters,
            requests,
            rate_limited,
            retries,
            drift: Lenient(drift),
            spent: Lenient(spent),
            unknown,
        } = self.counts;
        Counts {
            declared,
            fetched,
            created,
            updated,
            unchanged,
            deleted,
            dead_letters,
            requests,
            rate_limited,
            retries,
            drift,
            spent,
            unknown,
        }
    }
}

/// What a run would have deleted and did not.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldBack {
    /// How many the run would have deleted.
    pub gone: i64,
    /// How many there were.
    pub of: i64,
    /// How many may vanish within a day without being asked about.
    pub most: i64,
    /// The first of them.
    pub sample: Vec<Gone>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gone {
    pub source_id: String,
    /// None: it never became a product.
    pub title: Option<String>,
}
