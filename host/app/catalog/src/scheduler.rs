//! Imports that begin by themselves. A schedule is a row; whoever moves its `next_at` on, in the transaction that makes the run, has the
//! tick, so each runs once however many hosts look.
// See docs/decisions/0031-schedules-are-rows.md

use entrepot_channels::{Channels, latest_next_at, next_at, put_default, supports_stock_sync};
use entrepot_core::{AppError, Services};
use entrepot_domain::run::RunScope;
use entrepot_domain::schedule::{ScheduleKind, WhenBusy};
use entrepot_domain::{ChannelId, RunId, TenantId};
use entrepot_store::schedules::{Due, ScheduleRow};
use entrepot_store::{Scoped, StoreError};

use crate::{AdvanceRun, Imports};

const NOTHING_IMPORTED: &str = "nothing was imported yet that stock could be told of";

/// What a look at the schedules began.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ticked {
    pub begun: usize,
    /// Left out, or not possible.
    pub skipped: usize,
}

/// Begins what schedules say. Cheap to clone.
#[derive(Clone)]
pub struct Scheduler {
    services: Services,
    channels: Channels,
    imports: Imports,
}

impl Scheduler {
    pub fn new(imports: Imports) -> Self {
        Self { services: imports.services.clone(), channels: imports.channels.clone(), imports }
    }

    /// Begins what is due. What was due while no host ran begins once, however often it was missed.
    pub async fn tick(&self) -> Result<Ticked, AppError> {
        let mut ticked = Ticked::default();
        for due in self.services.db().due_schedules(self.services.db().clock().now()).await? {
            match self.begin_due(&due).await {
                Ok(Tick::Begun(run)) => {
                    let (channel, kind) = (&due.schedule.channel_id, &due.schedule.kind);
                    tracing::info!(run = run.as_str(), channel, kind, "scheduled import started");
                    ticked.begun += 1;
                }
                Ok(Tick::Skipped) => ticked.skipped += 1,
                Ok(Tick::Later) => {}
                Err(error) if error.is_transient() => return Err(error),
                Err(error) => {
                    // Quarantine, a grant that has expired, a secret that does not open: the next tick may find it mended.
                    let scoped = self.services.db().tenant(&TenantId::from(due.tenant_id.as_str()));
                    let skipped = self.skip(&scoped, &due.schedule, &error.to_string()).await;
                    if skipped.as_ref().is_err_and(AppError::is_transient) {
                        return Err(error);
                    }
                    let (channel, kind) = (&due.schedule.channel_id, &due.schedule.kind);
                    match skipped {
                        Ok(true) => tracing::warn!(channel, kind, error = %error, "scheduled import skipped"),
                        Ok(false) => continue,
                        // Its row is damaged. The other schedules are none the worse for it.
                        Err(error) => tracing::warn!(channel, kind, error = %error, "schedule cannot be used"),
                    }
                    ticked.skipped += 1;
                }
            }
        }
        Ok(ticked)
    }

    /// Brings forward what stands later than its rule can say: the clock was ahead when that was reckoned, and is right now. How many.
    pub async fn correct_times(&self) -> Result<usize, AppError> {
        let (mut corrected, now) = (0, self.services.db().clock().now());
        let mut last: Option<Due> = None;
        loop {
            let page = self.services.db().schedules_after(now, last.as_ref()).await?;
            for Due { tenant_id, schedule } in &page {
                // A rule that cannot be read is said where the schedule is looked at.
                let Ok(latest) = latest_next_at(schedule, now) else { continue };
                if schedule.next_at <= latest {
                    continue;
                }
                let next = next_at(schedule, now).map_err(AppError::Schedule)?;
                let mut tx = self.services.db().tenant(&TenantId::from(tenant_id.as_str())).begin().await?;
                if tx.bring_forward(schedule, next).await? {
                    let (channel, kind, was) = (&schedule.channel_id, &schedule.kind, schedule.next_at);
                    tracing::warn!(
                        channel,
                        kind,
                        was,
                        next,
                        "schedule was due too late by its rule: a clock was wrong"
                    );
                    corrected += 1;
                }
                tx.commit().await?;
            }
            match page.into_iter().next_back() {
                Some(end) => last = Some(end),
                None => return Ok(corrected),
            }
        }
    }

    async fn begin_due(&self, due: &Due) -> Result<Tick, AppError> {
        let tenant = TenantId::from(due.tenant_id.as_str());
        let (scoped, row) = (self.services.db().tenant(&tenant), &due.schedule);
        let channel = ChannelId::from(row.channel_id.clone());
        if let Some(run) = scoped.active_run(&channel).await? {
            return match WhenBusy::parse(&row.when_busy) {
                Some(WhenBusy::Queue) => Ok(Tick::Later),
                // Left out each time by a schedule of the same rule, it would never come to its turn.
                _ if !brings(run.scope(), ScheduleKind::parse(&row.kind)) => Ok(Tick::Later),
                _ => self.left_out(&scoped, row, "another run was under way, which brings the same").await,
            };
        }
        // Refuse at once what cannot work, as an import that is asked for by hand does. No marketplace is waited for: others are due, too.
        let open = self.channels.open_as_stored(&tenant, channel.as_str()).await?;
        let scope = match ScheduleKind::parse(&row.kind) {
            Some(ScheduleKind::Delta) => self.changed_since(&scoped, &channel).await?,
            Some(ScheduleKind::Stock) => {
                supports_stock_sync(&open.generation)?;
                match self.imports.stock_since(&scoped, &channel).await? {
                    RunScope::Stock(None) => return self.left_out(&scoped, row, NOTHING_IMPORTED).await,
                    scope => scope,
                }
            }
            _ => RunScope::Full,
        };
        let missing =
            open.generation.adapter.supports_stock_sync() && !self.has_stock_schedule(&scoped, &channel).await?;
        let latest = scoped.latest_run(&channel).await?;
        let next = next_at(row, self.services.db().clock().now()).map_err(AppError::Schedule)?;
        let mut tx = scoped.begin().await?;
        if let Some(stopped) = latest {
            tx.forget_pages(&stopped.run_id()).await?;
        }
        let run = match tx.insert_run(&channel, scope, None).await {
            // Somebody began one in this moment: this tick finds it under way at the next look.
            Err(error) if error.is_conflict() => return Ok(Tick::Later),
            run => run?,
        };
        if !tx.take_tick(row, next, Some(run.as_str()), None).await? {
            return Ok(Tick::Later);
        }
        if missing {
            // Its adapter's version of the time when it was added did not tell stock.
            put_default(&mut tx, &channel, ScheduleKind::Stock, self.services.db().clock().now()).await?;
        }
        self.services.queue().enqueue(tx.raw(), AdvanceRun::new(&tenant, &run)).await?;
        tx.commit().await?;
        Ok(Tick::Begun(run))
    }

    async fn left_out(&self, scoped: &Scoped, row: &ScheduleRow, why: &str) -> Result<Tick, AppError> {
        Ok(if self.skip(scoped, row, why).await? { Tick::Skipped } else { Tick::Later })
    }

    /// False: another host had this tick.
    async fn skip(&self, scoped: &Scoped, row: &ScheduleRow, why: &str) -> Result<bool, AppError> {
        let next = next_at(row, self.services.db().clock().now()).map_err(AppError::Schedule)?;
        let mut tx = scoped.begin().await?;
        let taken = tx.take_tick(row, next, None, Some(why)).await?;
        tx.commit().await?;
        Ok(taken)
    }

    /// Since the last run that was completed began; a channel that never had a full one gets that.
    async fn changed_since(&self, scoped: &Scoped, channel: &ChannelId) -> Result<RunScope, StoreError> {
        Ok(self.imports.import_watermark(scoped, channel).await?.map_or(RunScope::Full, RunScope::ChangedSince))
    }

    async fn has_stock_schedule(&self, scoped: &Scoped, channel: &ChannelId) -> Result<bool, StoreError> {
        Ok(scoped.schedules(channel).await?.iter().any(|row| row.kind == ScheduleKind::Stock.as_str()))
    }
}

/// A run of this scope brings what the schedule is there for.
fn brings(scope: RunScope, kind: Option<ScheduleKind>) -> bool {
    match (scope, kind) {
        (RunScope::Full, _) | (_, None) => true,
        (RunScope::ChangedSince(_), Some(kind)) => kind == ScheduleKind::Delta,
        (RunScope::Stock(_), Some(kind)) => kind == ScheduleKind::Stock,
    }
}

enum Tick {
    Begun(RunId),
    Skipped,
    /// It stays due, or is another host's.
    Later,
}
