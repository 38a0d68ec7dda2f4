//! What happened to a listing, in words.

use std::borrow::Cow;

use entrepot_domain::clock::Timestamp;
use entrepot_listings::ListingEventReport;
use serde_json::Value;

use crate::failure::sentence;
use crate::kit::Moment;
use crate::visitor::Visitor;

pub(super) struct Event {
    pub(super) what: Cow<'static, str>,
    pub(super) why: Option<String>,
    /// Nobody: the host.
    pub(super) who: Option<String>,
    pub(super) at: Moment,
}

impl Event {
    pub(super) fn new(event: ListingEventReport, visitor: &Visitor, now: Timestamp) -> Self {
        let detail = &event.detail;
        let what: Cow<'static, str> = match event.kind.as_str() {
            "created" if detail["adopted"].is_string() => "Made, and what stands there already was taken for it".into(),
            "created" => "Made".into(),
            "edited" => edited(detail).into(),
            "accepted" => "Taken by the marketplace".into(),
            "offered" => "Price and stock told".into(),
            "refused" => "Refused by the marketplace".into(),
            "blocked" => "Kept back: it would be refused".into(),
            "failed" => "A try failed".into(),
            "ended" => "Taken off".into(),
            "gone" => "Found gone at the marketplace".into(),
            "drift" if detail["conflicts"].as_array().is_some_and(|fields| !fields.is_empty()) => {
                "Changed at the marketplace".into()
            }
            "drift" => "Changed at the marketplace, and decided by the channel’s rule".into(),
            "decided" if detail["decision"] == "theirs" => "The marketplace’s value was taken".into(),
            "decided" => "What is wanted here is sent over the marketplace’s value".into(),
            "adopted" => "What stands there already was taken for it".into(),
            other => other.to_owned().into(),
        };
        Self {
            why: why(&event.kind, detail),
            who: Some(event.actor).filter(|actor| actor != "host").map(|actor| visitor.known_as(&actor)),
            at: Moment { at: event.at, now },
            what,
        }
    }
}

fn edited(detail: &Value) -> String {
    match detail["status"].as_str() {
        Some("active") => return "Published".to_owned(),
        Some("archived") => return "Ended".to_owned(),
        Some(other) => return format!("Set to {other}"),
        None => {}
    }
    let mut fields: Vec<&str> =
        detail["set"].as_object().into_iter().flatten().map(|(name, _)| name.as_str()).collect();
    fields.extend(detail["fields"].as_object().into_iter().flatten().map(|(name, _)| name.as_str()));
    if !detail["category"].is_null() {
        fields.push("category");
    }
    match fields.as_slice() {
        [] => "Changed".to_owned(),
        fields => format!("Changed: {}", fields.join(", ").replace('_', " ")),
    }
}

fn why(kind: &str, detail: &Value) -> Option<String> {
    let issues = || {
        let said = detail["issues"].as_array()?.iter().filter_map(|issue| issue["message"].as_str());
        Some(said.collect::<Vec<_>>().join(" "))
    };
    let why = match kind {
        "accepted" => {
            let warned = detail["warnings"].as_array()?.iter().filter_map(|issue| issue["message"].as_str());
            Some(warned.collect::<Vec<_>>().join(" "))
        }
        "drift" => {
            let asked = detail["conflicts"].as_array()?.iter().filter_map(Value::as_str);
            let decided = detail["decided"].as_object()?.keys().map(String::as_str);
            Some(asked.chain(decided).collect::<Vec<_>>().join(", "))
        }
        "decided" => detail["field"].as_str().map(str::to_owned),
        "adopted" => detail["external_id"].as_str().map(|id| format!("It is {id} there")),
        _ => detail["why"].as_str().map(str::to_owned).or_else(issues),
    };
    why.filter(|why| !why.is_empty()).map(|why| sentence(&why))
}
