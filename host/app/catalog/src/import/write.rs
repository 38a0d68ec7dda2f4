//! From a page that came to its checkpoint.

use std::time::Instant;

use entrepot_domain::clock::{Timestamp, millis};
use entrepot_domain::run::{Counts, RunScope};
use entrepot_sandbox::Page;
use entrepot_store::pages::Ids;
use entrepot_store::runs::Progress;

use super::active_run::ActiveRun;
use super::checkpoint::{Next, add, commit};
use super::compare::FreshnessContext;
use super::complete::Underway;
use super::fetch::Position;
use super::page::{ItemMapper, PreparedPage, distinct, prepare};
use super::shop_facts;
use super::stock;
use crate::Imports;
use entrepot_core::AppError;
use entrepot_core::micros_since;
use entrepot_core::retry_transient;

/// Where the run stands once a portion is written.
#[derive(Clone, Copy, Default)]
struct Place<'a> {
    cursor: Option<&'a str>,
    context: Option<&'a str>,
    attempt: i64,
    throttled: i64,
    total: Option<i64>,
    not_before: Option<Timestamp>,
    done: bool,
    fruitless: i64,
    why: Option<&'a str>,
}

/// How many items the marketplace says there are. One that says fewer than it shows does not know.
fn believable(page: &Page, counts: &Counts) -> Option<i64> {
    let total = i64::try_from(page.total?).ok()?;
    let shown = i64::try_from(page.items.len()).unwrap_or(i64::MAX);
    (total >= shown && (total > 0 || counts.fetched == 0)).then_some(total)
}

impl Imports {
    /// Prepares and commits a page. One that is much is written in portions, all but the last without leaving the page.
    pub(super) async fn write(
        &self,
        active: &mut ActiveRun,
        mapper: &mut ItemMapper,
        underway: Underway,
        next: &Next,
    ) -> Result<(), AppError> {
        let Underway { mut page, asked_at } = underway;
        let (total, context) = (believable(&page, &active.counts), page.context.take());
        same_facts(active, context.as_deref())?;
        let prepared = if matches!(active.row.scope(), RunScope::Stock(_)) {
            let levels = std::mem::take(&mut page.stock);
            stock::prepare(&self.services, &active.scoped, &active.channel.id, freshness(active, asked_at), levels)
                .await?
        } else {
            let mut items = distinct(page.items);
            loop {
                let freshness = freshness(active, asked_at);
                let mut prepared =
                    prepare(&self.services, &active.scoped, &active.channel, mapper, freshness, &mut items).await?;
                if items.is_empty() {
                    prepared.listed = page.listed;
                    break prepared;
                }
                same_currency(active, &prepared)?;
                self.stay(active, prepared).await?;
            }
        };
        same_currency(active, &prepared)?;
        active.brought += brought(active, &prepared);
        let (now, wait) = (self.services.db().clock().now(), active.wait(next));
        let not_before = wait.map(|wait| now + millis(wait));
        if let Some(at) = not_before {
            self.services.lease_monitor().left(active.run.as_str(), at, now);
        }
        let adapter = &active.channel.view.adapter;
        let why = next.shortened.then(|| format!("waiting: {adapter} asked for a day or more, and a day is waited"));
        let cursor = next.position.as_ref().and_then(|position| position.cursor.clone());
        let place = Place {
            cursor: cursor.as_deref(),
            context: context.as_deref(),
            total,
            not_before,
            done: next.position.is_none(),
            fruitless: active.fruitless_with(wait),
            why: why.as_deref(),
            ..Place::default()
        };
        self.write_portion(active, prepared, place).await
    }

    /// Writes the items of a page that have come so far. Whoever asks for the page again has seen them.
    pub(super) async fn write_ahead(
        &self,
        active: &mut ActiveRun,
        mapper: &mut ItemMapper,
        underway: &mut Underway,
    ) -> Result<(), AppError> {
        let mut items = distinct(std::mem::take(&mut underway.page.items));
        while !items.is_empty() {
            let freshness = freshness(active, underway.asked_at);
            let prepared =
                prepare(&self.services, &active.scoped, &active.channel, mapper, freshness, &mut items).await?;
            self.stay(active, prepared).await?;
        }
        Ok(())
    }

    /// A portion after which the run is still at the page it is at.
    async fn stay(&self, active: &mut ActiveRun, prepared: PreparedPage) -> Result<(), AppError> {
        active.brought += brought(active, &prepared);
        let fruitless = if active.brought > 0 { 0 } else { active.fruitless };
        let Position { cursor, attempt, throttled, .. } = active.position.clone();
        let place = Place { cursor: cursor.as_deref(), attempt, throttled, fruitless, ..Place::default() };
        self.write_portion(active, prepared, place).await
    }

    /// A portion after the last page.
    pub(super) async fn stay_at_the_end(&self, active: &mut ActiveRun, prepared: PreparedPage) -> Result<(), AppError> {
        self.write_portion(active, prepared, Place { done: true, ..Place::default() }).await
    }

    async fn write_portion(
        &self,
        active: &mut ActiveRun,
        mut prepared: PreparedPage,
        place: Place<'_>,
    ) -> Result<(), AppError> {
        let (options, began) = (self.services.options(), Instant::now());
        let conflicts_last = self.state.conflicts.last(&active.channel.id);
        prepared.keep_within_plan(&self.services, &active.scoped).await?;
        let Place { cursor, context, attempt, throttled, total, not_before, done, fruitless, why } = place;
        let mut counts = loop {
            let mut counts = active.counts;
            add(&mut counts, &prepared.counts);
            counts.declared = total.or(counts.declared);
            let progress = Progress { cursor, context, counts, attempt, throttled, not_before, done, fruitless, why };
            let lease = millis(options.lease);
            match retry_transient(options.database_patience, || commit(active, &prepared, &progress, lease)).await {
                Err(error) if error.is_refusal_if(conflicts_last) => {
                    let ActiveRun { scoped, channel, run, .. } = &*active;
                    if !prepared.set_refused_aside(&self.services, scoped, channel, run, conflicts_last).await? {
                        return Err(error.into());
                    }
                }
                committed => {
                    committed?;
                    self.state.conflicts.clear(&active.channel.id);
                    break counts;
                }
            }
        };
        self.count_items(&active.channel.view.adapter, "import", &prepared.counts);
        // Its own time can only be written down with what comes next.
        counts.spent.writing += micros_since(began);
        active.seq += 1;
        active.counts = counts;
        active.fruitless = fruitless;
        if fruitless == 0 {
            active.progressed_at = self.services.db().clock().now();
        }
        active.mapped += prepared.mapped;
        active.stopped += prepared.stopped;
        active.seen.note(&prepared.fresh, &prepared.listed, &prepared.deleted);
        Ok(())
    }
}

/// What a portion brings that the run had not seen.
fn brought(active: &ActiveRun, prepared: &PreparedPage) -> usize {
    let new = |ids: &[String], known: &Ids| ids.iter().filter(|id| !known.contains(id)).count();
    prepared.fresh.len() + new(&prepared.listed, &active.seen.listed) + new(&prepared.deleted, &active.seen.gone)
}

/// A delta leaves what it does not show as it is: with prices in another currency it would leave two side by side.
fn same_currency(active: &ActiveRun, prepared: &PreparedPage) -> Result<(), AppError> {
    match &prepared.new_currency {
        Some(currency) if matches!(active.row.scope(), RunScope::ChangedSince(_)) => {
            Err(AppError::NewCurrency(currency.clone()))
        }
        _ => Ok(()),
    }
}

/// What is mapped depends on facts of the shop. A delta in the middle of which they changed would leave goods by either side by side.
fn same_facts(active: &mut ActiveRun, context: Option<&str>) -> Result<(), AppError> {
    let Some(found) = shop_facts::of(context) else { return Ok(()) };
    let changed = active.channel.facts.as_ref().and_then(|known| shop_facts::changed(known, &found));
    active.facts = Some(found);
    match changed {
        Some(changed) if matches!(active.row.scope(), RunScope::ChangedSince(_)) => Err(AppError::OtherFacts(changed)),
        _ => Ok(()),
    }
}

fn freshness(active: &ActiveRun, asked_at: Timestamp) -> FreshnessContext<'_> {
    FreshnessContext { seen: &active.seen, asked_at, watermark: active.watermark }
}
