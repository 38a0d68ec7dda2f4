//! One worker for each channel over all hosts, batch after batch.

use std::sync::Arc;
use std::time::{Duration, Instant};

use entrepot_core::{AppError, WorkLease, until};
use entrepot_domain::clock::{Timestamp, millis};
use entrepot_domain::{ChannelId, TenantId};
use entrepot_queue::Outcome;
use entrepot_store::Scoped;
use entrepot_store::channel_work::ChannelWork;
use entrepot_store::listings::{Lane, ListingRow};
use tracing::Instrument;

use crate::Listings;
use crate::send::{BATCH, rule_of};

/// A channel that somebody has to mend is looked at again after this.
const UNUSABLE: Duration = Duration::from_secs(60);
/// Waits are instants of a clock that may be set: none is believed for longer.
const LONGEST: Duration = Duration::from_secs(60);

/// So often what is due is looked for before it counts as unreadable.
const LOOKS: usize = 5;
/// Nothing waits for longer than a day; an instant after more than two was written by a clock that was ahead.
const TOO_FAR: Duration = Duration::from_secs(2 * 24 * 60 * 60);

fn believed(at: Timestamp, now: Timestamp) -> Timestamp {
    if at > now + millis(TOO_FAR) { now } else { at }
}

impl Listings {
    /// Works on a channel's listings until nothing is due, it has to wait, or the slice is used.
    pub async fn sync(&self, tenant: &TenantId, channel: &ChannelId) -> Result<Outcome, AppError> {
        let span = tracing::error_span!("listings", channel = channel.as_str());
        self.fields.job_is_taken(tenant.as_str(), channel.as_str());
        let outcome = self.work_lane_off(tenant, channel).instrument(span.clone()).await;
        if let Err(error) = &outcome {
            span.in_scope(|| tracing::error!(error = %error, "listings stopped by an error; their job is retried"));
        }
        outcome
    }

    async fn work_lane_off(&self, tenant: &TenantId, channel: &ChannelId) -> Result<Outcome, AppError> {
        let (scoped, began) = (self.services.db().tenant(tenant), Instant::now());
        loop {
            let now = self.services.db().clock().now();
            let due = match scoped.has_listing_candidates(channel).await? {
                true => now,
                false => match scoped.next_listing_due(channel).await? {
                    Some(due) => due,
                    None => return Ok(Outcome::Done),
                },
            };
            let lane = scoped.listing_lane(channel).await?;
            let wait = until(believed(due, now).max(believed(lane.not_before, now)), now);
            // What is due later has a job made for it then.
            if wait > LONGEST {
                return Ok(Outcome::Done);
            }
            if !wait.is_zero() {
                return Ok(Outcome::Later(wait));
            }
            if self.services.is_winding_down() || began.elapsed() >= self.services.options().slice {
                return Ok(Outcome::Later(Duration::ZERO));
            }
            let worker =
                async |lease: &Arc<WorkLease>| Box::pin(self.work_on_lane(&scoped, channel, lease, &lane)).await;
            let worked =
                self.services.work_alone(ChannelWork::Listings, &scoped, channel, lane.lease.as_ref(), worker).await?;
            if let Some(wait) = worked {
                return Ok(Outcome::Later(wait));
            }
        }
    }

    async fn work_on_lane(
        &self,
        scoped: &Scoped,
        channel: &ChannelId,
        lease: &Arc<WorkLease>,
        lane: &Lane,
    ) -> Result<(), AppError> {
        let owner = lease.owner();
        let open = match self.channels.open_channel(scoped.tenant(), channel.as_str()).await {
            Ok(open) => open.under(lease),
            Err(error) if error.is_of_the_database() => return Err(error),
            Err(AppError::NoChannel(_)) => return self.stop_lane(scoped, channel).await,
            Err(error) => {
                tracing::warn!("listings wait: {error}");
                let wait = error.token_wait(UNUSABLE).unwrap_or(UNUSABLE);
                return self.put_lane_off(scoped, channel, owner, wait, &error.to_string()).await;
            }
        };
        if !open.generation.adapter.sells() {
            let why = format!("the adapter {} puts nothing on sale", open.view.adapter);
            return self.put_lane_off(scoped, channel, owner, UNUSABLE, &why).await;
        }
        if let Err(error) = rule_of(lane) {
            return self.put_lane_off(scoped, channel, owner, UNUSABLE, &format!("{error}; set it anew")).await;
        }
        if scoped.has_listing_candidates(channel).await? {
            let applied = self.apply_list_rule(scoped, &open, owner).await;
            self.channels.account(scoped, &open).await;
            return applied;
        }
        let Some(rows) = self.due_rows(scoped, &open.id).await? else {
            let why = "the row of a listing that is due cannot be read; the log names it";
            return self.put_lane_off(scoped, channel, owner, UNUSABLE, why).await;
        };
        if rows.is_empty() {
            return Ok(());
        }
        let worked = self.send_due(scoped, &open, owner, lane, rows).await;
        self.channels.account(scoped, &open).await;
        worked
    }

    /// What is due now. `None`: something is, and cannot be read.
    async fn due_rows(&self, scoped: &Scoped, channel: &ChannelId) -> Result<Option<Vec<ListingRow>>, AppError> {
        // One that changed while it was looked for is due from that moment on.
        for _ in 0..LOOKS {
            let rows = scoped.due_listings(channel, BATCH).await?;
            let now = self.services.db().clock().now();
            if !rows.is_empty() || scoped.next_listing_due(channel).await?.is_none_or(|due| believed(due, now) > now) {
                return Ok(Some(rows));
            }
        }
        Ok(None)
    }

    /// The channel was removed: nothing is to be done about its listings any more.
    async fn stop_lane(&self, scoped: &Scoped, channel: &ChannelId) -> Result<(), AppError> {
        let mut tx = scoped.begin().await?;
        tx.stop_listings(channel, "the channel was removed").await?;
        Ok(tx.commit().await?)
    }

    /// All listings of the channel wait.
    pub(crate) async fn put_lane_off(
        &self,
        scoped: &Scoped,
        channel: &ChannelId,
        owner: &str,
        wait: Duration,
        why: &str,
    ) -> Result<(), AppError> {
        let at = self.services.db().clock().now() + millis(wait);
        let mut tx = scoped.begin().await?;
        tx.postpone_listing_lane(channel, owner, at, Some(why)).await?;
        Ok(tx.commit().await?)
    }
}
