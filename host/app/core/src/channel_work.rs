//! Work on a channel, done by one worker at a time over all hosts.

use std::time::Duration;

use entrepot_domain::ChannelId;
use entrepot_domain::clock::millis;
use entrepot_store::channel_work::ChannelWork;
use entrepot_store::runs::Lease;
use entrepot_store::{Scoped, StoreError};

use crate::{AppError, Heartbeat, LeaseState, Services};

/// How soon to look again at work that another worker has just taken.
const HELD: Duration = Duration::from_secs(1);

impl Services {
    /// Has `worker` work under a lease of its own, which is renewed until it ends. The worker is given the lease's owner, to be named in
    /// every transaction. `leased`: the lease that stands there.
    ///
    /// `None`: it did. Otherwise it did not, or not to its end; look again after this.
    pub async fn work_alone(
        &self,
        work: ChannelWork,
        scoped: &Scoped,
        channel: &ChannelId,
        leased: Option<&Lease>,
        worker: impl AsyncFnOnce(&str) -> Result<(), AppError>,
    ) -> Result<Option<Duration>, AppError> {
        let (monitor, ttl, now) = (self.lease_monitor(), self.options().lease, self.db().clock().now());
        let monitored = format!("{work:?} of {channel}");
        if let Some(lease) = leased
            && let LeaseState::Held(again) = monitor.state(&monitored, lease, ttl, now)
        {
            return Ok(Some(again));
        }
        let owner = format!("{}-{:08x}", self.host_name(), rand::random::<u32>());
        let mut tx = scoped.begin().await?;
        let taken = tx.lease_channel_work(work, channel, &owner, millis(ttl), leased).await?;
        tx.commit().await?;
        if !taken {
            return Ok(Some(HELD));
        }
        monitor.forget(&monitored);
        let worked = {
            let _heartbeat = heartbeat(work, scoped, channel, &owner, ttl);
            self.unless_stopped(worker(&owner)).await
        };
        if let Err(error) = release(work, scoped, channel, &owner).await {
            tracing::debug!(channel = channel.as_str(), "the lease stays until it is over: {error}");
        }
        match worked {
            Ok(()) => Ok(None),
            // Another worker was faster.
            Err(AppError::Store(StoreError::LeaseLost)) => Ok(Some(HELD)),
            Err(AppError::Stopping) => Ok(Some(Duration::ZERO)),
            Err(error) => Err(error),
        }
    }
}

fn heartbeat(work: ChannelWork, scoped: &Scoped, channel: &ChannelId, owner: &str, ttl: Duration) -> Heartbeat {
    let (scoped, channel, owner) = (scoped.clone(), channel.clone(), owner.to_owned());
    Heartbeat::every(ttl / 3, move || {
        let (scoped, channel, owner) = (scoped.clone(), channel.clone(), owner.clone());
        async move {
            let mut tx = scoped.begin().await?;
            let held = tx.hold_channel_work(work, &channel, &owner, millis(ttl)).await;
            tx.commit().await?;
            match held {
                Ok(()) => Ok(true),
                Err(StoreError::LeaseLost) => Ok(false),
                Err(error) => Err(error),
            }
        }
    })
}

async fn release(work: ChannelWork, scoped: &Scoped, channel: &ChannelId, owner: &str) -> Result<(), StoreError> {
    let mut tx = scoped.begin().await?;
    tx.release_channel_work(work, channel, owner).await?;
    tx.commit().await
}
