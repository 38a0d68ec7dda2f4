//! Which deliveries the shop sends, and where to.

use entrepot_guest::issue::invalid;
use entrepot_guest::prelude::*;
use serde_json::{Value, json};

use crate::client::{Client, user_errors};
use crate::documents::{WEBHOOK_CREATE, WEBHOOK_DELETE, WEBHOOK_LIST, WEBHOOK_UPDATE};
use crate::pages;

/// What is needed to see a change within seconds. The compliance topics are set in the app's own configuration.
const TOPICS: [&str; 8] = [
    "PRODUCTS_CREATE",
    "PRODUCTS_UPDATE",
    "PRODUCTS_DELETE",
    "INVENTORY_LEVELS_UPDATE",
    "INVENTORY_LEVELS_CONNECT",
    "INVENTORY_LEVELS_DISCONNECT",
    "BULK_OPERATIONS_FINISH",
    "APP_UNINSTALLED",
];

const MOST_PAGES: usize = 100;

struct Found {
    subscription: Subscription,
    /// JSON and without a filter: a filter that names a wrong field stops all deliveries.
    sound: bool,
}

/// Shopify deletes a subscription after eight failed deliveries, so this is called again and again.
pub fn subscribe<T: Transport>(
    transport: &T,
    channel: &Channel,
    callback_url: &str,
) -> Result<Vec<Subscription>, Error> {
    if !callback_url.starts_with("https://") {
        let message = format!("Shopify delivers to https addresses only, and {callback_url:?} is none.");
        return Err(invalid("", "callback-not-https", message));
    }
    let client = Client::new(transport, channel)?;
    let found = all(&client)?;
    for topic in TOPICS {
        let wanted = json!({"uri": callback_url, "format": "JSON"});
        let mine = found
            .iter()
            .find(|found| found.subscription.topic == topic && found.subscription.callback_url == callback_url);
        match mine {
            Some(found) if found.sound => {}
            Some(found) => {
                let subscription = json!({"uri": callback_url, "format": "JSON", "filter": ""});
                let variables = json!({"id": found.subscription.id, "subscription": subscription});
                refused(&client.change(WEBHOOK_UPDATE, variables, "webhookSubscriptionUpdate")?, topic)?;
            }
            None => {
                let variables = json!({"topic": topic, "subscription": wanted});
                refused(&client.change(WEBHOOK_CREATE, variables, "webhookSubscriptionCreate")?, topic)?;
            }
        }
    }
    list(transport, channel)
}

/// What was made meanwhile by another is as good.
fn refused(payload: &Value, topic: &str) -> Result<(), Error> {
    match user_errors(payload) {
        Some(said) if said.contains("already been taken") => Ok(()),
        Some(said) => {
            Err(invalid("", "subscription-refused", format!("Shopify refuses to subscribe to {topic}: {said}")))
        }
        None => Ok(()),
    }
}

pub fn list<T: Transport>(transport: &T, channel: &Channel) -> Result<Vec<Subscription>, Error> {
    let found = all(&Client::new(transport, channel)?)?;
    Ok(found.into_iter().map(|found| found.subscription).collect())
}

fn all<T: Transport>(client: &Client<'_, T>) -> Result<Vec<Found>, Error> {
    let mut found = Vec::new();
    let mut after = Value::Null;
    for _ in 0..MOST_PAGES {
        let data = client.ask(WEBHOOK_LIST, json!({"after": after}))?.data;
        let nodes = data.pointer("/webhookSubscriptions/nodes").and_then(Value::as_array);
        let nodes = nodes.ok_or_else(|| Error::Unavailable("Shopify's list of subscriptions is missing".to_owned()))?;
        for node in nodes {
            let text = |field: &str| node.get(field).and_then(Value::as_str).unwrap_or_default().to_owned();
            found.push(Found {
                sound: text("format") == "JSON" && text("filter").is_empty(),
                // What Shopify lists it delivers to; what it gave up on is gone.
                subscription: Subscription {
                    id: text("id"),
                    topic: text("topic"),
                    callback_url: text("uri"),
                    active: true,
                },
            });
        }
        match pages::next(&data["webhookSubscriptions"])? {
            Some(end) => after = end.into(),
            None => return Ok(found),
        }
    }
    Err(Error::Unavailable("Shopify's list of subscriptions does not end".to_owned()))
}

pub fn unsubscribe<T: Transport>(transport: &T, channel: &Channel, ids: &[String]) -> Result<(), Error> {
    let client = Client::new(transport, channel)?;
    for id in ids {
        let payload = client.change(WEBHOOK_DELETE, json!({"id": id}), "webhookSubscriptionDelete")?;
        match user_errors(&payload) {
            // Gone already, which is what was wanted.
            Some(said) if said.contains("does not exist") || said.contains("not found") => {}
            Some(said) => return Err(Error::Other(format!("Shopify refuses to unsubscribe {id}: {said}"))),
            None => {}
        }
    }
    Ok(())
}
