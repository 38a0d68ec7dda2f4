//! What a mutation changes, and what it answers.

use serde_json::{Value, json};

use super::bulk;
use super::state::{State, Subscription};
use super::tree::{Arguments, Missing, gid, number};

/// The payload of one field of a mutation: every field its type has, from which the selection takes.
pub(super) fn payload(state: &mut State, name: &str, arguments: &Arguments) -> Result<Value, Missing> {
    let text = |name: &str| arguments.get(name).and_then(Value::as_str).unwrap_or_default();
    let input = arguments.get("webhookSubscription");
    let id = number(text("id"), "WebhookSubscription");
    match name {
        "bulkOperationRunQuery" => {
            let grouped = arguments.get("groupObjects") == Some(&Value::Bool(true));
            Ok(match bulk::start(state, text("query"), grouped) {
                Ok(id) => {
                    json!({"bulkOperation": {"id": gid("BulkOperation", id), "status": "CREATED"}, "userErrors": []})
                }
                Err((code, message)) => {
                    json!({"bulkOperation": null, "userErrors": [{"code": code, "field": null, "message": message}]})
                }
            })
        }
        "webhookSubscriptionCreate" => Ok(create(state, text("topic"), input)),
        "webhookSubscriptionUpdate" => Ok(update(state, id, input)),
        "webhookSubscriptionDelete" => {
            let before = state.subscriptions.len();
            state.subscriptions.retain(|subscription| Some(subscription.id) != id);
            Ok(if state.subscriptions.len() < before {
                json!({"deletedWebhookSubscriptionId": text("id"), "userErrors": []})
            } else {
                let errors = refused(&["id"], "Webhook subscription does not exist");
                json!({"deletedWebhookSubscriptionId": null, "userErrors": errors["userErrors"]})
            })
        }
        other => super::writes::payload(state, other, arguments),
    }
}

fn refused(field: &[&str], message: &str) -> Value {
    json!({"webhookSubscription": null, "userErrors": [{"field": field, "message": message}]})
}

fn shown(subscription: &Subscription) -> Value {
    let filter = Some(&subscription.filter).filter(|filter| !filter.is_empty());
    json!({
        "webhookSubscription": {
            "id": gid("WebhookSubscription", subscription.id), "topic": subscription.topic, "uri": subscription.uri,
            "format": subscription.format, "filter": filter,
        },
        "userErrors": [],
    })
}

fn create(state: &mut State, topic: &str, input: Option<&Value>) -> Value {
    let text =
        |name: &str| input.and_then(|input| input.get(name)).and_then(Value::as_str).unwrap_or_default().to_owned();
    let uri = text("uri");
    if !uri.starts_with("https://") {
        return refused(&["webhookSubscription", "callbackUrl"], "Address protocol http:// is not supported");
    }
    // A topic needs the scope of what it tells about.
    let needed = match topic {
        topic if topic.starts_with("PRODUCTS_") || topic.starts_with("COLLECTIONS_") => Some("read_products"),
        topic if topic.starts_with("INVENTORY_") => Some("read_inventory"),
        topic if topic.starts_with("LOCATIONS_") => Some("read_locations"),
        _ => None,
    };
    if needed.is_some_and(|scope| !state.options.may(scope)) {
        return refused(&["topic"], "You do not have permission to create or update webhooks with this topic");
    }
    if state.subscriptions.iter().any(|other| other.topic == topic && other.uri == uri) {
        return refused(&["webhookSubscription", "callbackUrl"], "Address for this topic has already been taken");
    }
    let format = Some(text("format")).filter(|format| !format.is_empty()).unwrap_or_else(|| "JSON".to_owned());
    let (id, created_at) = (state.id(), state.options.seconds());
    let subscription = Subscription { id, topic: topic.to_owned(), uri, format, filter: text("filter"), created_at };
    let answer = shown(&subscription);
    state.subscriptions.push(subscription);
    answer
}

fn update(state: &mut State, id: Option<u64>, input: Option<&Value>) -> Value {
    let Some(subscription) = state.subscriptions.iter_mut().find(|subscription| Some(subscription.id) == id) else {
        return refused(&["id"], "Webhook subscription does not exist");
    };
    for (name, field) in
        [("uri", &mut subscription.uri), ("format", &mut subscription.format), ("filter", &mut subscription.filter)]
    {
        if let Some(value) = input.and_then(|input| input.get(name)).and_then(Value::as_str) {
            value.clone_into(field);
        }
    }
    shown(subscription)
}
