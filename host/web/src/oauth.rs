//! `GET /oauth/callback`: where a seller's browser comes back to from a marketplace, and what it is shown.
//!
//! There is no sign-in here: what the browser shows is a state that only it was sent off with. Nothing of what it brings is repeated on
//! the page; the page has no script, no style and no link, and is neither kept nor told to others.

mod page;

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Instant;

use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::any;
use entrepot_channels::CallbackOutcome;

use crate::AppState;
use crate::hooks::{HookLimits, address, rate::Rate};
use page::Page;

struct Door {
    address_header: String,
    rate: Rate<IpAddr>,
}

pub(crate) fn routes(limits: &HookLimits) -> axum::Router<AppState> {
    let door = Door { address_header: limits.address_header.clone(), rate: Rate::new(limits.per_minute) };
    let door = Arc::new(door);
    let handler =
        move |State(app): State<AppState>, request: Request| async move { answer(&app, &door, request).await };
    // Not `get`, which answers HEAD as well: whoever only asks whether there is something must not use up the way back.
    axum::Router::new().route("/oauth/callback", any(handler))
}

async fn answer(app: &AppState, door: &Door, request: Request) -> Response {
    if request.method() != Method::GET {
        return (StatusCode::METHOD_NOT_ALLOWED, [(header::ALLOW, "GET")]).into_response();
    }
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| peer.ip());
    let address = address::of(peer, request.headers(), &door.address_header);
    if let Err(wait) = door.rate.take(address, Instant::now()) {
        let mut response = shown(StatusCode::TOO_MANY_REQUESTS, &Page::busy(wait));
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(wait));
        return response;
    }
    let query = request.uri().query().unwrap_or_default().to_owned();
    match app.cases.connections.finish_connection(&query).await {
        Ok(CallbackOutcome::Connected { name, account }) => shown(StatusCode::OK, &Page::connected(&name, &account)),
        Ok(CallbackOutcome::Failed { name, why }) => shown(StatusCode::BAD_REQUEST, &Page::failed(&name, &why)),
        Ok(CallbackOutcome::Unexpected) => shown(StatusCode::BAD_REQUEST, &Page::unexpected()),
        Ok(CallbackOutcome::Unverified) => shown(StatusCode::BAD_REQUEST, &Page::unverified()),
        Err(error) => {
            tracing::error!("a connection was not ended: {error}");
            shown(StatusCode::SERVICE_UNAVAILABLE, &Page::broken())
        }
    }
}

fn shown(status: StatusCode, page: &Page) -> Response {
    (status, Html(page.html())).into_response()
}
