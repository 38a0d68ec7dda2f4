//! Dead letters once more: items are mapped again from the raw items that were kept, deliveries are worked on again, runs go on.

use std::collections::{BTreeMap, BTreeSet};

use entrepot_domain::catalog::Issue;
use entrepot_domain::{ChannelId, RunId, TenantId};
use entrepot_runtime::{Mapper, RawItem};
use entrepot_store::dead_letters::{Letter, LetterFilter};
use entrepot_store::deliveries::WhichDeliveries;
use entrepot_store::{Scoped, StoreError};
use serde::Serialize;

use crate::import::{PreparedPage, StartOptions, UNREAD, map_item};
use crate::{Deliveries, Imports};
use entrepot_channels::{Channels, OpenChannel};
use entrepot_core::{AppError, Services};

/// Which dead letters, and how.
#[derive(Clone, Debug, Default)]
pub struct Replay {
    /// Id or name. `None`: of all channels.
    pub channel: Option<String>,
    /// Without its channel, which the field before names.
    pub filter: LetterFilter,
    /// Items that could not be read completely stay as they are: no shop is asked for anything.
    pub without_fetching: bool,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Replayed {
    /// Items that were mapped again.
    pub replayed: u64,
    /// In the catalogue now.
    pub mended: u64,
    /// Failed again; the reason may be another.
    pub failed: u64,
    /// Items that were left alone, because the shop would have to be asked.
    pub left: u64,
    /// Deliveries that are worked on again.
    pub deliveries: u64,
    /// Runs that go on.
    pub runs: u64,
    /// Channels that could not be worked on, and why. The others were.
    pub problems: Vec<String>,
}

const AT_ONCE: i64 = 200;

/// What failed: found by filter, and replayed. Cheap to clone.
#[derive(Clone)]
pub struct DeadLetters {
    services: Services,
    channels: Channels,
    imports: Imports,
    deliveries: Deliveries,
}

impl DeadLetters {
    pub fn new(deliveries: Deliveries) -> Self {
        let (services, channels) = (deliveries.services.clone(), deliveries.channels.clone());
        Self { services, channels, imports: deliveries.imports.clone(), deliveries }
    }

    /// All dead letters that are meant, as the filter of the store says.
    pub async fn resolve_filter(&self, tenant: &TenantId, replay: &Replay) -> Result<LetterFilter, AppError> {
        let mut filter = replay.filter.clone();
        if let Some(channel) = &replay.channel {
            filter.channel = Some(ChannelId::from(self.channels.channel(tenant, channel).await?.id));
        }
        Ok(filter)
    }

    /// How many items failed under other versions of the adapter than the one in use: it may do better, from what is kept of them.
    pub async fn mappable(&self, tenant: &TenantId, adapter: &str) -> Result<i64, AppError> {
        let generation = self.services.admission().active(adapter).await?;
        Ok(self.services.db().tenant(tenant).letters_of_others(adapter, &generation.grant.digest).await?)
    }

    pub async fn replay(&self, tenant: &TenantId, replay: &Replay) -> Result<Replayed, AppError> {
        let filter = self.resolve_filter(tenant, replay).await?;
        let scoped = self.services.db().tenant(tenant);
        let (mut done, mut after) = (Replayed::default(), String::new());
        let mut unusable: BTreeMap<String, AppError> = BTreeMap::new();
        loop {
            let letters = scoped.letters(&filter, &after, AT_ONCE).await?;
            let Some(last) = letters.last() else { break };
            after.clone_from(&last.id);
            let mut channels: BTreeMap<String, Vec<Letter>> = BTreeMap::new();
            for letter in letters {
                channels.entry(letter.channel_id.clone()).or_default().push(letter);
            }
            for (channel, letters) in channels {
                if unusable.contains_key(&channel) {
                    continue;
                }
                match self.replay_of(&scoped, &channel, letters, replay.without_fetching, &mut done).await {
                    Err(error) if !error.is_of_the_database() => drop(unusable.insert(channel, error)),
                    outcome => outcome?,
                }
            }
        }
        // Nothing else was to be done: then this is the answer.
        if unusable.len() == 1 && done == Replayed::default() {
            return unusable.into_values().next().map_or(Ok(done), Err);
        }
        for (id, error) in unusable {
            let name = self.channels.channel(tenant, &id).await.map_or(id, |row| row.name);
            done.problems.push(format!("{name}: {error}"));
        }
        Ok(done)
    }

    async fn replay_of(
        &self,
        scoped: &Scoped,
        channel: &str,
        letters: Vec<Letter>,
        without_fetching: bool,
        done: &mut Replayed,
    ) -> Result<(), AppError> {
        let (items, others): (Vec<_>, Vec<_>) = letters.into_iter().partition(|letter| letter.kind == "item");
        let (deliveries, runs): (Vec<_>, Vec<_>) = others.into_iter().partition(|letter| letter.kind == "delivery");
        let tenant = scoped.tenant();
        if !items.is_empty() {
            let open = self.channels.open_channel(tenant, channel).await?;
            let mut mapper = open.generation.adapter.mapper(&open.view);
            let mut outcome = Ok(());
            let _room = self.imports.state.rooms.enter().await;
            for letter in items {
                outcome = self.replay_item(&open, scoped, &mut mapper, &letter, without_fetching, done).await;
                if outcome.is_err() {
                    break;
                }
            }
            self.channels.account(scoped, &open).await;
            outcome?;
        }
        if !deliveries.is_empty() {
            let ids = deliveries.into_iter().map(|letter| letter.id).collect();
            done.deliveries += self.deliveries.replay_deliveries(tenant, channel, &WhichDeliveries::These(ids)).await?;
        }
        let scopes: BTreeSet<String> = runs.into_iter().map(|letter| letter.id).collect();
        for run in scopes {
            let Some(row) = scoped.run(&RunId::from(run)).await? else { continue };
            let options = StartOptions { allow_mass_deletion: row.may_delete, ..StartOptions::default() };
            self.imports.start_import(tenant, channel, row.scope(), options).await?;
            done.runs += 1;
        }
        Ok(())
    }

    async fn replay_item(
        &self,
        open: &OpenChannel,
        scoped: &Scoped,
        mapper: &mut Mapper,
        letter: &Letter,
        without_fetching: bool,
        done: &mut Replayed,
    ) -> Result<(), AppError> {
        let source_id = letter.subject.clone();
        let known = scoped.known_items(&open.id, &[&source_id]).await?.remove(&source_id);
        // Gone, or settled by somebody else meanwhile.
        let Some(stored) = scoped.stored_item(&open.id, &source_id).await? else { return Ok(()) };
        let (updated_at, damaged) = (stored.source_updated_at, stored.body.is_none());
        let body = stored.body.unwrap_or_default();
        let mut item = RawItem { source_id, updated_at, body, deleted: false, problems: Vec::new() };
        // Of what was not read, and of what does not unpack any more, nothing is here to map.
        if damaged || known.as_ref().is_some_and(|known| known.content_hash == UNREAD) {
            if without_fetching {
                done.left += 1;
                return Ok(());
            }
            item = self.fetch_again(open, item).await?;
        }
        let outcome = match item.problems.is_empty() {
            true => map_item(mapper, &item).await,
            false => Err(item.problems.clone()),
        };
        let mut mended = outcome.is_ok();
        let mut page = PreparedPage::single(&self.services, item, known, outcome);
        let met_by = RunId::from(letter.met_by.as_deref().unwrap_or_default());
        loop {
            match write(scoped, &page, open, &met_by).await {
                // Somebody brought it anew in this moment.
                Err(StoreError::Overtaken) => return Ok(()),
                Err(error) if error.is_refusal_if(true) => {
                    mended = false;
                    if !page.set_refused_aside(&self.services, scoped, open, &met_by, true).await? {
                        return Err(error.into());
                    }
                }
                written => break written?,
            }
        }
        done.replayed += 1;
        if mended {
            done.mended += 1;
        } else {
            done.failed += 1;
        }
        Ok(())
    }

    async fn fetch_again(&self, channel: &OpenChannel, mut item: RawItem) -> Result<RawItem, AppError> {
        let ids = vec![item.source_id.clone()];
        let fetched = channel.fetch_items(&channel.session(&self.services), None, ids).await?;
        Ok(match fetched.into_iter().find(|fetched| fetched.source_id == item.source_id) {
            Some(fetched) => fetched,
            None => {
                let message = "the shop does not show it any more; the next full import will notice";
                item.problems = vec![Issue::new("", "not-found", message)];
                item
            }
        })
    }
}

async fn write(scoped: &Scoped, page: &PreparedPage, channel: &OpenChannel, met_by: &RunId) -> Result<(), StoreError> {
    let mut tx = scoped.begin().await?;
    page.hold(&mut tx, &channel.id).await?;
    page.write(&mut tx, channel, met_by).await?;
    tx.commit().await
}
