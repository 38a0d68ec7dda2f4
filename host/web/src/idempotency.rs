//! `Idempotency-Key`: a request that is sent again because its answer got lost is not done again, and gets the answer that was lost.
// See docs/decisions/0066-idempotency-keys.md

use std::time::Duration;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{FromRequestParts, MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use entrepot_adapters::Unfit;
use entrepot_domain::clock::millis;
use entrepot_store::idempotency::{KnownRequest, NewAnswer};
use entrepot_store::{Scoped, StoreError};
use tracing::Instrument;

use crate::AppState;
use crate::body::LARGEST_ARTIFACT;
use crate::context::Context;
use crate::problem::Problem;

pub(crate) const HEADER: HeaderName = HeaderName::from_static("idempotency-key");
/// On an answer that was given before.
pub(crate) const REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");
/// Characters of a key.
pub(crate) const LONGEST: usize = 255;

/// Where it is taken, of `POST`: a route is listed once its answer is known to hold nothing secret but what [`SECRETS`] names, for answers are kept.
pub(crate) const ROUTES: [&str; 28] = [
    "/api/v1/adapters",
    "/api/v1/adapters/{adapter}/approve",
    "/api/v1/adapters/{adapter}/promote",
    "/api/v1/adapters/{adapter}/revoke",
    "/api/v1/adapters/{adapter}/rollback",
    "/api/v1/api-keys",
    "/api/v1/channels",
    "/api/v1/channels/{channel}/deliveries/replay",
    "/api/v1/channels/{channel}/listings",
    "/api/v1/channels/{channel}/listings/push",
    "/api/v1/channels/{channel}/release",
    "/api/v1/channels/{channel}/runs",
    "/api/v1/channels/{channel}/subscribe",
    "/api/v1/channels/{channel}/test",
    "/api/v1/channels/{channel}/unsubscribe",
    "/api/v1/dead-letters/replay",
    "/api/v1/link-batches",
    "/api/v1/link-batches/{batch}/accept",
    "/api/v1/link-batches/{batch}/apply",
    "/api/v1/link-batches/{batch}/reject",
    "/api/v1/link-batches/{batch}/undo",
    "/api/v1/links",
    "/api/v1/links/remove",
    "/api/v1/locations",
    "/api/v1/members",
    "/api/v1/runs/{run}/cancel",
    "/api/v1/stock/{sku}/adjustments",
    "/api/v1/trusted-keys",
];

/// What an answer holds that is shown once: it is null in what is kept, and in the answer that is given again.
const SECRETS: [(&str, &str); 1] = [("/api/v1/api-keys", "key")];

const TABLE: &str = "idempotency_keys";
const KEPT: Duration = Duration::from_secs(24 * 60 * 60);
/// A request whose host died keeps its key for so long. None takes longer.
const UNDER_WAY: Duration = Duration::from_secs(10 * 60);
/// Bytes of an answer.
const LARGEST: usize = 1 << 20;

pub(crate) async fn answer_once(State(app): State<AppState>, request: Request, next: Next) -> Response {
    let is_one = |path: &MatchedPath| request.method() == Method::POST && ROUTES.contains(&path.as_str());
    if !request.extensions().get::<MatchedPath>().is_some_and(is_one) || !request.headers().contains_key(HEADER) {
        return next.run(request).await;
    }
    match claimed(&app, request).await {
        Ok(Turn::Ours(claim, request)) => claim.answer(*request, next).await,
        Ok(Turn::Answered(response)) => response,
        Err(problem) => problem.into_response(),
    }
}

enum Turn {
    Ours(Claim, Box<Request>),
    Answered(Response),
}

/// This request has the key.
struct Claim {
    scoped: Scoped,
    key: String,
    by: String,
    /// The field of the answer that is shown once.
    secret: Option<&'static str>,
}

async fn claimed(app: &AppState, request: Request) -> Result<Turn, Problem> {
    let (mut head, body) = request.into_parts();
    let Context(context) = Context::from_request_parts(&mut head, app).await?;
    let key = key_in(&head.headers)?;
    let bytes = to_bytes(body, LARGEST_ARTIFACT).await.map_err(|_| Problem::too_large(LARGEST_ARTIFACT))?;
    let address = head.uri.to_string();
    // Of a body with secrets, the database has nothing that they could be guessed by.
    let keys = app.cases.services.admission().row_keys();
    let parts: [&[u8]; 3] = [context.tenant.as_str().as_bytes(), address.as_bytes(), &bytes];
    let scoped = app.cases.services.db().tenant(&context.tenant);
    let (by, now) = (format!("{:016x}", rand::random::<u64>()), scoped.clock().now());
    let mut tx = scoped.begin().await?;
    let (request, until) = (keys.seal(TABLE, &parts), now.saturating_add(millis(UNDER_WAY)));
    let mut is_ours = tx.claim_request(&key, &request, &by, until).await?;
    if !is_ours
        && let Some(known) = tx.known_request(&key).await?
        // Of a master key that is no more: nobody can say what it was, so it counts as never sent.
        && matches!(keys.check(TABLE, &parts, Some(&known.request)), Err(Unfit::UnknownKey(_)))
    {
        tx.forget_request(&key, &known.request).await?;
        is_ours = tx.claim_request(&key, &request, &by, until).await?;
    }
    tx.commit().await?;
    if is_ours {
        let path = head.extensions.get::<MatchedPath>().map_or("", MatchedPath::as_str);
        let secret = SECRETS.iter().find(|(route, _)| *route == path).map(|(_, field)| *field);
        let request = Request::from_parts(head, Body::from(bytes));
        return Ok(Turn::Ours(Claim { scoped, key, by, secret }, Box::new(request)));
    }
    match scoped.known_request(&key).await? {
        Some(known) if keys.check(TABLE, &parts, Some(&known.request)).is_err() => Err(Problem::other_request()),
        Some(KnownRequest { status: Some(status), media, location, body, .. }) => {
            Ok(Turn::Answered(replayed(status, media, location, body.unwrap_or_default())))
        }
        // It ended at this moment, and left nothing.
        Some(_) | None => Err(Problem::same_under_way()),
    }
}

fn key_in(headers: &HeaderMap) -> Result<String, Problem> {
    let mut given = headers.get_all(HEADER).iter();
    let (Some(key), None) = (given.next(), given.next()) else {
        return Err(Problem::bad_request("the header Idempotency-Key is there more than once; send one"));
    };
    let fits = |text: &&str| (1..=LONGEST).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic());
    match key.to_str().ok().filter(fits) {
        Some(key) => Ok(key.to_owned()),
        None => Err(Problem::bad_request(format!(
            "the header Idempotency-Key has to be 1 to {LONGEST} letters, digits and signs of ASCII without blanks, such as a UUID"
        ))),
    }
}

fn replayed(status: i64, media: Option<String>, location: Option<String>, body: Vec<u8>) -> Response {
    let status = u16::try_from(status).ok().and_then(|status| StatusCode::from_u16(status).ok());
    let mut response = (status.unwrap_or(StatusCode::OK), body).into_response();
    let headers = response.headers_mut();
    headers.remove(header::CONTENT_TYPE);
    for (name, value) in [(header::CONTENT_TYPE, media), (header::LOCATION, location)] {
        if let Some(value) = value.and_then(|value| HeaderValue::from_str(&value).ok()) {
            headers.insert(name, value);
        }
    }
    headers.insert(REPLAYED, HeaderValue::from_static("true"));
    response
}

impl Claim {
    /// Goes on when whoever asked has gone: they will ask again.
    async fn answer(self, request: Request, next: Next) -> Response {
        let work = async move {
            let response = next.run(request).await;
            self.kept(response).await
        };
        match tokio::spawn(work.in_current_span()).await {
            Ok(response) => response,
            Err(error) => match error.try_into_panic() {
                Ok(panic) => std::panic::resume_unwind(panic),
                Err(_) => Problem::unavailable().into_response(),
            },
        }
    }

    /// An answer of which trying again makes nothing else is kept.
    async fn kept(&self, response: Response) -> Response {
        let (head, body) = response.into_parts();
        let Ok(body) = to_bytes(body, LARGEST).await else { return Problem::internal().into_response() };
        let text = |name: HeaderName| head.headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let (media, location) = (text(header::CONTENT_TYPE), text(header::LOCATION));
        let kept = if is_final(head.status) {
            match without(&body, self.secret) {
                Some(kept) => self.keep(head.status, media.as_deref(), location.as_deref(), &kept).await,
                None => self.release().await,
            }
        } else {
            self.release().await
        };
        if let Err(error) = kept {
            tracing::warn!("the answer to a request with an idempotency key was not kept: {error}");
        }
        Response::from_parts(head, Body::from(body))
    }

    async fn keep(
        &self,
        status: StatusCode,
        media: Option<&str>,
        location: Option<&str>,
        body: &Bytes,
    ) -> Result<(), StoreError> {
        let until = self.scoped.clock().now().saturating_add(millis(KEPT));
        let answer = NewAnswer { status: status.as_u16().into(), media, location, body };
        let mut tx = self.scoped.begin().await?;
        tx.keep_answer(&self.key, &self.by, &answer, until).await?;
        tx.commit().await
    }

    async fn release(&self) -> Result<(), StoreError> {
        let mut tx = self.scoped.begin().await?;
        tx.release_request(&self.key, &self.by).await?;
        tx.commit().await
    }
}

/// The answer as it is kept. None: it cannot be.
fn without(body: &Bytes, secret: Option<&str>) -> Option<Bytes> {
    let Some(field) = secret else { return Some(body.clone()) };
    let mut answer: serde_json::Value = serde_json::from_slice(body).ok()?;
    if let Some(value) = answer.get_mut(field) {
        *value = serde_json::Value::Null;
    }
    serde_json::to_vec(&answer).ok().map(Bytes::from)
}

/// The others may be otherwise in a moment.
fn is_final(status: StatusCode) -> bool {
    let passes = [StatusCode::REQUEST_TIMEOUT, StatusCode::CONFLICT, StatusCode::TOO_MANY_REQUESTS];
    !status.is_server_error() && !passes.contains(&status)
}
