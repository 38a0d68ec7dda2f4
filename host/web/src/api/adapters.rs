//! Adapters: upload, look, approve, roll back, revoke, audit.

mod approve;
mod audit;
mod connect;
mod get;
mod install;
mod list;
mod promote;
mod remove;
mod review;
mod revoke;
mod rollback;
mod usage;

use entrepot_adapters::{InForce, Listed};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::AppState;

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list::handler, install::handler))
        .routes(routes!(get::handler))
        .routes(routes!(connect::handler))
        .routes(routes!(review::handler))
        .routes(routes!(approve::handler))
        .routes(routes!(promote::handler))
        .routes(routes!(rollback::handler))
        .routes(routes!(revoke::handler))
        .routes(routes!(remove::handler))
        .routes(routes!(usage::handler))
        .routes(routes!(audit::handler))
        .routes(routes!(audit::verification))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Version {
    /// Another than the one installed last
    pub(crate) version: Option<String>,
}

/// What is granted besides rules
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TermsView {
    version: String,
    /// Percent of the channels it counts for
    share: i64,
    /// With a value for every limit, as in a manifest
    limits: serde_json::Value,
    requests_per_second: f64,
    /// Requests at once
    concurrency: u32,
    /// Null: it does not end by itself
    expires_at: Option<i64>,
    report_only: bool,
    /// Later versions by the same signer that ask for nothing more come into use by themselves
    accept_narrower: bool,
    approved_by: String,
    approved_at: i64,
}

impl From<InForce> for TermsView {
    fn from(InForce { share, approved_by, approved_at, terms, .. }: InForce) -> Self {
        Self {
            version: terms.version,
            share,
            limits: serde_json::to_value(terms.limits).unwrap_or_default(),
            requests_per_second: terms.rate_limit.requests_per_second,
            concurrency: terms.rate_limit.concurrency,
            expires_at: terms.expires_at,
            report_only: terms.report_only,
            accept_narrower: terms.accept_narrower,
            approved_by,
            approved_at,
        }
    }
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AdapterView {
    adapter: String,
    version: String,
    publisher: String,
    /// pending, approved, revoked
    state: String,
    /// Percent of the channels it is in use for; null: it is not
    share: Option<i64>,
    /// Why it, or what is granted to its adapter, is not used: somebody changed it in the database
    problem: Option<String>,
    /// SHA-256 of the artifact
    digest: String,
    /// Bytes
    size: i64,
    /// Where it was installed from
    source: String,
    /// Fingerprint of the trusted key that signed it; null: unsigned
    signer: Option<String>,
    /// Functions it imports, read from the binary
    imports: Vec<String>,
    /// Functions it exports, read from the binary
    exports: Vec<String>,
    /// What it asks for
    manifest: serde_json::Value,
    installed_at: i64,
}

impl From<Listed> for AdapterView {
    fn from(Listed { row, share, problem, .. }: Listed) -> Self {
        Self {
            share,
            problem,
            adapter: row.adapter_id,
            version: row.version,
            publisher: row.publisher,
            state: row.state,
            digest: row.digest,
            size: row.size,
            source: row.source,
            signer: row.signer,
            imports: row.imports.0,
            exports: row.exports.0,
            manifest: row.manifest.0,
            installed_at: row.installed_at,
        }
    }
}
