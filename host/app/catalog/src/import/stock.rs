//! A page of stock alone: compared with the levels that are known. None is made, and none is taken away.
// See docs/decisions/0032-stock-runs.md

use std::collections::{HashMap, HashSet};
use std::time::Instant;

use entrepot_domain::ChannelId;
use entrepot_domain::catalog::is_count;
use entrepot_domain::run::Counts;
use entrepot_sandbox::StockChange;
use entrepot_store::stock::KnownLevel;
use entrepot_store::{Scoped, StoreError};

use super::compare::FreshnessContext;
use super::levels::Levels;
use super::page::PreparedPage;
use entrepot_core::Services;
use entrepot_core::micros_since;
use entrepot_core::retry_transient;

/// So many are named.
const NAMED: usize = 5;
/// Characters of a name; an adapter may hand over as much as an answer may hold.
const LONGEST: usize = 80;

/// What stands for a level in what a run has seen.
fn name(level: &StockChange) -> String {
    format!("{} at {}", level.item_id, level.location_id)
}

pub(super) async fn prepare(
    services: &Services,
    scoped: &Scoped,
    channel: &ChannelId,
    freshness: FreshnessContext<'_>,
    levels: Vec<StockChange>,
) -> Result<PreparedPage, StoreError> {
    let FreshnessContext { seen, asked_at: as_of, .. } = freshness;
    let began = Instant::now();
    let (levels, absurd): (Vec<_>, Vec<_>) = levels.into_iter().partition(|level| is_count(level.available));
    if let Some(level) = absurd.first() {
        let (count, name, available) = (absurd.len(), name(level), level.available);
        tracing::warn!(count, level = name, available, "stock levels are left out: so many pieces cannot be meant");
    }
    let items: HashSet<&str> = levels.iter().map(|level| level.item_id.as_str()).collect();
    let items: Vec<&str> = items.into_iter().collect();
    let patience = services.options().database_patience;
    let now = services.db().clock().now();
    // Numbers that may change. Instants to come are of a clock that was wrong.
    let mut known: HashMap<(String, String), Vec<i64>> = HashMap::new();
    for KnownLevel { item, location_id, available, set_at, .. } in
        retry_transient(patience, || scoped.known_levels(channel, &items)).await?
    {
        let told_since = set_at > as_of && set_at <= now;
        known.entry((item, location_id)).or_default().extend((!told_since).then_some(available));
    }
    // Is it the number that is known? None: no such level is.
    let same = |level: &StockChange| {
        let numbers = known.get(&(level.item_id.clone(), level.location_id.clone()))?;
        Some(numbers.iter().all(|number| *number == level.available))
    };
    let mut page = PreparedPage::default();
    let mut fresh = HashSet::new();
    let mut last: HashMap<(String, String), StockChange> = HashMap::new();
    for level in levels {
        // Shown twice in a run, it counts once, and the later number is set.
        let name = name(&level);
        let first = !seen.items.contains(&name) && fresh.insert(name.clone());
        let counts = &mut page.counts;
        let counter = match same(&level) {
            None => {
                page.listed.extend(first.then_some(name));
                &mut counts.unknown
            }
            Some(true) => &mut counts.unchanged,
            Some(false) => &mut counts.updated,
        };
        *counter += i64::from(first);
        counts.fetched += i64::from(first);
        last.insert((level.item_id.clone(), level.location_id.clone()), level);
    }
    page.fresh = fresh.into_iter().collect();
    let mut changes: Vec<StockChange> = last.into_values().filter(|level| same(level) == Some(false)).collect();
    // Several hosts write the same rows: always in one order, so that they wait for each other instead of deadlocking.
    changes.sort_by(|a, b| (&a.item_id, &a.location_id).cmp(&(&b.item_id, &b.location_id)));
    page.levels = Levels { changes, as_of };
    page.counts.spent.comparing = micros_since(began);
    Ok(page)
}

/// What a run of all stock did not show of the `known` levels, in words; none: it showed as many, or as many as the marketplace counts.
pub(super) fn missing(counts: Counts, known: i64) -> Option<String> {
    if counts.declared.is_some_and(|declared| declared > 0) {
        return None;
    }
    let missing = known - (counts.fetched - counts.unknown);
    (missing > 0).then(|| {
        format!(
            "{missing} of {known} stock levels that are known were not shown, and stay as they are. If goods or places are gone, a full \
             import notices; if not, the marketplace's answers were not whole"
        )
    })
}

/// The levels that belong to nothing here, in words, with the names of some; none: there are none.
pub(super) fn unknown(count: usize, mut names: Vec<String>) -> Option<String> {
    let printable = |c: char| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c };
    names.sort_unstable();
    let names: Vec<String> =
        names.into_iter().take(NAMED).map(|name| name.chars().take(LONGEST).map(printable).collect()).collect();
    (count > 0).then(|| {
        let more = if count > NAMED { ", …" } else { "" };
        format!(
            "{count} stock {} of nothing in the catalogue (item {}{more}); a full import brings what can be imported",
            if count == 1 { "level is" } else { "levels are" },
            names.join(", item ")
        )
    })
}
