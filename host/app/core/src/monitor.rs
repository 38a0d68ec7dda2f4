//! What a scrape shows: what this process counted, and what stands in the database.

use std::io::ErrorKind;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use entrepot_metrics::{Metric, Sample};
use entrepot_queue::Queue;
use entrepot_spool::check_room;
use entrepot_store::dead_letters::KINDS;

use crate::{AppError, Services};

/// However often it is asked for, the database is read once in so long.
const FRESH: Duration = Duration::from_secs(5);
/// Who asks whether this host is ready may be anybody, and finding out takes a little writing.
const WRITABLE: Duration = Duration::from_millis(500);
/// A scrape does not wait for a database that is away.
const PATIENCE: Duration = Duration::from_secs(3);
/// The clockwork looks every few seconds; what is later than this, nobody looked at.
const LATE_MS: i64 = 15 * 60 * 1000;

struct Readings {
    started: SystemTime,
    kept: tokio::sync::Mutex<Option<(Instant, Vec<Sample>)>>,
    writable: tokio::sync::Mutex<Option<(Instant, Result<(), &'static str>)>>,
    /// Said once, until it changes.
    clock_is_wrong: AtomicBool,
}

impl Default for Readings {
    fn default() -> Self {
        Self {
            started: SystemTime::now(),
            kept: tokio::sync::Mutex::default(),
            writable: tokio::sync::Mutex::default(),
            clock_is_wrong: AtomicBool::default(),
        }
    }
}

/// Metrics, and whether this host is ready. Cheap to clone.
#[derive(Clone)]
pub struct Monitor {
    services: Services,
    readings: Arc<Readings>,
}

impl Monitor {
    pub fn new(services: Services) -> Self {
        Self { services, readings: Arc::default() }
    }

    /// OpenMetrics text. It always comes: without the database, what is read from it is missing, and `entrepot_database_up` is 0.
    pub async fn scrape(&self) -> String {
        let mut samples = {
            let mut kept = self.readings.kept.lock().await;
            match &*kept {
                Some((since, samples)) if since.elapsed() < FRESH => samples.clone(),
                _ => {
                    let samples = match tokio::time::timeout(PATIENCE, self.read_database()).await {
                        Ok(Ok(samples)) => samples,
                        _ => vec![Sample::new(Metric::DatabaseUp, &[], 0.0)],
                    };
                    *kept = Some((Instant::now(), samples.clone()));
                    samples
                }
            }
        };
        samples.extend(of_the_process(self.readings.started));
        self.services.metrics().render(&samples)
    }

    /// How late schedules are that nobody acts on, as an instant before which they were due.
    pub fn overdue_before(&self) -> i64 {
        self.services.db().clock().now() - LATE_MS
    }

    /// Can work be taken and done here? If not, why.
    pub async fn readiness(&self) -> Result<(), &'static str> {
        // Before anything else: what fails then fails for that.
        if self.services.db().has_lost_its_file() {
            return Err(
                "the database's file is not at its place any more: it was deleted, renamed or replaced while the host runs; stop the \
                        host, put the file back, and start it again",
            );
        }
        self.services.db().ping().await.map_err(|_| "the database does not answer")?;
        match self.services.db().is_migrated().await {
            Ok(true) => {}
            Ok(false) => return Err("the database is older than this version; run: entrepot migrate"),
            Err(_) => return Err("the database's migrations cannot be read"),
        }
        Queue::depth(self.services.db()).await.map(drop).map_err(|_| "the job queue cannot be read")?;
        let mut looked = self.readings.writable.lock().await;
        match &*looked {
            Some((since, writable)) if since.elapsed() < WRITABLE => *writable,
            _ => {
                let writable = self.writability().await;
                *looked = Some((Instant::now(), writable));
                writable
            }
        }
    }

    /// Whether what is old may be deleted by this host: its clock is to be believed.
    pub async fn may_forget(&self) -> Result<bool, AppError> {
        let trouble = self.services.db().clock_trouble().await?;
        let known = self.readings.clock_is_wrong.swap(trouble.is_some(), Ordering::Relaxed);
        if let Some(why) = trouble.as_ref().filter(|_| !known) {
            tracing::warn!("{why}");
        }
        Ok(trouble.is_none())
    }

    async fn writability(&self) -> Result<(), &'static str> {
        match self.services.db().write_problem().await {
            Ok(None) => {}
            Ok(Some(why)) => return Err(why),
            Err(_) => return Err("the database cannot be written"),
        }
        let (database, area) = (self.services.db().folder(), self.services.files().clone());
        let room = tokio::task::spawn_blocking(move || {
            database.map_or(Ok(()), |folder| check_room(&folder))?;
            area.check_room()
        });
        match room.await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) if error.kind() == ErrorKind::StorageFull => {
                Err("there is no room on the disk of the data folder")
            }
            _ => Err("the data folder, or that of the database, cannot be written"),
        }
    }

    async fn read_database(&self) -> Result<Vec<Sample>, AppError> {
        let overview = self.services.db().overview(self.overdue_before()).await?;
        let (stalled, now) = (self.services.db().stalled_runs().await?, self.services.db().clock().now());
        let mut samples = vec![
            Sample::new(Metric::DatabaseUp, &[], 1.0),
            Sample::new(Metric::SchedulesOverdue, &[], overview.schedules_overdue as f64),
        ];
        for of in &overview.channels {
            // Of what an adapter with channels has none, there are zero: alerts compare with numbers, not with nothing.
            let adapter = of.adapter_id.as_str();
            let find = |among: &[entrepot_store::overview::OfAdapter]| {
                among.iter().find(|found| found.adapter_id == adapter).map_or(0.0, |found| found.number as f64)
            };
            let waiting = overview.waiting.iter().find(|found| found.adapter_id == adapter);
            let age = waiting.map_or(0, |waiting| now.saturating_sub(waiting.oldest).max(0));
            samples.extend([
                Sample::new(Metric::Channels, &[adapter], of.number as f64),
                Sample::new(Metric::ChannelProblems, &[adapter], find(&overview.problems)),
                Sample::new(Metric::Quarantined, &[adapter], find(&overview.quarantined)),
                Sample::new(Metric::WebhooksOff, &[adapter], find(&overview.hooks_off)),
                Sample::new(
                    Metric::RunsStalled,
                    &[adapter],
                    stalled.iter().filter(|run| run.adapter_id == adapter).count() as f64,
                ),
                Sample::new(
                    Metric::DeliveriesWaiting,
                    &[adapter],
                    waiting.map_or(0.0, |waiting| waiting.number as f64),
                ),
                Sample::new(Metric::OldestDelivery, &[adapter], age as f64 / 1000.0),
            ]);
            for kind in KINDS {
                let found = overview.dead_letters.iter().find(|of| of.adapter_id == adapter && of.kind == kind);
                let number = found.map_or(0.0, |of| of.number as f64);
                samples.push(Sample::new(Metric::DeadLetters, &[adapter, kind], number));
            }
        }
        for state in ["queued", "running"] {
            let number = overview.runs.iter().find(|(known, _)| known == state).map_or(0, |(_, number)| *number);
            samples.push(Sample::new(Metric::RunsActive, &[state], number as f64));
        }
        let depths = Queue::depth(self.services.db()).await?;
        samples.extend(
            depths.iter().map(|depth| Sample::new(Metric::Jobs, &[&depth.queue, &depth.state], depth.jobs as f64)),
        );
        Ok(samples)
    }
}

fn of_the_process(started: SystemTime) -> Vec<Sample> {
    let mut samples = vec![Sample::new(Metric::BuildInfo, &[env!("CARGO_PKG_VERSION")], 1.0)];
    // What /proc says of this process; elsewhere than on Linux nothing is said.
    let read = |file: &str| std::fs::read_to_string(file).ok();
    let kib = |status: &str, name: &str| -> Option<f64> {
        let line = status.lines().find_map(|line| line.strip_prefix(name))?;
        line.split_whitespace().next()?.parse().ok()
    };
    if let Some(memory) = read("/proc/self/status").and_then(|status| kib(&status, "VmRSS:")) {
        samples.push(Sample::new(Metric::ProcessMemory, &[], memory * 1024.0));
    }
    if let Ok(open) = std::fs::read_dir("/proc/self/fd") {
        samples.push(Sample::new(Metric::ProcessFiles, &[], open.count() as f64));
    }
    let started = started.duration_since(UNIX_EPOCH).map_or(0.0, |since| since.as_secs_f64());
    samples.push(Sample::new(Metric::ProcessStart, &[], started));
    samples
}
