//! `entrepot serve`: the API and the workers, until it is told to stop.

mod descriptors;
mod signals;

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context, Result};
use entrepot_config::{Config, ServerConfig, WebhooksConfig};
use entrepot_queue::Workers;
use entrepot_web::{ClientLimits, HookLimits, Hosts};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::cli::Role;
use crate::host::Host;
use crate::workers;
use signals::Signals;

/// What is left after everybody had their time to end is given up: it only tidies up.
const LAST: Duration = Duration::from_secs(2);
const LOOK_FOR_KEYS: Duration = Duration::from_secs(1);

pub(crate) async fn run(host: Host, role: Role) -> Result<()> {
    descriptors::provide(&host.config, role)?;
    // From here on a signal is ours: what is begun is given back.
    let mut signals = Signals::new()?;
    let works = matches!(role, Role::All | Role::Worker);
    let workers = if works { Some(workers::start(&host)?) } else { None };
    for setting in host.development_settings() {
        tracing::warn!("development setting: {setting}");
    }
    look_for_keys(&host);
    let listeners =
        Listeners { clients: client_limits(&host.config), tasks: TaskTracker::new(), stop: CancellationToken::new() };
    if let Some(address) = host.config.metrics_listen {
        listeners.open_metrics(address, &host).await?;
    }
    match role {
        Role::All | Role::Web => listeners.open(&host).await?,
        Role::Worker => tracing::info!("working on jobs"),
    }
    signals.stop().await;
    tracing::info!("stopping");
    let all = host.config.server.stop + LAST;
    tokio::select! {
        () = stop(&host, workers, &listeners) => {}
        () = signals.stop() => tracing::warn!("told to stop again: nothing is waited for any more"),
        () = tokio::time::sleep(all) => tracing::warn!("not everything ended within {} seconds", all.as_secs()),
    }
    Ok(())
}

/// The file of the master keys may get another one while the host runs.
fn look_for_keys(host: &Host) {
    let services = host.app.services.clone();
    tokio::spawn(async move {
        loop {
            tokio::time::sleep(LOOK_FOR_KEYS).await;
            if services.keys().refresh() {
                tracing::info!("the master keys are others now: {:?}", services.keys());
            }
        }
    });
}

/// Workers first, so that what they hold is given back while there is still time; then the connections.
async fn stop(host: &Host, workers: Option<Workers>, listeners: &Listeners) {
    if let Some(workers) = &workers {
        workers.begin_no_more();
    }
    host.app.services.wind_down();
    listeners.stop.cancel();
    listeners.tasks.close();
    let work = async {
        if let Some(workers) = workers {
            workers.stop().await;
        }
    };
    let ended = async { tokio::join!(work, listeners.tasks.wait()) };
    let let_go = async {
        tokio::time::sleep(host.config.server.stop).await;
        host.app.services.let_go();
        std::future::pending::<()>().await;
    };
    tokio::select! {
        _ = ended => {}
        () = let_go => {}
    }
    host.db.close().await;
}

/// The addresses that are listened on.
struct Listeners {
    clients: ClientLimits,
    tasks: TaskTracker,
    stop: CancellationToken,
}

impl Listeners {
    async fn open(&self, host: &Host) -> Result<()> {
        let address = host.config.listen;
        let listener = TcpListener::bind(address).await.with_context(|| {
            format!("{address} cannot be listened on; is another host running? Set ENTREPOT_LISTEN")
        })?;
        let bound = listener.local_addr()?;
        tracing::info!(address = %bound, "serving http://{bound}");
        eprintln!("entrepot serves http://{bound}  (API: http://{bound}/api/v1/openapi.json)");
        let mut hosts = Hosts::new(bound, &host.config.public_url).with_origins(host.config.web.cors_origins.clone());
        hosts = hosts.with_billing_secret(host.config.billing_secret.clone());
        if host.config.metrics_listen.is_some() {
            hosts = hosts.without_metrics();
        }
        let hooks = hook_limits(&host.config);
        let (cases, public_url) = (host.app.clone(), hosts.public_url().to_owned());
        let pages = move |visitors| entrepot_pages::router(cases, visitors, &public_url);
        self.serve(listener, entrepot_web::router(host.app.clone(), pages, hosts, hooks, self.clients), host);
        Ok(())
    }

    /// `/metrics` on a port of its own.
    async fn open_metrics(&self, address: SocketAddr, host: &Host) -> Result<()> {
        let listener = TcpListener::bind(address).await.with_context(|| {
            format!("{address} cannot be listened on for metrics; is it in use? Set ENTREPOT_METRICS_LISTEN")
        })?;
        let bound = listener.local_addr()?;
        tracing::info!(address = %bound, "metrics are at http://{bound}/metrics");
        self.serve(listener, entrepot_web::metrics_router(host.app.monitor.clone()), host);
        Ok(())
    }

    fn serve(&self, listener: TcpListener, app: axum::Router, host: &Host) {
        let metrics = host.app.services.metrics().clone();
        self.tasks.spawn(entrepot_web::serve(listener, app, self.clients, metrics, self.stop.clone()));
    }
}

fn client_limits(config: &Config) -> ClientLimits {
    let ServerConfig { head, body, idle, write, connections, connections_per_address: per_address, stop } =
        config.server;
    let requests_per_minute = config.web.requests_per_minute;
    ClientLimits { head, body, idle, write, stop, connections, per_address, requests_per_minute }
}

/// What strangers may ask of this host.
fn hook_limits(config: &Config) -> HookLimits {
    let WebhooksConfig { requests_per_minute, genuine_per_minute, body, address_header, .. } = &config.webhooks;
    HookLimits {
        per_minute: *requests_per_minute,
        genuine_per_minute: *genuine_per_minute,
        body: *body,
        address_header: address_header.clone(),
    }
}
