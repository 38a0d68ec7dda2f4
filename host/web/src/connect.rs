//! `POST /connect/{state}`: where a shop posts the keys that its owner agreed to.
//!
//! The address is made for one connection, is known to that shop alone, and works once. Nobody signs in here, and nothing of what comes is
//! repeated. Shops take anything but 200 for a failure, and then take their keys back.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Json;
use axum::extract::{ConnectInfo, Request, State};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use entrepot_channels::PostedKeys;
use serde_json::json;

use crate::AppState;
use crate::body;
use crate::extract::Path;
use crate::hooks::{HookLimits, address, rate::Rate};
use crate::problem::Problem;

/// Bytes of keys. They are a few hundred.
const LARGEST: usize = 16 << 10;
const BODY_TIME: Duration = Duration::from_secs(10);

struct Door {
    address_header: String,
    rate: Rate<IpAddr>,
}

pub(crate) fn routes(limits: &HookLimits) -> axum::Router<AppState> {
    let door = Door { address_header: limits.address_header.clone(), rate: Rate::new(limits.per_minute) };
    let door = Arc::new(door);
    let handler = move |State(app): State<AppState>, Path(state): Path<String>, request: Request| async move {
        receive(&app, &door, &state, request).await.unwrap_or_else(IntoResponse::into_response)
    };
    axum::Router::new().route("/connect/{state}", post(handler))
}

async fn receive(app: &AppState, door: &Door, state: &str, request: Request) -> Result<Response, Problem> {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| peer.ip());
    let address = address::of(peer, request.headers(), &door.address_header);
    if let Err(wait) = door.rate.take(address, Instant::now()) {
        return Err(Problem::too_often(wait.into()));
    }
    let body = body::whole(request.into_body(), LARGEST, BODY_TIME).await?;
    match app.cases.connections.take_posted_keys(state, body.into()).await? {
        PostedKeys::Connected => Ok(Json(json!({"connected": true})).into_response()),
        PostedKeys::Unexpected => Err(Problem::not_found(
            "no keys are expected at this address: it was used already, is older than ten minutes, or never was one; begin again",
        )),
        PostedKeys::Unreadable(why) => Err(Problem::bad_request(format!("these are no keys: {why}"))),
        PostedKeys::Failed(why) => Err(Problem::refused(why)),
    }
}
