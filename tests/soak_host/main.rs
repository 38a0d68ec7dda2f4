//! A host whose time is told: serves webhooks, and works when stdin says so, until it is killed. For tests that let days pass.
//!
//! A line in is the time in milliseconds; the line out, when all that was due then is done, is the number of runs that were begun.
//! After a `=` it is the time alone: nothing is done, and the line out is empty.
//! The first line out is the address it serves.

use std::io::BufRead;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use entrepot_config::Config;
use entrepot_domain::{ChannelId, Clock};
use entrepot_queue::Outcome;
use entrepot_server::host::Host;
use entrepot_web::{ClientLimits, HookLimits, Hosts};
use tokio::net::TcpListener;

/// Longer waits are left for another time, as workers do.
const PATIENCE: Duration = Duration::from_secs(3);
const STUCK: Duration = Duration::from_secs(120);

#[tokio::main]
async fn main() -> Result<()> {
    let clock = Clock::shifted();
    let program = std::env::var("ENTREPOT_PROGRAM").context("ENTREPOT_PROGRAM names the binary entrepot")?;
    let config = Config::from_env()?;
    let hooks = HookLimits { per_minute: 100_000, genuine_per_minute: 1_000_000, ..HookLimits::default() };
    let host = Host::open(config, clock.clone(), program.into()).await?;
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let hosts = Hosts::new(address, &host.config.public_url);
    let app = entrepot_web::router(host.app.clone(), hosts, hooks, ClientLimits::default());
    tokio::spawn(async move { axum::serve(listener, app.into_make_service_with_connect_info::<SocketAddr>()).await });
    println!("{address}");
    let (lines, mut told) = tokio::sync::mpsc::channel(1);
    std::thread::spawn(move || {
        for line in std::io::stdin().lock().lines() {
            if line.is_err() || lines.blocking_send(line.unwrap_or_default()).is_err() {
                return;
            }
        }
    });
    while let Some(line) = told.recv().await {
        let (only, time) = line.trim().strip_prefix('=').map_or((false, line.trim()), |time| (true, time));
        let now: i64 = time.parse().context("a time in milliseconds")?;
        clock.advance(now - clock.now());
        if only {
            println!();
        } else {
            println!("{}", settle(&host).await?);
        }
    }
    Ok(())
}

/// Does everything that is due; the number of runs that schedules began.
async fn settle(host: &Host) -> Result<usize> {
    let (began, mut begun) = (Instant::now(), 0);
    loop {
        let ticked = host.app.scheduler.tick().await?;
        begun += ticked.begun;
        host.app.subscriptions.repair_subscriptions().await?;
        let scoped = host.db.tenant(&host.tenant);
        let mut work = Vec::new();
        for run in scoped.runs(None, None, 100).await?.into_iter().filter(|run| !run.state().is_final()) {
            let (cases, tenant) = (host.app.clone(), host.tenant.clone());
            work.push(tokio::spawn(async move { cases.imports.advance(&tenant, &run.run_id()).await }));
        }
        for channel in scoped.channels().await? {
            let (cases, tenant) = (host.app.clone(), host.tenant.clone());
            let id = ChannelId::from(channel.id);
            work.push(tokio::spawn(async move { cases.deliveries.process_inbox(&tenant, &id).await }));
        }
        let mut again: Option<Duration> = None;
        for done in work {
            if let Outcome::Later(wait) = done.await??
                && wait <= PATIENCE
            {
                again = Some(again.map_or(wait, |known| known.min(wait)));
            }
        }
        match again {
            _ if ticked.begun > 0 => {}
            None => return Ok(begun),
            Some(wait) => tokio::time::sleep(wait.max(Duration::from_millis(2))).await,
        }
        anyhow::ensure!(began.elapsed() < STUCK, "it does not come to rest");
    }
}
