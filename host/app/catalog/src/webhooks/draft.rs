//! A batch of deliveries while it is put together.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use entrepot_domain::RunId;
use entrepot_domain::clock::Timestamp;
use entrepot_sandbox::{CallError, RawItem};
use entrepot_store::deliveries::Pending;
use entrepot_store::items::KnownItem;

use super::merge::{Plan, Sources};

/// Where a dead letter names its run, it names the delivery.
pub(super) fn met_by(pending: &[Pending]) -> RunId {
    pending.first().map_or("", |first| first.id.as_str()).into()
}

/// What is being put together.
pub(super) struct Draft<'a> {
    pub(super) known: HashMap<String, KnownItem>,
    pub(super) plan: &'a mut Plan,
    pub(super) items: Vec<RawItem>,
    pub(super) gone: Vec<String>,
    pub(super) shown: BTreeMap<String, Sources>,
    pub(super) failed: HashMap<usize, CallError>,
    pub(super) fates: HashMap<String, &'static str>,
    /// Dates after this have not come yet, by the marketplace's clock.
    pub(super) until: Timestamp,
    /// What was asked for and answered.
    pub(super) answered: BTreeSet<String>,
}

impl Draft<'_> {
    pub(super) fn is_gone(&self, id: &str) -> bool {
        self.known.get(id).is_some_and(|known| known.deleted_at.is_some())
    }

    /// Does what is stored bear a date that has not come yet?
    pub(super) fn is_of_the_future(&self, id: &str) -> bool {
        self.known.get(id).and_then(|known| known.source_updated_at).is_some_and(|stored| stored > self.until)
    }

    /// Is something later stored than what is told of that moment?
    pub(super) fn is_old(&self, id: &str, at: Option<Timestamp>) -> bool {
        let stored = self.known.get(id).filter(|known| known.deleted_at.is_none());
        let stored = stored.and_then(|known| known.source_updated_at);
        stored.zip(at).is_some_and(|(stored, at)| stored > at)
    }

    pub(super) fn show(&mut self, item: RawItem, by: Sources) {
        if self.is_old(&item.source_id, item.updated_at) {
            return self.note(&item.source_id, "older than what is stored", &by);
        }
        self.take(item, by);
    }

    pub(super) fn take(&mut self, item: RawItem, by: Sources) {
        self.shown.insert(item.source_id.clone(), by);
        self.items.push(item);
    }

    pub(super) fn bury(&mut self, id: &str, at: Option<Timestamp>, by: Sources) {
        let here = self.known.contains_key(id) && !self.is_gone(id);
        if !here {
            return self.note(id, "gone, and not in the catalogue", &by);
        }
        if self.is_old(id, at) {
            return self.note(id, "gone before what is stored was changed", &by);
        }
        self.gone.push(id.to_owned());
        self.shown.insert(id.to_owned(), by);
    }

    /// What was asked for and is not in the answer does not exist.
    pub(super) fn answered(&mut self, asked: &[(String, Sources)], items: Vec<RawItem>) {
        let mut items: HashMap<String, RawItem> =
            items.into_iter().map(|item| (item.source_id.clone(), item)).collect();
        for (id, by) in asked {
            self.answered.insert(id.clone());
            match items.remove(id) {
                // The state of now, whatever date it bears: a backup may have been restored, or a clock set right.
                Some(item) if !item.deleted => self.take(item, by.clone()),
                _ => self.bury(id, None, by.clone()),
            }
        }
    }

    pub(super) fn note(&mut self, id: &str, what: &str, by: &Sources) {
        for index in by {
            self.plan.notes[*index].push(format!("{id}: {what}"));
        }
    }
}
