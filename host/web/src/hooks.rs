//! `POST /hooks/{channel}`: where marketplaces deliver.
//!
//! Whoever delivers is a stranger until the adapter has looked at the signature. A shop tells of a bulk edit in hundreds of deliveries
//! from one address, and many shops never tell a second time: so what is genuine is taken, and what is *not* counts against its address.
//! An address that has used up what strangers have is still heard, two requests at a time over all such addresses, for a shop may share
//! it; what it sends beside that is refused before it is looked at. What is refused is refused in the same words, whether there is no
//! such channel, no webhooks, or no good signature.

pub(crate) mod address;
pub(crate) mod rate;

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::HttpBody;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use entrepot_catalog::{Incoming, Received, Refusal};
use entrepot_domain::ChannelId;
use entrepot_metrics::Metric;

use crate::AppState;
use crate::body::whole_or_dropped;
use crate::extract::Path;
use crate::problem::Problem;
use rate::Rate;
use tokio::sync::{Semaphore, SemaphorePermit};
use tracing::Instrument;

/// What strangers may ask of `/hooks`.
#[derive(Clone, Debug)]
pub struct HookLimits {
    /// Requests a minute from one address that are no genuine deliveries.
    pub per_minute: u32,
    /// Genuine deliveries a minute to one channel.
    pub genuine_per_minute: u32,
    /// Bytes of one body.
    pub body: usize,
    /// The header in which the proxy before this host says who asks; empty: there is none.
    pub address_header: String,
}

impl Default for HookLimits {
    fn default() -> Self {
        Self { per_minute: 100, genuine_per_minute: 10_000, body: 5 << 20, address_header: String::new() }
    }
}

/// A body that does not come is not waited for.
const BODY_TIME: Duration = Duration::from_secs(10);
/// Larger bodies, and those that do not say how large they are, come in by turns: nobody knows yet whose they are.
const SMALL_BODY: usize = 1 << 20;
const LARGE_AT_ONCE: usize = 16;
/// Bodies above the limit are read to their end and dropped, for a shop that is cut off counts a failure, and switches its webhook off after
/// some. Larger than this no shop's are. So many a minute to one channel do not count against their address.
const LARGEST: usize = 64 << 20;
const TOO_LARGE_PER_MINUTE: u32 = 60;
/// Requests that are looked at from addresses which sent too much that was not genuine, and how long one waits for its turn.
const SUSPECTS_AT_ONCE: usize = 2;
const SUSPECT_TIME: Duration = Duration::from_secs(2);
/// The outcome of a delivery that was not answered as it should.
const FAILED: &str = "failed";
/// Marketplaces give up after some seconds themselves, and deliver again.
const ANSWER_TIME: Duration = Duration::from_secs(20);

struct Door {
    limits: HookLimits,
    strangers: Rate<IpAddr>,
    genuine: Rate<ChannelId>,
    too_large: Rate<ChannelId>,
    suspects: Semaphore,
    large: Semaphore,
}

pub(crate) fn routes(limits: HookLimits) -> axum::Router<AppState> {
    let door = Arc::new(Door {
        strangers: Rate::new(limits.per_minute),
        genuine: Rate::new(limits.genuine_per_minute),
        too_large: Rate::new(TOO_LARGE_PER_MINUTE),
        suspects: Semaphore::new(SUSPECTS_AT_ONCE),
        large: Semaphore::new(LARGE_AT_ONCE),
        limits,
    });
    axum::Router::new().route(
        "/hooks/{channel}",
        post(move |State(app): State<AppState>, Path(channel): Path<String>, request: Request| async move {
            let (began, mut outcome) = (Instant::now(), FAILED);
            let answer = receive(&app, &door, channel.into(), request, &mut outcome);
            let answer = tokio::time::timeout(ANSWER_TIME, answer).await;
            app.cases.services.metrics().observe(Metric::WebhookAnswers, &[outcome], began.elapsed());
            answer.unwrap_or_else(|_| Err(Problem::unavailable())).unwrap_or_else(IntoResponse::into_response)
        }),
    )
}

/// `outcome`: for metrics.
async fn receive(
    app: &AppState,
    door: &Door,
    channel: ChannelId,
    request: Request,
    outcome: &mut &'static str,
) -> Result<Response, Problem> {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| peer.ip());
    let address = address::of(peer, request.headers(), &door.limits.address_header);
    let _turn = match door.turn(address).await {
        Ok(turn) => turn,
        Err(wait) => {
            note_rate(app, &channel).await;
            return Ok(too_many(wait, outcome));
        }
    };
    let heard = hear(app, door, &channel, request, outcome).await;
    let genuine = match &heard {
        Ok(Received::Stored | Received::Known | Received::Later(_)) => true,
        Ok(Received::TooLarge) => door.too_large.take(channel.clone(), Instant::now()).is_ok(),
        Ok(Received::Reply { .. } | Received::Refused) => false,
        Err(problem) => !problem.is_of_who_asks(),
    };
    if !genuine && let Err(wait) = door.strangers.take(address, Instant::now()) {
        note_rate(app, &channel).await;
        return Ok(too_many(wait, outcome));
    }
    match heard? {
        Received::Stored | Received::Known | Received::TooLarge => Ok(StatusCode::OK.into_response()),
        Received::Reply { status, content_type, body } => {
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
            Ok((status, [(header::CONTENT_TYPE, content_type)], body).into_response())
        }
        Received::Refused => Err(Problem::unverified()),
        Received::Later(wait) => Ok(retry_after(Problem::unavailable(), wait.as_secs().max(1))),
    }
}

/// Which channel a stranger names is looked up in memory.
async fn note_rate(app: &AppState, channel: &ChannelId) {
    if let Ok(Some(tenant)) = app.cases.deliveries.may_deliver(channel).await {
        let why = "answered with 429, for its address sent more that was not genuine than it may a minute (webhooks.requests_per_minute)";
        app.cases.deliveries.note_refused(&tenant, channel, Refusal::RateLimited, why);
    }
}

impl Door {
    /// `None`: it needs none. An error: it is not looked at.
    async fn turn(&self, address: IpAddr) -> Result<Option<SemaphorePermit<'_>>, u32> {
        let Err(wait) = self.strangers.look(&address, Instant::now()) else { return Ok(None) };
        match tokio::time::timeout(SUSPECT_TIME, self.suspects.acquire()).await {
            Ok(Ok(turn)) => Ok(Some(turn)),
            _ => Err(wait),
        }
    }
}

async fn hear(
    app: &AppState,
    door: &Door,
    channel: &ChannelId,
    request: Request,
    outcome: &mut &'static str,
) -> Result<Received, Problem> {
    let Some(tenant) = app.cases.deliveries.may_deliver(channel).await? else {
        *outcome = "refused";
        return Ok(Received::Refused);
    };
    if let Err(wait) = door.genuine.look(channel, Instant::now()) {
        *outcome = "later";
        let why = "more genuine deliveries came than one channel may have a minute (webhooks.genuine_per_minute)";
        app.cases.deliveries.note_refused(&tenant, channel, Refusal::RateLimited, why);
        return Ok(Received::Later(Duration::from_secs(wait.into())));
    }
    let (head, body) = request.into_parts();
    let limit = door.limits.body;
    let declared = body.size_hint().upper();
    let large = limit > SMALL_BODY && declared.is_none_or(|size| size > SMALL_BODY as u64);
    // Kept until it is stored or refused.
    let _turn = if large && declared.is_none_or(|size| size <= limit as u64) {
        let turn = tokio::time::timeout(BODY_TIME, door.large.acquire()).await;
        Some(turn.map_err(|_| Problem::unavailable())?)
    } else {
        None
    };
    let body = whole_or_dropped(body, limit, limit.max(LARGEST), BODY_TIME).await;
    let note = |problem: &Problem| {
        *outcome = problem.outcome();
        let (kind, why) = match *outcome {
            "too_large" => (Refusal::TooLarge, "the body has more than 64 MiB, as no shop's has"),
            _ => (Refusal::NotVerified, "the body did not come whole, or not in time"),
        };
        app.cases.deliveries.note_refused(&tenant, channel, kind, why);
    };
    let Some(body) = body.inspect_err(note)? else {
        *outcome = "too_large";
        app.cases.deliveries.refuse_too_large(&tenant, channel, limit).await?;
        return Ok(Received::TooLarge);
    };
    let incoming = Incoming {
        method: head.method.to_string(),
        path: head.uri.path().to_owned(),
        query: head.uri.query().unwrap_or_default().to_owned(),
        headers: head
            .headers
            .iter()
            .map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
            .collect(),
        body,
    };
    // What is said of a failure names the channel, which is known to exist by now.
    let span = tracing::error_span!("hook", channel = channel.as_str());
    let received = async { Ok::<_, Problem>(app.cases.deliveries.receive(&tenant, channel, incoming).await?) };
    let received = received.instrument(span).await?;
    *outcome = match &received {
        Received::Stored => "stored",
        Received::Known => "known",
        Received::Reply { .. } => "replied",
        Received::Refused => "refused",
        Received::Later(_) => "later",
        Received::TooLarge => "too_large",
    };
    if matches!(received, Received::Stored | Received::Known) {
        // Looked at before: of those that came together, some more are taken.
        let _ = door.genuine.take(channel.clone(), Instant::now());
    }
    Ok(received)
}

fn too_many(wait: u32, outcome: &mut &'static str) -> Response {
    *outcome = "rate_limited";
    retry_after(Problem::too_many_requests(wait), wait.into())
}

fn retry_after(problem: Problem, seconds: u64) -> Response {
    let mut response = problem.into_response();
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    response
}
