//! One unit of work of one channel: its grant, its secrets, its budget.

use std::borrow::Cow;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock, PoisonError, RwLock};
use std::time::Duration;

use entrepot_domain::grants::BoundGrant;
use entrepot_domain::secret::SecretSource;
use entrepot_domain::usage::{Ledger, UseKind};
use entrepot_metrics::Metric;
use futures_util::StreamExt;
use futures_util::stream;

use crate::client::Shared;
use crate::download::{Incoming, Sink};
use crate::exchange::{Failure, Request, Response};
use crate::pace::Pace;
use crate::scrub::Scrubber;

mod follow;
mod plan;

pub struct SessionSpec {
    /// Id of the channel. Sessions of one channel share its pace.
    pub channel: String,
    pub bound: Arc<BoundGrant>,
    pub secrets: Arc<dyn SecretSource>,
    pub limits: SessionLimits,
    /// Where everything is counted for audits.
    pub ledger: Arc<Ledger>,
}

impl SessionSpec {
    /// With the limits that the grant names.
    pub fn new(channel: impl Into<String>, bound: Arc<BoundGrant>, secrets: Arc<dyn SecretSource>) -> Self {
        let mut limits = SessionLimits::default();
        if let Some(calls) = bound.limits.outbound_calls {
            limits.outbound_calls = calls;
        }
        Self { channel: channel.into(), bound, secrets, limits, ledger: Arc::default() }
    }
}

#[derive(Clone, Copy, Debug)]
pub struct SessionLimits {
    /// Requests in all, redirects included.
    pub outbound_calls: u32,
    /// Lowers the client's own cap.
    pub max_body_bytes: Option<u64>,
}

impl Default for SessionLimits {
    fn default() -> Self {
        Self { outbound_calls: 500, max_body_bytes: None }
    }
}

/// What a session has done so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Sent, redirects included.
    pub requests: u64,
    /// Answers with 429, or with 503 and Retry-After.
    pub rate_limited: u64,
    /// Bodies as they came over the wire.
    pub bytes_in: u64,
    pub denied: u64,
    /// Let through by a grant in report-only mode.
    pub reported: u64,
}

/// Of one session.
const LOGGED_DENIALS: u64 = 10;
/// A download that broke off is tried again after these.
const RESUME_AFTER: [Duration; 4] =
    [Duration::from_millis(100), Duration::from_millis(400), Duration::from_secs(2), Duration::from_secs(5)];

/// Cheap to clone; clones share budget and counters.
#[derive(Clone)]
pub struct Session(Arc<Inner>);

struct Inner {
    shared: Arc<Shared>,
    pace: Arc<Pace>,
    channel: String,
    /// Read anew for every hop, so that a grant narrowed during a call counts from its next request on.
    bound: RwLock<Arc<BoundGrant>>,
    secrets: Arc<dyn SecretSource>,
    limits: SessionLimits,
    scrubber: OnceLock<Scrubber>,
    spent: AtomicU32,
    ledger: Arc<Ledger>,
    counters: Counters,
}

#[derive(Default)]
struct Counters {
    requests: AtomicU64,
    rate_limited: AtomicU64,
    bytes_in: AtomicU64,
    denied: AtomicU64,
    reported: AtomicU64,
}

impl Session {
    pub(crate) fn new(shared: Arc<Shared>, pace: Arc<Pace>, spec: SessionSpec) -> Self {
        Self(Arc::new(Inner {
            shared,
            pace,
            channel: spec.channel,
            bound: RwLock::new(spec.bound),
            secrets: spec.secrets,
            limits: spec.limits,
            scrubber: OnceLock::new(),
            spent: AtomicU32::new(0),
            ledger: spec.ledger,
            counters: Counters::default(),
        }))
    }

    /// Any status is a response; a failure means that there was none.
    pub async fn send(&self, operation: &str, request: Request) -> Result<Response, Failure> {
        self.sent(operation, request, None).await
    }

    /// As `send`, but the body of an answer with status 2xx goes to `sink`, whatever its size. If it breaks off, what is left is asked for.
    pub async fn download(&self, operation: &str, request: Request, sink: &mut dyn Sink) -> Result<Response, Failure> {
        let mut incoming = Incoming::new(sink);
        for pause in RESUME_AFTER {
            let outcome = self.sent(operation, resumed(&request, &incoming), Some(&mut incoming)).await;
            match outcome {
                Err(Failure::Unavailable(why)) if incoming.written > 0 && incoming.validator.is_some() => {
                    tracing::info!(channel = self.0.channel, written = incoming.written, "a download goes on: {why}");
                    tokio::time::sleep(pause).await;
                }
                outcome => return outcome,
            }
        }
        self.sent(operation, resumed(&request, &incoming), Some(&mut incoming)).await
    }

    /// Without secrets, as it would be in a response.
    pub fn clean<'t>(&self, text: &'t str) -> Cow<'t, str> {
        self.0.scrubber().clean(text)
    }

    async fn sent(
        &self,
        operation: &str,
        request: Request,
        into: Option<&mut Incoming<'_>>,
    ) -> Result<Response, Failure> {
        let mut outcome = self.0.follow(operation, request, into).await;
        if let Err(Failure::Denied(why)) = &mut outcome {
            // It may name where a redirect led, and that is the server's text.
            if let Cow::Owned(cleaned) = self.0.scrubber().clean(why) {
                *why = cleaned;
            }
            // The remedy repeats what was asked for.
            let what = why.split("; ").next().unwrap_or_default();
            self.0.ledger.count(UseKind::Denied, operation.to_owned(), "", what);
            self.0.shared.options.metrics.add(Metric::Denied, &[&self.0.bound().adapter_id], 1);
            // A guest can be denied as often as it likes; the log is not the place to count.
            if self.0.counters.denied.fetch_add(1, Ordering::Relaxed) < LOGGED_DENIALS {
                tracing::warn!(channel = self.0.channel, operation, "outbound request denied: {why}");
            }
        }
        outcome
    }

    /// As many in flight as the channel's pace has room for; one result for each request, in order.
    pub async fn send_all(&self, operation: &str, requests: Vec<Request>) -> Vec<Result<Response, Failure>> {
        let in_flight = self.0.bound().rate_limit.concurrency.clamp(1, 256) as usize;
        let sends: Vec<_> = requests.into_iter().map(|request| self.send(operation, request)).collect();
        stream::iter(sends).buffered(in_flight).collect().await
    }

    pub(crate) fn bound(&self) -> Arc<BoundGrant> {
        self.0.bound()
    }

    pub(crate) fn channel(&self) -> &str {
        &self.0.channel
    }

    pub(crate) fn ledger(&self) -> &Ledger {
        &self.0.ledger
    }

    pub(crate) fn secrets(&self) -> &dyn SecretSource {
        self.0.secrets.as_ref()
    }

    /// Puts another grant in force, from the next request on.
    pub fn regrant(&self, bound: Arc<BoundGrant>) {
        *self.0.bound.write().unwrap_or_else(PoisonError::into_inner) = bound;
    }

    pub fn stats(&self) -> Stats {
        let counters = &self.0.counters;
        Stats {
            requests: counters.requests.load(Ordering::Relaxed),
            rate_limited: counters.rate_limited.load(Ordering::Relaxed),
            bytes_in: counters.bytes_in.load(Ordering::Relaxed),
            denied: counters.denied.load(Ordering::Relaxed),
            reported: counters.reported.load(Ordering::Relaxed),
        }
    }
}

/// For what is left of a download.
fn resumed(request: &Request, incoming: &Incoming<'_>) -> Request {
    let mut request = request.clone();
    if let Some(validator) = incoming.validator.as_ref().filter(|_| incoming.written > 0)
        && let Ok(validator) = validator.to_str()
    {
        request.headers.push(("range".to_owned(), format!("bytes={}-", incoming.written)));
        request.headers.push(("if-range".to_owned(), validator.to_owned()));
    }
    request
}

impl Inner {
    fn bound(&self) -> Arc<BoundGrant> {
        Arc::clone(&self.bound.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Made when the first answer arrives, from the grant of then: later grants can only be of the same manifest.
    fn scrubber(&self) -> &Scrubber {
        self.scrubber.get_or_init(|| Scrubber::new(&self.bound(), self.secrets.as_ref()))
    }

    fn spend(&self) -> Result<(), Failure> {
        let limit = self.limits.outbound_calls;
        let spent = self.spent.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |n| (n < limit).then_some(n + 1));
        spent.map(drop).map_err(|_| {
            Failure::denied(format!("all {limit} outbound calls of this unit of work are used; the grant's limits.outbound_calls sets how many there are"))
        })
    }
}
