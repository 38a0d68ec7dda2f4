//! Webhook deliveries: stored once, worked on in the order they came, kept for a while.

use std::collections::HashSet;

use entrepot_domain::clock::Timestamp;
use entrepot_domain::{ChannelId, DeliveryId, Id};
use serde_json::Value;
use sqlx::types::Json;

mod changes;

pub use changes::{Outcome, WhichDeliveries};

use crate::bulk::{self, Column};
use crate::{Db, Scoped, ScopedTx, StoreError, pack, unpack};

/// A delivery that was verified.
#[derive(Clone, Debug)]
pub struct NewDelivery<'a> {
    pub channel: &'a ChannelId,
    /// Two with the same one are the same.
    pub delivery_id: &'a str,
    pub topic: &'a str,
    /// Without any that could hold a credential.
    pub headers: &'a [(String, String)],
    pub body: &'a [u8],
    /// JSON text.
    pub events: &'a str,
    pub occurred_at: Option<Timestamp>,
    pub received_at: Timestamp,
    pub generation: i64,
    /// The trace in which it came, as W3C writes it.
    pub traceparent: Option<String>,
}

/// A delivery as lists show it.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct DeliveryRow {
    pub id: String,
    pub channel_id: String,
    pub delivery_id: String,
    pub topic: String,
    pub occurred_at: Option<Timestamp>,
    pub received_at: Timestamp,
    pub generation: i64,
    /// pending, done, dead
    pub state: String,
    pub attempts: i64,
    /// 0: no wait.
    pub not_before: Timestamp,
    pub failure: Option<String>,
    pub note: Option<String>,
    pub processed_at: Option<Timestamp>,
}

/// What a delivery said.
#[derive(Clone, Debug)]
pub struct DeliveryContent {
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    /// What the adapter made of it.
    pub events: Value,
}

/// A delivery to be worked on.
#[derive(Clone, Debug)]
pub struct Pending {
    pub id: String,
    pub occurred_at: Option<Timestamp>,
    pub attempts: i64,
    /// JSON text.
    pub events: String,
    pub received_at: Timestamp,
    pub traceparent: Option<String>,
}

// Numbers are read as numbers, whatever stands there: of a row that somebody damaged in SQLite, the others are none the worse.
macro_rules! delivery_columns {
    () => {
        "id, channel_id, delivery_id, topic, CAST(occurred_at AS BIGINT) AS occurred_at, CAST(received_at AS BIGINT) AS received_at, \
         CAST(generation AS BIGINT) AS generation, state, CAST(attempts AS BIGINT) AS attempts, CAST(not_before AS BIGINT) AS not_before, \
         failure, note, CAST(processed_at AS BIGINT) AS processed_at"
    };
}

const INSERT: &str = "INSERT INTO webhook_deliveries (tenant_id, id, channel_id, delivery_id, topic, headers, body, events, \
    occurred_at, received_at, generation, traceparent, state, attempts, not_before)";
const UNKNOWN: &str = "ON CONFLICT (tenant_id, channel_id, delivery_id) DO NOTHING RETURNING id";
const FIND: &str = concat!("SELECT ", delivery_columns!(), " FROM webhook_deliveries WHERE tenant_id = $1 AND id = $2");
const CONTENT: &str = "SELECT headers, body, events FROM webhook_deliveries WHERE tenant_id = $1 AND id = $2";
const LIST: &str = concat!(
    "SELECT ",
    delivery_columns!(),
    " FROM webhook_deliveries WHERE tenant_id = $1 AND channel_id = $2 AND ($3 = '' OR state = $3) \
     AND ($4 = '' OR id < $4) ORDER BY id DESC LIMIT $5"
);
/// What is packed says first how large it is.
const DUE: &str = "SELECT id, SUBSTR(events, 1, 4) FROM webhook_deliveries \
    WHERE tenant_id = $1 AND channel_id = $2 AND state = 'pending' AND not_before <= $3 ORDER BY id LIMIT $4";
const PENDING: &str = "SELECT id, CAST(occurred_at AS BIGINT), CAST(attempts AS BIGINT), events, CAST(received_at AS BIGINT), traceparent FROM webhook_deliveries \
    WHERE tenant_id = $1 AND channel_id = $2 AND state = 'pending' AND not_before <= $3 AND id <= $4 ORDER BY id LIMIT $5";
const NEXT_DUE: &str = "SELECT CAST(not_before AS BIGINT) FROM webhook_deliveries \
    WHERE tenant_id = $1 AND channel_id = $2 AND state = 'pending' ORDER BY not_before LIMIT 1";
const WAITING: &str = "SELECT DISTINCT d.tenant_id, d.channel_id FROM webhook_deliveries d \
    LEFT JOIN webhook_inboxes i ON i.tenant_id = d.tenant_id AND i.channel_id = d.channel_id \
    WHERE d.state = 'pending' AND d.not_before <= $1 AND d.received_at <= $2 \
    AND (i.not_before IS NULL OR i.not_before <= $1) LIMIT 1000";

/// A channel whose deliveries wait for no reason that is known here.
#[derive(Clone, Debug, PartialEq, Eq, Hash, sqlx::FromRow)]
pub struct WaitingInbox {
    pub tenant_id: String,
    pub channel_id: String,
}

impl Db {
    /// Channels with deliveries that are due at `now` and came before `came_before`. Somebody may be at work on them.
    pub async fn waiting_inboxes(
        &self,
        now: Timestamp,
        came_before: Timestamp,
    ) -> Result<Vec<WaitingInbox>, StoreError> {
        Ok(read_all!(self, WaitingInbox, WAITING, now, came_before)?)
    }
}

impl Scoped {
    pub async fn delivery(&self, id: &str) -> Result<Option<DeliveryRow>, StoreError> {
        Ok(read_optional!(self, DeliveryRow, FIND, self.tenant().as_str(), id)?)
    }

    pub async fn delivery_content(&self, id: &str) -> Result<Option<DeliveryContent>, StoreError> {
        type Row = (Json<Vec<(String, String)>>, Vec<u8>, Vec<u8>);
        let row = read_optional!(self, Row, CONTENT, self.tenant().as_str(), id)?;
        row.map(|(Json(headers), body, events)| {
            let events = serde_json::from_str(&unpack(&events)?)
                .map_err(|_| StoreError::Corrupt(format!("the events of delivery {id} are no JSON")))?;
            Ok(DeliveryContent { headers, body, events })
        })
        .transpose()
    }

    /// Newest first; `state` "" takes all, `before` is the last id of the previous page.
    pub async fn deliveries(
        &self,
        channel: &ChannelId,
        state: &str,
        before: &str,
        limit: i64,
    ) -> Result<Vec<DeliveryRow>, StoreError> {
        let tenant = self.tenant().as_str();
        Ok(read_all!(self, DeliveryRow, LIST, tenant, channel.as_str(), state, before, limit)?)
    }

    /// What is to be worked on now, in the order it came: at most `limit`, and fewer where their events take more than `bytes`.
    pub async fn pending_deliveries(
        &self,
        channel: &ChannelId,
        limit: i64,
        bytes: usize,
    ) -> Result<Vec<Pending>, StoreError> {
        type Row = (String, Option<Timestamp>, i64, Vec<u8>, Timestamp, Option<String>);
        let (tenant, channel, now) = (self.tenant().as_str(), channel.as_str(), self.clock().now());
        let due = read_all!(self, (String, Vec<u8>), DUE, tenant, channel, now, limit)?;
        let mut held = 0_usize;
        let fitting = due.iter().take_while(|(_, size)| {
            let before = held;
            held = held.saturating_add(size.first_chunk().map_or(0, |size| u32::from_le_bytes(*size) as usize));
            before == 0 || held <= bytes
        });
        let Some((last, _)) = fitting.last() else { return Ok(Vec::new()) };
        let rows = read_all!(self, Row, PENDING, tenant, channel, now, last, limit)?;
        // One whose events do not unpack stops none of the others: it has none.
        let pending = |(id, occurred_at, attempts, events, received_at, traceparent): Row| {
            let events = unpack(&events).unwrap_or_default();
            Pending { id, occurred_at, attempts, events, received_at, traceparent }
        };
        Ok(rows.into_iter().map(pending).collect())
    }

    /// When the next of the pending ones may be worked on; `None`: none is left.
    pub async fn next_delivery_due(&self, channel: &ChannelId) -> Result<Option<Timestamp>, StoreError> {
        let row = read_optional!(self, (Timestamp,), NEXT_DUE, self.tenant().as_str(), channel.as_str())?;
        Ok(row.map(|(at,)| at))
    }
}

impl ScopedTx {
    /// Stores those that are not known already. The id of each, or `None` of one that is known.
    pub async fn insert_deliveries(&mut self, new: &[NewDelivery<'_>]) -> Result<Vec<Option<DeliveryId>>, StoreError> {
        let ids: Vec<DeliveryId> = new.iter().map(|_| DeliveryId::make(self.clock.now())).collect();
        let events: Vec<Vec<u8>> = new.iter().map(|new| pack(new.events)).collect();
        let columns = [
            Column::Text(vec![Some(self.tenant.as_str()); new.len()]),
            Column::Text(ids.iter().map(|id| Some(id.as_str())).collect()),
            Column::Text(new.iter().map(|new| Some(new.channel.as_str())).collect()),
            Column::Text(new.iter().map(|new| Some(new.delivery_id)).collect()),
            Column::Text(new.iter().map(|new| Some(new.topic)).collect()),
            Column::Json(new.iter().map(|new| serde_json::to_string(new.headers).ok()).collect()),
            Column::Bytes(new.iter().map(|new| new.body).collect()),
            Column::Bytes(events.iter().map(Vec::as_slice).collect()),
            Column::Int(new.iter().map(|new| new.occurred_at).collect()),
            Column::Int(new.iter().map(|new| Some(new.received_at)).collect()),
            Column::Int(new.iter().map(|new| Some(new.generation)).collect()),
            Column::Text(new.iter().map(|new| new.traceparent.as_deref()).collect()),
            Column::Text(vec![Some("pending"); new.len()]),
            Column::Int(vec![Some(0); new.len()]),
            Column::Int(vec![Some(0); new.len()]),
        ];
        let inserted = bulk::insert_returning(&mut self.tx, INSERT, UNKNOWN, &columns).await?;
        let inserted: HashSet<String> = inserted.into_iter().collect();
        Ok(ids.into_iter().map(|id| inserted.contains(id.as_str()).then_some(id)).collect())
    }
}
