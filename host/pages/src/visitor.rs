//! Who looks at a page, and for whom it is made.

use std::sync::Arc;

use axum::extract::{FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use entrepot_accounts::{Accounts, Principal};
use entrepot_core::RequestContext;
use entrepot_domain::TenantId;
use entrepot_domain::account::Scope;
use entrepot_web::{Problem, Unrecognised};

use crate::access::needed;
use crate::failure::{Failed, Failure};
use crate::frame::{Frame, Section, see};
use crate::kit::address;
use crate::live::Watcher;
use crate::theme;

/// Whoever shows who they are, or nobody.
pub(crate) struct Recognised(pub(crate) Option<Arc<Principal>>);

impl<S: Send + Sync> FromRequestParts<S> for Recognised {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(Self(parts.extensions.get().cloned()))
    }
}

/// Whoever looks at a page that is for everybody, signed in or not.
pub(crate) struct Anybody {
    theme: &'static str,
    here: String,
}

impl Anybody {
    pub(crate) fn of(parts: &Parts) -> Self {
        Self { theme: theme::chosen(&parts.headers), here: here(parts) }
    }

    pub(crate) fn frame(&self, title: &str) -> Frame {
        Frame::new(Section::Other, title.to_owned(), self.theme, self.here.clone())
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Anybody {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(Self::of(parts))
    }
}

/// Where the browser is. What a form was sent to has no page of its own, now and then.
fn here(parts: &Parts) -> String {
    parts.uri.path_and_query().map_or("/", |here| here.as_str()).to_owned()
}

/// With an answer that sends whoever is not signed in to do so.
#[derive(Clone, Copy)]
pub(crate) struct SignedOut;

/// Somebody who may look at the page, of a tenant or of none.
pub(crate) struct Somebody {
    pub(crate) principal: Arc<Principal>,
    theme: &'static str,
    here: String,
}

/// Somebody for whose tenant the page is made.
pub(crate) struct Visitor {
    somebody: Somebody,
    pub(crate) context: Arc<RequestContext>,
}

impl Somebody {
    pub(crate) fn actor(&self) -> &str {
        &self.principal.actor
    }

    pub(crate) fn frame(&self, section: Section, title: impl Into<String>) -> Frame {
        let who = self.principal.person().map(|person| person.email.clone());
        let tenant = self.principal.person().and_then(|person| person.tenant_name.clone());
        let frame = Frame::new(section, title.into(), self.theme, self.here.clone());
        frame.of(who, tenant, |scope| self.principal.may(scope))
    }
}

impl Visitor {
    pub(crate) fn tenant(&self) -> &TenantId {
        &self.context.tenant
    }

    pub(crate) fn actor(&self) -> &str {
        self.somebody.actor()
    }

    pub(crate) fn principal(&self) -> &Principal {
        &self.somebody.principal
    }

    pub(crate) fn watcher(&self, accounts: &Accounts) -> Watcher {
        Watcher { accounts: accounts.clone(), principal: self.somebody.principal.clone() }
    }

    pub(crate) fn may(&self, scope: Scope) -> bool {
        self.somebody.principal.may(scope)
    }

    /// Whoever did something, as whoever looks knows them.
    pub(crate) fn known_as(&self, actor: &str) -> String {
        if actor == self.actor() { "you".to_owned() } else { actor.to_owned() }
    }

    /// As mails say it.
    pub(crate) fn name(&self) -> String {
        let person = self.somebody.principal.person();
        person.map_or_else(
            String::new,
            |person| if person.name.is_empty() { person.email.clone() } else { person.name.clone() },
        )
    }

    pub(crate) fn frame(&self, section: Section, title: impl Into<String>) -> Frame {
        self.somebody.frame(section, title)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Somebody {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Response> {
        let here = here(parts);
        if parts.extensions.get::<Unrecognised>().is_some() {
            return Err(Failure(Problem::without_database()).into_response());
        }
        let Some(principal) = parts.extensions.get::<Arc<Principal>>().cloned() else {
            // Nobody is sent back to what a form would do.
            let on = if parts.method == Method::GET { here.as_str() } else { "" };
            let mut response = see(address("/sign-in", &[("next", on.trim_end_matches('/'))]));
            response.extensions_mut().insert(SignedOut);
            return Err(response);
        };
        let scope = needed(&parts.method, parts.uri.path());
        if !principal.may(scope) {
            return Err(turned_away(&principal, scope, parts.uri.path()));
        }
        Ok(Self { principal, theme: theme::chosen(&parts.headers), here })
    }
}

/// To where they can go on, if there is such a place.
fn turned_away(principal: &Principal, scope: Scope, path: &str) -> Response {
    match path {
        // Before their roles count there is something to do.
        _ if principal.withheld && (path == "/" || !scope.is_of_a_tenant()) => see("/me"),
        "/" if principal.may(Scope::ReadAudit) => see("/adapters"),
        _ if scope.is_of_a_tenant() && principal.tenant.is_none() && principal.person().is_some() => see("/tenants"),
        _ => Failure(Problem::missing_role(scope)).into_response(),
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Visitor {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        let somebody = Somebody::from_request_parts(parts, state).await?;
        let Some(tenant) = somebody.principal.tenant.clone() else {
            return Err(see("/tenants"));
        };
        let context = Arc::new(RequestContext::new(tenant, somebody.actor()));
        Ok(Self { somebody, context })
    }
}

/// A failure is shown with the menu of whoever met it.
pub(crate) async fn framed(request: Request, next: Next) -> Response {
    let principal = request.extensions().get::<Arc<Principal>>().cloned();
    let (theme, here) = (theme::chosen(request.headers()), request.uri().path().to_owned());
    let response = next.run(request).await;
    let failed = response.extensions().get::<Failed>().cloned();
    let Some((principal, failed)) = principal.zip(failed) else { return response };
    let somebody = Somebody { principal, theme, here };
    let mut page = failed.page(response.status(), somebody.frame(Section::Other, "Not done"));
    // Such as when to try again.
    for (name, value) in response.headers() {
        if !page.headers().contains_key(name) && name != header::CONTENT_LENGTH {
            page.headers_mut().insert(name, value.clone());
        }
    }
    page
}
