//! Working on a channel's deliveries: one worker at a time over all hosts, batch after batch.
// See docs/decisions/0040-inbox-processing.md

use std::sync::Arc;
use std::time::{Duration, Instant};

use entrepot_domain::catalog::limits::beginning;
use entrepot_domain::clock::millis;
use entrepot_domain::run::RunScope;
use entrepot_domain::{ChannelId, TenantId};
use entrepot_queue::Outcome;
use entrepot_store::Scoped;
use entrepot_store::channel_work::ChannelWork;
use entrepot_store::deliveries::{Outcome as Settled, Pending};
use tracing::Instrument;

use crate::Deliveries;
use crate::import::{REFUSED, StartOptions};
use entrepot_channels::OpenChannel;
use entrepot_core::{AppError, WorkLease, retry_transient, trace, until};

/// Deliveries taken at a time, and bytes of their events.
const BATCH: i64 = 100;
const BATCH_BYTES: usize = 8 << 20;
/// How soon to try again what somebody else wrote in the same moment.
const CONFLICT: Duration = Duration::from_secs(1);
/// A channel that somebody has to mend is looked at again after this.
const UNUSABLE: Duration = Duration::from_secs(60);
/// Waits are instants of a clock that may be set: none is believed for longer.
const LONGEST: Duration = Duration::from_secs(60);

impl Deliveries {
    /// Works on what was delivered to a channel until nothing is left, it has to wait, or the slice is used.
    pub async fn process_inbox(&self, tenant: &TenantId, channel: &ChannelId) -> Result<Outcome, AppError> {
        let span = tracing::error_span!("inbox", channel = channel.as_str());
        let outcome = self.work_inbox_off(tenant, channel).instrument(span.clone()).await;
        if let Err(error) = &outcome {
            span.in_scope(|| tracing::error!(error = %error, "deliveries stopped by an error; their job is retried"));
        }
        outcome
    }

    async fn work_inbox_off(&self, tenant: &TenantId, channel: &ChannelId) -> Result<Outcome, AppError> {
        let (scoped, began) = (self.services.db().tenant(tenant), Instant::now());
        loop {
            let Some(due) = scoped.next_delivery_due(channel).await? else { return Ok(Outcome::Done) };
            let inbox = scoped.inbox(channel).await?;
            let now = self.services.db().clock().now();
            let wait = until(due.max(inbox.not_before), now);
            if !wait.is_zero() {
                return Ok(Outcome::Later(wait.min(LONGEST)));
            }
            if self.services.is_winding_down() || began.elapsed() >= self.services.options().slice {
                return Ok(Outcome::Later(Duration::ZERO));
            }
            // On the heap: a batch's work is deep, and the compiler counts.
            let worker =
                async |lease: &Arc<WorkLease>| Box::pin(self.work_on_inbox(&scoped, channel, lease.owner())).await;
            let lease = inbox.lease.as_ref();
            match self.services.work_alone(ChannelWork::Deliveries, &scoped, channel, lease, worker).await {
                Ok(None) => self.imports.state.conflicts.clear(channel),
                Ok(Some(wait)) => return Ok(Outcome::Later(wait)),
                Err(error) if error.is_conflict() => {
                    // A page brought an item for the first time, in the moment in which a delivery did.
                    self.imports.state.conflicts.note(channel, &error);
                    return Ok(Outcome::Later(CONFLICT));
                }
                Err(error) => return Err(error),
            }
        }
    }

    async fn work_on_inbox(&self, scoped: &Scoped, channel: &ChannelId, owner: &str) -> Result<(), AppError> {
        let open = match self.channels.open_channel(scoped.tenant(), channel.as_str()).await {
            Ok(open) => open,
            Err(error) if error.is_of_the_database() => return Err(error),
            Err(AppError::NoChannel(_)) => {
                let mut tx = scoped.begin().await?;
                tx.bury_deliveries(channel, "the channel was removed").await?;
                return Ok(tx.commit().await?);
            }
            Err(error) => {
                tracing::warn!("deliveries wait: {error}");
                let wait = error.token_wait(UNUSABLE).unwrap_or(UNUSABLE);
                return self.put_off(scoped, channel, owner, &error.to_string(), wait).await;
            }
        };
        let worked = self.work_on_batch(scoped, &open, owner).await;
        self.channels.account(scoped, &open).await;
        worked
    }

    async fn work_on_batch(&self, scoped: &Scoped, channel: &OpenChannel, owner: &str) -> Result<(), AppError> {
        let _room = self.imports.state.rooms.enter().await;
        let pending = scoped.pending_deliveries(&channel.id, BATCH, BATCH_BYTES).await?;
        if pending.is_empty() {
            return Ok(());
        }
        let span = tracing::error_span!(
            "deliveries",
            otel.kind = "consumer",
            channel = channel.id.as_str(),
            adapter = channel.view.adapter,
            version = channel.generation.manifest.version,
            deliveries = pending.len(),
        );
        trace::continue_with(&span, pending.iter().filter_map(|delivery| delivery.traceparent.as_deref()));
        self.work_on_these(scoped, channel, owner, pending).instrument(span).await
    }

    async fn work_on_these(
        &self,
        scoped: &Scoped,
        channel: &OpenChannel,
        owner: &str,
        pending: Vec<Pending>,
    ) -> Result<(), AppError> {
        let one = (pending.len() == 1).then(|| pending[0].id.clone());
        let refused = match self.work_on_together(scoped, channel, owner, pending.clone()).await {
            Err(error) if error.is_refusal_if(self.imports.state.conflicts.last(&channel.id)) => error,
            outcome => return outcome,
        };
        // The database takes what came of one of them in no way: that one is given up, and the others are worked on without it.
        if let Some(id) = one {
            return self.give_up(scoped, channel, owner, &id, &refused).await;
        }
        for delivery in pending {
            Box::pin(self.work_on_these(scoped, channel, owner, vec![delivery])).await?;
        }
        Ok(())
    }

    async fn work_on_together(
        &self,
        scoped: &Scoped,
        channel: &OpenChannel,
        owner: &str,
        pending: Vec<Pending>,
    ) -> Result<(), AppError> {
        let mut ready = self.ready(scoped, channel, owner, pending).await?;
        let settled = self.settle_batch(scoped, channel, &ready).await?;
        let patience = self.services.options().database_patience;
        let conflicts_last = self.imports.state.conflicts.last(&channel.id);
        loop {
            let write = retry_transient(patience, || self.write_batch(scoped, channel, owner, &ready, &settled));
            match write.instrument(tracing::error_span!("deliveries.write")).await {
                Err(error) if error.is_refusal_if(conflicts_last) => {
                    let met_by = ready.met_by();
                    if !ready.page.set_refused_aside(&self.services, scoped, channel, &met_by, conflicts_last).await? {
                        return Err(error);
                    }
                }
                written => break written?,
            }
        }
        self.count_batch(channel, &ready, &settled);
        if let Some(currency) = &ready.page.new_currency {
            // Others of its products have prices in the one before.
            let (tenant, options) = (scoped.tenant(), StartOptions::default());
            tracing::warn!(currency, "prices are in another currency: all of the shop is imported again");
            self.imports.start_import(tenant, channel.id.as_str(), RunScope::Full, options).await?;
        }
        tracing::info!(items = ready.shown.len(), failed = ready.failed.len(), "deliveries were worked on");
        Ok(())
    }

    async fn give_up(
        &self,
        scoped: &Scoped,
        channel: &OpenChannel,
        owner: &str,
        delivery: &str,
        error: &AppError,
    ) -> Result<(), AppError> {
        let failure = format!("what it tells of cannot be stored: {}", beginning(&error.to_string(), 300));
        tracing::warn!(delivery, "a delivery is given up: {failure}");
        retry_transient(self.services.options().database_patience, async || {
            let mut tx = scoped.begin().await?;
            tx.hold_channel_work(ChannelWork::Deliveries, &channel.id, owner, millis(self.services.options().lease))
                .await?;
            let dead = Settled::Dead { code: REFUSED, failure: failure.clone() };
            tx.settle_deliveries(&channel.id, &[(delivery, dead)]).await?;
            Ok::<_, AppError>(tx.commit().await?)
        })
        .await
    }
}
