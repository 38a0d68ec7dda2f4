//! Replaying page by page, channel by channel.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use entrepot_domain::{ChannelId, RunId};
use entrepot_store::dead_letters::{Letter, LetterFilter};
use entrepot_store::deliveries::WhichDeliveries;
use entrepot_store::{Scoped, StoreError};
use serde::{Deserialize, Serialize};

use super::checkpoint::Checkpoint;
use super::{DeadLetters, Replayed};
use crate::import::StartOptions;
use entrepot_core::{ActiveOperation, AppError, Operation};

const BATCH_SIZE: i64 = 200;

/// Tries dead letters once more.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ReplayDeadLetters {
    pub filter: LetterFilter,
    /// Items that could not be read completely stay as they are: no shop is asked for anything.
    pub without_fetching: bool,
}

#[async_trait]
impl Operation for ReplayDeadLetters {
    type Context = DeadLetters;
    type Outcome = Replayed;
    const KIND: &'static str = "replay_dead_letters";

    async fn run(&self, letters: &DeadLetters, active: &ActiveOperation) -> Result<Option<Replayed>, AppError> {
        let mut at = match active.checkpoint::<Checkpoint>()? {
            Some(at) => at,
            None => Checkpoint { total: self.total(active.scoped()).await?, ..Checkpoint::default() },
        };
        // As they were said, of what was found in this turn.
        let mut errors: BTreeMap<String, AppError> = BTreeMap::new();
        loop {
            let page = active.scoped().letters(&self.filter, &at.after, BATCH_SIZE).await?;
            let Some(last) = page.last().map(|letter| letter.id.clone()) else { break };
            let mut channels: BTreeMap<String, Vec<Letter>> = BTreeMap::new();
            for letter in page.into_iter().filter(|letter| !at.dealt.contains(&letter.id)) {
                channels.entry(letter.channel_id.clone()).or_default().push(letter);
            }
            for (channel, of_channel) in channels {
                if at.unusable.contains_key(&channel) {
                    continue;
                }
                let turn_over = match letters.replay_of(active, &channel, of_channel, self, &mut at).await {
                    Err(error @ AppError::Stopping) => return Err(error),
                    Err(error) if !error.is_of_the_database() => {
                        at.unusable.insert(channel.clone(), error.to_string());
                        errors.insert(channel, error);
                        active.is_turn_over()
                    }
                    turn_over => turn_over?,
                };
                if turn_over {
                    active.keep_alone(&at, at.progress()).await?;
                    return Ok(None);
                }
            }
            at.turn_page(&last);
            active.keep_alone(&at, at.progress()).await?;
        }
        // Nothing else was to be done: then this is the answer.
        if at.unusable.len() == 1 && at.done == Replayed::default() {
            let why = at.unusable.into_values().next().unwrap_or_default();
            let known = errors.into_values().next();
            return Err(known.unwrap_or(AppError::Operation { code: "channel-unusable".to_owned(), why }));
        }
        for (id, why) in at.unusable {
            let name = letters.channels.channel(active.tenant(), &id).await.map_or(id, |row| row.name);
            at.done.problems.push(format!("{name}: {why}"));
        }
        Ok(Some(at.done))
    }
}

impl ReplayDeadLetters {
    /// How many are meant.
    async fn total(&self, scoped: &Scoped) -> Result<i64, StoreError> {
        if !self.filter.ids.is_empty() {
            return Ok(i64::try_from(self.filter.ids.len()).unwrap_or(i64::MAX));
        }
        Ok(scoped.count_letters(&self.filter).await?.iter().map(|of| of.count).sum())
    }
}

impl DeadLetters {
    /// Dead letters of one channel. True: the turn is over, and some may be left.
    async fn replay_of(
        &self,
        active: &ActiveOperation,
        channel: &str,
        letters: Vec<Letter>,
        replay: &ReplayDeadLetters,
        at: &mut Checkpoint,
    ) -> Result<bool, AppError> {
        let (items, others): (Vec<_>, Vec<_>) = letters.into_iter().partition(|letter| letter.kind == "item");
        let (deliveries, runs): (Vec<_>, Vec<_>) = others.into_iter().partition(|letter| letter.kind == "delivery");
        if !items.is_empty() && self.replay_items(active, channel, items, replay.without_fetching, at).await? {
            return Ok(true);
        }
        let (tenant, scoped) = (active.tenant(), active.scoped());
        if !deliveries.is_empty() {
            let ids: Vec<String> = deliveries.into_iter().map(|letter| letter.id).collect();
            at.deal(ids.iter());
            let channel = ChannelId::from(channel);
            let mut tx = scoped.begin().await?;
            at.done.deliveries += self.deliveries.replay_in(&mut tx, &channel, &WhichDeliveries::These(ids)).await?;
            at.keep(active, &mut tx).await?;
            tx.commit().await?;
        }
        let runs: BTreeSet<String> = runs.into_iter().map(|letter| letter.id).collect();
        for run in &runs {
            let Some(row) = scoped.run(&RunId::from(run.as_str())).await? else { continue };
            let options = StartOptions { allow_mass_deletion: row.may_delete, ..StartOptions::default() };
            self.imports.start_import(tenant, channel, row.scope(), options).await?;
            at.done.runs += 1;
        }
        at.deal(runs.iter());
        Ok(active.is_turn_over())
    }
}
