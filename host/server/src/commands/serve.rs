//! `entrepot serve`: the API and the workers, until it is told to stop.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use entrepot_config::{Config, WebhooksConfig};
use entrepot_queue::Queue;
use entrepot_sync::Sync;
use entrepot_web::{HookLimits, Hosts};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::task::JoinHandle;

use crate::cli::Role;
use crate::host::Host;

pub(crate) async fn run(host: Host, role: Role) -> Result<()> {
    let workers = match role {
        Role::All | Role::Worker => {
            Some(Queue::work(&host.db, Arc::new(host.sync.clone()), host.config.import.workers)?)
        }
        Role::Web => None,
    };
    let _clockwork = matches!(role, Role::All | Role::Worker).then(|| Clockwork::start(&host));
    let _housekeeping = matches!(role, Role::All | Role::Worker).then(|| Housekeeping::start(&host));
    for setting in host.development_settings() {
        tracing::warn!("development setting: {setting}");
    }
    let _metrics = match host.config.metrics_listen {
        Some(address) => Some(MetricsDoor::open(address, &host.sync).await?),
        None => None,
    };
    match role {
        Role::All | Role::Web => {
            let address = host.config.listen;
            let listener = TcpListener::bind(address).await.with_context(|| {
                format!("{address} cannot be listened on; is another host running? Set ENTREPOT_LISTEN")
            })?;
            let bound = listener.local_addr()?;
            tracing::info!(address = %bound, "serving http://{bound}");
            eprintln!("entrepot serves http://{bound}  (API: http://{bound}/api/v1/openapi.json)");
            let mut hosts = Hosts::new(bound, &host.config.public_url);
            if host.config.metrics_listen.is_some() {
                hosts = hosts.without_metrics();
            }
            let app = entrepot_web::router(host.sync.clone(), host.tenant.clone(), hosts, hook_limits(&host.config));
            let app = app.into_make_service_with_connect_info::<SocketAddr>();
            axum::serve(listener, app).with_graceful_shutdown(stopped()).await?;
        }
        Role::Worker => {
            tracing::info!("working on jobs");
            stopped().await;
        }
    }
    if let Some(workers) = workers {
        workers.stop().await;
    }
    host.db.close().await;
    Ok(())
}

/// `/metrics` on a port of its own, until this is dropped.
struct MetricsDoor(JoinHandle<()>);

impl MetricsDoor {
    async fn open(address: SocketAddr, sync: &Sync) -> Result<Self> {
        let listener = TcpListener::bind(address).await.with_context(|| {
            format!("{address} cannot be listened on for metrics; is it in use? Set ENTREPOT_METRICS_LISTEN")
        })?;
        let bound = listener.local_addr()?;
        tracing::info!(address = %bound, "metrics are at http://{bound}/metrics");
        let app = entrepot_web::metrics_router(sync.clone());
        Ok(Self(tokio::spawn(async move {
            if let Err(error) = axum::serve(listener, app).await {
                tracing::error!("metrics are not served any more: {error}");
            }
        })))
    }
}

impl Drop for MetricsDoor {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Begins scheduled imports, until this is dropped.
struct Clockwork(JoinHandle<()>);

/// A schedule's shortest interval is a minute.
const LOOK: Duration = Duration::from_secs(5);

impl Clockwork {
    fn start(host: &Host) -> Self {
        let sync = host.sync.clone();
        Self(tokio::spawn(async move {
            loop {
                if let Err(error) = sync.tick().await {
                    tracing::debug!("no look at the schedules this time: {error}");
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

/// What strangers may ask of this host.
fn hook_limits(config: &Config) -> HookLimits {
    let WebhooksConfig { requests_per_minute, body, address_header, .. } = &config.webhooks;
    HookLimits { per_minute: *requests_per_minute, body: *body, address_header: address_header.clone() }
}

/// How often old deliveries and subscriptions are looked at.
const UPKEEP: Duration = Duration::from_secs(60);

/// What is due again and again, until this is dropped.
struct Housekeeping([JoinHandle<()>; 2]);

impl Housekeeping {
    fn start(host: &Host) -> Self {
        let (sync, every) = (host.sync.clone(), host.config.import.lease);
        // Marketplaces are waited for apart, so that a slow one keeps no run from being taken up.
        let upkeep = tokio::spawn(upkeep(host.sync.clone()));
        let nudging = tokio::spawn(async move {
            loop {
                if let Err(error) = sync.nudge_abandoned().await {
                    tracing::debug!("no look at abandoned runs this time: {error}");
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

/// Ctrl-C, or what service managers send.
async fn stopped() {
    let Ok(mut terminate) = signal(SignalKind::terminate()) else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate.recv() => {}
    }
}
