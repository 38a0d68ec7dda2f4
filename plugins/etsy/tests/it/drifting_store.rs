//! A shop that changes while it is read: by hand, and by chance.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::rc::Rc;

use entrepot_guest::prelude::*;
use serde_json::json;

use crate::shop::{Run, STATES, Shop, first, listing, since};

/// `splitmix64`: the same shop for the same seed.
struct Dice(Cell<u64>);

impl Dice {
    fn below(&self, limit: u64) -> u64 {
        self.0.set(self.0.get().wrapping_add(0x9e37_79b9_7f4a_7c15));
        let mut value = self.0.get();
        value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (value ^ (value >> 31)) % limit
    }
}

#[test]
fn a_listing_that_sells_out_hides_no_other() {
    let shop = Shop::of(350).twisted(|shop, asked| {
        if asked.is_list() && asked.number("offset") == 97 && asked.query["state"] == "active" {
            for id in 1..=40 {
                shop.turn(id, "sold_out", 1_800_000_000);
            }
        }
        None
    });
    let run = Run::of(&shop).unwrap();
    assert_eq!((run.items.len(), run.listed.len()), (350, 350));
    // Without the overlap a delta would lose what moved up: 101 to 140 here.
    let shop = Shop::with(shop.listings.take()).twisted(|shop, asked| {
        if asked.is_list() && asked.number("offset") == 97 && asked.query["state"] == "active" {
            (41..=80).for_each(|id| shop.turn(id, "inactive", 1_800_000_100));
        }
        None
    });
    assert_eq!(Run::with(&shop, since(1)).unwrap().items.len(), 350);
}

#[test]
fn new_listings_in_front_and_a_whole_page_of_them() {
    for many in [1, 3, 99, 250] {
        let done = Cell::new(false);
        let shop = Shop::of(300).twisted(move |shop, asked| {
            if asked.is_list() && asked.number("offset") == 194 && !done.replace(true) {
                let new = (1000..1000 + many).map(|id| listing(id, "active"));
                shop.listings.borrow_mut().splice(0..0, new.clone());
                shop.inventories.borrow_mut().extend((1000..1000 + many).map(|id| (id, crate::shop::inventory(id))));
            }
            None
        });
        assert_eq!(Run::of(&shop).unwrap().items.len() as u64, 300 + many);
    }
}

#[test]
fn whatever_moves_between_states_is_found_by_the_sweep() {
    // For every pair of states: one listing moves from the one to the other before any request of the run, so before, while and
    // after each list is read.
    for from in STATES {
        for to in ["active", "inactive", "sold_out", "expired"] {
            // Only these moves exist: by publishing, renewing, selling out, expiring and switching off.
            let real = match from {
                "active" => true,
                "inactive" => to == "active",
                _ => matches!(to, "active" | "inactive"),
            };
            if from == to || !real {
                continue;
            }
            for moment in 0.. {
                let at = Rc::new(Cell::new(0));
                let seen = at.clone();
                let mut listings: Vec<_> = (1..=10).map(|id| listing(id, STATES[id as usize % 5])).collect();
                listings.push(listing(77, from));
                let shop = Shop::with(listings).twisted(move |shop, _| {
                    if at.replace(at.get() + 1) == moment {
                        shop.turn(77, to, 1_800_000_000);
                    }
                    None
                });
                let run = Run::of(&shop).unwrap();
                assert_eq!((run.items.len(), run.listed.len()), (11, 11), "{from} to {to} at {moment}");
                if seen.get() < moment {
                    break;
                }
            }
        }
    }
}

/// Before each list request something happens: a sale, an edit, a renewal, a removal, something new; lists are sorted by
/// `updated`, loosely, as Etsy's are.
fn restless(seed: u64, count: u64, began: i64, removed: Rc<RefCell<BTreeSet<u64>>>) -> Shop {
    let dice = Dice(Cell::new(seed));
    let listings: Vec<_> = (1..=count)
        .map(|id| {
            let mut one = listing(id, STATES[dice.below(5) as usize]);
            one["last_modified_timestamp"] = json!(began - 86_400 + dice.below(80_000) as i64);
            one["updated_timestamp"] = one["last_modified_timestamp"].clone();
            one
        })
        .collect();
    let (clock, new) = (Cell::new(began), Cell::new(10_000));
    Shop::with(listings).twisted(move |shop, asked| {
        if !asked.is_list() {
            return None;
        }
        clock.set(clock.get() + 1);
        let ids: Vec<_> = shop.listings.borrow().iter().filter_map(|one| one["listing_id"].as_u64()).collect();
        // Now and then many leave the list that is being read, from its front: a sale, a program of the seller's.
        if asked.number("offset") > 0 && dice.below(4) == 0 {
            let to = if asked.query["state"] == "inactive" { "active" } else { "inactive" };
            let front: Vec<_> =
                ids.iter().filter(|id| shop.state(**id) == asked.query["state"]).take(9).copied().collect();
            front.iter().for_each(|id| shop.turn(*id, to, clock.get()));
        }
        for _ in 0..dice.below(4) {
            let id = ids[dice.below(ids.len() as u64) as usize];
            if removed.borrow().contains(&id) {
                continue;
            }
            match dice.below(6) {
                0 => {
                    shop.remove(id);
                    removed.borrow_mut().insert(id);
                }
                1 => {
                    new.set(new.get() + 1);
                    shop.listings.borrow_mut().push(listing(new.get(), "active"));
                    shop.turn(new.get(), "active", clock.get());
                    shop.inventories.borrow_mut().insert(new.get(), crate::shop::inventory(new.get()));
                }
                2 => shop.turn(id, "sold_out", clock.get()),
                3 => shop.turn(id, "active", clock.get()),
                _ => shop.change(id, |one| one["last_modified_timestamp"] = json!(clock.get())),
            }
        }
        let jitter = |id: u64| (id * 7919 % 601) as i64;
        shop.listings.borrow_mut().sort_by_key(|one| {
            let at = one["last_modified_timestamp"].as_i64().unwrap();
            -(at + jitter(one["listing_id"].as_u64().unwrap()))
        });
        None
    })
}

#[test]
fn a_delta_over_a_restless_shop_in_no_strict_order_misses_nothing() {
    const BEGAN: i64 = 1_800_000_000;
    for seed in 1..=20 {
        let removed = Rc::new(RefCell::new(BTreeSet::new()));
        let shop = restless(seed, 400, BEGAN, removed.clone());
        let before: Vec<(u64, i64)> = shop
            .listings
            .borrow()
            .iter()
            .map(|one| (one["listing_id"].as_u64().unwrap(), one["last_modified_timestamp"].as_i64().unwrap()))
            .collect();
        let since_s = BEGAN - 40_000;
        let run = Run::with(&shop, PageRequest { limit: 12, ..since(since_s) }).unwrap();
        let now: std::collections::BTreeMap<_, _> = shop
            .listings
            .borrow()
            .iter()
            .map(|one| (one["listing_id"].as_u64().unwrap(), one["last_modified_timestamp"].as_i64().unwrap()))
            .collect();
        for (id, at) in before.iter().filter(|(_, at)| *at >= since_s) {
            // What changed again during the run is the next run's, at the latest.
            let again = now.get(id).is_none_or(|now| now != at);
            assert!(again || run.items.contains_key(&id.to_string()), "seed {seed}: {id} is lost");
        }
        // The next delta, from when this one began: together they know everything.
        let next = Run::with(&Shop::with(shop.listings.take()), since(BEGAN)).unwrap();
        for (id, _) in now.iter().filter(|(id, at)| **at >= since_s && !removed.borrow().contains(id)) {
            let id = id.to_string();
            assert!(run.items.contains_key(&id) || next.items.contains_key(&id), "seed {seed}: {id} is lost for good");
        }
        assert!(run.items.len() < before.len(), "not everything was fetched");
    }
}

#[test]
fn a_full_run_over_a_restless_shop_lists_all_that_was_there_all_the_time() {
    for seed in 1..=12 {
        let removed = Rc::new(RefCell::new(BTreeSet::new()));
        let shop = restless(seed, 300, 1_800_000_000, removed.clone());
        let began: Vec<_> = shop.listings.borrow().clone();
        let run = Run::with(&shop, PageRequest { limit: 12, ..first() }).unwrap();
        for one in &began {
            let id = one["listing_id"].as_u64().unwrap();
            let still = shop.listings.borrow().iter().any(|now| now == one);
            if still {
                assert!(run.listed.contains(&id.to_string()), "seed {seed}: {id} would be deleted");
                assert!(run.items.contains_key(&id.to_string()), "seed {seed}: {id} was not read");
            }
        }
    }
}

#[test]
fn a_shop_without_a_moment_of_rest_is_tried_again_later() {
    // Every list begins with other listings each time.
    let turn = Cell::new(0);
    let shop = Shop::of(300).twisted(move |shop, asked| {
        if asked.is_list() {
            turn.set(turn.get() + 1);
            let mut listings = shop.listings.borrow_mut();
            for one in listings.iter_mut() {
                one["updated_timestamp"] = json!(1_800_000_000 + turn.get());
            }
        }
        None
    });
    assert!(matches!(Run::with(&shop, first()), Err(Error::Unavailable(_))));
}
