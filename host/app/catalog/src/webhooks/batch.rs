//! What a batch of deliveries leads to: the shop asked where it has to be, old news left out, and the rest mapped.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use entrepot_domain::clock::Timestamp;
use entrepot_domain::{ChannelId, RunId};
use entrepot_egress::Stats;
use entrepot_sandbox::CallError;
use entrepot_store::Scoped;
use entrepot_store::deliveries::Pending;
use entrepot_store::inboxes::Deletions;

use super::draft::{Draft, met_by};
use super::merge::{Plan, Sources, Wanted};
use super::stock;
use super::write::Writer;
use crate::Deliveries;
use crate::deletions::Deleting;
use crate::import::{PORTION_BYTES, PreparedPage};
use entrepot_channels::OpenChannel;
use entrepot_core::AppError;

/// Ids asked for in one `fetch-items`: what comes by webhook should not wait for a large answer.
const ASKED_AT_ONCE: usize = 20;

/// Clocks are never quite the same.
const SKEW_MS: i64 = 60_000;

/// A batch ready to be written.
pub(super) struct Ready {
    pub(super) pending: Vec<Pending>,
    pub(super) plan: Plan,
    pub(super) page: PreparedPage,
    /// Items of the page, and who told of them.
    pub(super) shown: BTreeMap<String, Sources>,
    /// Why what these deliveries are about could not be fetched.
    pub(super) failed: HashMap<usize, CallError>,
    /// What became of items that are written already.
    pub(super) fates: HashMap<String, &'static str>,
    /// Dates after this have not come yet, by the marketplace's clock.
    pub(super) until: Timestamp,
    /// What is gone is deleted; an error: it is too much, and why.
    pub(super) deletions: Result<Deletions, String>,
}

impl Ready {
    pub(super) fn met_by(&self) -> RunId {
        met_by(&self.pending)
    }

    /// Why what this delivery says is gone is not deleted.
    pub(super) fn held_back(&self, index: usize) -> Option<&str> {
        let why = self.deletions.as_ref().err()?;
        let tells = |id: &String| self.shown.get(id).is_some_and(|by| by.contains(&index));
        self.page.deleted.iter().any(tells).then_some(why)
    }
}

impl Deliveries {
    pub(super) async fn ready(
        &self,
        scoped: &Scoped,
        channel: &OpenChannel,
        owner: &str,
        pending: Vec<Pending>,
    ) -> Result<Ready, AppError> {
        let asked_at = self.services.db().clock().now();
        let until = asked_at + channel.clock_ahead + SKEW_MS;
        let mut plan = Plan::of(&pending, until);
        let wanted = std::mem::take(&mut plan.items);
        let ids: Vec<&str> = wanted.keys().map(String::as_str).collect();
        let known = scoped.known_items(&channel.id, &ids).await?;
        let (items, shown, failed, fates) = (Vec::new(), BTreeMap::new(), HashMap::new(), HashMap::new());
        let mut ask = BTreeMap::new();
        let levels = scoped
            .known_levels(&channel.id, &plan.stock.keys().map(|(item, _)| item.as_str()).collect::<Vec<_>>())
            .await?;
        let read_at = if levels.is_empty() { 0 } else { self.imports.stock_read_at(scoped, &channel.id).await? };
        let products = stock::settle_ties(&mut plan, &levels, (read_at, channel.clock_ahead), &pending, &mut ask);
        let answered = BTreeSet::new();
        let mut draft =
            Draft { known, plan: &mut plan, items, gone: Vec::new(), shown, failed, fates, until, answered };
        for (id, (wanted, by)) in wanted {
            match wanted {
                _ if ask.contains_key(&id) => ask.entry(id).or_default().extend(by),
                Wanted::Ask => drop(ask.insert(id, by)),
                // It was gone already: is it back, or was this on its way when it went?
                Wanted::Shown(_) if draft.is_gone(&id) => drop(ask.insert(id, by)),
                // The stored date says nothing of what is newer.
                Wanted::Shown(_) | Wanted::Gone(Some(_)) if draft.is_of_the_future(&id) => drop(ask.insert(id, by)),
                Wanted::Shown(item) => draft.show(item, by),
                Wanted::Gone(at) => draft.bury(&id, at, by),
            }
        }
        let mut writer = Writer::new(&self.imports, scoped, channel, owner, asked_at, &pending);
        self.ask_for(&mut writer, &pending, ask, &mut draft).await?;
        let mut page = writer.last(&mut draft).await?;
        page.deleted.append(&mut draft.gone);
        let Draft { shown, failed, fates, answered, .. } = draft;
        stock::leave_to_fetched(&mut plan, &products, &answered);
        let deletions = match page.deleted.len() {
            0 => Ok(Deletions::default()),
            more => held_back(&channel.id, self.imports.deletions_with(scoped, &channel.id, more, 0).await?),
        };
        if deletions.is_ok() {
            page.counts.deleted = i64::try_from(page.deleted.len()).unwrap_or(i64::MAX);
        }
        Ok(Ready { pending, plan, page, shown, failed, fates, until, deletions })
    }

    /// Fetches the items of these ids.
    async fn ask_for(
        &self,
        writer: &mut Writer<'_>,
        pending: &[Pending],
        ask: BTreeMap<String, Sources>,
        draft: &mut Draft<'_>,
    ) -> Result<(), AppError> {
        let channel = writer.channel;
        let attempts = |by: &Sources| by.iter().map(|index| pending[*index].attempts).max().unwrap_or(0);
        // What failed before is asked for apart from what did not, and by less each time: one id that the shop chokes on does
        // not take the others with it.
        let (first, again): (Vec<_>, Vec<_>) = ask.into_iter().partition(|(_, by)| attempts(by) == 0);
        let tries = again.iter().map(|(_, by)| attempts(by)).max().unwrap_or(0).clamp(0, 8);
        let fewer = (ASKED_AT_ONCE >> tries).max(1);
        let session = channel.session(&self.services);
        let mut stop: Option<CallError> = None;
        for chunk in first.chunks(ASKED_AT_ONCE).chain(again.chunks(fewer)) {
            if draft.items.iter().map(|item| item.body.len()).sum::<usize>() >= PORTION_BYTES {
                writer.write_ahead(draft).await?;
            }
            let ids: Vec<String> = chunk.iter().map(|(id, _)| id.clone()).collect();
            let answer = match &stop {
                Some(error) => Err(error.clone()),
                None => channel.fetch_items(&session, None, ids).await,
            };
            match answer {
                Ok(items) => draft.answered(chunk, items),
                Err(error) => {
                    for index in chunk.iter().flat_map(|(_, by)| by) {
                        draft.failed.insert(*index, error.clone());
                    }
                    stop = Some(error).filter(concerns_all);
                }
            }
        }
        let Stats { requests, .. } = session.stats();
        tracing::debug!(channel = channel.id.as_str(), requests, "asked for what deliveries told of");
        Ok(())
    }
}

/// Asking for the next ones would come to the same.
pub(super) fn concerns_all(error: &CallError) -> bool {
    use entrepot_sandbox::AdapterError::{RateLimited, Unauthorized};
    matches!(error, CallError::Adapter(RateLimited(_) | Unauthorized(_)))
}

/// Why what deliveries say is gone stays, if it does.
fn held_back(channel: &ChannelId, Deleting { by_now, allowed, most }: Deleting) -> Result<Deletions, String> {
    if allowed {
        return Ok(by_now);
    }
    let Deletions { deleted, of, .. } = by_now;
    Err(format!(
        "{deleted} of {of} products would be deleted within a day, more than the {most} that may be without being asked about; these \
         stay. An import of everything says which are gone, and how to allow it with --allow-mass-deletion: entrepot import {channel} \
         --full --wait"
    ))
}
