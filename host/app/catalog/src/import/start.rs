//! Beginning a run, or going on with one that stopped.

use entrepot_domain::clock::Timestamp;
use entrepot_domain::run::{RunScope, RunState};
use entrepot_domain::{ChannelId, RunId, TenantId};
use entrepot_store::runs::RunRow;

use crate::{AdvanceRun, Imports};
use entrepot_channels::supports_stock_sync;
use entrepot_core::{AppError, is_gone};

/// A run that stopped longer ago is not worth going on with: the shop has moved.
const RESUMABLE_MS: i64 = 24 * 60 * 60 * 1000;

#[derive(Clone, Copy, Debug, Default)]
pub struct StartOptions {
    /// Begin again even where a stopped run could go on.
    pub fresh: bool,
    /// The operator knows that so many are gone.
    pub allow_mass_deletion: Option<i64>,
}

#[derive(Clone, Debug)]
pub struct Started {
    pub run: RunId,
    /// It was there already and goes on where it was.
    pub resumed: bool,
    /// It was not over: what was asked for besides does not count for it.
    pub joined: bool,
    /// Another worker has it at this moment.
    pub under_way: bool,
    /// It was to stop, and has not ended yet.
    pub cancelled: bool,
    /// What it imports. A run that is joined may have been asked for something else.
    pub scope: RunScope,
}

/// Somebody else began, or went on with, a run of the channel in the same moment. They are done after one look more.
const LOOKS: usize = 5;

impl Imports {
    /// What a run of stock alone asks for: what changed since the last run that brought it, or all.
    pub async fn stock_scope(&self, tenant: &TenantId, channel: &str) -> Result<RunScope, AppError> {
        let channel = ChannelId::from(self.channels.channel(tenant, channel).await?.id);
        Ok(self.stock_since(&self.services.db().tenant(tenant), &channel).await?)
    }

    /// What a run of what changed since a moment of our clock asks for. The shop compares with dates of its own: one whose clock is slow is
    /// asked for as much more.
    pub async fn since_scope(&self, tenant: &TenantId, channel: &str, since: Timestamp) -> Result<RunScope, AppError> {
        let row = self.channels.channel(tenant, channel).await?;
        let now = self.services.db().clock().now();
        if since > now {
            return Err(AppError::NotYet { since, now });
        }
        let behind = self.channels.clock_ahead(&ChannelId::from(row.id.as_str()), row.clock_ahead).min(0);
        // Nothing was for sale before 1970, and marketplaces read no earlier date.
        Ok(RunScope::ChangedSince(since.saturating_add(behind).max(0)))
    }

    /// How many products the last run of the channel that was held back would have deleted: what an operator was shown.
    pub async fn shown_deletions(&self, tenant: &TenantId, channel: &str) -> Result<i64, AppError> {
        let row = self.channels.channel(tenant, channel).await?;
        let id = ChannelId::from(row.id.as_str());
        let last = self.services.db().tenant(tenant).last_held_back(&id).await?;
        let gone = last.as_ref().and_then(RunRow::held_back).map(|held_back| held_back.gone);
        gone.ok_or(AppError::NothingHeldBack(row.name))
    }

    /// Makes a run and its job in one transaction. A run that is under way is joined; one that failed or was cancelled within a
    /// day goes on from its last checkpoint.
    pub async fn start_import(
        &self,
        tenant: &TenantId,
        channel: &str,
        scope: RunScope,
        options: StartOptions,
    ) -> Result<Started, AppError> {
        // Refuse at once what cannot work: an adapter that is not approved, a secret that does not open.
        let open = self.channels.open_as_stored(tenant, channel).await?;
        if matches!(scope, RunScope::Stock(_)) {
            supports_stock_sync(&open.generation)?;
        }
        let channel = open.id;
        let mut looks = 0;
        loop {
            looks += 1;
            match self.try_start(tenant, &channel, scope, options).await {
                Ok(Some(started)) => return Ok(started),
                Ok(None) if looks < LOOKS => {}
                Err(error) if error.is_conflict() && looks < LOOKS => {}
                Ok(None) => return Err(AppError::Crowded),
                Err(error) => return Err(error),
            }
        }
    }

    /// `None`: what was to be done was done by somebody else meanwhile.
    async fn try_start(
        &self,
        tenant: &TenantId,
        channel: &ChannelId,
        scope: RunScope,
        options: StartOptions,
    ) -> Result<Option<Started>, AppError> {
        let scoped = self.services.db().tenant(tenant);
        let now = self.services.db().clock().now();
        // The active one first: after the clock was set back it is not the one with the highest id.
        let latest = match scoped.active_run(channel).await? {
            Some(run) => Some(run),
            None => scoped.latest_run(channel).await?,
        };
        let under_way = latest
            .as_ref()
            .filter(|run| !run.state().is_final())
            .and_then(RunRow::lease)
            .is_some_and(|lease| lease.until > now && !is_gone(&lease.owner));
        let unfinished = latest.as_ref().filter(|run| !run.state().is_final());
        let cancelled = unfinished.is_some_and(|run| run.cancel);
        // A run that waits, or whose worker's lease is over, ends for one that begins again. One that is worked on is joined.
        let is_idle = |run: &RunRow| run.lease().is_none_or(|lease| lease.until < now);
        let replaces = options.fresh && unfinished.is_some_and(is_idle);
        let joined = unfinished.is_some() && !replaces;
        let mut tx = scoped.begin().await?;
        let mut of = scope;
        let (run, resumed) = match latest {
            Some(run) if joined => {
                of = run.scope();
                (run.run_id(), true)
            }
            Some(run)
                if matches!(run.state(), RunState::Failed | RunState::Cancelled)
                    && !options.fresh
                    && run.seq > 0
                    && run.scope() == scope
                    && run.finished_at.is_some_and(|end| now.saturating_sub(end) < RESUMABLE_MS) =>
            {
                if !tx.reopen_run(&run.run_id(), options.allow_mass_deletion).await? {
                    return Ok(None);
                }
                (run.run_id(), true)
            }
            Some(stopped) => {
                if replaces {
                    tx.cancel_run(&stopped.run_id()).await?;
                }
                // Not to be gone on with: what it had seen is of no use any more.
                tx.forget_pages(&stopped.run_id()).await?;
                (tx.insert_run(channel, scope, options.allow_mass_deletion).await?, false)
            }
            None => (tx.insert_run(channel, scope, options.allow_mass_deletion).await?, false),
        };
        let job = AdvanceRun::new(tenant, &run);
        self.services.queue().enqueue(tx.raw(), job).await?;
        tx.commit().await?;
        Ok(Some(Started { run, resumed, joined, under_way, cancelled, scope: of }))
    }

    /// Asks a run to stop. False: it is over already.
    pub async fn cancel_run(&self, tenant: &TenantId, run: &RunId) -> Result<bool, AppError> {
        let scoped = self.services.db().tenant(tenant);
        if scoped.run(run).await?.is_none() {
            return Err(AppError::NoRun(run.to_string()));
        }
        let mut tx = scoped.begin().await?;
        let cancelled = tx.cancel_run(run).await?;
        tx.commit().await?;
        Ok(cancelled)
    }
}
