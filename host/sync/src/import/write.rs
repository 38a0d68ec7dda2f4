//! From a page that came to its checkpoint.

use std::time::Instant;

use entrepot_domain::clock::Timestamp;
use entrepot_domain::run::RunScope;
use entrepot_runtime::{CallError, Mapper, Page};
use entrepot_store::runs::Progress;

use super::advance::Hand;
use super::checkpoint::{Next, add, commit, count, micros};
use super::compare::Circumstances;
use super::fetch::complete;
use super::page::prepare;
use super::patience::with_patience;
use super::stock;
use crate::{Sync, SyncError};

impl Sync {
    /// Fetches what the page listed and no page showed.
    pub(super) async fn complete(&self, hand: &mut Hand, mut page: Page) -> Result<Page, CallError> {
        if page.listed.is_empty() {
            return Ok(page);
        }
        let context = page.context.clone().or_else(|| hand.position.context.as_deref().map(str::to_owned));
        let waited = Instant::now();
        let (outcome, stats) = complete(self, &hand.channel, context.as_deref(), &hand.seen.items, &mut page).await;
        hand.counts.spent.fetching += micros(waited);
        count(&mut hand.counts, stats);
        outcome.map(|()| page)
    }

    /// Prepares and commits a page.
    pub(super) async fn write(
        &self,
        hand: &mut Hand,
        mapper: &mut Mapper,
        mut page: Page,
        asked_at: Timestamp,
        next: &Next,
    ) -> Result<(), SyncError> {
        let options = &self.parts().options;
        let total = page.total.and_then(|total| i64::try_from(total).ok());
        let context = page.context.take();
        let Hand { scoped, channel, seen, known_until, .. } = &*hand;
        let circumstances = Circumstances { seen: &seen.items, asked_at, known_until: *known_until };
        let prepared = match hand.row.scope() {
            RunScope::Stock(_) => stock::prepare(self, scoped, &channel.id, circumstances, page.stock).await?,
            _ => prepare(self, scoped, channel, mapper, circumstances, page).await?,
        };
        let mut counts = hand.counts;
        add(&mut counts, &prepared.counts);
        counts.declared = total.or(counts.declared);
        let now = self.db().clock().now();
        let not_before = next.wait.map(|wait| now + wait.as_millis() as i64);
        if let Some(at) = not_before {
            self.parts().watch.left(hand.run.as_str(), at, now);
        }
        let progress = Progress {
            cursor: next.position.as_ref().and_then(|position| position.cursor.as_deref()),
            context: context.as_deref(),
            counts,
            not_before,
        };
        let lease = options.lease.as_millis() as i64;
        let began = Instant::now();
        with_patience(options.database_patience, || commit(hand, &prepared, &progress, lease)).await?;
        self.count_items(&hand.channel.view.adapter, "import", &prepared.counts);
        // Its own time can only be written down with what comes next.
        counts.spent.writing += micros(began);
        hand.seq += 1;
        hand.counts = counts;
        hand.mapped += prepared.mapped;
        hand.stopped += prepared.stopped;
        hand.seen.items.extend(prepared.fresh);
        hand.seen.listed.extend(prepared.listed);
        Ok(())
    }
}
