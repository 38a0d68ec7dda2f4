//! The schedules of a channel: what they are, which a new channel gets, and when one is due next.
// See docs/decisions/0031-schedules-are-rows.md

use entrepot_adapters::Generation;
use entrepot_core::AppError;
use entrepot_domain::clock::Timestamp;
use entrepot_domain::schedule::{Rule, ScheduleKind, WhenBusy, time_zone};
use entrepot_domain::{ChannelId, TenantId};
use entrepot_store::schedules::ScheduleRow;
use entrepot_store::{ScopedTx, StoreError};

use crate::Channels;

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
/// Nobody has to wait longer for a tick that is spread.
const MOST_JITTER_MS: i64 = 24 * 3_600_000;

impl Channels {
    /// All of a channel.
    pub async fn schedules(&self, tenant: &TenantId, channel: &str) -> Result<Vec<ScheduleRow>, AppError> {
        let id = ChannelId::from(self.channel(tenant, channel).await?.id);
        Ok(self.services.db().tenant(tenant).schedules(&id).await?)
    }

    /// Changes one, or makes it. It is due next by its rule, from now on.
    pub async fn set_schedule(
        &self,
        tenant: &TenantId,
        channel: &str,
        kind: ScheduleKind,
        change: ScheduleChange,
    ) -> Result<ScheduleRow, AppError> {
        let found = self.channel(tenant, channel).await?;
        let id = ChannelId::from(found.id);
        let scoped = self.services.db().tenant(tenant);
        if kind == ScheduleKind::Stock {
            let generation = self.services.admission().active_for(&found.adapter_id, &id).await?;
            supports_stock_sync(&generation)?;
        }
        let known = scoped.schedules(&id).await?.into_iter().find(|row| row.kind == kind.as_str());
        let mut row = known.unwrap_or_else(|| default_row(&id, kind));
        if let Some(rule) = change.rule {
            row.rule = rule.to_string();
        }
        if let Some(zone) = change.time_zone {
            time_zone(&zone).map_err(AppError::Schedule)?;
            row.time_zone = zone;
        }
        if let Some(jitter) = change.jitter_ms {
            if !(0..=MOST_JITTER_MS).contains(&jitter) {
                return Err(AppError::Schedule("the jitter is between 0 and 24 hours".to_owned()));
            }
            row.jitter_ms = jitter;
        }
        if let Some(when_busy) = change.when_busy {
            row.when_busy = when_busy.as_str().to_owned();
        }
        if let Some(enabled) = change.enabled {
            row.enabled = i64::from(enabled);
        }
        row.next_at = next_at(&row, self.services.db().clock().now()).map_err(AppError::Schedule)?;
        let mut tx = scoped.begin().await?;
        tx.put_schedule(&row).await?;
        tx.commit().await?;
        Ok(row)
    }
}

/// Refuses for an adapter whose stock comes with its products alone.
pub fn supports_stock_sync(generation: &Generation) -> Result<(), AppError> {
    if generation.adapter.supports_stock_sync() {
        return Ok(());
    }
    Err(AppError::NoStock(generation.manifest.id.clone()))
}

/// The schedules of a new channel.
pub(crate) async fn put_defaults(
    tx: &mut ScopedTx,
    channel: &ChannelId,
    generation: &Generation,
    now: Timestamp,
) -> Result<(), StoreError> {
    for (kind, ..) in DEFAULTS {
        if kind != ScheduleKind::Stock || generation.adapter.supports_stock_sync() {
            put_default(tx, channel, kind, now).await?;
        }
    }
    Ok(())
}

pub async fn put_default(
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

/// The latest moment at which a schedule may be due next. One that stands later was reckoned by a clock that was wrong.
pub fn latest_next_at(row: &ScheduleRow, now: Timestamp) -> Result<Timestamp, String> {
    Ok(next_by_rule(row, now)?.saturating_add(row.jitter_ms.max(0)))
}

fn next_by_rule(row: &ScheduleRow, now: Timestamp) -> Result<Timestamp, String> {
    let rule: Rule = row.rule.parse()?;
    let next = rule.next_after(now, time_zone(&row.time_zone)?);
    next.ok_or_else(|| format!("{rule} is never due again"))
}

pub fn next_at(row: &ScheduleRow, now: Timestamp) -> Result<Timestamp, String> {
    let next = next_by_rule(row, now)?;
    let jitter = if row.jitter_ms > 0 { rand::random::<u64>() % row.jitter_ms.unsigned_abs() } else { 0 };
    Ok(next.saturating_add(i64::try_from(jitter).unwrap_or(0)))
}
