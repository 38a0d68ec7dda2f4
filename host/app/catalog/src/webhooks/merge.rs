//! What several deliveries mean together: one thing to do for each item, whatever was said of it and in which order.
// See docs/decisions/0039-webhooks-are-hints.md

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use entrepot_domain::catalog::is_count;
use entrepot_domain::clock::Timestamp;
use entrepot_sandbox::{Event, RawItem, StockChange};
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

/// A number of a stock level.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Number {
    pub(super) available: i64,
    /// By the marketplace's clock. `None`: it does not say, or says a time that has not come.
    pub(super) at: Option<Timestamp>,
    /// Another number was told of the very same moment.
    pub(super) tie: bool,
    pub(super) by: Sources,
}

/// What a batch of deliveries asks for.
#[derive(Debug, Default)]
pub(super) struct Plan {
    pub(super) items: BTreeMap<String, (Wanted, Sources)>,
    /// Item and place: the latest number that was told.
    pub(super) stock: BTreeMap<(String, String), Number>,
    /// Something that a run waits for is there.
    pub(super) run_ready: bool,
    /// The seller removed the app or revoked access.
    pub(super) disconnected: bool,
    /// For people, for each delivery.
    pub(super) notes: Vec<Vec<String>>,
}

impl Plan {
    /// `until`: what the marketplace dates later is of a time that has not come.
    pub(super) fn of(pending: &[Pending], until: Timestamp) -> Self {
        let mut plan = Self { notes: vec![Vec::new(); pending.len()], ..Self::default() };
        for (index, delivery) in pending.iter().enumerate() {
            match serde_json::from_str::<Vec<Event>>(&delivery.events) {
                Ok(events) => {
                    let occurred_at = delivery.occurred_at.filter(|at| *at <= until);
                    events.into_iter().for_each(|event| plan.add(index, occurred_at, event));
                }
                Err(_) => plan.notes[index].push(
                    "its events cannot be read: what was kept is damaged, or of a newer version of this program".into(),
                ),
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
                    if !is_count(available) {
                        let note = format!("the stock of {item_id} is left out: {available} pieces cannot be meant");
                        self.notes[index].push(note);
                        continue;
                    }
                    let number = Number { available, at: occurred_at, tie: false, by: BTreeSet::from([index]) };
                    match self.stock.entry((item_id, location_id)) {
                        Entry::Vacant(entry) => drop(entry.insert(number)),
                        Entry::Occupied(mut entry) => entry.get_mut().also(number),
                    }
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
            Entry::Vacant(entry) => {
                entry.insert((wanted, BTreeSet::from([index])));
            }
            Entry::Occupied(mut entry) => {
                let (before, sources) = entry.get_mut();
                sources.insert(index);
                let said = std::mem::replace(before, Wanted::Ask);
                *before = merged(said, wanted);
            }
        }
    }
}

impl Number {
    /// One that came after it. By their dates, whichever came first; without, the last one counts.
    fn also(&mut self, mut other: Self) {
        other.by.append(&mut self.by);
        match (self.at, other.at) {
            (Some(before), Some(at)) if at < before => self.by = other.by,
            (Some(before), Some(at)) if at == before => {
                self.tie |= self.available != other.available;
                self.by = other.by;
            }
            _ => *self = other,
        }
    }
}

/// Deliveries overtake each other. Of two states of an item the later one counts; where one says that it is there and another that
/// it is gone, the shop knows.
fn merged(before: Wanted, after: Wanted) -> Wanted {
    match (before, after) {
        (Wanted::Shown(before), Wanted::Shown(after)) => {
            let is_stale = before.updated_at.zip(after.updated_at).is_some_and(|(before, after)| before > after);
            Wanted::Shown(if is_stale { before } else { after })
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
        Plan::of(&pending, i64::MAX)
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
        let number = Number { available: 3, at: Some(1), tie: false, by: BTreeSet::from([0, 1]) };
        assert_eq!(plan.stock[&("i".into(), "l".into())], number);
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
        let plan = Plan::of(&[unknown, pending], i64::MAX);
        assert_eq!((plan.notes[0].len(), plan.items.len()), (1, 1));
    }

    /// Every order of numbers with dates, some of which are of the same moment.
    #[test]
    fn numbers_come_to_the_same_in_whatever_order() {
        fn orders(rest: &[(i64, i64)]) -> Vec<Vec<(i64, i64)>> {
            if rest.is_empty() {
                return vec![Vec::new()];
            }
            let first = |at: usize| {
                let mut others = rest.to_vec();
                let first = others.remove(at);
                orders(&others).into_iter().map(move |others| [&[first], others.as_slice()].concat())
            };
            (0..rest.len()).flat_map(first).collect()
        }
        for (told, expected, tie) in [
            ([(1, 10), (2, 20), (3, 30), (4, 30)], 30, true),
            ([(5, 10), (2, 20), (3, 20), (4, 40)], 40, false),
            ([(7, 10), (7, 40), (7, 40), (1, 20)], 40, false),
        ] {
            let mut ends: Vec<(Option<i64>, bool)> = Vec::new();
            for order in orders(&told) {
                let number =
                    |(available, at): &(i64, i64)| Number { available: *available, at: Some(*at), ..Number::default() };
                let mut numbers = order.iter().map(number);
                let mut level = numbers.next().expect("a first one");
                numbers.for_each(|number| level.also(number));
                assert!(tie || told.contains(&(level.available, expected)), "{order:?}: {level:?}");
                ends.push((level.at, level.tie));
            }
            ends.dedup();
            assert_eq!(ends, [(Some(expected), tie)]);
        }
    }
}
