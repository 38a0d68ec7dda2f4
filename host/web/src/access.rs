//! Who may ask what. The scope that a route needs stands in its line of the document, beside its handler, and is held here; a route that
//! says nothing is closed to everybody.
// See docs/decisions/0060-principals.md

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use entrepot_accounts::{Accounts, Credential, Principal};
use entrepot_domain::account::Scope;
use utoipa::openapi::OpenApi;

use crate::contract::{Requirement, requirements};
use crate::cookie::Cookie;
use crate::problem::Problem;
use crate::rate_limit::Limited;

/// What every route of the API needs, and how it is found out who asks.
pub(crate) struct Access {
    accounts: Accounts,
    cookie: Cookie,
    /// By method and path as the document has them.
    requirements: HashMap<(Method, String), Requirement>,
}

impl Access {
    pub(crate) fn new(accounts: Accounts, cookie: Cookie, document: &OpenApi) -> Self {
        Self { accounts, cookie, requirements: requirements(document) }
    }

    async fn admit(&self, request: &mut Request) -> Result<(), Problem> {
        let method = if request.method() == Method::HEAD { Method::GET } else { request.method().clone() };
        let path = request.extensions().get::<MatchedPath>().map_or("", MatchedPath::as_str).to_owned();
        // Another method is answered with those that there are.
        let Some(requirement) = self.requirements.get(&(method, path)) else { return Ok(()) };
        let needed = match requirement {
            Requirement::Nothing => return Ok(()),
            Requirement::Unknown => return Err(Problem::internal()),
            Requirement::Scope(scope) => *scope,
        };
        let principal = self.identify(request.headers()).await?;
        check(&principal, needed)?;
        request.extensions_mut().insert(Arc::new(principal));
        Ok(())
    }

    /// What a header says goes before a cookie: a program of a page says whom it asks for.
    async fn identify(&self, headers: &HeaderMap) -> Result<Principal, Problem> {
        let given = headers.get(header::AUTHORIZATION).map(|value| value.to_str().unwrap_or_default());
        let found = match given {
            Some(text) => {
                let token = bearer(text).ok_or_else(Problem::no_bearer)?;
                self.accounts.authenticate(Credential::Bearer(token)).await?
            }
            None => {
                let token = self.cookie.of(headers).ok_or_else(Problem::unauthenticated)?;
                self.accounts.authenticate(Credential::Cookie(&token)).await?
            }
        };
        found.ok_or_else(Problem::not_accepted)
    }
}

fn bearer(text: &str) -> Option<&str> {
    let (scheme, token) = text.split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
}

fn check(principal: &Principal, needed: Scope) -> Result<(), Problem> {
    if !principal.may(needed) {
        let withheld = principal.withheld && needed.roles().iter().any(|role| matches!(*role, "operator" | "reviewer"));
        return Err(match principal.person() {
            _ if withheld => Problem::second_factor_required(needed),
            Some(_) if needed.is_of_a_tenant() && principal.tenant.is_none() => Problem::no_tenant(),
            Some(_) => Problem::missing_role(needed),
            None => Problem::missing_scope(needed),
        });
    }
    if needed.is_of_a_tenant() && principal.tenant.is_none() { Err(Problem::no_tenant()) } else { Ok(()) }
}

/// Of every route of the API. Strangers' routes have none: a webhook finds its tenant by its channel, a callback by its state.
pub(crate) async fn hold(State(access): State<Arc<Access>>, mut request: Request, next: Next) -> Response {
    match access.admit(&mut request).await {
        Ok(()) => next.run(request).await,
        Err(problem) => problem.into_response(),
    }
}

/// With a request of a browser whose session could not be looked up: the database does not answer.
#[derive(Clone, Copy, Debug)]
pub struct Unrecognised;

/// Of pages: whoever shows nothing, or nothing that counts, is nobody. Each page says what it needs.
pub(crate) async fn recognise(State(access): State<Arc<Access>>, mut request: Request, next: Next) -> Response {
    if request.extensions().get::<Limited>().is_some() {
        return next.run(request).await;
    }
    match access.identify(request.headers()).await {
        Ok(principal) => {
            request.extensions_mut().insert(Arc::new(principal));
        }
        Err(problem) if problem.status().is_server_error() => {
            request.extensions_mut().insert(Unrecognised);
        }
        Err(_) => {}
    }
    next.run(request).await
}
