//! Stock that deliveries tell of: by its own time, and never over what is newer.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use entrepot_domain::clock::Timestamp;
use entrepot_store::deliveries::Pending;
use entrepot_store::stock::{KnownLevel, Told};
use entrepot_store::{ScopedTx, StoreError};

use super::merge::{Number, Plan, Sources};
use entrepot_channels::OpenChannel;

/// A delivery may be as late: marketplaces try again for hours, and queues on the way hold some longer. An older date tells of a clock, not
/// of a delay.
const LATE_MS: i64 = 24 * 60 * 60_000;

/// Item and place.
type Level = (String, String);

/// Of two numbers of the same moment only the shop knows which is the later one, and so it is with a number from before the shop was read: it
/// came late. Their products are asked for instead. Which products have the levels that are told of.
///
/// `read_at`: when all stock was read last; `ahead`: how far the shop's clock is ahead of this host's.
pub(super) fn settle_ties(
    plan: &mut Plan,
    levels: &[KnownLevel],
    (read_at, ahead): (Timestamp, i64),
    pending: &[Pending],
    ask: &mut BTreeMap<String, Sources>,
) -> HashMap<Level, BTreeSet<String>> {
    let mut products: HashMap<Level, BTreeSet<String>> = HashMap::new();
    let mut ties = BTreeSet::new();
    for KnownLevel { item, location_id, available, set_at, told_at, product } in levels {
        let level = (item.clone(), location_id.clone());
        if let Some(number) = plan.stock.get(&level) {
            // Without a date it came with its product, which was read then.
            let read_at = if told_at.is_none() { read_at.max(*set_at) } else { read_at };
            // What came before its product was read is not applied anyway.
            let is_older = told_at.is_none() && *set_at > came(number, pending).unwrap_or(Timestamp::MAX);
            let is_news = told_at.is_none_or(|told| number.at.is_some_and(|at| told < at));
            let late = !is_older
                && is_news
                && number.at.is_some_and(|at| (read_at - LATE_MS..read_at).contains(&(at - ahead)));
            if (late && number.available != *available)
                || number.tie
                || (number.at.is_some() && number.at == *told_at && number.available != *available)
            {
                ties.insert(level.clone());
            }
            products.entry(level).or_default().insert(product.clone());
        }
    }
    for level in ties {
        let Some(number) = plan.stock.remove(&level) else { continue };
        for product in &products[&level] {
            ask.entry(product.clone()).or_default().extend(number.by.iter().copied());
        }
    }
    products
}

/// What was asked for just now has the stock of now.
pub(super) fn leave_to_fetched(
    plan: &mut Plan,
    products: &HashMap<Level, BTreeSet<String>>,
    answered: &BTreeSet<String>,
) {
    let fetched: Vec<Level> = plan
        .stock
        .keys()
        .filter(|level| products.get(*level).is_some_and(|products| products.iter().all(|id| answered.contains(id))))
        .cloned()
        .collect();
    for level in fetched {
        let Some(number) = plan.stock.remove(&level) else { continue };
        for index in number.by {
            plan.notes[index].push(format!("stock of {} at {}: came with its product", level.0, level.1));
        }
    }
}

/// When the last of the deliveries that tell it came.
fn came(number: &Number, pending: &[Pending]) -> Option<Timestamp> {
    number.by.iter().filter_map(|index| pending.get(*index)).map(|delivery| delivery.received_at).max()
}

/// False: there is no such level, or what is known of it is newer: a number with a later date, or what was fetched after this one came.
/// Its date is not held against the moment of a fetch: these are two clocks.
pub(super) async fn set(
    tx: &mut ScopedTx,
    channel: &OpenChannel,
    (item, location): (&str, &str),
    number: &Number,
    (pending, until): (&[Pending], Timestamp),
) -> Result<bool, StoreError> {
    match number.at {
        Some(at) => {
            let told = Told { at: Some(at), until, as_of: came(number, pending).unwrap_or(until) };
            tx.set_stock_told(&channel.id, item, location, number.available, told).await
        }
        None => tx.set_stock(&channel.id, item, location, number.available).await,
    }
}
