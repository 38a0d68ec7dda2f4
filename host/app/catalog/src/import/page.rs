//! One page: compared, mapped, validated, sanitised; then written in one transaction with its checkpoint.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use entrepot_domain::catalog::{Issue, Product};
use entrepot_domain::clock::Timestamp;
use entrepot_domain::run::{Counts, Drift};
use entrepot_domain::{ChannelId, Id, ProductId, RunId};
use entrepot_sandbox::RawItem;
use entrepot_store::items::{KnownItem, Stamp};
use entrepot_store::{Scoped, StoreError};

use self::mapping::{Mapped, Outcome, hash, outcome_size};
use self::rows::write_items;
use super::compare::FreshnessContext;
use super::levels::Levels;
use entrepot_channels::OpenChannel;
use entrepot_core::Services;
use entrepot_core::micros_since;
use entrepot_core::retry_transient;

mod distinct;
mod mapping;
mod plan;
mod refused;
mod remap;
mod rows;
mod same;

pub(crate) use distinct::distinct;
pub(crate) use mapping::{Ahead, ItemMapper, Ready, map};
pub(crate) use plan::PLAN_LIMIT;
pub(crate) use refused::REFUSED;
pub(crate) use remap::map_again;

/// What is to be written of one item.
pub(crate) struct Prepared {
    item: RawItem,
    hash: [u8; 32],
    /// The item as it is kept. `None`: it is still to be packed.
    packed: Option<Vec<u8>>,
    /// The product it was before, if any.
    known_product: Option<String>,
    /// The row it was compared with.
    stamp: Option<Stamp>,
    new_product: Option<ProductId>,
    outcome: Outcome,
    settles: bool,
    /// It stands in the page's counts, and among what deltas should have brought.
    counted: bool,
    drifted: bool,
}

/// A page ready to be written.
#[derive(Default)]
pub(crate) struct PreparedPage {
    writes: Vec<Prepared>,
    /// Ids this page showed for the first time in the run.
    pub(crate) fresh: Vec<String>,
    pub(crate) listed: Vec<String>,
    /// Ids that are said to be gone. Whoever writes the page decides whether they are deleted.
    pub(crate) deleted: Vec<String>,
    /// Stock that came alone.
    pub(super) levels: Levels,
    /// When the marketplace was asked for its items: their stock is of then. `None`: they were kept.
    asked_at: Option<Timestamp>,
    /// Items the adapter was asked to map, and on how many of them it was stopped.
    pub(crate) mapped: usize,
    pub(crate) stopped: usize,
    /// What this page adds to the run's counts.
    pub(crate) counts: Counts,
    /// Prices are in a currency in which none was when all of the shop was read last.
    pub(crate) new_currency: Option<String>,
}

/// Items, bytes of items and products, and time after which a page is written, and goes on with the rest.
const PORTION_ITEMS: usize = 500;
pub(crate) const PORTION_BYTES: usize = 8 << 20;
/// Between two portions a run can be cancelled.
const PORTION_TIME: Duration = Duration::from_secs(10);

/// Compares items with what is known and maps what is new: all of them, or, if they are much, a portion; the rest is left.
pub(crate) async fn prepare(
    services: &Services,
    scoped: &Scoped,
    channel: &OpenChannel,
    mapper: &mut ItemMapper,
    freshness: FreshnessContext<'_>,
    items: &mut VecDeque<RawItem>,
) -> Result<PreparedPage, StoreError> {
    let mut prepared = PreparedPage { asked_at: Some(freshness.asked_at), ..PreparedPage::default() };
    let ids: Vec<&str> = items.iter().take(PORTION_ITEMS).map(|item| item.source_id.as_str()).collect();
    let shown = ids.len();
    let (mut left, mut held) = (shown, 0);
    let patience = services.options().database_patience;
    let (began, mut spent_mapping, mut spent_ahead) = (Instant::now(), 0, 0);
    let (mut drift, mut currency) = (Drift::default(), None);
    let mut known = retry_transient(patience, || scoped.known_items(&channel.id, &ids)).await?;
    while left > 0 && held < PORTION_BYTES && began.elapsed() < PORTION_TIME {
        let Some(item) = items.pop_front() else { break };
        left -= 1;
        let before = known.remove(&item.source_id);
        // Shown twice in a run (pages that shifted): the later state counts, the item does not.
        let first = !freshness.seen.items.contains(&item.source_id);
        if item.deleted {
            prepared.deleted.push(item.source_id);
            continue;
        }
        if first || freshness.seen.gone.contains(&item.source_id) {
            prepared.fresh.push(item.source_id.clone());
        }
        let counts = &mut prepared.counts;
        let mut count = |counter: fn(&mut Counts) -> &mut i64| {
            if first {
                *counter(counts) += 1;
            }
        };
        count(|counts| &mut counts.fetched);
        if before.as_ref().is_some_and(|before| freshness.is_stale(&item, before)) {
            count(|counts| &mut counts.unchanged);
            continue;
        }
        let hash = mapper.hash(&item);
        let same = before.as_ref().is_some_and(|before| before.content_hash == hash && before.deleted_at.is_none());
        // Mapped with other settings, it is another thing though nothing changed in the shop.
        let settings = before.as_ref().is_none_or(|before| is_mapped_with(before, &channel.mapped_with));
        if let Some(before) = before.as_ref().filter(|_| same && settings && item.problems.is_empty()) {
            match &before.problem {
                None => {
                    count(|counts| &mut counts.unchanged);
                    continue;
                }
                // Nothing changed on either side: it would fail again.
                // But for the plan, which may be another one.
                Some(why) if why != PLAN_LIMIT && before.adapter_digest == channel.generation.grant.digest => {
                    count(|counts| &mut counts.dead_letters);
                    continue;
                }
                Some(_) => {}
            }
        }
        let drift_before = drift.updated;
        if first && (settings || !same) {
            freshness.drift(&mut drift, &item, before.as_ref(), &channel.generation.grant.digest);
        }
        let drifted = drift.updated > drift_before;
        let Mapped { outcome, packed, took, ahead, .. } = mapper.outcome(&item, hash).await;
        spent_mapping += took;
        spent_ahead += if ahead { took } else { 0 };
        if let Ok(product) = &outcome {
            currency = currency.or_else(|| remap::new_currency(channel, product));
        }
        prepared.mapped += usize::from(item.problems.is_empty());
        prepared.stopped += usize::from(was_stopped(&outcome));
        let write = Prepared { packed, counted: first, drifted, ..assemble(services, item, hash, before, outcome) };
        count(write.counter());
        held += write.size();
        prepared.writes.push(write);
    }
    prepared.new_currency = currency;
    prepared.counts.drift = drift;
    let written_over = prepared.written_over();
    let stored = retry_transient(patience, || scoped.products_with_ids(&written_over)).await?;
    prepared.count_same(stored);
    prepared.counts.spent.mapping = spent_mapping;
    prepared.counts.spent.comparing = micros_since(began) - (spent_mapping - spent_ahead);
    mapper.note(prepared.mapped, shown - left);
    Ok(prepared)
}

fn is_mapped_with(known: &KnownItem, settings: &str) -> bool {
    known.mapped_with.as_ref().is_none_or(|with| with == settings)
}

fn assemble(
    services: &Services,
    item: RawItem,
    hash: [u8; 32],
    before: Option<KnownItem>,
    outcome: Result<Box<Product>, Vec<Issue>>,
) -> Prepared {
    let settles = outcome.is_ok() && before.as_ref().is_some_and(|before| before.problem.is_some());
    let stamp = before.as_ref().map(KnownItem::stamp);
    let known_product = before.and_then(|before| before.product_id);
    let new_product =
        (outcome.is_ok() && known_product.is_none()).then(|| ProductId::make(services.db().clock().now()));
    Prepared {
        item,
        hash,
        packed: None,
        known_product,
        stamp,
        new_product,
        outcome,
        settles,
        counted: false,
        drifted: false,
    }
}

/// The code of [`CallError::Stopped`]. An adapter that gives it to issues of its own has its way.
pub(super) const STOPPED: &str = "adapter-stopped";

fn was_stopped(outcome: &Result<Box<Product>, Vec<Issue>>) -> bool {
    outcome.as_ref().is_err_and(|issues| issues.iter().any(|issue| issue.code == STOPPED))
}

impl PreparedPage {
    /// A page of one item: what a replay writes.
    pub(crate) fn single(
        services: &Services,
        item: RawItem,
        known: Option<KnownItem>,
        outcome: Result<Box<Product>, Vec<Issue>>,
    ) -> Self {
        let hash = hash(&item);
        Self { writes: vec![assemble(services, item, hash, known, outcome)], ..Self::default() }
    }

    /// What becomes of an item that was in the page, for people.
    pub(crate) fn fate(&self, source_id: &str) -> &'static str {
        if self.deleted.iter().any(|id| id == source_id) {
            return "gone";
        }
        self.writes.iter().find(|write| write.item.source_id == source_id).map_or("unchanged", Prepared::fate)
    }

    /// Likewise of all that are changed.
    pub(crate) fn fates(&self) -> impl Iterator<Item = (String, &'static str)> {
        let gone = self.deleted.iter().map(|id| (id.clone(), "gone"));
        self.writes.iter().map(|write| (write.item.source_id.clone(), write.fate())).chain(gone)
    }

    /// Before anything of the page is written: keeps its items as they are until the transaction ends. Fails, and with it all of the
    /// transaction, where somebody else wrote one since it was compared: theirs may be the newer state.
    pub(crate) async fn hold(&self, tx: &mut entrepot_store::ScopedTx, channel: &ChannelId) -> Result<(), StoreError> {
        let compared = self.writes.iter().map(|write| (write.item.source_id.as_str(), write.stamp.clone())).collect();
        tx.hold_items(channel, &compared).await
    }

    /// Writes everything of the page, but for what is gone, into a transaction that already holds the checkpoint and the items.
    pub(crate) async fn write(
        &self,
        tx: &mut entrepot_store::ScopedTx,
        channel: &OpenChannel,
        run: &RunId,
    ) -> Result<(), StoreError> {
        self.levels.write(tx, &channel.id).await?;
        write_items(&self.writes, self.asked_at, tx, channel, run).await
    }
}

impl Prepared {
    /// About as many bytes as it holds.
    fn size(&self) -> usize {
        self.item.body.len() + outcome_size(&self.outcome)
    }

    fn fate(&self) -> &'static str {
        match &self.outcome {
            Ok(_) => "written",
            Err(_) => "could not be imported, see the dead letters",
        }
    }

    /// Where it stands in the counts.
    fn counter(&self) -> fn(&mut Counts) -> &mut i64 {
        match (&self.outcome, &self.known_product) {
            (Err(_), _) => |counts| &mut counts.dead_letters,
            (Ok(_), None) => |counts| &mut counts.created,
            (Ok(_), Some(_)) => |counts| &mut counts.updated,
        }
    }

    fn product_id(&self) -> Option<&str> {
        self.known_product.as_deref().or(self.new_product.as_ref().map(ProductId::as_str))
    }
}
