//! Accepting connections and answering on them.

use std::convert::Infallible;
use std::future::pending;
use std::net::TcpListener;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use http::{HeaderName, HeaderValue, Response};
use http_body_util::{BodyExt as _, Limited};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use rustls::ServerConfig;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::oneshot;
use tokio_rustls::TlsAcceptor;

use super::body::Body;
use super::fault::{Faults, Sending};
use super::{Log, Request, Site};

const LARGEST_BODY: usize = 16 << 20;

pub(crate) struct House {
    pub(crate) site: Arc<dyn Site>,
    pub(crate) origin: String,
    pub(crate) tls: bool,
    pub(crate) faults: Arc<Faults>,
    pub(crate) log: Arc<Log>,
    pub(crate) date: Arc<Mutex<Option<i64>>>,
}

/// The server's own runtime, so that a test may be blocking, or pause its clock, and the server still answers.
pub(crate) fn run(listener: TcpListener, tls: Option<Arc<ServerConfig>>, house: House, stopped: oneshot::Receiver<()>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async move {
        let listener = tokio::net::TcpListener::from_std(listener).expect("a listener");
        let acceptor = tls.map(TlsAcceptor::from);
        let house = Arc::new(house);
        let accepting = async {
            loop {
                let Ok((stream, _)) = listener.accept().await else { continue };
                let _ = stream.set_nodelay(true);
                let (house, acceptor) = (house.clone(), acceptor.clone());
                tokio::spawn(async move {
                    match acceptor {
                        None => connection(stream, house).await,
                        Some(acceptor) => {
                            // A failed handshake is the client's finding, not ours.
                            if let Ok(stream) = acceptor.accept(stream).await {
                                connection(stream, house).await;
                            }
                        }
                    }
                });
            }
        };
        tokio::select! {
            () = accepting => {}
            _ = stopped => {}
        }
    });
}

async fn connection(stream: impl AsyncRead + AsyncWrite + Unpin + 'static, house: Arc<House>) {
    let service = service_fn(move |request| {
        let house = house.clone();
        async move { house.serve(request).await }
    });
    // An error here is a client that left, or a fault doing its work.
    let mut http = http1::Builder::new();
    // The clock of this machine is none of the simulated site's, whose time a test may set.
    http.title_case_headers(true).auto_date_header(false);
    let _ = http.serve_connection(TokioIo::new(stream), service).await;
}

/// A connection to be closed without an answer.
#[derive(Debug)]
struct Hangup;

impl std::fmt::Display for Hangup {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("closed by the script")
    }
}

impl std::error::Error for Hangup {}

impl From<Infallible> for Hangup {
    fn from(never: Infallible) -> Self {
        match never {}
    }
}

impl House {
    async fn serve(&self, request: hyper::Request<Incoming>) -> Result<Response<Body>, Hangup> {
        let open = self.log.enter();
        let (head, body) = request.into_parts();
        // What is larger is not what any of the simulated sites takes.
        let body = Limited::new(body, LARGEST_BODY).collect().await.map_err(|_| Hangup)?.to_bytes();
        let request = Request {
            method: head.method,
            path: head.uri.path().to_owned(),
            query: head.uri.query().unwrap_or_default().to_owned(),
            headers: head.headers,
            tls: self.tls,
            origin: self.origin.clone(),
            body,
        };
        let faults = self.faults.of(&request);
        let asked = faults.iter().fold(request.clone(), |asked, fault| fault.bend(asked));
        let mut answer = self.site.answer(&asked);
        self.site.answered(&request);
        let mut sending = Sending::of(&answer);
        for fault in &faults {
            fault.apply(&mut answer, &mut sending);
        }
        if let Some(delay) = sending.delay {
            tokio::time::sleep(delay).await;
        }
        if sending.hang {
            self.log.write(&request, 0);
            return pending().await;
        }
        if sending.drop {
            self.log.write(&request, 0);
            return Err(Hangup);
        }
        self.log.write(&request, answer.status.as_u16());
        let (steps, promised) = sending.steps(&answer.body);
        let mut response = Response::new(Body::new(steps, promised, open));
        *response.status_mut() = answer.status;
        for (name, value) in &answer.headers {
            if let (Ok(name), Ok(value)) = (HeaderName::try_from(name.as_str()), HeaderValue::from_str(value)) {
                response.headers_mut().append(name, value);
            }
        }
        if let Some(date) = self.date().and_then(|date| HeaderValue::from_str(&date).ok()) {
            response.headers_mut().insert(http::header::DATE, date);
        }
        Ok(response)
    }

    fn date(&self) -> Option<String> {
        let ahead = (*self.date.lock().unwrap_or_else(PoisonError::into_inner))?;
        let span = Duration::from_secs(ahead.unsigned_abs());
        let now = SystemTime::now();
        Some(httpdate::fmt_http_date(if ahead < 0 { now - span } else { now + span }))
    }
}
