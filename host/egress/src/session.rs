//! One unit of work of one channel: its grant, its secrets, its budget.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use entrepot_domain::clock::Timestamp;
use entrepot_domain::secret::SecretSource;
use entrepot_domain::usage::{Ledger, UseKind};
use entrepot_metrics::Metric;
use entrepot_policy::{BoundGrant, TimeSpan};
use futures_util::{Stream, StreamExt, stream};
use tokio::sync::OnceCell;

use crate::download::{Incoming, Sink};
use crate::exchange::{Failure, Request, Response};
use crate::kept::{Kept, Key};
use crate::rate_limit::RateLimiter;
use crate::redact::Redactor;
use crate::shared::Shared;

mod again;
mod clock;
mod follow;
mod pictures;
mod plan;
mod spec;

use again::Budget;
pub use pictures::FormTurn;
pub use spec::{MaySend, SessionLimits, SessionSpec};

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
    /// Requests that were sent again.
    pub retries: u64,
}

/// Of one call: their answers may all be as large as one may be.
const MAX_IN_FLIGHT: usize = 4;
/// Of one session.
const MAX_LOGGED_DENIALS: u64 = 10;
/// Cheap to clone; clones share budget and counters.
#[derive(Clone)]
pub struct Session(Arc<Inner>);

struct Inner {
    shared: Arc<Shared>,
    rate_limiter: Arc<RateLimiter>,
    channel: String,
    /// Read anew for every hop, so that a grant narrowed during a call counts from its next request on.
    bound: RwLock<Arc<BoundGrant>>,
    secrets: Arc<dyn SecretSource>,
    limits: SessionLimits,
    redactor: OnceCell<Arc<Redactor>>,
    spent: AtomicU32,
    ledger: Arc<Ledger>,
    counters: Counters,
    budget: Mutex<Budget>,
    /// How often the guest got an answer to the same.
    handed: Mutex<HashMap<Key, u32>>,
    kept: Option<Arc<Kept>>,
    lease: Option<Arc<dyn MaySend>>,
}

#[derive(Default)]
struct Counters {
    requests: AtomicU64,
    rate_limited: AtomicU64,
    bytes_in: AtomicU64,
    denied: AtomicU64,
    reported: AtomicU64,
    retries: AtomicU64,
    /// Requests that did not come to a good end, for all their tries.
    failed: AtomicU64,
}

impl Session {
    pub(crate) fn new(shared: Arc<Shared>, rate_limiter: Arc<RateLimiter>, spec: SessionSpec) -> Self {
        let call = spec.bound.limits.or_defaults().wall_clock.map_or(Duration::MAX, TimeSpan::duration);
        let budget = Mutex::new(Budget::new(&shared.options.retry, call));
        let now = shared.options.clock.now();
        let kept = spec.page.as_ref().map(|(run, page)| shared.pages.of(run, page, now));
        Self(Arc::new(Inner {
            budget,
            handed: Mutex::default(),
            kept,
            lease: spec.lease,
            shared,
            rate_limiter,
            channel: spec.channel,
            bound: RwLock::new(spec.bound),
            secrets: spec.secrets,
            limits: spec.limits,
            redactor: OnceCell::new(),
            spent: AtomicU32::new(0),
            ledger: spec.ledger,
            counters: Counters::default(),
        }))
    }

    /// Any status is a response; a failure means that there was none.
    pub async fn send(&self, operation: &str, request: Request) -> Result<Response, Failure> {
        self.sent(operation, request, None).await
    }

    /// As `send`, but the body of an answer with status 2xx goes to `sink`, whatever its size. If it breaks off, what is left is asked for,
    /// or all of it where that cannot be.
    pub async fn download(&self, operation: &str, request: Request, sink: &mut dyn Sink) -> Result<Response, Failure> {
        self.sent(operation, request, Some(&mut Incoming::new(sink))).await
    }

    /// For texts that come by another way than in a response.
    pub async fn cleaner(&self) -> Result<Cleaner, Failure> {
        self.0.redactor().await.map(Cleaner)
    }

    async fn sent(
        &self,
        operation: &str,
        request: Request,
        into: Option<&mut Incoming<'_>>,
    ) -> Result<Response, Failure> {
        let mut outcome = self.0.persist(operation, &request, into).await;
        if let Err(Failure::Denied(why) | Failure::Unavailable(why) | Failure::Unusable(why)) = &mut outcome {
            // It may name where a redirect led, or what was wrong with an answer, and that is the server's text.
            if let Cow::Owned(cleaned) = self.0.redactor().await?.clean(why) {
                *why = cleaned;
            }
        }
        if let Err(Failure::Denied(why)) = &outcome {
            self.note_denied(operation, why);
        }
        outcome
    }

    /// Something that the guest asked for was denied: reviewers see it, and so does the log.
    pub fn note_denied(&self, operation: &str, why: &str) {
        // The remedy repeats what was asked for.
        let what = why.split("; ").next().unwrap_or_default();
        self.0.ledger.count(UseKind::Denied, operation.to_owned(), "", what);
        self.0.shared.options.metrics.add(Metric::Denied, &[&self.0.bound().adapter_id], 1);
        // A guest can be denied as often as it likes; the log is not the place to count.
        if self.0.counters.denied.fetch_add(1, Ordering::Relaxed) < MAX_LOGGED_DENIALS {
            tracing::warn!(channel = self.0.channel, operation, error = why, "outbound request denied");
        }
    }

    /// As many in flight as the channel's rate limit has room for; one result for each request, in order.
    pub async fn send_all(&self, operation: &str, requests: Vec<Request>) -> Vec<Result<Response, Failure>> {
        self.send_each(operation, requests).collect().await
    }

    /// The same, one after the other. What is not taken holds back those behind it.
    pub fn send_each<'s>(
        &'s self,
        operation: &'s str,
        requests: Vec<Request>,
    ) -> impl Stream<Item = Result<Response, Failure>> + Send + Unpin + 's {
        let in_flight = (self.0.bound().rate_limit.concurrency as usize).clamp(1, MAX_IN_FLIGHT);
        let sends: Vec<_> = requests.into_iter().map(|request| self.send(operation, request)).collect();
        Box::pin(stream::iter(sends).buffered(in_flight))
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

    /// When what this try of a page may be answered was asked for first. `None`: all of it is asked for now.
    pub fn asked_since(&self) -> Option<Timestamp> {
        self.0.kept.as_ref().filter(|kept| !kept.is_empty()).map(|kept| kept.since)
    }

    /// This try of a page failed.
    pub fn page_failed(&self) {
        if let Some(kept) = &self.0.kept {
            kept.failed(self.0.counters.failed.load(Ordering::Relaxed) > 0);
        }
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
            retries: counters.retries.load(Ordering::Relaxed),
        }
    }
}

/// Knows the channel's secrets.
#[derive(Clone)]
pub struct Cleaner(Arc<Redactor>);

impl Cleaner {
    /// Without secrets, as it would be in a response. Large texts take a while.
    pub fn clean<'t>(&self, text: &'t str) -> Cow<'t, str> {
        self.0.clean(text)
    }
}

impl Inner {
    fn bound(&self) -> Arc<BoundGrant> {
        Arc::clone(&self.bound.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Somebody else may do this work by now: then nothing is sent, nor tried again.
    async fn still_ours(&self) -> Result<(), Failure> {
        match &self.lease {
            Some(lease) => lease.may_send().await.map_err(Failure::Unavailable),
            None => Ok(()),
        }
    }

    /// Got when the first answer arrives, for the grant of then: later grants can only be of the same manifest.
    async fn redactor(&self) -> Result<Arc<Redactor>, Failure> {
        let redactors = &self.shared.redactors;
        let of = async || redactors.of(&self.channel, &self.bound(), self.secrets.as_ref()).await;
        self.redactor.get_or_try_init(of).await.cloned().map_err(Failure::denied)
    }

    fn spend(&self) -> Result<(), Failure> {
        let limit = self.limits.outbound_calls;
        let spent = self.spent.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |n| (n < limit).then_some(n + 1));
        spent.map(drop).map_err(|_| {
            Failure::denied(format!("all {limit} outbound calls of this unit of work are used; the grant's limits.outbound_calls sets how many there are"))
        })
    }
}
