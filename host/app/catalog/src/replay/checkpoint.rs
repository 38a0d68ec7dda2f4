//! How far a replay is.

use std::collections::{BTreeMap, BTreeSet};

use entrepot_core::{ActiveOperation, Progress};
use entrepot_store::{ScopedTx, StoreError};
use serde::{Deserialize, Serialize};

use super::Replayed;

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Checkpoint {
    /// All dead letters up to this id are dealt with.
    pub(super) after: String,
    /// Of those beyond it, these are.
    pub(super) dealt: BTreeSet<String>,
    pub(super) number: i64,
    /// How many there were.
    pub(super) total: i64,
    pub(super) done: Replayed,
    /// Channels that cannot be worked on, and why.
    pub(super) unusable: BTreeMap<String, String>,
}

impl Checkpoint {
    /// These are dealt with.
    pub(super) fn deal<'a>(&mut self, ids: impl Iterator<Item = &'a String>) {
        for id in ids {
            self.number += i64::from(self.dealt.insert(id.clone()));
        }
    }

    /// The same after one more item.
    pub(super) fn with_item(&self, id: &String, mended: bool) -> Self {
        let mut after = self.clone();
        after.deal(std::iter::once(id));
        after.done.replayed += 1;
        if mended {
            after.done.mended += 1;
        } else {
            after.done.failed += 1;
        }
        after
    }

    /// A page is.
    pub(super) fn turn_page(&mut self, last: &str) {
        last.clone_into(&mut self.after);
        self.dealt.clear();
    }

    pub(super) fn progress(&self) -> Progress {
        Progress { done: self.number, total: Some(self.total.max(self.number)) }
    }

    pub(super) async fn keep(&self, active: &ActiveOperation, tx: &mut ScopedTx) -> Result<(), StoreError> {
        active.keep(tx, self, self.progress()).await
    }
}
