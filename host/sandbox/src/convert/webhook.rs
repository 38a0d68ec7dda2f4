//! Deliveries and subscriptions.

use entrepot_domain::clock::Timestamp;
use entrepot_domain::delivery::{Event, StockChange};

use super::item::raw_item;
use super::text::{one_line, storable, usable_id};
use crate::bindings::webhooks;

/// A request as it came in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    pub method: String,
    pub path: String,
    pub query: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    pub received_at: Timestamp,
}

impl Delivery {
    pub(crate) fn to_wit(&self) -> webhooks::Delivery {
        webhooks::Delivery {
            method: self.method.clone(),
            path: self.path.clone(),
            query: self.query.clone(),
            headers: self.headers.clone(),
            body: self.body.clone(),
            received_at: self.received_at,
        }
    }
}

/// What the adapter makes of a delivery.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    Accepted(Verified),
    /// Status, content type and body to answer with, and nothing else to do.
    Reply(u16, String, Vec<u8>),
    Rejected(String),
}

/// A delivery that comes from the marketplace, and what it says.
#[derive(Clone, Debug, PartialEq)]
pub struct Verified {
    /// Two deliveries with the same one are the same.
    pub id: String,
    pub topic: String,
    pub occurred_at: Option<Timestamp>,
    pub events: Vec<Event>,
}

/// What a marketplace delivers, and where to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscription {
    pub id: String,
    pub topic: String,
    pub callback_url: String,
    pub active: bool,
}

pub(crate) fn verdict(verdict: webhooks::Verdict) -> Verdict {
    match verdict {
        webhooks::Verdict::Accepted(verified) => Verdict::Accepted(Verified {
            id: storable(verified.id),
            topic: one_line(verified.topic),
            occurred_at: verified.occurred_at,
            events: verified.events.into_iter().map(event).collect(),
        }),
        webhooks::Verdict::Reply((status, content_type, body)) => Verdict::Reply(status, one_line(content_type), body),
        webhooks::Verdict::Rejected(why) => Verdict::Rejected(one_line(why)),
    }
}

fn event(event: webhooks::Event) -> Event {
    match event {
        webhooks::Event::Upserted(item) => Event::Upserted(raw_item(item)),
        webhooks::Event::Changed(id) => Event::Changed(usable_id(id)),
        webhooks::Event::Deleted(id) => Event::Deleted(usable_id(id)),
        webhooks::Event::Stock(changes) => Event::Stock(changes.into_iter().map(stock).collect()),
        webhooks::Event::OrderChanged(id) => Event::OrderChanged(usable_id(id)),
        webhooks::Event::Disconnected => Event::Disconnected,
        webhooks::Event::RunReady(json) => Event::RunReady(storable(json)),
        webhooks::Event::Ignored(why) => Event::Ignored(one_line(why)),
    }
}

fn stock(change: webhooks::StockChange) -> StockChange {
    let webhooks::StockChange { item_id, location_id, available } = change;
    StockChange { item_id: usable_id(item_id), location_id: usable_id(location_id), available }
}

pub(crate) fn subscription(subscription: webhooks::Subscription) -> Subscription {
    let webhooks::Subscription { id, topic, callback_url, active } = subscription;
    Subscription { id: storable(id), topic: one_line(topic), callback_url: one_line(callback_url), active }
}
