//! One page: compared, mapped, validated, sanitised; then written in one transaction with its checkpoint.

use std::collections::HashMap;
use std::time::Instant;

use entrepot_domain::catalog::{Issue, Product, validate};
use entrepot_domain::run::{Counts, Drift};
use entrepot_domain::{ChannelId, Id, ProductId, RunId};
use entrepot_runtime::{CallError, Mapper, Page, RawItem};
use entrepot_store::catalogue::ProductWrite;
use entrepot_store::dead_letters::NewDeadLetter;
use entrepot_store::items::{ItemWrite, KnownItem, Stamp};
use entrepot_store::{Scoped, StoreError, pack};

use super::checkpoint::micros;
use super::compare::Circumstances;
use super::patience::with_patience;
use super::stock::Levels;
use crate::Sync;
use crate::channels::OpenChannel;
use crate::sanitise::sanitise;

/// What is to be written of one item.
pub(crate) struct Prepared {
    item: RawItem,
    hash: [u8; 32],
    /// The product it was before, if any.
    known_product: Option<String>,
    /// The row it was compared with.
    stamp: Option<Stamp>,
    new_product: Option<ProductId>,
    outcome: Result<Box<Product>, Vec<Issue>>,
    settles: bool,
}

/// A page ready to be written.
#[derive(Default)]
pub(crate) struct PreparedPage {
    writes: Vec<Prepared>,
    /// Ids this page showed for the first time in the run.
    pub(crate) fresh: Vec<String>,
    pub(crate) listed: Vec<String>,
    deleted: Vec<String>,
    /// Stock that came alone.
    pub(super) levels: Levels,
    /// Items the adapter was asked to map, and on how many of them it was stopped.
    pub(crate) mapped: usize,
    pub(crate) stopped: usize,
    /// What this page adds to the run's counts.
    pub(crate) counts: Counts,
}

/// Compares a page with what is known and maps what is new.
pub(crate) async fn prepare(
    sync: &Sync,
    scoped: &Scoped,
    channel: &OpenChannel,
    mapper: &mut Mapper,
    circumstances: Circumstances<'_>,
    page: Page,
) -> Result<PreparedPage, StoreError> {
    let mut prepared = PreparedPage { listed: page.listed, ..PreparedPage::default() };
    let items = last_of_each(page.items);
    let ids: Vec<&str> = items.iter().map(|item| item.source_id.as_str()).collect();
    let patience = sync.parts().options.database_patience;
    let (began, mut spent_mapping, mut drift) = (Instant::now(), 0, Drift::default());
    let mut known = with_patience(patience, || scoped.known_items(&channel.id, &ids)).await?;
    for item in items {
        let before = known.remove(&item.source_id);
        // Shown twice in a run (pages that shifted): the later state counts, the item does not.
        let first = !circumstances.seen.contains(&item.source_id);
        if item.deleted {
            prepared.counts.deleted += i64::from(before.is_some_and(|before| before.deleted_at.is_none()));
            prepared.deleted.push(item.source_id);
            continue;
        }
        if first {
            prepared.fresh.push(item.source_id.clone());
        }
        let counts = &mut prepared.counts;
        let mut count = |counter: fn(&mut Counts) -> &mut i64| {
            if first {
                *counter(counts) += 1;
            }
        };
        count(|counts| &mut counts.fetched);
        if before.as_ref().is_some_and(|before| circumstances.overtaken(&item, before)) {
            count(|counts| &mut counts.unchanged);
            continue;
        }
        let hash = hash(&item);
        let same = before.as_ref().is_some_and(|before| before.content_hash == hash && before.deleted_at.is_none());
        if let Some(before) = before.as_ref().filter(|_| same && item.problems.is_empty()) {
            match &before.problem {
                None => {
                    count(|counts| &mut counts.unchanged);
                    continue;
                }
                // Nothing changed on either side: it would fail again.
                Some(_) if before.adapter_digest == channel.generation.grant.digest => {
                    count(|counts| &mut counts.dead_letters);
                    continue;
                }
                Some(_) => {}
            }
        }
        if first {
            circumstances.drift(&mut drift, &item, before.as_ref(), &channel.generation.grant.digest);
        }
        let mapping = Instant::now();
        let outcome = if item.problems.is_empty() { map(mapper, &item).await } else { Err(item.problems.clone()) };
        spent_mapping += micros(mapping);
        prepared.mapped += usize::from(item.problems.is_empty());
        prepared.stopped += usize::from(was_stopped(&outcome));
        let write = assemble(sync, item, hash, before, outcome);
        count(match (&write.outcome, &write.known_product) {
            (Err(_), _) => |counts| &mut counts.dead_letters,
            (Ok(_), None) => |counts| &mut counts.created,
            (Ok(_), Some(_)) => |counts| &mut counts.updated,
        });
        prepared.writes.push(write);
    }
    prepared.counts.drift = drift;
    prepared.counts.spent.mapping = spent_mapping;
    prepared.counts.spent.comparing = micros(began) - spent_mapping;
    Ok(prepared)
}

fn assemble(
    sync: &Sync,
    item: RawItem,
    hash: [u8; 32],
    before: Option<KnownItem>,
    outcome: Result<Box<Product>, Vec<Issue>>,
) -> Prepared {
    let settles = outcome.is_ok() && before.as_ref().is_some_and(|before| before.problem.is_some());
    let stamp = before.as_ref().map(KnownItem::stamp);
    let known_product = before.and_then(|before| before.product_id);
    let new_product = (outcome.is_ok() && known_product.is_none()).then(|| ProductId::make(sync.db().clock().now()));
    Prepared { item, hash, known_product, stamp, new_product, outcome, settles }
}

/// Of what could not be read completely nothing is known: it is never "the same as before", and a replay fetches it anew.
fn hash(item: &RawItem) -> [u8; 32] {
    if item.problems.is_empty() { *blake3::hash(item.body.as_bytes()).as_bytes() } else { UNREAD }
}

/// The code of [`CallError::Stopped`]. An adapter that gives it to issues of its own has its way.
pub(super) const STOPPED: &str = "adapter-stopped";
/// The hash of an item that could not be read completely.
pub(crate) const UNREAD: [u8; 32] = [0; 32];

/// Of an item that a page shows twice, the last.
fn last_of_each(items: Vec<RawItem>) -> Vec<RawItem> {
    let mut last = HashMap::with_capacity(items.len());
    for (index, item) in items.iter().enumerate() {
        last.insert(item.source_id.clone(), index);
    }
    items
        .into_iter()
        .enumerate()
        .filter(|(index, item)| last[&item.source_id] == *index)
        .map(|(_, item)| item)
        .collect()
}

fn was_stopped(outcome: &Result<Box<Product>, Vec<Issue>>) -> bool {
    outcome.as_ref().is_err_and(|issues| issues.iter().any(|issue| issue.code == STOPPED))
}

/// Maps, validates and sanitises one item: a product, or why there is none.
pub(crate) async fn map(mapper: &mut Mapper, item: &RawItem) -> Result<Box<Product>, Vec<Issue>> {
    let mut product = match mapper.map(item).await {
        Ok(product) => product,
        Err(CallError::Adapter(entrepot_runtime::AdapterError::Invalid(issues))) if !issues.is_empty() => {
            return Err(issues);
        }
        Err(error) => return Err(vec![Issue::new("", error.code(), error.to_string())]),
    };
    if product.source_id != item.source_id {
        let message = format!("the adapter made product {:?} of item {:?}", product.source_id, item.source_id);
        return Err(vec![Issue::new("/source_id", "source-id-changed", message)]);
    }
    let errors = validate(&mut product);
    if !errors.is_empty() {
        return Err(errors);
    }
    sanitise(&mut product);
    Ok(Box::new(product))
}

impl PreparedPage {
    /// A page of one item: what a replay writes.
    pub(crate) fn single(
        sync: &Sync,
        item: RawItem,
        known: Option<KnownItem>,
        outcome: Result<Box<Product>, Vec<Issue>>,
    ) -> Self {
        let hash = hash(&item);
        Self { writes: vec![assemble(sync, item, hash, known, outcome)], ..Self::default() }
    }

    /// What becomes of an item that was in the page, for people.
    pub(crate) fn fate(&self, source_id: &str) -> &'static str {
        if self.deleted.iter().any(|id| id == source_id) {
            return "gone";
        }
        match self.writes.iter().find(|write| write.item.source_id == source_id).map(|write| &write.outcome) {
            Some(Ok(_)) => "written",
            Some(Err(_)) => "could not be imported, see the dead letters",
            None => "unchanged",
        }
    }

    /// Before anything of the page is written: keeps its items as they are until the transaction ends. Fails, and with it all of the
    /// transaction, where somebody else wrote one since it was compared: theirs may be the newer state.
    pub(crate) async fn hold(&self, tx: &mut entrepot_store::ScopedTx, channel: &ChannelId) -> Result<(), StoreError> {
        let compared = self.writes.iter().map(|write| (write.item.source_id.as_str(), write.stamp.clone())).collect();
        tx.hold_items(channel, &compared).await
    }

    /// Writes everything of the page into a transaction that already holds the checkpoint and the items.
    pub(crate) async fn write(
        &self,
        tx: &mut entrepot_store::ScopedTx,
        channel: &OpenChannel,
        run: &RunId,
    ) -> Result<(), StoreError> {
        self.levels.write(tx, &channel.id).await?;
        let digest = channel.generation.grant.digest.as_str();
        let items: Vec<ItemWrite<'_>> = self
            .writes
            .iter()
            .map(|write| ItemWrite {
                source_id: &write.item.source_id,
                product_id: write.product_id(),
                content_hash: write.hash,
                body: pack(&write.item.body),
                source_updated_at: write.item.updated_at,
                problem: write
                    .outcome
                    .as_ref()
                    .err()
                    .map(|issues| issues.first().map_or("unknown", |issue| issue.code.as_str())),
            })
            .collect();
        tx.write_items(&channel.id, digest, &items).await?;
        let mut products = Vec::new();
        let mut collections = HashMap::new();
        for write in &self.writes {
            if let (Ok(product), Some(id)) = (&write.outcome, write.product_id()) {
                collections
                    .extend(product.collections.iter().map(|collection| (collection.source_id.as_str(), collection)));
                products.push(ProductWrite { id, exists: write.known_product.is_some(), product });
            }
        }
        tx.write_collections(&channel.id, &collections).await?;
        tx.write_products(&channel.id, &products).await?;
        let letters: Vec<NewDeadLetter<'_>> = self
            .writes
            .iter()
            .filter_map(|write| {
                Some(NewDeadLetter { source_id: &write.item.source_id, issues: write.outcome.as_ref().err()? })
            })
            .collect();
        tx.write_dead_letters(&channel.id, run, digest, &letters).await?;
        let settled: Vec<&str> =
            self.writes.iter().filter(|write| write.settles).map(|write| write.item.source_id.as_str()).collect();
        tx.settle_dead_letters(&channel.id, &settled).await?;
        if !self.deleted.is_empty() {
            tx.delete_items(&channel.id, &self.deleted).await?;
        }
        Ok(())
    }
}

impl Prepared {
    fn product_id(&self) -> Option<&str> {
        self.known_product.as_deref().or(self.new_product.as_ref().map(ProductId::as_str))
    }
}
