//! What goes wrong when webhooks are verified.

use entrepot_guest::prelude::*;
use entrepot_guest::webhook::signed_body;
use serde_json::Value;

const SLOT: &str = "webhook";
const HEADER: &str = "x-signature";

pub(crate) fn verify(sin: &str, delivery: &Delivery) -> Result<Verdict, Error> {
    let body = match sin {
        "trimming" => delivery.body.trim_ascii().to_vec(),
        _ => delivery.body.clone(),
    };
    let signed = match sin {
        "gullible" => Ok(()),
        "deaf" => Err("no webhooks today".to_owned()),
        _ => signed_body(&Host, SLOT, &Delivery { body, ..delivery.clone() }, HEADER)?,
    };
    if let Err(why) = signed {
        return Ok(Verdict::Rejected(why));
    }
    let told: Value = serde_json::from_slice(&delivery.body).unwrap_or_default();
    let item = told["id"].as_str().unwrap_or_default().to_owned();
    let id = if sin == "amnesiac" { delivery.received_at.to_string() } else { format!("delivery of {item}") };
    let (topic, events) = ("changed".to_owned(), vec![Event::Changed(item)]);
    Ok(Verdict::Accepted(Verified { id, topic, occurred_at: None, events }))
}
