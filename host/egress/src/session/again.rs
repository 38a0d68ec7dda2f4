//! Sends a request again where that is safe and the failure may be of the moment: the adapter sees the answer, or the end of the budget.

use std::sync::atomic::Ordering;
use std::sync::{MutexGuard, PoisonError};
use std::time::Duration;

use entrepot_metrics::Metric;
use tokio::time::Instant;

use super::Inner;
use crate::download::Incoming;
use crate::exchange::{Failure, Request, Response};
use crate::headers;
use crate::kept::{Key, wants_fresh};
use crate::options::Retry;
use crate::rate_limit::MAX_WAIT;
use crate::whole;

/// What is spent on trying again, of one unit of work. Successes earn tries, so that a shop that is down is not hammered while one
/// that fails now and then is read to the end.
pub(super) struct Budget {
    tries: i64,
    time: Duration,
}

/// Of the time that a call has.
const SHARE: u32 = 3;
/// A download that broke off is tried again after these.
const RESUME_AFTER: [Duration; 4] =
    [Duration::from_millis(100), Duration::from_millis(400), Duration::from_secs(2), Duration::from_secs(5)];
/// Tries that one success earns: of three that fail before it, none is missed.
const EARNED: i64 = 3;

impl Budget {
    /// `call`: how long a call may take; one that is stopped for waiting is worse than one that is told of a failure.
    pub(super) fn new(retry: &Retry, call: Duration) -> Self {
        Self { tries: i64::from(retry.in_advance), time: retry.time.min(call / SHARE) }
    }

    fn earn(&mut self, retry: &Retry) {
        self.tries = (self.tries + EARNED).min(i64::from(retry.in_advance) * 10);
    }

    fn spend(&mut self, wait: Duration) -> bool {
        if self.tries <= 0 || self.time < wait {
            return false;
        }
        self.tries -= 1;
        self.time -= wait;
        true
    }
}

/// What was wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    /// No answer, or half of one.
    Lost,
    /// 429, or 503 with a hint: the rate limiter waits.
    Asked(Option<Duration>),
    /// Another status that may pass.
    Status,
    /// 401, which a cache or a balancer answers now and then.
    Unauthorized,
    /// Data was asked for and a web page came, or a part of it.
    Other,
}

impl Inner {
    pub(super) async fn persist(
        &self,
        operation: &str,
        request: &Request,
        mut into: Option<&mut Incoming<'_>>,
    ) -> Result<Response, Failure> {
        let key = Key::of(request);
        let mut tries = self.found_wrong(request, &key).await;
        let mut again = false;
        loop {
            let begun = Instant::now();
            let outcome = self.follow(operation, request, &key, again, into.as_deref_mut()).await;
            let Some(fault) = fault(request, &outcome) else {
                return self.ended(request, key, outcome);
            };
            if outcome.is_err() && self.still_ours().await.is_err() {
                return self.ended(request, key, outcome);
            }
            let rest = into.as_ref().is_some_and(|into| into.has_begun());
            let wait =
                if rest && fault == Fault::Lost { resume_after(tries) } else { self.wait(request, fault, tries) };
            let Some(wait) = wait.filter(|wait| rest || self.budget().spend(*wait + begun.elapsed())) else {
                return self.ended(request, key, outcome);
            };
            (tries, again) = (tries + 1, true);
            self.counters.retries.fetch_add(1, Ordering::Relaxed);
            self.shared.options.metrics.add(Metric::Retries, &[&self.bound().adapter_id, "request"], 1);
            tracing::debug!(channel = self.channel, tries, wait_ms = wait.as_millis() as u64, "asked again: {fault:?}");
            // A hint is waited for in the rate limiter's queue, with everybody else.
            if !matches!(fault, Fault::Asked(_)) {
                tokio::time::sleep(wait).await;
            }
        }
    }

    /// The guest found the last answer wrong and asks anew: that is another try, after a wait. How often it has got one.
    async fn found_wrong(&self, request: &Request, key: &Key) -> u32 {
        if !wants_fresh(request) {
            return 0;
        }
        if let Some(kept) = &self.kept {
            kept.forget(key);
        }
        let before = self.handed.lock().unwrap_or_else(PoisonError::into_inner).get(key).copied().unwrap_or(0);
        if before > 0 {
            let wait = self.shared.options.retry.wait(before - 1);
            if self.budget().spend(wait) {
                self.counters.retries.fetch_add(1, Ordering::Relaxed);
                tokio::time::sleep(wait).await;
            }
        }
        before
    }

    fn ended(&self, request: &Request, key: Key, outcome: Result<Response, Failure>) -> Result<Response, Failure> {
        let for_now = |status: u16| matches!(status, 409 | 423) && reads(request);
        let failed = |status: u16| matches!(status, 401 | 403 | 408 | 425 | 429 | 500..) || for_now(status);
        let answer = outcome.as_ref().ok().filter(|answer| !failed(answer.status));
        let Some(answer) = answer else {
            self.counters.failed.fetch_add(1, Ordering::Relaxed);
            return outcome;
        };
        if repeatable(request) {
            self.budget().earn(&self.shared.options.retry);
            *self.handed.lock().unwrap_or_else(PoisonError::into_inner).entry(key).or_default() += 1;
        }
        let good = request.method == "GET" && (200..300).contains(&answer.status) && fault(request, &outcome).is_none();
        if let Some(kept) = self.kept.as_ref().filter(|_| good) {
            kept.keep(key, answer);
        }
        outcome
    }

    fn budget(&self) -> MutexGuard<'_, Budget> {
        self.budget.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How long to wait before the next try. `None`: there is none.
    fn wait(&self, request: &Request, fault: Fault, tries: u32) -> Option<Duration> {
        let retry = &self.shared.options.retry;
        if self.shared.options.intercept.as_ref().is_some_and(|intercept| intercept.replays()) {
            return None;
        }
        let most = match fault {
            _ if !repeatable(request) && fault != Fault::Unauthorized => 0,
            Fault::Unauthorized => retry.tries.min(1),
            // Some shops answer so whatever is asked, and the adapter learns something from it.
            Fault::Other => retry.tries.min(2),
            Fault::Lost | Fault::Asked(_) | Fault::Status => retry.tries,
        };
        let wait = match fault {
            Fault::Asked(hint) => hint.unwrap_or(Duration::ZERO),
            _ => retry.wait(tries),
        };
        // A guest holds memory and a worker while it waits; for longer it is told when to come back.
        (tries < most && wait <= MAX_WAIT).then_some(wait)
    }
}

/// A download that broke off goes on.
fn resume_after(tries: u32) -> Option<Duration> {
    RESUME_AFTER.get(tries as usize).copied()
}

/// What may be sent twice: what changes nothing, and what the marketplace itself knows again.
fn repeatable(request: &Request) -> bool {
    let keyed = |(name, value): &(String, String)| name.eq_ignore_ascii_case("idempotency-key") && !value.is_empty();
    reads(request) || request.headers.iter().any(keyed)
}

/// By its method, or because the guest says so.
fn reads(request: &Request) -> bool {
    let says = |(name, _): &(String, String)| name.eq_ignore_ascii_case(headers::REPEATABLE);
    matches!(request.method.as_str(), "GET" | "HEAD") || request.headers.iter().any(says)
}

fn fault(request: &Request, outcome: &Result<Response, Failure>) -> Option<Fault> {
    let reads = reads(request);
    match outcome {
        Err(Failure::Unavailable(_)) => Some(Fault::Lost),
        Err(Failure::Denied(_) | Failure::Unusable(_) | Failure::RateLimited(_)) => None,
        Ok(answer) => match answer.status {
            401 => Some(Fault::Unauthorized),
            429 => Some(Fault::Asked(answer.retry_after_ms.map(Duration::from_millis))),
            503 if answer.retry_after_ms.is_some() => {
                Some(Fault::Asked(answer.retry_after_ms.map(Duration::from_millis)))
            }
            502..=504 => Some(Fault::Status),
            // What the shop, its host or what stands before both could not do this time.
            408 | 409 | 423 | 425 | 500 | 507..=509 | 520..=530 if reads => Some(Fault::Status),
            200..=299 if whole::is_something_else(request, answer) => Some(Fault::Other),
            _ => None,
        },
    }
}
