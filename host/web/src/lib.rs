#![doc = include_str!("../README.md")]

mod accepted;
mod access;
mod api;
mod billing;
mod body;
mod clients;
mod connect;
mod connections;
mod context;
mod contract;
mod cookie;
mod cors;
mod extract;
mod health;
mod hooks;
mod hosts;
mod idempotency;
mod metrics;
mod oauth;
mod origin;
mod problem;
mod query;
mod rate_limit;
mod request_id;
mod unique;
mod use_cases;
mod visitors;

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderName, HeaderValue, header};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::set_header::SetResponseHeaderLayer;
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;

use access::Access;
use body::Bodies;
use clients::Clients;
use contract::Contract;
use cookie::Cookie;
use rate_limit::RateLimits;

pub use access::Unrecognised;
pub use connections::{ClientLimits, serve};
pub use hooks::HookLimits;
pub use hosts::Hosts;
pub use metrics::router as metrics_router;
pub use problem::Problem;
pub use rate_limit::Limited;
pub use use_cases::UseCases;
pub use visitors::Visitors;

/// Seconds for which browsers use this host with TLS alone.
const A_YEAR: &str = "max-age=31536000";

/// What every handler works with.
#[derive(Clone)]
pub(crate) struct AppState {
    pub(crate) cases: UseCases,
    /// Where others reach this host.
    pub(crate) public_url: Arc<str>,
    pub(crate) cookie: Cookie,
    pub(crate) clients: Arc<Clients>,
}

#[derive(OpenApi)]
#[openapi(info(
    title = "Entrepot",
    description = "Import catalogues from shops and marketplaces through sandboxed adapters. Lists page by `cursor`; instants are \
                   milliseconds since 1970-01-01T00:00:00Z; amounts are minor units with an ISO 4217 currency."
))]
struct Document;

fn documented() -> (Router<AppState>, utoipa::openapi::OpenApi) {
    let router =
        OpenApiRouter::with_openapi(Document::openapi()).nest("/api/v1", api::routes()).merge(health::routes());
    let (router, mut document) = router.split_for_parts();
    contract::complete(&mut document);
    (router, document)
}

/// The API, `/hooks`, `/oauth/callback`, `/connect` and pages, for [`serve`]: ready for requests that are addressed to `hosts`.
pub fn router(
    cases: UseCases,
    pages: impl FnOnce(Visitors) -> Router,
    hosts: Hosts,
    hook_limits: HookLimits,
    clients: ClientLimits,
) -> Router {
    let (router, document) = documented();
    let bodies = Arc::new(Bodies::new(clients.body));
    let contract = Arc::new(Contract::new(&document, bodies.clone()));
    // Once: it is the same for everybody, and long.
    let written = Bytes::from(document.to_json().unwrap_or_default());
    let public_url: Arc<str> = hosts.public_url().into();
    let clock = cases.services.db().clock().clone();
    // A page has a policy of its own.
    let header = |name: HeaderName, value: &'static str| {
        SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value))
    };
    let cookie = Cookie::new(&public_url);
    let access = Arc::new(Access::new(cases.accounts.clone(), cookie, &document));
    let tries = cases.accounts.options().attempts_per_minute;
    let clients_of_accounts = Arc::new(Clients::new(&hook_limits.address_header, tries));
    let pages = pages(Visitors::new(cookie, clients_of_accounts.clone(), bodies));
    let db = cases.services.db().clone();
    let state = AppState { cases, public_url: public_url.clone(), cookie, clients: clients_of_accounts };
    let limits = Arc::new(RateLimits::new(db, clients.requests_per_minute, &hook_limits.address_header));
    let pages = pages
        .layer(axum::middleware::from_fn_with_state(access.clone(), access::recognise))
        .layer(axum::middleware::from_fn_with_state(limits.clone(), rate_limit::limit_pages));
    let (cors, origins) = (cors::layer(hosts.origins()), hosts.origins().to_vec());
    let secure = public_url.starts_with("https://").then(|| header(header::STRICT_TRANSPORT_SECURITY, A_YEAR));
    router
        .layer(axum::middleware::from_fn_with_state(state.clone(), idempotency::answer_once))
        .layer(axum::middleware::from_fn_with_state(contract, contract::hold))
        .layer(axum::middleware::from_fn_with_state(limits.clone(), rate_limit::limit_of_plan))
        // Before the body is received, and before anything of the request is looked at.
        .layer(axum::middleware::from_fn_with_state(access.clone(), access::hold))
        .layer(axum::middleware::from_fn_with_state(limits.clone(), rate_limit::limit))
        .route(
            "/api/v1/openapi.json",
            axum::routing::get(|| async move { ([(header::CONTENT_TYPE, "application/json")], written) }),
        )
        .merge(pages.with_state(()))
        .merge(oauth::routes(&hook_limits))
        .merge(connect::routes(&hook_limits))
        .merge(billing::routes(&hook_limits, hosts.billing_secret().cloned()))
        .merge(hooks::routes(hook_limits))
        .merge(metrics::routes())
        .fallback(|| async {
            problem::Problem::not_found("there is nothing at this address; see /api/v1/openapi.json")
        })
        .method_not_allowed_fallback(|| async { problem::Problem::no_such_method() })
        // Outside of what says which methods there are: browsers ask with another one first.
        .layer(tower::util::option_layer(cors))
        .layer(axum::middleware::from_fn_with_state(Arc::new((cookie, origins.clone())), origin::own_cookies))
        .layer(origin::same_origin(&public_url, &origins))
        .layer(axum::middleware::from_fn(contract::refuse_nul))
        .layer(axum::middleware::from_fn_with_state(Arc::new(hosts), hosts::check))
        .layer(DefaultBodyLimit::max(body::LARGEST_ARTIFACT))
        .layer(header(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(header(header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"))
        .layer(header(header::REFERRER_POLICY, "no-referrer"))
        .layer(header(HeaderName::from_static("cross-origin-resource-policy"), "same-origin"))
        .layer(header(header::CACHE_CONTROL, "no-store"))
        .layer(tower::util::option_layer(secure))
        .layer(CatchPanicLayer::custom(|_panic| {
            axum::response::IntoResponse::into_response(problem::Problem::internal())
        }))
        .layer(axum::middleware::from_fn_with_state(clock, request_id::identify))
        .with_state(state)
}

/// The OpenAPI document as text.
pub fn openapi_json() -> String {
    let (_, document) = documented();
    document.to_pretty_json().unwrap_or_default()
}
