//! What several deliveries mean together: one thing to do for each item, whatever was said of it and in which order.

use std::collections::{BTreeMap, BTreeSet};

use entrepot_domain::clock::Timestamp;
use entrepot_runtime::{Event, RawItem, StockChange};
use entrepot_store::deliveries::Pending;

/// Deliveries by their place in the batch.
pub(super) type Sources = BTreeSet<usize>;

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Wanted {
    /// The item came with the delivery.
    Shown(RawItem),
    /// The shop is to be asked.
    Ask,
    /// It is gone, since then if that was said.
    Gone(Option<Timestamp>),
}

/// What a batch of deliveries asks for.
#[derive(Debug, Default)]
pub(super) struct Plan {
    pub(super) items: BTreeMap<String, (Wanted, Sources)>,
    /// Item and place: the last number that was told.
    pub(super) stock: BTreeMap<(String, String), (i64, Sources)>,
    /// Something that a run waits for is there.
    pub(super) run_ready: bool,
    /// The seller removed the app or revoked access.
    pub(super) disconnected: bool,
    /// For people, for each delivery.
    pub(super) notes: Vec<Vec<String>>,
}

impl Plan {
    pub(super) fn of(pending: &[Pending]) -> Self {
        let mut plan = Self { notes: vec![Vec::new(); pending.len()], ..Self::default() };
        for (index, delivery) in pending.iter().enumerate() {
            match serde_json::from_str::<Vec<Event>>(&delivery.events) {
                Ok(events) => events.into_iter().for_each(|event| plan.add(index, delivery.occurred_at, event)),
                Err(_) => plan.notes[index].push("its events are of a version this host does not know".into()),
            }
        }
        plan
    }

    fn add(&mut self, index: usize, occurred_at: Option<Timestamp>, event: Event) {
        match event {
            Event::Upserted(item) if item.deleted => {
                let at = item.updated_at.or(occurred_at);
                self.want(index, item.source_id, Wanted::Gone(at));
            }
            Event::Upserted(item) => self.want(index, item.source_id.clone(), Wanted::Shown(item)),
            Event::Changed(id) => self.want(index, id, Wanted::Ask),
            Event::Deleted(id) => self.want(index, id, Wanted::Gone(occurred_at)),
            Event::Stock(changes) => {
                for StockChange { item_id, location_id, available } in changes {
                    let (last, sources) = self.stock.entry((item_id, location_id)).or_default();
                    *last = available;
                    sources.insert(index);
                }
            }
            Event::OrderChanged(id) => self.notes[index].push(format!("order {id} changed; orders are not imported")),
            Event::Disconnected => {
                self.disconnected = true;
                self.notes[index].push("the account is disconnected".into());
            }
            Event::RunReady(_) => self.run_ready = true,
            Event::Ignored(why) => self.notes[index].push(format!("ignored: {why}")),
        }
    }

    fn want(&mut self, index: usize, id: String, wanted: Wanted) {
        match self.items.entry(id) {
            std::collections::btree_map::Entry::Vacant(entry) => {
                entry.insert((wanted, BTreeSet::from([index])));
            }
            std::collections::btree_map::Entry::Occupied(mut entry) => {
                let (before, sources) = entry.get_mut();
                sources.insert(index);
                let said = std::mem::replace(before, Wanted::Ask);
                *before = merged(said, wanted);
            }
        }
    }
}

/// Deliveries overtake each other. Of two states of an item the later one counts; where one says that it is there and another that
/// it is gone, the shop knows.
fn merged(before: Wanted, after: Wanted) -> Wanted {
    match (before, after) {
        (Wanted::Shown(before), Wanted::Shown(after)) => {
            let overtaken = before.updated_at.zip(after.updated_at).is_some_and(|(before, after)| before > after);
            Wanted::Shown(if overtaken { before } else { after })
        }
        (Wanted::Gone(before), Wanted::Gone(after)) => {
            Wanted::Gone(before.zip(after).map(|(before, after)| before.max(after)))
        }
        _ => Wanted::Ask,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(id: &str, updated_at: Timestamp) -> RawItem {
        let source_id = id.to_owned();
        RawItem { source_id, updated_at: Some(updated_at), body: "{}".into(), deleted: false, problems: Vec::new() }
    }

    fn plan(deliveries: &[&[Event]]) -> Plan {
        let pending: Vec<Pending> = deliveries
            .iter()
            .enumerate()
            .map(|(index, events)| Pending {
                id: index.to_string(),
                occurred_at: Some(index as i64),
                attempts: 0,
                events: serde_json::to_string(events).expect("JSON"),
                received_at: index as i64,
                traceparent: None,
            })
            .collect();
        Plan::of(&pending)
    }

    #[test]
    fn many_words_about_an_item_are_one_thing_to_do() {
        let changed = Event::Changed("7".into());
        let plan = plan(&[&[changed.clone(), Event::Changed("8".into())], std::slice::from_ref(&changed)]);
        assert_eq!(plan.items["7"], (Wanted::Ask, BTreeSet::from([0, 1])));
        assert_eq!(plan.items["8"], (Wanted::Ask, BTreeSet::from([0])));
    }

    #[test]
    fn the_later_state_counts_whichever_came_first() {
        let (old, new) = (Event::Upserted(item("7", 1)), Event::Upserted(item("7", 2)));
        for order in [[old.clone(), new.clone()], [new, old]] {
            assert_eq!(plan(&[&order[..1], &order[1..]]).items["7"].0, Wanted::Shown(item("7", 2)));
        }
    }

    #[test]
    fn where_they_contradict_the_shop_is_asked() {
        let (shown, gone) = (Event::Upserted(item("7", 1)), Event::Deleted("7".into()));
        for order in [[shown.clone(), gone.clone()], [gone.clone(), shown], [gone.clone(), Event::Changed("7".into())]]
        {
            assert_eq!(plan(&[&order]).items["7"].0, Wanted::Ask);
        }
        assert_eq!(
            plan(&[std::slice::from_ref(&gone), std::slice::from_ref(&gone)]).items["7"].0,
            Wanted::Gone(Some(1))
        );
    }

    #[test]
    fn the_last_number_of_a_level_counts() {
        let stock =
            |available| Event::Stock(vec![StockChange { item_id: "i".into(), location_id: "l".into(), available }]);
        let plan = plan(&[&[stock(5)], &[stock(3)], &[Event::RunReady("{}".into()), Event::Disconnected]]);
        assert_eq!(plan.stock[&("i".into(), "l".into())], (3, BTreeSet::from([0, 1])));
        assert!(plan.run_ready && plan.disconnected);
        assert!(!plan.notes[2].is_empty());
    }

    #[test]
    fn events_of_another_version_do_not_stop_the_others() {
        let mut pending = Pending {
            id: "a".into(),
            occurred_at: None,
            attempts: 0,
            events: "[{\"new\":1}]".into(),
            received_at: 0,
            traceparent: None,
        };
        let unknown = pending.clone();
        pending.events = serde_json::to_string(&[Event::Changed("7".into())]).expect("JSON");
        let plan = Plan::of(&[unknown, pending]);
        assert_eq!((plan.notes[0].len(), plan.items.len()), (1, 1));
    }
}
