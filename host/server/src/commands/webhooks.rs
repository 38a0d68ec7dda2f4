//! `entrepot webhooks …`

use std::time::Duration;

use anyhow::Result;
use entrepot_catalog::SubscriptionReport;
use entrepot_core::AppError;
use entrepot_domain::ChannelId;
use entrepot_domain::names::shell_word;
use entrepot_queue::Outcome;
use entrepot_store::deliveries::{DeliveryRow, WhichDeliveries};
use entrepot_store::refused::RefusedRow;
use serde_json::{Value, json};

use crate::cli::{DeliveryState, WebhooksCommand};
use crate::host::Host;
use crate::output::{Output, count, moment, shortened, table};

/// Characters.
const LONGEST_NOTE: usize = 500;
/// Longer waits are left to a host that serves.
const LONGEST_WAIT: Duration = Duration::from_secs(5);

pub(crate) async fn run(host: &Host, command: WebhooksCommand, output: Output) -> Result<()> {
    let public_url = host.config.public_url.as_str();
    match command {
        WebhooksCommand::Subscribe { channel } => {
            if is_of_this_machine(public_url) {
                eprintln!(
                    "entrepot: marketplaces cannot reach {public_url}; set ENTREPOT_PUBLIC_URL to where they can"
                );
            }
            let now = host.app.subscriptions.subscribe(&host.tenant, &channel, public_url).await?;
            output.say(&now, || format!("{}\n{channel} is subscribed, and looked after every hour", list_of(&now)))
        }
        WebhooksCommand::Subscriptions { channel } => {
            let found = host.app.subscriptions.subscriptions(&host.tenant, &channel, public_url).await?;
            output.say(&found, || match found.is_empty() {
                true => {
                    format!("{channel} has none; make them with: entrepot webhooks subscribe {}", shell_word(&channel))
                }
                false => format!("{}{}", list_of(&found), moved(&found, public_url, &channel)),
            })
        }
        WebhooksCommand::Unsubscribe { channel } => {
            let ended = host.app.subscriptions.unsubscribe(&host.tenant, &channel, public_url).await?;
            output.say(&json!({"channel": channel, "ended": ended}), || {
                let ended = count(i64::try_from(ended).unwrap_or(i64::MAX), "subscription of", "subscriptions of");
                format!("{ended} {channel} ended")
            })
        }
        WebhooksCommand::List { channel, state, limit } => list(host, &channel, state, limit, output).await,
        WebhooksCommand::Refused { channel } => refused(host, &channel, output).await,
        WebhooksCommand::Show { delivery } => show(host, delivery, output).await,
        WebhooksCommand::Replay { channel, ids, failed: _, all } => {
            let which = match (all, ids.is_empty()) {
                (true, _) => WhichDeliveries::All,
                (false, true) => WhichDeliveries::Dead,
                (false, false) => WhichDeliveries::These(ids),
            };
            replay(host, &channel, &which, output).await
        }
    }
}

/// The marketplace delivers to where this host was reached before.
fn moved(found: &[SubscriptionReport], public_url: &str, channel: &str) -> String {
    let here = format!("{}/hooks/", public_url.trim_end_matches('/'));
    if found.iter().any(|of| of.ours && !of.callback_url.starts_with(&here)) {
        return format!(
            "\nENTREPOT_PUBLIC_URL is another one now; to deliver there: entrepot webhooks subscribe {}",
            shell_word(channel)
        );
    }
    String::new()
}

pub(super) fn is_of_this_machine(url: &str) -> bool {
    ["://127.", "://localhost", "://[::1]", "://0.0.0.0", "://[::]"].iter().any(|here| url.contains(here))
}

fn list_of(found: &[SubscriptionReport]) -> String {
    let cells: Vec<Vec<String>> = found
        .iter()
        .map(|of| {
            let state = match (of.ours, of.active) {
                (false, _) => "not ours",
                (true, true) => "active",
                (true, false) => "switched off",
            };
            vec![of.id.clone(), of.topic.clone(), state.to_owned(), of.callback_url.clone()]
        })
        .collect();
    table(&["ID", "TOPIC", "STATE", "DELIVERS TO"], &cells)
}

fn document(row: &DeliveryRow) -> Value {
    json!({
        "id": row.id, "channel": row.channel_id, "delivery_id": row.delivery_id, "topic": row.topic, "state": row.state,
        "attempts": row.attempts, "failure": row.failure, "note": row.note, "occurred_at": row.occurred_at,
        "received_at": row.received_at, "processed_at": row.processed_at, "generation": row.generation,
    })
}

async fn list(host: &Host, name: &str, state: Option<DeliveryState>, limit: i64, output: Output) -> Result<()> {
    let channel = ChannelId::from(host.app.channels.channel(&host.tenant, name).await?.id);
    let state = state.map_or("", DeliveryState::as_str);
    let rows = host.db.tenant(&host.tenant).deliveries(&channel, state, "", limit).await?;
    output.say(&rows.iter().map(document).collect::<Vec<_>>(), || {
        if rows.is_empty() {
            return match state {
                "" => format!("nothing was delivered to {name}, or it is not kept any more"),
                state => format!("no delivery to {name} is {state}; without --state all are listed"),
            };
        }
        let cells: Vec<Vec<String>> = rows
            .iter()
            .map(|row| {
                let words = row.failure.as_ref().or(row.note.as_ref()).cloned().unwrap_or_default();
                let words = shortened(&words, LONGEST_NOTE);
                vec![moment(row.received_at), row.id.clone(), row.topic.clone(), row.state.clone(), words]
            })
            .collect();
        table(&["RECEIVED", "ID", "TOPIC", "STATE", "WHAT CAME OF IT"], &cells)
    })
}

async fn refused(host: &Host, name: &str, output: Output) -> Result<()> {
    let channel = ChannelId::from(host.app.channels.channel(&host.tenant, name).await?.id);
    let rows = host.db.tenant(&host.tenant).refused(&channel).await?;
    let document = |row: &RefusedRow| {
        json!({
            "kind": row.kind, "reason": row.reason, "count": row.number, "first_at": row.first_at, "last_at": row.last_at,
        })
    };
    output.say(&rows.iter().map(document).collect::<Vec<_>>(), || {
        if rows.is_empty() {
            return format!("no delivery to {name} was refused");
        }
        let cells: Vec<Vec<String>> = rows
            .iter()
            .map(|row| {
                let number = row.number.to_string();
                vec![moment(row.last_at), number, row.kind.replace('_', " "), shortened(&row.reason, LONGEST_NOTE)]
            })
            .collect();
        table(&["LAST", "COUNT", "KIND", "WHY"], &cells)
    })
}

async fn show(host: &Host, id: String, output: Output) -> Result<()> {
    let scoped = host.db.tenant(&host.tenant);
    let (row, content) = (scoped.delivery(&id).await?, scoped.delivery_content(&id).await?);
    let (row, content) = row.zip(content).ok_or(AppError::NoDelivery(id))?;
    let body = String::from_utf8_lossy(&content.body);
    let mut whole = document(&row);
    whole["headers"] = json!(content.headers);
    whole["body"] = json!(body);
    whole["events"] = content.events.clone();
    output.say(&whole, || {
        let mut lines = vec![
            format!("{} to {}, received {}", row.topic, row.channel_id, moment(row.received_at)),
            format!("{} after {}", row.state, count(row.attempts, "failed try", "failed tries")),
        ];
        lines.extend(row.failure.iter().map(|why| format!("failure: {why}")));
        lines.extend(row.note.iter().map(|what| format!("note: {what}")));
        lines.push(String::new());
        lines.extend(content.headers.iter().map(|(name, value)| format!("{name}: {value}")));
        lines.push(String::new());
        lines.push(body.into_owned());
        lines.join("\n")
    })
}

async fn replay(host: &Host, name: &str, which: &WhichDeliveries, output: Output) -> Result<()> {
    if let WhichDeliveries::These(ids) = which {
        let scoped = host.db.tenant(&host.tenant);
        for id in ids {
            scoped.delivery(id).await?.ok_or_else(|| AppError::NoDelivery(id.clone()))?;
        }
    }
    let replayed = host.app.deliveries.replay_deliveries(&host.tenant, name, which).await?;
    let channel = ChannelId::from(host.app.channels.channel(&host.tenant, name).await?.id);
    // Here and now, as far as that goes: there may be no host that serves.
    let mut left = replayed > 0;
    while left {
        match host.app.deliveries.process_inbox(&host.tenant, &channel).await? {
            Outcome::Done => left = false,
            Outcome::Later(wait) if wait <= LONGEST_WAIT => tokio::time::sleep(wait).await,
            Outcome::Later(_) => break,
        }
    }
    output.say(&json!({"channel": channel, "replayed": replayed, "finished": !left}), || {
        let rest = if left { "; some of them wait, and a host that serves goes on with them" } else { "" };
        let replayed = count(i64::try_from(replayed).unwrap_or(i64::MAX), "delivery", "deliveries");
        format!("{replayed} worked on again{rest}. See: entrepot webhooks list {}", shell_word(name))
    })
}
