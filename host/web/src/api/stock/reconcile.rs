use axum::Json;
use axum::extract::State;
use entrepot_stock::Mismatch;
use serde::Serialize;
use utoipa::ToSchema;

use crate::AppState;
use crate::context::Context;
use crate::problem::Problem;

/// A level that is not what its movements add up to
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MismatchView {
    sku: String,
    location: String,
    /// As it is kept
    on_hand: i64,
    /// As the movements add up
    by_ledger: i64,
    /// An entry says so now
    mended: bool,
}

/// What does not agree
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Mismatches {
    items: Vec<MismatchView>,
}

impl From<Vec<Mismatch>> for Mismatches {
    fn from(all: Vec<Mismatch>) -> Self {
        let view = |of: Mismatch| {
            let Mismatch { sku, location, on_hand, by_ledger, mended } = of;
            MismatchView { sku, location, on_hand, by_ledger, mended }
        };
        Self { items: all.into_iter().map(view).collect() }
    }
}

/// Levels that do not agree with the ledger
#[utoipa::path(get, path = "/stock-reconciliation", tag = "stock", security(("scope" = ["stock:read"])),
    responses((status = 200, body = Mismatches)))]
pub(crate) async fn look(State(app): State<AppState>, Context(context): Context) -> Result<Json<Mismatches>, Problem> {
    Ok(Json(app.cases.stock.mismatches(&context.tenant).await?.into()))
}

/// Bring the ledger to the levels, by entries that say so
#[utoipa::path(post, path = "/stock-reconciliation", tag = "stock", security(("scope" = ["stock:write"])),
    responses((status = 200, body = Mismatches)))]
pub(crate) async fn mend(State(app): State<AppState>, Context(context): Context) -> Result<Json<Mismatches>, Problem> {
    Ok(Json(app.cases.stock.reconcile(&context).await?.into()))
}
