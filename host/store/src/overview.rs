//! How a host is doing, over all tenants: read for metrics and for `entrepot doctor`. Each is one look through an index, or at tables
//! that are as small as the number of channels.

use entrepot_domain::clock::Timestamp;

use crate::{Db, StoreError};

/// How many there are of an adapter's.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct OfAdapter {
    pub adapter_id: String,
    pub number: i64,
}

/// How many dead letters of a kind there are of an adapter's.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct DeadLettersOf {
    pub adapter_id: String,
    pub kind: String,
    pub number: i64,
}

/// Why a channel's dead letters of a kind are.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct DeadLetterReason {
    pub tenant_id: String,
    /// The channel's.
    pub name: String,
    pub kind: String,
    pub code: String,
    pub number: i64,
}

/// What waits in the inboxes of an adapter's channels.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Waiting {
    pub adapter_id: String,
    pub number: i64,
    pub oldest: Timestamp,
}

/// What waits in the inbox of one channel.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct WaitingIn {
    pub tenant_id: String,
    /// The channel's.
    pub name: String,
    pub number: i64,
    pub oldest: Timestamp,
}

#[derive(Clone, Debug, Default)]
pub struct Overview {
    pub channels: Vec<OfAdapter>,
    pub problems: Vec<OfAdapter>,
    pub dead_letters: Vec<DeadLettersOf>,
    pub quarantined: Vec<OfAdapter>,
    /// Channels whose webhooks are not in order.
    pub hooks_off: Vec<OfAdapter>,
    pub waiting: Vec<Waiting>,
    /// By state.
    pub runs: Vec<(String, i64)>,
    pub schedules_overdue: i64,
}

/// A schedule that nobody acted on.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Overdue {
    pub tenant_id: String,
    pub channel: String,
    pub kind: String,
    pub next_at: Timestamp,
}

/// A channel whose access token has ended, or is about to, and that nobody could renew.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Ending {
    pub tenant_id: String,
    pub channel: String,
    pub expires_at: Timestamp,
    /// Why, where it was tried.
    pub problem: Option<String>,
}

/// How long before its end a seller's agreement is something to look at: two weeks.
pub const AGREEMENT_WARNING_MS: i64 = 14 * 24 * 60 * 60 * 1_000;

const CHANNELS: &str =
    "SELECT adapter_id, COUNT(*) AS number FROM channels WHERE removed_at IS NULL GROUP BY adapter_id";
const PROBLEMS: &str = "SELECT c.adapter_id, COUNT(*) AS number FROM channels c \
    WHERE c.removed_at IS NULL AND (c.problem IS NOT NULL OR EXISTS (SELECT 1 FROM channel_tokens t \
    WHERE t.tenant_id = c.tenant_id AND t.channel_id = c.id AND t.refresh_expires_at < $1)) GROUP BY c.adapter_id";
/// What was given up and nobody has taken up since: see [`crate::dead_letters::Letter`].
macro_rules! given_up {
    ($columns:literal, $tail:literal) => {
        concat!(
            "SELECT ",
            $columns,
            ", COUNT(*) AS number FROM (\
             SELECT tenant_id, channel_id, 'item' AS kind, code FROM dead_letters \
             UNION ALL SELECT tenant_id, channel_id, 'delivery', COALESCE(code, 'unknown') FROM webhook_deliveries WHERE state = 'dead' \
             UNION ALL SELECT r.tenant_id, r.channel_id, 'run', COALESCE(r.code, 'unknown') FROM runs r WHERE r.state = 'failed' \
             AND NOT EXISTS (SELECT 1 FROM runs n WHERE n.tenant_id = r.tenant_id AND n.channel_id = r.channel_id AND n.id > r.id \
             AND n.state <> 'cancelled')) l \
             JOIN channels c ON c.tenant_id = l.tenant_id AND c.id = l.channel_id WHERE c.removed_at IS NULL GROUP BY ",
            $columns,
            $tail
        )
    };
}
const DEAD_LETTERS: &str = given_up!("c.adapter_id, l.kind", "");
const REASONS: &str =
    given_up!("c.tenant_id, c.name, l.kind, l.code", " ORDER BY c.name, l.kind, COUNT(*) DESC, l.code LIMIT 100");
const QUARANTINED: &str = "SELECT c.adapter_id, COUNT(*) AS number FROM quarantine q \
    JOIN channels c ON c.tenant_id = q.tenant_id AND c.id = q.channel_id \
    WHERE c.removed_at IS NULL AND q.until > $1 GROUP BY c.adapter_id";
const HOOKS_OFF: &str = "SELECT c.adapter_id, COUNT(*) AS number FROM webhook_inboxes i \
    JOIN channels c ON c.tenant_id = i.tenant_id AND c.id = i.channel_id \
    WHERE c.removed_at IS NULL AND i.hooks_problem IS NOT NULL GROUP BY c.adapter_id";
const WAITING: &str = "SELECT c.adapter_id, COUNT(*) AS number, MIN(d.received_at) AS oldest FROM webhook_deliveries d \
    JOIN channels c ON c.tenant_id = d.tenant_id AND c.id = d.channel_id WHERE d.state = 'pending' GROUP BY c.adapter_id";
const WAITING_IN: &str = "SELECT c.tenant_id, c.name, COUNT(*) AS number, MIN(d.received_at) AS oldest FROM webhook_deliveries d \
    JOIN channels c ON c.tenant_id = d.tenant_id AND c.id = d.channel_id \
    WHERE d.state = 'pending' AND c.removed_at IS NULL GROUP BY c.tenant_id, c.name, c.id ORDER BY MIN(d.received_at) LIMIT 100";
const RUNS: &str = "SELECT state, COUNT(*) FROM runs WHERE state IN ('queued', 'running') GROUP BY state";
const OVERDUE: &str = "SELECT s.tenant_id, c.name AS channel, s.kind, s.next_at FROM schedules s \
    JOIN channels c ON c.tenant_id = s.tenant_id AND c.id = s.channel_id \
    WHERE s.enabled = 1 AND s.next_at <= $1 AND c.removed_at IS NULL AND NOT EXISTS (SELECT 1 FROM runs r \
    WHERE r.tenant_id = s.tenant_id AND r.channel_id = s.channel_id AND r.state IN ('queued', 'running')) \
    ORDER BY s.next_at LIMIT 1000";
const ENDING: &str = "SELECT t.tenant_id, c.name AS channel, t.expires_at, c.problem FROM channel_tokens t \
    JOIN channels c ON c.tenant_id = t.tenant_id AND c.id = t.channel_id \
    WHERE t.expires_at > 0 AND t.expires_at <= $1 AND c.removed_at IS NULL ORDER BY t.expires_at LIMIT 1000";
const DEAF: &str = "SELECT c.tenant_id, c.name FROM webhook_inboxes i JOIN channels c ON c.tenant_id = i.tenant_id AND c.id = i.channel_id \
    WHERE c.removed_at IS NULL AND i.callback_url IS NOT NULL AND i.callback_url NOT LIKE $1 ORDER BY c.name LIMIT 1000";
const SIZE: [&str; 2] = [
    "SELECT pg_database_size(current_database())",
    "SELECT c.page_count * s.page_size FROM pragma_page_count() c, pragma_page_size() s",
];
const MIGRATIONS: &str = "SELECT COUNT(*) FROM _sqlx_migrations WHERE success";

impl Db {
    /// `overdue`: a schedule that was due before is late.
    pub async fn overview(&self, overdue: Timestamp) -> Result<Overview, StoreError> {
        Ok(Overview {
            channels: read_all!(self, OfAdapter, CHANNELS)?,
            problems: read_all!(self, OfAdapter, PROBLEMS, self.clock().now().saturating_add(AGREEMENT_WARNING_MS))?,
            dead_letters: read_all!(self, DeadLettersOf, DEAD_LETTERS)?,
            quarantined: read_all!(self, OfAdapter, QUARANTINED, self.clock().now())?,
            hooks_off: read_all!(self, OfAdapter, HOOKS_OFF)?,
            waiting: read_all!(self, Waiting, WAITING)?,
            runs: read_all!(self, (String, i64), RUNS)?,
            schedules_overdue: self.overdue_schedules(overdue).await?.len() as i64,
        })
    }

    /// Schedules that were due before, while their channel has no run under way.
    pub async fn overdue_schedules(&self, before: Timestamp) -> Result<Vec<Overdue>, StoreError> {
        Ok(read_all!(self, Overdue, OVERDUE, before)?)
    }

    /// What waits in inboxes, the channel with the oldest first.
    pub async fn waiting_by_channel(&self) -> Result<Vec<WaitingIn>, StoreError> {
        Ok(read_all!(self, WaitingIn, WAITING_IN)?)
    }

    /// Access tokens that end by then.
    pub async fn tokens_ending(&self, by: Timestamp) -> Result<Vec<Ending>, StoreError> {
        Ok(read_all!(self, Ending, ENDING, by)?)
    }

    /// Channels whose marketplace delivers elsewhere than to `public_url`: whose, and their names.
    pub async fn subscribed_elsewhere(&self, public_url: &str) -> Result<Vec<(String, String)>, StoreError> {
        let here = format!("{}/%", public_url.trim_end_matches('/'));
        Ok(read_all!(self, (String, String), DEAF, here)?)
    }

    /// What was given up, by channel, kind and code.
    pub async fn dead_letter_reasons(&self) -> Result<Vec<DeadLetterReason>, StoreError> {
        Ok(read_all!(self, DeadLetterReason, REASONS)?)
    }

    /// Bytes on the disk.
    pub async fn size(&self) -> Result<i64, StoreError> {
        let size = read_all_forked!(self, (i64,), SIZE)?;
        Ok(size.first().map_or(0, |(bytes,)| *bytes))
    }

    /// Is the database as this program knows it? A newer program may have brought it further.
    pub async fn is_migrated(&self) -> Result<bool, StoreError> {
        let known = match self.engine() {
            crate::Engine::Postgres => sqlx::migrate!("../../migrations/postgres").iter().count(),
            crate::Engine::Sqlite => sqlx::migrate!("../../migrations/sqlite").iter().count(),
        };
        let applied = read_optional!(self, (i64,), MIGRATIONS)?.map_or(0, |(count,)| count);
        Ok(applied >= known as i64)
    }
}
