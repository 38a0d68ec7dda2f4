//! Work on a channel, done by one worker at a time over all hosts.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use entrepot_domain::ChannelId;
use entrepot_domain::clock::millis;
use entrepot_egress::MaySend;
use entrepot_store::channel_work::ChannelWork;
use entrepot_store::runs::Lease;
use entrepot_store::{Scoped, StoreError};

use crate::{AppError, Heartbeat, LeaseState, Services};

/// How soon to look again at work that another worker has just taken.
const HELD: Duration = Duration::from_secs(1);

/// The lease that a piece of work is done under.
pub struct WorkLease {
    work: ChannelWork,
    scoped: Scoped,
    channel: ChannelId,
    owner: String,
    ttl: Duration,
    /// When the renewal began that succeeded last; none: it is another's by now.
    renewed: Mutex<Option<Instant>>,
}

impl WorkLease {
    /// To be named in every transaction.
    pub fn owner(&self) -> &str {
        &self.owner
    }

    async fn renew(&self) -> Result<(), StoreError> {
        let began = Instant::now();
        let mut tx = self.scoped.begin().await?;
        let held = tx.hold_channel_work(self.work, &self.channel, &self.owner, millis(self.ttl)).await;
        tx.commit().await?;
        let renewed = held.is_ok().then_some(began);
        if renewed.is_some() || matches!(held, Err(StoreError::LeaseLost)) {
            *self.renewed.lock().unwrap_or_else(PoisonError::into_inner) = renewed;
        }
        held
    }

    /// Nobody takes it as long as it was renewed so lately: see [`crate::LeaseMonitor::state`].
    fn is_sure(&self) -> bool {
        let renewed = *self.renewed.lock().unwrap_or_else(PoisonError::into_inner);
        renewed.is_some_and(|renewed| renewed.elapsed() < self.ttl / 2)
    }
}

/// A worker that was stopped for a while, or cut off from the database, sends nothing that another may be sending by now.
#[async_trait]
impl MaySend for WorkLease {
    async fn may_send(&self) -> Result<(), String> {
        if self.is_sure() {
            return Ok(());
        }
        self.renew()
            .await
            .map_err(|error| format!("nothing more is sent, since another host may do this work by now: {error}"))
    }
}

impl Services {
    /// Has `worker` work under a lease of its own, which is renewed until it ends. The worker is given it: its owner is to be named
    /// in every transaction, and what is sent to the marketplace is sent under it. `leased`: the lease that stands there.
    ///
    /// `None`: it did. Otherwise it did not, or not to its end; look again after this.
    pub async fn work_alone(
        &self,
        work: ChannelWork,
        scoped: &Scoped,
        channel: &ChannelId,
        leased: Option<&Lease>,
        worker: impl AsyncFnOnce(&Arc<WorkLease>) -> Result<(), AppError>,
    ) -> Result<Option<Duration>, AppError> {
        let (monitor, ttl, now) = (self.lease_monitor(), self.options().lease, self.db().clock().now());
        let monitored = format!("{work:?} of {channel}");
        if let Some(lease) = leased
            && let LeaseState::Held(again) = monitor.state(&monitored, lease, ttl, now)
        {
            return Ok(Some(again));
        }
        let owner = format!("{}-{:08x}", self.host_name(), rand::random::<u32>());
        let (began, mut tx) = (Instant::now(), scoped.begin().await?);
        let taken = tx.lease_channel_work(work, channel, &owner, millis(ttl), leased).await?;
        tx.commit().await?;
        if !taken {
            return Ok(Some(HELD));
        }
        monitor.forget(&monitored);
        let lease = Arc::new(WorkLease {
            work,
            scoped: scoped.clone(),
            channel: channel.clone(),
            owner,
            ttl,
            renewed: Mutex::new(Some(began)),
        });
        let worked = {
            let _heartbeat = heartbeat(&lease);
            self.unless_stopped(worker(&lease)).await
        };
        if let Err(error) = release(work, scoped, channel, lease.owner()).await {
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

fn heartbeat(lease: &Arc<WorkLease>) -> Heartbeat {
    let lease = lease.clone();
    Heartbeat::every(lease.ttl / 3, move || {
        let lease = lease.clone();
        async move {
            match lease.renew().await {
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
