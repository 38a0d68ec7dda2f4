//! For whom a request is answered. There are no accounts yet: whoever reaches the API acts for the host's one tenant. A sign-in puts
//! another context here, from its session or token, and no handler changes.
// See docs/decisions/0058-tenant-by-request.md

use std::sync::Arc;

use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::Response;
use entrepot_core::RequestContext;
use entrepot_domain::TenantId;

use crate::problem::Problem;

/// Who asks, for the record.
const ACTOR: &str = "api";

/// What a request acts as that names nobody.
pub(crate) fn of_everybody(tenant: TenantId) -> Arc<RequestContext> {
    Arc::new(RequestContext::new(tenant, ACTOR))
}

/// Of every route of the API. Strangers' routes have none: a webhook finds its tenant by its channel, a callback by its state.
pub(crate) async fn identify(
    State(everybody): State<Arc<RequestContext>>,
    mut request: Request,
    next: Next,
) -> Response {
    request.extensions_mut().insert(everybody);
    next.run(request).await
}

/// For whom this request is answered.
pub(crate) struct Context(pub(crate) Arc<RequestContext>);

impl<S: Send + Sync> FromRequestParts<S> for Context {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        // A route without the layer above is a mistake of ours, and answers nobody.
        parts.extensions.get().cloned().map(Self).ok_or_else(Problem::internal)
    }
}
