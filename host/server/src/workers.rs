//! What a host with workers does: jobs as they come, and recurring work.

use std::time::Duration;

use entrepot_accounts::Accounts;
use entrepot_catalog::{AdvanceRun, ProcessInbox};
use entrepot_core::{AppError, RunOperation};
use entrepot_listings::SyncListings;
use entrepot_queue::{Job, QueueError, Recurring, Registry, Workers};

use crate::host::Host;

/// A schedule's shortest interval is a minute.
const POLL_SCHEDULES: Duration = Duration::from_secs(5);
const SWEEP: Duration = Duration::from_secs(60);
const RENEW_TOKENS: Duration = Duration::from_secs(120);
const INBOX_WORKERS: usize = 2;
const OPERATION_WORKERS: usize = 2;
const LISTING_WORKERS: usize = 2;
/// A change of a price or of stock is to be everywhere within seconds.
const POLL_LISTINGS: Duration = Duration::from_secs(1);

/// Every kind of job that this host runs.
pub fn jobs(host: &Host) -> Result<Registry, QueueError> {
    Registry::default()
        .queue(AdvanceRun::QUEUE, host.config.import.workers)
        .queue(ProcessInbox::QUEUE, INBOX_WORKERS)
        .queue(RunOperation::QUEUE, OPERATION_WORKERS)
        .queue(SyncListings::QUEUE, LISTING_WORKERS)
        .job::<AdvanceRun>(host.app.imports.clone())?
        .job::<ProcessInbox>(host.app.deliveries.clone())?
        .job::<SyncListings>(host.app.listings.clone())?
        .job::<RunOperation>(host.app.operation_kinds())
}

/// Starts all jobs and all recurring work.
pub fn start(host: &Host) -> Result<Workers, QueueError> {
    let (app, poll_leases) = (&host.app, host.config.import.lease);
    let mut registry = jobs(host)?;
    macro_rules! recurring {
        ($name:literal, $every:expr, $handle:ident.$method:ident) => {{
            let handle = app.$handle.clone();
            let turn = move || {
                let handle = handle.clone();
                async move { handle.$method().await.map(drop) }
            };
            registry = registry.recurring(Recurring::new($name, $every, turn));
        }};
    }
    // A clock that is wrong would have deleted for all hosts what is of today.
    macro_rules! forgetting {
        ($name:literal, $handle:ident.$method:ident) => {{
            let (handle, monitor) = (app.$handle.clone(), app.monitor.clone());
            let turn = move || {
                let (handle, monitor) = (handle.clone(), monitor.clone());
                async move { if monitor.may_forget().await? { handle.$method().await.map(drop) } else { Ok(()) } }
            };
            registry = registry.recurring(Recurring::new($name, SWEEP, turn));
        }};
    }
    recurring!("begin_scheduled_imports", POLL_SCHEDULES, scheduler.tick);
    recurring!("correct_schedules", SWEEP, scheduler.correct_times);
    recurring!("begin_requested_imports", POLL_SCHEDULES, deliveries.begin_requested_imports);
    recurring!("requeue_expired_leases", poll_leases, imports.requeue_expired_leases);
    recurring!("note_stalled_runs", poll_leases, imports.note_stalled);
    recurring!("requeue_waiting_deliveries", poll_leases, deliveries.requeue_waiting_deliveries);
    recurring!("renew_expiring_tokens", RENEW_TOKENS, channels.renew_expiring_tokens);
    recurring!("requeue_expired_operations", poll_leases, operations.requeue_expired_operations);
    forgetting!("forget_old_operations", operations.forget_old_operations);
    forgetting!("forget_old_deliveries", deliveries.forget_deliveries);
    forgetting!("forget_old_billing_events", plans.forget_old_events);
    forgetting!("forget_old_connections", connections.forget_old_connections);
    recurring!("send_mails", Accounts::MAIL_POLL, accounts.send_mails);
    forgetting!("forget_old_account_rows", accounts.forget_old_rows);
    recurring!("sync_due_listings", POLL_LISTINGS, listings.sync_due);
    recurring!("repair_subscriptions", SWEEP, subscriptions.repair_subscriptions);
    let admission = app.services.admission().clone();
    let seal = move || {
        let admission = admission.clone();
        async move { admission.seal_usage().await.map(drop).map_err(AppError::from) }
    };
    registry = registry.recurring(Recurring::new("seal_usage", poll_leases, seal));
    let (db, monitor) = (host.db.clone(), app.monitor.clone());
    let forget = move || {
        let (db, monitor) = (db.clone(), monitor.clone());
        async move {
            if monitor.may_forget().await? {
                db.forget_idempotency_keys().await?;
            }
            Ok::<(), AppError>(())
        }
    };
    registry = registry.recurring(Recurring::new("forget_idempotency_keys", SWEEP, forget));
    let db = host.db.clone();
    let sample = move || {
        let db = db.clone();
        async move { db.sample_health().await.map(drop).map_err(AppError::from) }
    };
    registry = registry.recurring(Recurring::new("sample_health", SWEEP, sample));
    let deliveries = app.deliveries.clone();
    let flush = move || {
        let deliveries = deliveries.clone();
        async move {
            deliveries.flush_usage().await;
            Ok::<(), AppError>(())
        }
    };
    registry = registry.recurring(Recurring::new("flush_usage", SWEEP, flush));
    registry.start(&host.db, app.services.metrics())
}
