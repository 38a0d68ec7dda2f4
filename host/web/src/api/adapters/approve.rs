use axum::Json;
use axum::extract::State;
use entrepot_accounts::Principal;
use entrepot_adapters::Approved;
use entrepot_domain::account::Scope;
use entrepot_policy::Approval;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::AppState;
use crate::context::Asker;
use crate::extract::{JsonOrNothing, Path};
use crate::problem::Problem;

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ApprovedView {
    adapter: String,
    version: String,
    digest: String,
    /// What is granted: rules, settings that decide where they lead, credentials, limits, expiry
    grant: serde_json::Value,
    /// What was asked for beyond the ceilings of this host, and what is given instead, in words
    cut: Vec<String>,
    /// What was asked for and has no effect, in words
    notes: Vec<String>,
    /// The limits that hold, each with a value; what the grant leaves out is a default
    limits: serde_json::Value,
    /// Items that other versions failed on: `POST /dead-letters/replay` with `adapter` and `without_fetching` maps them again
    mappable: i64,
}

impl ApprovedView {
    pub(crate) async fn of(app: &AppState, principal: &Principal, approved: Approved) -> Result<Self, Problem> {
        let Approved { grant, cut, notes } = approved;
        // Of whoever asks for a tenant; others have no items.
        let mappable = match principal.tenant.as_ref().filter(|_| principal.may(Scope::ReadCatalog)) {
            Some(tenant) => app.cases.dead_letters.mappable(tenant, &grant.adapter_id).await?,
            None => 0,
        };
        let document = serde_json::to_value(&grant).unwrap_or_default();
        let limits = grant.terms(app.cases.services.admission().ceilings()).limits;
        Ok(Self {
            adapter: grant.adapter_id,
            version: grant.version,
            digest: grant.digest,
            grant: document,
            cut,
            notes,
            limits: serde_json::to_value(limits).unwrap_or_default(),
            mappable,
        })
    }
}

/// All of it may be left out
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "it is only documented here; the domain reads it")]
pub(crate) struct ApproveAdapter {
    /// Another than the one installed last
    version: Option<String>,
    /// Percent of the channels it is tried on first
    #[schema(minimum = 1, maximum = 99)]
    share: Option<u8>,
    /// Later versions by the same signer that ask for nothing more come into use by themselves
    accept_narrower: Option<bool>,
    /// Names of rules that are not granted
    without_rules: Option<Vec<String>>,
    /// Operations that get no network
    without_operations: Option<Vec<String>>,
    /// Names of credentials that are not granted
    without_credentials: Option<Vec<String>>,
    /// Slots of keys that are not granted
    without_keys: Option<Vec<String>>,
    /// Lower limits, as in a manifest
    #[schema(value_type = Option<Object>)]
    limits: Option<serde_json::Value>,
    requests_per_second: Option<f64>,
    /// Milliseconds since 1970
    expires_at: Option<i64>,
    /// Let through what no rule covers, without credential, and report it
    report_only: Option<bool>,
}

/// Grant an adapter what it asks for, or less
#[utoipa::path(post, path = "/adapters/{adapter}/approve", tag = "adapters", security(("scope" = ["adapters:write"])), params(("adapter" = String, Path)),
    request_body = Option<ApproveAdapter>,
    responses((status = 200, body = ApprovedView), (status = 400, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn handler(
    State(app): State<AppState>,
    Asker(principal): Asker,
    Path(adapter): Path<String>,
    JsonOrNothing(body): JsonOrNothing<serde_json::Map<String, serde_json::Value>>,
) -> Result<Json<ApprovedView>, Problem> {
    let approval = body.map(Approval::from_json).transpose();
    let approval = approval.map_err(|error| Problem::bad_request(format!("the body cannot be read: {error}")))?;
    let approved =
        app.cases.services.admission().approve_capped(&adapter, approval.unwrap_or_default(), &principal.actor).await?;
    Ok(Json(ApprovedView::of(&app, &principal, approved).await?))
}
