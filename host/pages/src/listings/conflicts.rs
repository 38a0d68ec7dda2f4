//! What was changed at the marketplace, and the decision whose value counts.

use axum::extract::{Path, State};
use axum::response::Response;
use entrepot_domain::Money;
use entrepot_domain::clock::Timestamp;
use entrepot_listings::{ConflictReport, Decision, ListingLook};
use entrepot_web::Problem;
use serde::Deserialize;
use serde_json::Value;

use crate::AppState;
use crate::failure::Failure;
use crate::forms::PostedForm;
use crate::frame::see;
use crate::kit::{Moment, money, segment};
use crate::visitor::Visitor;

/// Characters of a text that are shown; what is longer is a description.
const SHOWN: usize = 300;

/// A field that was changed there.
pub(super) struct ConflictLine {
    /// As it is posted.
    pub(super) field: String,
    pub(super) label: String,
    pub(super) theirs: String,
    pub(super) ours: String,
    pub(super) seen: Moment,
}

pub(super) fn lines(look: &ListingLook, now: Timestamp) -> Vec<ConflictLine> {
    let line = |of: &ConflictReport| ConflictLine {
        field: of.field.clone(),
        label: label(look, &of.field),
        theirs: shown(&of.theirs),
        ours: shown(&of.ours),
        seen: Moment { at: of.seen_at, now },
    };
    look.conflicts.iter().map(line).collect()
}

fn label(look: &ListingLook, field: &str) -> String {
    let Some(variant) = field.strip_prefix("variants/").and_then(|of| of.strip_suffix("/price")) else {
        let named = match field {
            "seo_slug" => "Address of its page",
            "meta_title" => "Title for search engines",
            "meta_description" => "Text for search engines",
            "images" => "Pictures",
            "variants" => "Variants",
            "on_sale" => "On sale",
            "title" => "Title",
            "description" => "Description",
            "brand" => "Brand",
            "tags" => "Tags",
            other => other,
        };
        return named.to_owned();
    };
    let variants = look.effective.as_ref().map(|effective| effective.product.variants.as_slice()).unwrap_or_default();
    let of = variants.iter().find(|of| of.source_id == variant && variants.len() > 1);
    match of.and_then(|of| of.sku.as_deref().or(of.title.as_deref())) {
        Some(name) => format!("Price of {name}"),
        None => "Price".to_owned(),
    }
}

fn shown(value: &Value) -> String {
    let amount = serde_json::from_value::<Money>(value.clone()).ok();
    let text = match (amount, value) {
        (Some(amount), _) => money(&amount),
        (None, Value::Null) => "nothing".to_owned(),
        (None, Value::Array(list)) if list.is_empty() => "nothing".to_owned(),
        (None, Value::Bool(true)) => "yes".to_owned(),
        (None, Value::Bool(false)) => "no".to_owned(),
        (None, Value::String(text)) => text.clone(),
        (None, Value::Array(list)) => list.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(", "),
        (None, other) => other.to_string(),
    };
    match text.chars().count() > SHOWN {
        true => text.chars().take(SHOWN).chain(['…']).collect(),
        false => text,
    }
}

#[derive(Debug, Deserialize)]
pub(crate) struct Decided {
    field: String,
    /// ours, theirs
    decision: String,
    /// Of the value that was shown.
    seen: i64,
}

pub(crate) async fn decide(
    State(app): State<AppState>,
    visitor: Visitor,
    Path(listing): Path<String>,
    PostedForm(Decided { field, decision, seen }): PostedForm<Decided>,
) -> Result<Response, Failure> {
    let decision = match decision.as_str() {
        "ours" => Decision::Ours,
        "theirs" => Decision::Theirs,
        other => return Err(Problem::bad_request(format!("{other:?} is no decision; it is ours or theirs")).into()),
    };
    app.cases.listings.decide(&visitor.context, &listing, &field, decision, Some(seen)).await?;
    Ok(see(format!("/listings/{}", segment(&listing))))
}
