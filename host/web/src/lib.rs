#![doc = include_str!("../README.md")]

mod api;
mod health;
mod hooks;
mod hosts;
mod metrics;
mod oauth;
mod problem;
mod query;

use std::sync::Arc;

use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderName, HeaderValue, header};
use axum::{Json, Router};
use entrepot_domain::TenantId;
use entrepot_sync::Sync;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::set_header::SetResponseHeaderLayer;
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;

pub use hooks::HookLimits;
pub use hosts::Hosts;
pub use metrics::router as metrics_router;

/// An artifact is the largest thing that is uploaded.
const LARGEST_BODY: usize = 33 << 20;

/// What every handler works with.
#[derive(Clone)]
pub(crate) struct AppState {
    pub(crate) sync: Sync,
    pub(crate) tenant: TenantId,
    /// Where others reach this host.
    pub(crate) public_url: Arc<str>,
}

#[derive(OpenApi)]
#[openapi(info(
    title = "Entrepot",
    description = "Import catalogues from shops and marketplaces through sandboxed adapters. Lists page by `cursor`; instants are \
                   milliseconds since 1970-01-01T00:00:00Z; amounts are minor units with an ISO 4217 currency."
))]
struct Document;

fn documented() -> OpenApiRouter<AppState> {
    OpenApiRouter::with_openapi(Document::openapi()).nest("/api/v1", api::routes()).merge(health::routes())
}

/// The API, `/hooks` and `/oauth/callback`, ready to be served to requests for `hosts`. Serve it with `ConnectInfo<SocketAddr>`, or
/// all strangers count as one address.
pub fn router(sync: Sync, tenant: TenantId, hosts: Hosts, hook_limits: HookLimits) -> Router {
    let (router, document) = documented().split_for_parts();
    let public_url = hosts.public_url().into();
    let header = |name: HeaderName, value: &'static str| {
        SetResponseHeaderLayer::overriding(name, HeaderValue::from_static(value))
    };
    router
        .route("/api/v1/openapi.json", axum::routing::get(|| async move { Json(document) }))
        .merge(oauth::routes(&hook_limits))
        .merge(hooks::routes(hook_limits))
        .merge(metrics::routes())
        .fallback(|| async {
            problem::Problem::not_found("there is nothing at this address; see /api/v1/openapi.json")
        })
        .layer(axum::middleware::from_fn_with_state(Arc::new(hosts), hosts::check))
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .layer(header(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(header(header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"))
        .layer(header(header::REFERRER_POLICY, "no-referrer"))
        .layer(header(header::CACHE_CONTROL, "no-store"))
        .layer(CatchPanicLayer::custom(|_panic| {
            axum::response::IntoResponse::into_response(problem::Problem::internal())
        }))
        .with_state(AppState { sync, tenant, public_url })
}

/// The OpenAPI document as text.
pub fn openapi_json() -> String {
    let (_, document) = documented().split_for_parts();
    document.to_pretty_json().unwrap_or_default()
}
