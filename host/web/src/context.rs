//! Who asks, and for whom a request is answered: what `access.rs` found out, as parameters of handlers.
// See docs/decisions/0058-tenant-by-request.md

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use entrepot_accounts::{Person, Principal};
use entrepot_core::RequestContext;

use crate::problem::Problem;

/// Of handlers that work on a tenant's rows: for whom, and who asks.
pub(crate) struct Context(pub(crate) Arc<RequestContext>);

/// Of handlers that need no tenant: who asks.
pub(crate) struct Asker(pub(crate) Arc<Principal>);

/// Of handlers that are for people alone.
pub(crate) struct Signed(pub(crate) Arc<Principal>, pub(crate) Person);

impl<S: Send + Sync> FromRequestParts<S> for Asker {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        // A route that nobody is asked their name on is a mistake of ours, and answers nobody.
        parts.extensions.get().cloned().map(Self).ok_or_else(Problem::internal)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Context {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let Asker(principal) = Asker::from_request_parts(parts, state).await?;
        let tenant = principal.tenant.clone().ok_or_else(Problem::no_tenant)?;
        Ok(Self(Arc::new(RequestContext::new(tenant, principal.actor.clone()))))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Signed {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let Asker(principal) = Asker::from_request_parts(parts, state).await?;
        let person = principal.person().cloned().ok_or_else(Problem::for_people)?;
        Ok(Self(principal, person))
    }
}
