//! `entrepot conflict …`

use anyhow::Result;
use entrepot_core::RequestContext;
use entrepot_listings::{ConflictReport, Decision, WhichConflicts};
use serde_json::{Value, json};

use crate::cli::{ConflictCommand, DecisionWord};
use crate::host::Host;
use crate::output::{Output, moment, operator, table};

/// Asked for at a time.
const PAGE: i64 = 200;
/// Characters of a value in the table; `--json` has more of it.
const SHOWN: usize = 40;

pub(crate) async fn run(host: &Host, command: ConflictCommand, output: Output) -> Result<()> {
    let listings = &host.app.listings;
    match command {
        ConflictCommand::List { channel, listing, decided, limit } => {
            let which =
                WhichConflicts { channel: channel.unwrap_or_default(), listing: listing.unwrap_or_default(), decided };
            let mut all: Vec<ConflictReport> = Vec::new();
            while let Some(left) = limit.checked_sub(i64::try_from(all.len())?).filter(|left| *left > 0) {
                let after = all.last().map(|last| (last.listing.clone(), last.field.clone())).unwrap_or_default();
                let after = (after.0.as_str(), after.1.as_str());
                let page = listings.conflicts(&host.tenant, which.clone(), after, left.min(PAGE)).await?;
                if page.is_empty() {
                    break;
                }
                all.extend(page);
            }
            output.say(&all, || shown(&all))
        }
        ConflictCommand::Decide { listing, field, decision } => {
            let (decision, told) = match decision {
                DecisionWord::Ours => (Decision::Ours, "a running `entrepot serve` sends what is wanted here"),
                DecisionWord::Theirs => (Decision::Theirs, "what stands there is set for the listing now"),
            };
            let context = RequestContext::new(host.tenant.clone(), operator());
            listings.decide(&context, &listing, &field, decision, None).await?;
            output.say(&json!({ "listing": listing, "field": field }), || format!("{listing}, {field}: {told}"))
        }
    }
}

fn shown(all: &[ConflictReport]) -> String {
    if all.is_empty() {
        return "nothing waits for a decision".to_owned();
    }
    let row = |of: &ConflictReport| {
        vec![
            of.listing.clone(),
            of.field.clone(),
            short(&of.theirs),
            short(&of.ours),
            moment(of.seen_at),
            of.decision.as_ref().map_or_else(String::new, |decision| {
                format!("{decision}, {}", of.decided_by.as_deref().unwrap_or("unknown"))
            }),
        ]
    };
    let heads = ["LISTING", "FIELD", "THERE", "WANTED HERE", "SEEN (UTC)", "DECIDED"];
    let open = all.iter().any(|of| of.decision.is_none());
    let next = if open { "\ndecide: entrepot conflict decide LISTING FIELD ours|theirs" } else { "" };
    format!("{}{next}", table(&heads, &all.iter().map(row).collect::<Vec<_>>()))
}

fn short(value: &Value) -> String {
    let money: Option<entrepot_domain::Money> = serde_json::from_value(value.clone()).ok();
    let text = match (money, value) {
        (Some(money), _) => money.to_string(),
        (None, Value::Null) => "(none)".to_owned(),
        (None, Value::Bool(true)) => "yes".to_owned(),
        (None, Value::Bool(false)) => "no".to_owned(),
        (None, Value::String(text)) => text.clone(),
        (None, other) => other.to_string(),
    };
    match text.chars().count() > SHOWN {
        true => text.chars().take(SHOWN).chain(['…']).collect(),
        false => text,
    }
}
