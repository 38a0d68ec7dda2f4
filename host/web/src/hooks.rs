//! `POST /hooks/{channel}`: where marketplaces deliver.
//!
//! Whoever delivers is a stranger until the adapter has looked at the signature. So what costs least comes first: the address's rate,
//! then whether there is such a channel, then the body up to its limit, then the sandbox. What is refused is refused in the same
//! words, whether there is no such channel, no webhooks, or no good signature.

pub(crate) mod address;
pub(crate) mod rate;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::extract::{ConnectInfo, Path, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use entrepot_domain::ChannelId;
use entrepot_metrics::Metric;
use entrepot_sync::{Incoming, Received};

use crate::AppState;
use crate::problem::Problem;
use rate::Rate;
use tracing::Instrument;

/// What strangers may ask of `/hooks`.
#[derive(Clone, Debug)]
pub struct HookLimits {
    /// Deliveries a minute from one address.
    pub per_minute: u32,
    /// Bytes of one body.
    pub body: usize,
    /// The header in which the proxy before this host says who asks; empty: there is none.
    pub address_header: String,
}

impl Default for HookLimits {
    fn default() -> Self {
        Self { per_minute: 100, body: 1 << 20, address_header: String::new() }
    }
}

/// A body that does not come is not waited for.
const BODY_TIME: Duration = Duration::from_secs(10);
/// The outcome of a delivery that was not answered as it should.
const FAILED: &str = "failed";
/// Marketplaces give up after some seconds themselves, and deliver again.
const ANSWER_TIME: Duration = Duration::from_secs(20);

struct Door {
    limits: HookLimits,
    rate: Rate,
}

pub(crate) fn routes(limits: HookLimits) -> axum::Router<AppState> {
    let door = Arc::new(Door { rate: Rate::new(limits.per_minute), limits });
    axum::Router::new().route(
        "/hooks/{channel}",
        post(move |State(app): State<AppState>, Path(channel): Path<String>, request: Request| async move {
            let (began, mut outcome) = (Instant::now(), FAILED);
            let answer = receive(&app, &door, channel.into(), request, &mut outcome);
            let answer = tokio::time::timeout(ANSWER_TIME, answer).await;
            app.sync.metrics().observe(Metric::WebhookAnswers, &[outcome], began.elapsed());
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
    if let Err(wait) = door.rate.take(address, Instant::now()) {
        *outcome = "rate_limited";
        let mut response = Problem::too_many_requests(wait).into_response();
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(wait));
        return Ok(response);
    }
    if !app.sync.may_deliver(&app.tenant, &channel).await? {
        *outcome = "refused";
        return Err(Problem::unverified());
    }
    let (head, body) = request.into_parts();
    let body = whole(body, door.limits.body).await.inspect_err(|problem| *outcome = problem.outcome())?;
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
    let received = async { Ok::<_, Problem>(app.sync.receive(&app.tenant, &channel, incoming).await?) };
    let received = received.instrument(span).await?;
    *outcome = match &received {
        Received::Stored => "stored",
        Received::Known => "known",
        Received::Reply { .. } => "replied",
        Received::Refused => "refused",
    };
    match received {
        Received::Stored | Received::Known => Ok(StatusCode::OK.into_response()),
        Received::Reply { status, content_type, body } => {
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
            Ok((status, [(header::CONTENT_TYPE, content_type)], body).into_response())
        }
        Received::Refused => Err(Problem::unverified()),
    }
}

async fn whole(body: Body, limit: usize) -> Result<Vec<u8>, Problem> {
    use axum::body::HttpBody as _;
    if body.size_hint().lower() > limit as u64 {
        return Err(Problem::too_large(limit));
    }
    match tokio::time::timeout(BODY_TIME, axum::body::to_bytes(body, limit)).await {
        Ok(Ok(bytes)) => Ok(bytes.to_vec()),
        Ok(Err(_)) => Err(Problem::too_large(limit)),
        Err(_) => Err(Problem::bad_request("the body did not come")),
    }
}
