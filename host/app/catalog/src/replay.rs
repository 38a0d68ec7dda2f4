//! Dead letters once more: items are mapped again from the raw items that were kept, deliveries are worked on again, runs go on.

mod checkpoint;
mod items;
mod operation;

use entrepot_domain::{ChannelId, TenantId};
use entrepot_store::dead_letters::LetterFilter;
use serde::{Deserialize, Serialize};

use crate::{Deliveries, Imports};
use entrepot_channels::Channels;
use entrepot_core::{AppError, Operations, Services, StartedOperation};

pub use operation::ReplayDeadLetters;

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

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
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

/// What failed: found by filter, and replayed. Cheap to clone.
#[derive(Clone)]
pub struct DeadLetters {
    services: Services,
    channels: Channels,
    imports: Imports,
    deliveries: Deliveries,
    operations: Operations,
}

impl DeadLetters {
    pub fn new(deliveries: Deliveries, operations: Operations) -> Self {
        let (services, channels) = (deliveries.services.clone(), deliveries.channels.clone());
        Self { services, channels, imports: deliveries.imports.clone(), deliveries, operations }
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

    /// Replays dead letters and waits for the end.
    pub async fn replay(&self, tenant: &TenantId, replay: &Replay, actor: &str) -> Result<Replayed, AppError> {
        let started = self.start_replay(tenant, replay, actor).await?;
        self.operations.carry::<ReplayDeadLetters>(self, tenant, &started.id).await
    }

    pub async fn start_replay(
        &self,
        tenant: &TenantId,
        replay: &Replay,
        actor: &str,
    ) -> Result<StartedOperation, AppError> {
        let mut filter = self.resolve_filter(tenant, replay).await?;
        filter.ids.sort();
        filter.ids.dedup();
        let operation = ReplayDeadLetters { filter, without_fetching: replay.without_fetching };
        self.operations.start(tenant, actor, &operation).await
    }
}
