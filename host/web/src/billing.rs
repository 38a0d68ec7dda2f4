//! `POST /hooks/billing`: where a billing system tells of subscriptions, by Stripe's scheme.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use entrepot_core::plans::BillingRefusal;
use entrepot_domain::Secret;

use crate::AppState;
use crate::body::whole_or_dropped;
use crate::hooks::{HookLimits, address, rate::Rate};
use crate::problem::Problem;

const SIGNATURE: &str = "stripe-signature";
/// Bytes of an event. Stripe's have some thousands.
const LARGEST: usize = 256 << 10;
const BODY_TIME: Duration = Duration::from_secs(10);

struct Door {
    address_header: String,
    /// What is not genuine, by address.
    strangers: Rate<IpAddr>,
    secret: Option<Secret>,
}

pub(crate) fn routes(limits: &HookLimits, secret: Option<Secret>) -> axum::Router<AppState> {
    let strangers = Rate::new(limits.per_minute);
    let door = Arc::new(Door { address_header: limits.address_header.clone(), strangers, secret });
    let handler = move |State(app): State<AppState>, request: Request| async move {
        receive(&app, &door, request).await.unwrap_or_else(IntoResponse::into_response)
    };
    axum::Router::new().route("/hooks/billing", post(handler))
}

async fn receive(app: &AppState, door: &Door, request: Request) -> Result<Response, Problem> {
    // To strangers it is a channel that nobody knows.
    let secret = door.secret.as_ref().ok_or_else(Problem::unverified)?;
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| peer.ip());
    let address = address::of(peer, request.headers(), &door.address_header);
    if let Err(wait) = door.strangers.look(&address, Instant::now()) {
        return Ok(later(wait));
    }
    let signature = request.headers().get(SIGNATURE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let (signature, body) = (signature.to_owned(), request.into_body());
    let body = whole_or_dropped(body, LARGEST, LARGEST, BODY_TIME).await?;
    let body = body.ok_or_else(|| Problem::too_large(LARGEST))?;
    match app.cases.plans.receive_billing(secret, &signature, &body).await {
        Ok(_) => Ok(StatusCode::OK.into_response()),
        Err(BillingRefusal::Forged) => match door.strangers.take(address, Instant::now()) {
            Ok(()) => Err(Problem::unverified()),
            Err(wait) => Ok(later(wait)),
        },
        Err(BillingRefusal::App(error)) => Err(error.into()),
        Err(why) => {
            tracing::warn!("an event of the billing system is not taken: {why}");
            Err(Problem::refused(why))
        }
    }
}

fn later(wait: u32) -> Response {
    let mut response = Problem::too_many_requests(wait).into_response();
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(wait));
    response
}
