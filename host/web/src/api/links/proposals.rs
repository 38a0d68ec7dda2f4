use axum::Json;
use axum::extract::State;
use entrepot_matching::Facts;
use entrepot_store::links::proposals::{OtherChoice, ProposalFilter, ProposalRow};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::AppState;
use crate::context::Context;
use crate::extract::{Path, Query};
use crate::problem::Problem;
use crate::query::{self, Listing, Paging, percent};

const STATES: [&str; 6] = ["proposed", "accepted", "rejected", "applied", "left_out", "undone"];
const METHODS: [&str; 3] = ["sku", "gtin", "title"];

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Filter {
    /// Only proposed, accepted, rejected, applied, left_out or undone ones
    state: Option<String>,
    /// Only those found by sku, gtin or title
    reason: Option<String>,
    /// At least so sure, 0 to 100
    #[serde(default, deserialize_with = "percent")]
    #[param(minimum = 0, maximum = 100)]
    min_confidence: Option<u8>,
    /// Less sure than this
    #[serde(default, deserialize_with = "percent")]
    #[param(minimum = 0, maximum = 100)]
    below: Option<u8>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ProposalView {
    /// Names it within its batch
    number: i64,
    product: String,
    variant: String,
    other_channel: String,
    other_product: String,
    other_variant: String,
    /// 0 to 100
    confidence: i64,
    /// sku, gtin, title: by which it was found
    method: String,
    /// In words, the strongest first
    reasons: Vec<String>,
    /// Title, brand, SKU, GTIN and options as they were compared
    #[schema(value_type = Object)]
    ours: Facts,
    /// The same of the other
    #[schema(value_type = Object)]
    theirs: Facts,
    /// What one of the two could be instead
    #[schema(value_type = Vec<Object>)]
    alternatives: Vec<OtherChoice>,
    /// proposed, accepted, rejected, applied, left_out, undone
    state: String,
    /// Why it was left out, or what happened to it
    note: Option<String>,
    decided_by: Option<String>,
    decided_at: Option<i64>,
}

impl From<ProposalRow> for ProposalView {
    fn from(row: ProposalRow) -> Self {
        Self {
            number: row.number,
            product: row.product_id,
            variant: row.variant_id,
            other_channel: row.other_channel_id,
            other_product: row.other_product_id,
            other_variant: row.other_variant_id,
            confidence: row.confidence,
            method: row.method,
            reasons: row.reasons.0,
            ours: row.ours.0,
            theirs: row.theirs.0,
            alternatives: row.alternatives.0,
            state: row.state,
            note: row.note,
            decided_by: row.decided_by,
            decided_at: row.decided_at,
        }
    }
}

/// Proposed links of a batch, by number
#[utoipa::path(get, path = "/link-batches/{batch}/proposals", tag = "links", security(("scope" = ["catalog:read"])), params(("batch" = String, Path), Filter, Paging),
    responses((status = 200, body = Listing<ProposalView>), (status = 400, body = Problem), (status = 404, body = Problem)))]
pub(crate) async fn handler(
    State(app): State<AppState>,
    Context(context): Context,
    Path(batch): Path<String>,
    Query(filter): Query<Filter>,
    Query(paging): Query<Paging>,
) -> Result<Json<Listing<ProposalView>>, Problem> {
    let after = match paging.within(&batch)? {
        "" => 0,
        cursor => cursor.parse().map_err(|_| Problem::no_cursor())?,
    };
    let Filter { state, reason, min_confidence, below } = filter;
    for (name, given, known) in [("state", &state, &STATES[..]), ("reason", &reason, &METHODS[..])] {
        if given.as_deref().is_some_and(|given| !known.contains(&given)) {
            return Err(Problem::bad_request(format!("{name} is one of {}", known.join(", "))));
        }
    }
    let filter = ProposalFilter { state, method: reason, at_least: min_confidence, below };
    let rows = app.cases.links.link_proposals(&context.tenant, &batch, &filter, after, paging.limit()).await?;
    let views = rows.into_iter().map(ProposalView::from).collect();
    Ok(Json(Listing::new(views, paging.limit(), |last: &ProposalView| query::of(&batch, last.number))))
}
