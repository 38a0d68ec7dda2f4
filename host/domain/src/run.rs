//! A run: one pass over a channel, its counts, and when it may be called complete.

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;

/// How far a run is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunState {
    /// It waits for a worker.
    Queued,
    /// A worker has it, or had it and gave it back between two pages.
    Running,
    /// Running, and nothing new comes: how it is shown, never how it is stored.
    Stalled,
    /// Everything the marketplace declared was seen and accounted for.
    Completed,
    /// The pass ended, and fewer items were accounted for than the marketplace declared.
    Incomplete,
    /// It could not go on; `failure` says why and what to do. Importing again goes on where it stopped.
    Failed,
    /// Somebody asked it to stop.
    Cancelled,
}

impl RunState {
    /// As it is stored and shown.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Stalled => "stalled",
            Self::Completed => "completed",
            Self::Incomplete => "incomplete",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    /// Of what is stored; so `stalled` is none.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Queued, Self::Running, Self::Completed, Self::Incomplete, Self::Failed, Self::Cancelled]
            .into_iter()
            .find(|state| state.as_str() == text)
    }

    /// Nothing will happen to it any more.
    pub fn is_final(self) -> bool {
        !matches!(self, Self::Queued | Self::Running | Self::Stalled)
    }
}

/// What a run reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind", content = "since")]
pub enum RunScope {
    /// Everything. Only this finds out what is gone.
    Full,
    /// Only what changed after this moment.
    ChangedSince(Timestamp),
    /// Stock alone: what changed after this moment, or all of it. Levels stand where items do in its counts.
    Stock(Option<Timestamp>),
}

impl RunScope {
    /// Its name, and the moment it begins at.
    pub fn parts(self) -> (&'static str, Option<Timestamp>) {
        match self {
            Self::Full => ("full", None),
            Self::ChangedSince(since) => ("changed_since", Some(since)),
            Self::Stock(since) => ("stock", since),
        }
    }

    /// Of what [`Self::parts`] gave.
    pub fn of_parts(name: &str, since: Option<Timestamp>) -> Self {
        match (name, since) {
            ("stock", since) => Self::Stock(since),
            ("changed_since", Some(since)) => Self::ChangedSince(since),
            _ => Self::Full,
        }
    }
}

/// Fewer than this, and not most of what there is, may vanish without being asked about.
const FEW: usize = 20;

/// How many of so many items may vanish at once: the percentage that the operator chose, or a few; but never most of them, however few
/// there are, unless the operator chose that.
pub fn may_vanish(alive: usize, percent: u32) -> usize {
    let share = alive.saturating_mul(percent as usize) / 100;
    share.max(FEW.min(alive / 2))
}

/// What a run did, in the order in which its report shows it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// How many items the marketplace said it has; the last word counts.
    pub declared: Option<i64>,
    /// Distinct items seen.
    pub fetched: i64,
    /// New in the catalogue.
    pub created: i64,
    /// Changed in the catalogue.
    pub updated: i64,
    /// The same as before, and not written.
    pub unchanged: i64,
    /// Gone at the marketplace, found by a full run.
    pub deleted: i64,
    /// Items that could not be imported.
    pub dead_letters: i64,
    /// Stock levels of what is not in the catalogue.
    pub unknown: i64,
    /// Sent to the marketplace, redirects and retries included.
    pub requests: i64,
    /// Answers that said to slow down.
    pub rate_limited: i64,
    /// Pages that were asked for again.
    pub retries: i64,
    /// Of a full run.
    pub drift: Drift,
    /// So far.
    pub spent: Spent,
}

/// What a full run found that deltas and webhooks should have brought before, and did not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Drift {
    /// Products that nobody had told of.
    pub created: i64,
    /// Products whose change nobody had told of.
    pub updated: i64,
    /// Products whose end nobody had told of.
    pub deleted: i64,
}

impl Drift {
    /// Everything had been told before.
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }
}

/// Where the time of a run went, in microseconds. The next page is fetched, and mapped, while one is written: only what was really waited
/// counts as fetching, and the parts may be more than the run took in all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Spent {
    /// Waiting for a page: the marketplace, and the adapter that asks it.
    pub fetching: i64,
    /// Looking up what is known of its items, and hashing them.
    pub comparing: i64,
    /// The adapter's mapping, validation and sanitising.
    pub mapping: i64,
    /// The page's transaction.
    pub writing: i64,
}

impl Spent {
    /// Each with its name, in the order in which it happens.
    pub fn parts(self) -> [(&'static str, i64); 4] {
        [
            ("fetching", self.fetching),
            ("comparing", self.comparing),
            ("mapping", self.mapping),
            ("writing", self.writing),
        ]
    }
}

impl Counts {
    /// Items that ended somewhere: in the catalogue or as a dead letter. Levels: with their product, or noted as of none.
    pub fn accounted(&self) -> i64 {
        self.created + self.updated + self.unchanged + self.dead_letters + self.unknown
    }

    /// The count contract: what was declared = what was seen = what is accounted for. The answer says what is missing.
    pub fn shortfall(&self) -> Option<String> {
        let items = |number: i64| if number == 1 { "1 item".to_owned() } else { format!("{number} items") };
        if self.accounted() != self.fetched {
            return Some(format!(
                "{} came and {} accounted for (created, updated, unchanged or dead letters)",
                items(self.fetched),
                if self.accounted() == 1 { "1 is".to_owned() } else { format!("{} are", self.accounted()) }
            ));
        }
        let declared = self.declared?;
        let missing = declared - self.fetched;
        (missing > 0).then(|| {
            let verb = if missing == 1 { "is" } else { "are" };
            format!("the shop declared {} and showed {}: {missing} {verb} missing", items(declared), self.fetched)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_short_of_what_was_declared_is_not_complete() {
        let counts = Counts { declared: Some(10), fetched: 9, created: 8, dead_letters: 1, ..Counts::default() };
        assert!(counts.shortfall().is_some_and(|text| text.contains("1 is missing")));
        let whole = Counts { declared: Some(9), ..counts };
        assert_eq!(whole.shortfall(), None);
    }

    #[test]
    fn most_of_a_catalogue_of_whatever_size_may_not_vanish() {
        for (alive, may) in [(0, 0), (1, 0), (2, 1), (15, 7), (40, 20), (100, 30), (1_000, 300)] {
            assert_eq!(may_vanish(alive, 30), may, "{alive}");
        }
        assert_eq!([may_vanish(15, 100), may_vanish(15, 0)], [15, 7], "the operator chooses");
    }

    #[test]
    fn an_item_that_ended_nowhere_is_a_shortfall() {
        let counts = Counts { declared: None, fetched: 3, created: 2, ..Counts::default() };
        assert!(counts.shortfall().is_some());
    }
}
