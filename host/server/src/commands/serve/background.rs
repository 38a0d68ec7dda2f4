//! What a host with workers does by itself, again and again.

use std::time::Duration;

use entrepot_sync::Sync;
use tokio::task::JoinHandle;

use crate::host::Host;

/// Begins scheduled imports, until this is dropped.
pub(super) struct Clockwork(JoinHandle<()>);

/// A schedule's shortest interval is a minute.
const LOOK: Duration = Duration::from_secs(5);

impl Clockwork {
    pub(super) fn start(host: &Host) -> Self {
        let sync = host.sync.clone();
        Self(tokio::spawn(async move {
            loop {
                if let Err(error) = sync.tick().await {
                    tracing::debug!("no look at the schedules this time: {error}");
                }
                if let Err(error) = sync.begin_looks().await {
                    tracing::debug!("no look at wanted imports this time: {error}");
                }
                tokio::time::sleep(LOOK).await;
            }
        }))
    }
}

impl Drop for Clockwork {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// How often old deliveries and subscriptions are looked at.
const UPKEEP: Duration = Duration::from_secs(60);

/// What is due again and again, until this is dropped.
pub(super) struct Housekeeping([JoinHandle<()>; 2]);

impl Housekeeping {
    pub(super) fn start(host: &Host) -> Self {
        let (sync, every) = (host.sync.clone(), host.config.import.lease);
        // Marketplaces are waited for apart, so that a slow one keeps no run from being taken up.
        let upkeep = tokio::spawn(upkeep(host.sync.clone()));
        let nudging = tokio::spawn(async move {
            loop {
                if let Err(error) = sync.nudge_abandoned().await {
                    tracing::debug!("no look at abandoned runs this time: {error}");
                }
                if let Err(error) = sync.note_stalled().await {
                    tracing::debug!("no look at stalled runs this time: {error}");
                }
                if let Err(error) = sync.nudge_inboxes().await {
                    tracing::debug!("no look at waiting deliveries this time: {error}");
                }
                if let Err(error) = sync.admission().seal_usage().await {
                    tracing::debug!("no hour is sealed this time: {error}");
                }
                tokio::time::sleep(every).await;
            }
        });
        Self([nudging, upkeep])
    }
}

async fn upkeep(sync: Sync) {
    loop {
        sync.account_for_deliveries().await;
        match sync.forget_deliveries().await {
            Ok(0) => {}
            Ok(forgotten) => tracing::info!(forgotten, "old deliveries are forgotten"),
            Err(error) => tracing::debug!("no look at old deliveries this time: {error}"),
        }
        if let Err(error) = sync.sweep_connections().await {
            tracing::debug!("no look at old connections this time: {error}");
        }
        if let Err(error) = sync.mend_subscriptions().await {
            tracing::debug!("no look at subscriptions this time: {error}");
        }
        tokio::time::sleep(UPKEEP).await;
    }
}

impl Drop for Housekeeping {
    fn drop(&mut self) {
        self.0.iter().for_each(JoinHandle::abort);
    }
}
