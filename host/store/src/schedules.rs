//! When imports begin by themselves.

use entrepot_domain::clock::Timestamp;
use entrepot_domain::{ChannelId, RunId};
use serde::Serialize;

use crate::{Db, Scoped, ScopedTx, StoreError};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, sqlx::FromRow)]
pub struct ScheduleRow {
    pub channel_id: String,
    pub kind: String,
    pub rule: String,
    pub time_zone: String,
    pub jitter_ms: i64,
    pub when_busy: String,
    /// 1: it counts.
    pub enabled: i64,
    pub next_at: Timestamp,
    pub last_at: Option<Timestamp>,
    pub last_run: Option<String>,
    pub note: Option<String>,
}

#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Due {
    pub tenant_id: String,
    #[sqlx(flatten)]
    pub schedule: ScheduleRow,
}

// Numbers are read as numbers, whatever stands there: of a row that somebody damaged in SQLite, the others are none the worse.
macro_rules! columns {
    () => {
        "s.channel_id, s.kind, s.rule, s.time_zone, CAST(s.jitter_ms AS BIGINT) AS jitter_ms, s.when_busy, CAST(s.enabled AS BIGINT) AS enabled, \
         CAST(s.next_at AS BIGINT) AS next_at, CAST(s.last_at AS BIGINT) AS last_at, s.last_run, s.note FROM schedules s "
    };
}
/// Of channels that are in use.
macro_rules! of_all {
    () => {
        concat!(
            "SELECT s.tenant_id, ",
            columns!(),
            "JOIN channels c ON c.tenant_id = s.tenant_id AND c.id = s.channel_id WHERE s.enabled = 1 AND c.removed_at IS NULL "
        )
    };
}
const OF_CHANNEL: &str = concat!("SELECT ", columns!(), "WHERE s.tenant_id = $1 AND s.channel_id = $2 ORDER BY s.kind");
/// Full ones first: what they find a delta due in the same moment need not. Stock last, for the same reason.
const DUE: &str = concat!(
    of_all!(),
    "AND s.next_at <= $1 ORDER BY CASE s.kind WHEN 'full' THEN 0 WHEN 'delta' THEN 1 ELSE 2 END, s.next_at LIMIT 500"
);
const FAR: &str = concat!(
    of_all!(),
    "AND s.next_at > $1 AND (s.tenant_id, s.channel_id, s.kind) > ($2, $3, $4) ORDER BY s.tenant_id, s.channel_id, s.kind LIMIT 500"
);
const BRING_FORWARD: &str =
    "UPDATE schedules SET next_at = $5 WHERE tenant_id = $1 AND channel_id = $2 AND kind = $3 AND next_at = $4";
const PUT: &str = "INSERT INTO schedules (tenant_id, channel_id, kind, rule, time_zone, jitter_ms, when_busy, enabled, next_at) \
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (tenant_id, channel_id, kind) DO UPDATE SET rule = excluded.rule, \
    time_zone = excluded.time_zone, jitter_ms = excluded.jitter_ms, when_busy = excluded.when_busy, enabled = excluded.enabled, \
    next_at = excluded.next_at";
const TAKE: &str = "UPDATE schedules SET next_at = $5, last_at = $4, last_run = $6, note = $7 \
    WHERE tenant_id = $1 AND channel_id = $2 AND kind = $3 AND next_at = $4 AND enabled = 1";
/// Deltas come again soon enough by themselves.
const AGAIN: &str = "UPDATE schedules SET next_at = $3, note = $4 WHERE tenant_id = $1 AND last_run = $2 AND kind = 'full' \
    AND next_at > $3";

/// Full ones bring what the other scope brings, too.
const LAST_FULL_END: &str = "SELECT MAX(finished_at) FROM runs WHERE tenant_id = $1 AND channel_id = $2 AND state = 'completed' \
    AND scope = 'full' AND finished_at <= $3";
const LAST_COMPLETED: &str = "SELECT MAX(created_at) FROM runs WHERE tenant_id = $1 AND channel_id = $2 AND state = 'completed' \
    AND scope IN ('full', $3) AND created_at <= $4";

impl Db {
    /// Over all tenants.
    pub async fn due_schedules(&self, now: Timestamp) -> Result<Vec<Due>, StoreError> {
        Ok(read_sound!(self, Due, "schedules", DUE, now)?)
    }

    /// Over all tenants, those that are due after `at`, from after the last one of the page before; 500 at a time.
    pub async fn schedules_after(&self, at: Timestamp, after: Option<&Due>) -> Result<Vec<Due>, StoreError> {
        let (tenant, channel, kind) = after.map_or(("", "", ""), |last| {
            (last.tenant_id.as_str(), last.schedule.channel_id.as_str(), last.schedule.kind.as_str())
        });
        Ok(read_sound!(self, Due, "schedules", FAR, at, tenant, channel, kind)?)
    }
}

impl Scoped {
    pub async fn schedules(&self, channel: &ChannelId) -> Result<Vec<ScheduleRow>, StoreError> {
        Ok(read_sound!(self, ScheduleRow, "schedules", OF_CHANNEL, self.tenant().as_str(), channel.as_str())?)
    }

    /// When the last full run that was completed ended. What is to come is of a clock that was wrong.
    pub async fn last_full_end(&self, channel: &ChannelId) -> Result<Option<Timestamp>, StoreError> {
        let row = read_optional!(
            self,
            (Option<Timestamp>,),
            LAST_FULL_END,
            self.tenant().as_str(),
            channel.as_str(),
            self.clock().now()
        )?;
        Ok(row.and_then(|(at,)| at))
    }

    /// When the last completed run that was full, or of this scope (see [`entrepot_domain::run::RunScope::parts`]), was asked for. What is to
    /// come is of a clock that was wrong.
    pub async fn last_completed(&self, channel: &ChannelId, scope: &str) -> Result<Option<Timestamp>, StoreError> {
        let tenant = self.tenant().as_str();
        let row = read_optional!(
            self,
            (Option<Timestamp>,),
            LAST_COMPLETED,
            tenant,
            channel.as_str(),
            scope,
            self.clock().now()
        )?;
        Ok(row.and_then(|(at,)| at))
    }
}

impl ScopedTx {
    pub async fn put_schedule(&mut self, row: &ScheduleRow) -> Result<(), StoreError> {
        let ScheduleRow { channel_id, kind, rule, time_zone, jitter_ms, when_busy, enabled, next_at, .. } = row;
        let tenant = self.tenant.as_str();
        execute!(&mut self.tx, PUT, tenant, channel_id, kind, rule, time_zone, jitter_ms, when_busy, enabled, next_at)?;
        Ok(())
    }

    /// False: it was begun or changed meanwhile.
    pub async fn bring_forward(&mut self, row: &ScheduleRow, next_at: Timestamp) -> Result<bool, StoreError> {
        let (tenant, channel, kind) = (self.tenant.as_str(), &row.channel_id, &row.kind);
        Ok(execute!(&mut self.tx, BRING_FORWARD, tenant, channel, kind, row.next_at, next_at)? == 1)
    }

    /// The full run that a schedule began has failed: it is due again at `at`, if not sooner.
    pub async fn schedule_again(&mut self, run: &RunId, at: Timestamp, note: &str) -> Result<(), StoreError> {
        execute!(&mut self.tx, AGAIN, self.tenant.as_str(), run.as_str(), at, note)?;
        Ok(())
    }

    /// Makes the tick ours. False: another host has taken it, or it was changed meanwhile.
    pub async fn take_tick(
        &mut self,
        row: &ScheduleRow,
        next_at: Timestamp,
        run: Option<&str>,
        note: Option<&str>,
    ) -> Result<bool, StoreError> {
        let (tenant, channel, kind, due) = (self.tenant.as_str(), &row.channel_id, &row.kind, row.next_at);
        Ok(execute!(&mut self.tx, TAKE, tenant, channel, kind, due, next_at, run, note)? == 1)
    }
}
