//! Connections: how many there are, for how long one may keep us waiting, and how they end.
//!
//! A client that does not finish costs a slot. The oldest connection that has no request under way, or owes the rest of a body, makes room
//! for who comes, so that a thousand connections that say nothing keep nobody out.
// See docs/decisions/0050-connection-slots.md

mod arriving;
mod slots;
mod timed;

use std::net::SocketAddr;
use std::pin::pin;
use std::time::Duration;

use axum::Router;
use axum::extract::{ConnectInfo, Request};
use entrepot_metrics::Metrics;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt;
use tower_http::metrics::in_flight_requests::InFlightRequests;

use arriving::Arriving;
use slots::{Slot, Slots};
use timed::Timed;

/// Bytes of the head of a request, and of what is read ahead.
const LARGEST_HEAD: usize = 64 << 10;
/// Without it, having no file descriptor left would be tried again as fast as the processor can.
const ACCEPT_PAUSE: Duration = Duration::from_secs(1);
/// For what of an answer is on its way when the host stops.
const LAST_BYTES: Duration = Duration::from_millis(200);
const FULL: &[u8] =
    b"HTTP/1.1 503 Service Unavailable\r\nconnection: close\r\ncontent-length: 0\r\nretry-after: 1\r\n\r\n";

/// What clients may keep waiting, and how many they may be.
#[derive(Clone, Copy, Debug)]
pub struct ClientLimits {
    /// For the head of a request, from its first byte on; and for that first byte on a new connection.
    pub head: Duration,
    /// For the body of a request.
    pub body: Duration,
    /// For the next request on a connection.
    pub idle: Duration,
    /// For taking the next bytes of an answer.
    pub write: Duration,
    /// For requests under way when the host is told to stop.
    pub stop: Duration,
    /// In all.
    pub connections: usize,
    /// From one address; of IPv6, from one network of 64 bits.
    pub per_address: usize,
    /// Requests of the API from one address; 0: no limit.
    pub requests_per_minute: u32,
}

impl Default for ClientLimits {
    fn default() -> Self {
        let seconds = Duration::from_secs;
        Self {
            head: seconds(10),
            body: seconds(60),
            idle: seconds(75),
            write: seconds(30),
            stop: seconds(5),
            connections: 512,
            per_address: 256,
            requests_per_minute: 0,
        }
    }
}

/// Serves until `stop`. Then nobody new is let in, requests under way have [`ClientLimits::stop`] to end, and what is left is cut.
pub async fn serve(
    listener: TcpListener,
    app: Router,
    limits: ClientLimits,
    metrics: Metrics,
    stop: CancellationToken,
) {
    let (slots, tasks) = (Slots::new(limits, metrics), TaskTracker::new());
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => break,
            accepted = listener.accept() => accepted,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::warn!("no connection can be accepted for a moment: {error}");
                tokio::time::sleep(ACCEPT_PAUSE).await;
                continue;
            }
        };
        match slots.take(peer.ip()) {
            Some(slot) => drop(tasks.spawn(converse(stream, peer, slot, app.clone(), stop.clone()))),
            // It cannot be waited for; whoever does not read it sees a closed connection.
            None => drop(stream.try_write(FULL)),
        }
    }
    drop(listener);
    tasks.close();
    tasks.wait().await;
}

async fn converse(stream: TcpStream, peer: SocketAddr, slot: Slot, app: Router, stop: CancellationToken) {
    // Answers are written whole: waiting for more of them only delays.
    let _ = stream.set_nodelay(true);
    let (limits, activity) = (slot.limits(), slot.activity().clone());
    let requests = InFlightRequests::new(app, activity.in_flight.clone());
    let service = {
        let activity = activity.clone();
        service_fn(move |mut request: Request<Incoming>| {
            activity.request();
            request.extensions_mut().insert(ConnectInfo(peer));
            requests.clone().oneshot(request.map(|body| Arriving::new(body, activity.clone())))
        })
    };
    let stream = TokioIo::new(Timed::new(stream, limits, activity.clone()));
    let connection = http1::Builder::new().max_header_size(LARGEST_HEAD).serve_connection(stream, service);
    let mut connection = pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = slot.cut() => return,
        () = stop.cancelled() => {
            // A head that is half there does not count as a request: whoever began one would keep us from stopping.
            let time = if activity.is_waiting() { LAST_BYTES } else { limits.stop };
            connection.as_mut().graceful_shutdown();
            tokio::time::timeout(time, connection).await.unwrap_or(Ok(()))
        }
    };
    if let Err(error) = ended {
        tracing::debug!(client = %peer, "a connection broke off: {error}");
    }
}
