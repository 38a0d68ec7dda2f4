//! Imports that begin by themselves. A schedule is a row; whoever moves its `next_at` on, in the transaction that makes the run, has the
//! tick, so each runs once however many hosts look.
// See docs/decisions/0031-schedules-are-rows.md

use entrepot_admission::Generation;
use entrepot_domain::clock::Timestamp;
use entrepot_domain::run::RunScope;
use entrepot_domain::schedule::{Rule, ScheduleKind, WhenBusy, time_zone};
use entrepot_domain::{ChannelId, RunId, TenantId};
use entrepot_queue::Job;
use entrepot_store::schedules::{Due, ScheduleRow};
use entrepot_store::{Scoped, ScopedTx, StoreError};

use crate::{Sync, SyncError};

/// What is changed in a schedule; what is not named stays.
#[derive(Clone, Debug, Default)]
pub struct ScheduleChange {
    pub rule: Option<Rule>,
    pub time_zone: Option<String>,
    pub jitter_ms: Option<i64>,
    pub when_busy: Option<WhenBusy>,
    pub enabled: Option<bool>,
}

/// Kind, rule, jitter. Nights differ by the seller; UTC is nobody's, and easy to reckon with.
const DEFAULTS: [(ScheduleKind, &str, i64); 3] = [
    (ScheduleKind::Full, "0 2 * * *", 2 * 3_600_000),
    (ScheduleKind::Delta, "every 15m", 60_000),
    (ScheduleKind::Stock, "every 15m", 60_000),
];
/// The first stock is due between two deltas, which would be in its way for ever.
const BETWEEN_MS: i64 = 15 * 60_000 / 2;
const FULL: &str = "full";
/// What changed while the last run began was perhaps not in it: marketplaces save slowly, and clocks differ.
const OVERLAP_MS: i64 = 10 * 60_000;
const NOTHING_IMPORTED: &str = "nothing was imported yet that stock could be told of";
/// Nobody has to wait longer for a tick that is spread.
const MOST_JITTER_MS: i64 = 24 * 3_600_000;

/// What a look at the schedules began.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ticked {
    pub begun: usize,
    /// Left out, or not possible.
    pub skipped: usize,
}

impl Sync {
    /// Begins what is due. What was due while no host ran begins once, however often it was missed.
    pub async fn tick(&self) -> Result<Ticked, SyncError> {
        let mut ticked = Ticked::default();
        for due in self.db().due_schedules(self.db().clock().now()).await? {
            match self.begin_due(&due).await {
                Ok(Tick::Begun(run)) => {
                    tracing::info!(
                        run = run.as_str(),
                        channel = due.schedule.channel_id,
                        "scheduled {} import",
                        due.schedule.kind
                    );
                    ticked.begun += 1;
                }
                Ok(Tick::Skipped) => ticked.skipped += 1,
                Ok(Tick::Later) => {}
                Err(error) if error.is_transient() => return Err(error),
                Err(error) => {
                    // Quarantine, a grant that has expired, a token that is refused: the next tick may find it mended.
                    let scoped = self.db().tenant(&TenantId::from(due.tenant_id.as_str()));
                    if self.skip(&scoped, &due.schedule, &error.to_string()).await? {
                        tracing::warn!(
                            channel = due.schedule.channel_id,
                            "no scheduled {} import: {error}",
                            due.schedule.kind
                        );
                        ticked.skipped += 1;
                    }
                }
            }
        }
        Ok(ticked)
    }

    /// All of a channel.
    pub async fn schedules(&self, tenant: &TenantId, channel: &str) -> Result<Vec<ScheduleRow>, SyncError> {
        let id = ChannelId::from(self.channel(tenant, channel).await?.id);
        Ok(self.db().tenant(tenant).schedules(&id).await?)
    }

    /// Changes one, or makes it. It is due next by its rule, from now on.
    pub async fn set_schedule(
        &self,
        tenant: &TenantId,
        channel: &str,
        kind: ScheduleKind,
        change: ScheduleChange,
    ) -> Result<ScheduleRow, SyncError> {
        let found = self.channel(tenant, channel).await?;
        let id = ChannelId::from(found.id);
        let scoped = self.db().tenant(tenant);
        if kind == ScheduleKind::Stock {
            let generation = self.admission().active_for(&found.adapter_id, &id).await?;
            tells_stock(&generation)?;
        }
        let known = scoped.schedules(&id).await?.into_iter().find(|row| row.kind == kind.as_str());
        let mut row = known.unwrap_or_else(|| default_row(&id, kind));
        if let Some(rule) = change.rule {
            row.rule = rule.to_string();
        }
        if let Some(zone) = change.time_zone {
            time_zone(&zone).map_err(SyncError::Schedule)?;
            row.time_zone = zone;
        }
        if let Some(jitter) = change.jitter_ms {
            if !(0..=MOST_JITTER_MS).contains(&jitter) {
                return Err(SyncError::Schedule("the jitter is between 0 and 24 hours".to_owned()));
            }
            row.jitter_ms = jitter;
        }
        if let Some(when_busy) = change.when_busy {
            row.when_busy = when_busy.as_str().to_owned();
        }
        if let Some(enabled) = change.enabled {
            row.enabled = i64::from(enabled);
        }
        row.next_at = next_at(&row, self.db().clock().now()).map_err(SyncError::Schedule)?;
        let mut tx = scoped.begin().await?;
        tx.put_schedule(&row).await?;
        tx.commit().await?;
        Ok(row)
    }

    async fn begin_due(&self, due: &Due) -> Result<Tick, SyncError> {
        let tenant = TenantId::from(due.tenant_id.as_str());
        let (scoped, row) = (self.db().tenant(&tenant), &due.schedule);
        let channel = ChannelId::from(row.channel_id.clone());
        if scoped.active_run(&channel).await?.is_some() {
            return match WhenBusy::parse(&row.when_busy) {
                Some(WhenBusy::Queue) => Ok(Tick::Later),
                _ => self.left_out(&scoped, row, "another run was under way").await,
            };
        }
        // Refuse at once what cannot work, as an import that is asked for by hand does.
        let open = self.open_channel(&tenant, channel.as_str()).await?;
        let scope = match ScheduleKind::parse(&row.kind) {
            Some(ScheduleKind::Delta) => self.changed_since(&scoped, &channel).await?,
            Some(ScheduleKind::Stock) => {
                tells_stock(&open.generation)?;
                match self.stock_since(&scoped, &channel).await? {
                    RunScope::Stock(None) => return self.left_out(&scoped, row, NOTHING_IMPORTED).await,
                    scope => scope,
                }
            }
            _ => RunScope::Full,
        };
        let missing = open.generation.adapter.tells_stock() && !self.has_stock_schedule(&scoped, &channel).await?;
        let latest = scoped.latest_run(&channel).await?;
        let next = next_at(row, self.db().clock().now()).map_err(SyncError::Schedule)?;
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
            put_default(&mut tx, &channel, ScheduleKind::Stock, self.db().clock().now()).await?;
        }
        self.parts().queue.enqueue(tx.raw(), Job::Run { tenant: tenant.to_string(), run: run.to_string() }).await?;
        tx.commit().await?;
        Ok(Tick::Begun(run))
    }

    async fn left_out(&self, scoped: &Scoped, row: &ScheduleRow, why: &str) -> Result<Tick, SyncError> {
        Ok(if self.skip(scoped, row, why).await? { Tick::Skipped } else { Tick::Later })
    }

    /// False: another host had this tick.
    async fn skip(&self, scoped: &Scoped, row: &ScheduleRow, why: &str) -> Result<bool, SyncError> {
        let next = next_at(row, self.db().clock().now()).map_err(SyncError::Schedule)?;
        let mut tx = scoped.begin().await?;
        let taken = tx.take_tick(row, next, None, Some(why)).await?;
        tx.commit().await?;
        Ok(taken)
    }

    /// Since the last run that was completed began; a channel that never had a full one gets that.
    async fn changed_since(&self, scoped: &Scoped, channel: &ChannelId) -> Result<RunScope, StoreError> {
        Ok(self.synced_until(scoped, channel).await?.map_or(RunScope::Full, RunScope::ChangedSince))
    }

    /// What changed in the shop before that moment is known here, as far as deltas can tell. `None`: there was no full run yet.
    pub(crate) async fn synced_until(
        &self,
        scoped: &Scoped,
        channel: &ChannelId,
    ) -> Result<Option<Timestamp>, StoreError> {
        self.brought_until(scoped, channel, "changed_since").await
    }

    /// Since the last run that was completed and brought all stock began; all of it on a channel that never had one.
    pub(crate) async fn stock_since(&self, scoped: &Scoped, channel: &ChannelId) -> Result<RunScope, StoreError> {
        Ok(RunScope::Stock(self.brought_until(scoped, channel, "stock").await?))
    }

    /// By full runs, and by those of this scope.
    async fn brought_until(
        &self,
        scoped: &Scoped,
        channel: &ChannelId,
        scope: &str,
    ) -> Result<Option<Timestamp>, StoreError> {
        if scoped.last_completed(channel, FULL).await?.is_none() {
            return Ok(None);
        }
        let row = scoped.channel(channel.as_str()).await?;
        // The shop compares with dates of its own clock. What is asked for once more does no harm; what is left out is missed.
        let behind = self.clock_ahead(channel, row.and_then(|row| row.clock_ahead)).min(0);
        Ok(scoped.last_completed(channel, scope).await?.map(|last| last - OVERLAP_MS + behind))
    }

    async fn has_stock_schedule(&self, scoped: &Scoped, channel: &ChannelId) -> Result<bool, StoreError> {
        Ok(scoped.schedules(channel).await?.iter().any(|row| row.kind == ScheduleKind::Stock.as_str()))
    }
}

enum Tick {
    Begun(RunId),
    Skipped,
    /// It stays due, or is another host's.
    Later,
}

/// Refuses for an adapter whose stock comes with its products alone.
pub(crate) fn tells_stock(generation: &Generation) -> Result<(), SyncError> {
    if generation.adapter.tells_stock() {
        return Ok(());
    }
    Err(SyncError::NoStock(generation.manifest.id.clone()))
}

/// The schedules of a new channel.
pub(crate) async fn put_defaults(
    tx: &mut ScopedTx,
    channel: &ChannelId,
    generation: &Generation,
    now: Timestamp,
) -> Result<(), StoreError> {
    for (kind, ..) in DEFAULTS {
        if kind != ScheduleKind::Stock || generation.adapter.tells_stock() {
            put_default(tx, channel, kind, now).await?;
        }
    }
    Ok(())
}

async fn put_default(
    tx: &mut ScopedTx,
    channel: &ChannelId,
    kind: ScheduleKind,
    now: Timestamp,
) -> Result<(), StoreError> {
    let mut row = default_row(channel, kind);
    let now = if kind == ScheduleKind::Stock { now - BETWEEN_MS } else { now };
    row.next_at = next_at(&row, now).map_err(StoreError::Corrupt)?;
    tx.put_schedule(&row).await
}

fn default_row(channel: &ChannelId, kind: ScheduleKind) -> ScheduleRow {
    let (_, rule, jitter_ms) = DEFAULTS.into_iter().find(|(known, ..)| *known == kind).unwrap_or(DEFAULTS[0]);
    ScheduleRow {
        channel_id: channel.as_str().to_owned(),
        kind: kind.as_str().to_owned(),
        rule: rule.to_owned(),
        time_zone: "UTC".to_owned(),
        jitter_ms,
        when_busy: if kind == ScheduleKind::Full { WhenBusy::Queue } else { WhenBusy::Skip }.as_str().to_owned(),
        enabled: 1,
        next_at: 0,
        last_at: None,
        last_run: None,
        note: None,
    }
}

fn next_at(row: &ScheduleRow, now: Timestamp) -> Result<Timestamp, String> {
    let rule: Rule = row.rule.parse()?;
    let next = rule.next_after(now, time_zone(&row.time_zone)?);
    let next = next.ok_or_else(|| format!("{rule} is never due again"))?;
    let jitter = if row.jitter_ms > 0 { rand::random::<u64>() % row.jitter_ms.unsigned_abs() } else { 0 };
    Ok(next.saturating_add(i64::try_from(jitter).unwrap_or(0)))
}
