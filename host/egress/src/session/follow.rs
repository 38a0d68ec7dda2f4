//! Sends a request and follows its redirects, each hop from the first check on.

use std::borrow::Cow;
use std::sync::atomic::Ordering;

use entrepot_domain::usage::UseKind;
use entrepot_metrics::Metric;
use entrepot_policy::{Credential, parse_url};
use http::header::{CONTENT_ENCODING, CONTENT_LENGTH, LOCATION};
use http::{HeaderMap, HeaderName};
use tokio::time::Instant;
use tracing::Instrument;
use url::Url;

use super::Inner;
use super::plan::{Plan, Wanted, of_hop};
use crate::body::Caps;
use crate::credential::{Applier, strip_parameters};
use crate::download::Incoming;
use crate::exchange::{Failure, Request, Response};
use crate::headers;

use crate::intercept::{self, Intercept};
use crate::kept::Key;
use crate::overrides;
use crate::redact::Redactor;
use crate::retry_after::{exhausted, retry_after};
use crate::send::{is_loopback, send};
use crate::wire::{Outgoing, RawResponse};

/// Searching a body of this size takes a few milliseconds at the most.
const MAX_INLINE_LEN: usize = 16 << 10;
const METHODS: [&str; 6] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"];

impl Inner {
    /// `key`: of the request, for what is kept. `again`: it was sent before, which the budget of requests has counted. `into`: where the
    /// body goes if the status is 2xx.
    pub(super) async fn follow(
        &self,
        operation: &str,
        request: &Request,
        key: &Key,
        again: bool,
        mut into: Option<&mut Incoming<'_>>,
    ) -> Result<Response, Failure> {
        if !METHODS.contains(&request.method.as_str()) {
            return Err(Failure::denied(format!("only the methods {} are possible", METHODS.join(", "))));
        }
        let mut url = parse_url(&request.url).map_err(Failure::denied)?;
        let guest_headers = headers::from_guest(&request.headers)?;
        overrides::check(&guest_headers, request.body.as_deref())?;
        let said: Vec<&str> = guest_headers.keys().map(HeaderName::as_str).collect();
        let mut sent_headers = guest_headers.clone();
        if let Some(into) = into.as_deref() {
            into.resume(&mut sent_headers);
        }
        let (method, asked) = (request.method.as_str(), request.credential.as_deref());
        let home = url.origin();
        let mut body = request.body.clone();
        let mut wanted = Wanted::Asked(asked);
        let mut time = self.shared.options.total_timeout;
        let mut followed: u8 = 0;
        loop {
            let from = (followed > 0).then_some(&home);
            let plan = self.plan(operation, method, &url, &said, wanted, from).map_err(|why| of_hop(why, followed))?;
            if let Some(kept) = self.kept.as_ref().filter(|_| followed == 0 && !again).and_then(|kept| kept.get(key)) {
                return Ok(kept);
            }
            let intercept = self.shared.options.intercept.as_deref();
            let own_rate =
                intercept.is_some_and(Intercept::replays) || (self.shared.options.allow_loopback && is_loopback(&url));
            let slot = self.rate_limiter.turn(own_rate).await?;
            self.still_ours().await?;
            if !again {
                self.spend()?;
            }
            let started = Instant::now();
            let body = body.take();
            let intercepted = intercept.map(|_| {
                let credential = plan.credential.as_ref().map(|(name, _)| name.as_str());
                intercept::intercepted(operation, method, url.as_str(), &sent_headers, body.as_deref(), credential)
            });
            let ahead = self.clock_of(&url);
            let outgoing = self.outgoing(&plan, method, &url, &sent_headers, body, ahead)?;
            self.counters.requests.fetch_add(1, Ordering::Relaxed);
            self.note(operation, &plan, &url);
            let replayed = match (intercept, &intercepted) {
                (Some(intercept), Some(asked)) => intercept.answer(asked).await,
                _ => None,
            };
            let genuine = replayed.is_none();
            let recorded = intercepted.filter(|_| genuine);
            let span = tracing::error_span!(
                "request",
                otel.kind = "client",
                http.request.method = method,
                server.address = url.host_str(),
                http.response.status_code = tracing::field::Empty,
            );
            let answer = match replayed {
                Some(response) => response.and_then(|response| intercept::received(response, self.caps().bytes)),
                None => {
                    // Who records needs the body as well.
                    let into = into.as_deref_mut().filter(|_| intercept.is_none());
                    send(&self.shared, outgoing, self.caps(), time, into).instrument(span.clone()).await
                }
            };
            drop(slot);
            self.measure(&span, answer.as_ref().ok(), started);
            let mut answer = answer?;
            if let (Some(intercept), Some(asked)) = (intercept, &recorded) {
                intercept.answered(asked, &self.clean(answer.clone()).await?);
            }
            if let Some(into) =
                into.as_deref_mut().filter(|_| intercept.is_some() && (200..300).contains(&answer.status))
            {
                into.begin(answer.status, &answer.headers)?;
                into.write(&answer.body.bytes)?;
            }
            time = time.saturating_sub(started.elapsed());
            self.learn(method, &url, &answer, started);
            // Elsewhere there are other clocks: files, mostly.
            if genuine && into.is_none() && url.origin() == home {
                self.learn_clock(&url, &answer, started);
            }

            let credential = plan.credential.as_ref().map(|(_, credential)| credential);
            self.doubt_clock(credential, &url, ahead, &mut answer);
            let Some(next) = next(method, &url, &answer, credential, plan.redirects) else {
                return self.clean(answer).await;
            };
            let next = next?;
            if followed >= plan.redirects {
                return Err(Failure::denied(too_often(&url, followed)));
            }
            followed += 1;
            // Once away from where the request was addressed, no later hop gets the credential back.
            wanted = match wanted {
                Wanted::None => Wanted::None,
                _ if next.origin() != home => Wanted::None,
                _ => Wanted::Continued(asked),
            };
            if next.origin() != url.origin() && self.redactor().await?.finds(next.as_str()) {
                return Err(Failure::denied("a redirect would carry a secret to another origin"));
            }
            url = next;
        }
    }

    fn outgoing(
        &self,
        plan: &Plan,
        method: &str,
        url: &Url,
        sent_headers: &HeaderMap,
        body: Option<Vec<u8>>,
        ahead: i64,
    ) -> Result<Outgoing, Failure> {
        let mut headers = sent_headers.clone();
        let now = self.shared.options.clock.now() + ahead;
        let applier = Applier { channel: &self.channel, secrets: self.secrets.as_ref(), now };
        let url = match &plan.credential {
            Some((_, credential)) => applier.apply(credential, method, url, &mut headers)?,
            None => url.clone(),
        };
        let method = http::Method::from_bytes(method.as_bytes()).map_err(Failure::denied)?;
        Ok(Outgoing { method, url, headers, body })
    }

    /// For audits.
    fn note(&self, operation: &str, plan: &Plan, url: &Url) {
        let host = url.host_str().unwrap_or_default();
        self.ledger.count(UseKind::Request, operation.to_owned(), &plan.rule, host);
        if let Some((name, _)) = &plan.credential {
            self.ledger.count(UseKind::Credential, operation.to_owned(), &plan.rule, name);
        }
        let sent = u64::from(self.spent.load(Ordering::Relaxed));
        self.ledger.peak(UseKind::OutboundCalls, operation.to_owned(), sent);
    }

    pub(super) fn caps(&self) -> Caps {
        let options = &self.shared.options;
        let bytes = self.limits.max_body_bytes.map_or(options.max_body_bytes, |own| own.min(options.max_body_bytes));
        Caps { bytes, ratio: options.max_ratio }
    }

    /// `None`: no answer came.
    fn measure(&self, span: &tracing::Span, answer: Option<&RawResponse>, started: Instant) {
        let (metrics, bound) = (&self.shared.options.metrics, self.bound());
        let adapter = bound.adapter_id.as_str();
        let kind = answer.map_or("none", |answer| match answer.status {
            0..300 => "2xx",
            300..400 => "3xx",
            400..500 => "4xx",
            _ => "5xx",
        });
        metrics.add(Metric::Requests, &[adapter, kind], 1);
        metrics.observe(Metric::RequestSeconds, &[adapter], started.elapsed());
        if let Some(answer) = answer {
            span.record("http.response.status_code", answer.status);
        }
    }

    /// Counts the answer and lets the channel's rate limit learn from it.
    fn learn(&self, method: &str, url: &Url, answer: &RawResponse, started: Instant) {
        let clock = &self.shared.options.clock;
        let wait = retry_after(&answer.headers, clock);
        self.counters.bytes_in.fetch_add(answer.body.received, Ordering::Relaxed);
        if answer.status == 429 || (answer.status == 503 && wait.is_some()) {
            self.counters.rate_limited.fetch_add(1, Ordering::Relaxed);
            self.shared.options.metrics.add(Metric::RateLimited, &[&self.bound().adapter_id], 1);
            self.rate_limiter.refused(wait);
        } else {
            self.rate_limiter.answered(exhausted(&answer.headers, clock));
        }
        tracing::debug!(
            channel = self.channel,
            http.host = url.host_str(),
            http.path = url.path(),
            http.status = answer.status,
            http.received_bytes = answer.body.received,
            http.milliseconds = started.elapsed().as_millis() as u64,
            "{method} answered"
        );
    }

    /// The answer as the guest may see it.
    async fn clean(&self, answer: RawResponse) -> Result<Response, Failure> {
        let redactor = self.redactor().await?;
        let retry_after_ms = retry_after(&answer.headers, &self.shared.options.clock)
            .map(|wait| u64::try_from(wait.as_millis()).unwrap_or(u64::MAX));
        let size = answer.body.bytes.len();
        let clean = move || cleaned(&redactor, answer, retry_after_ms);
        // Nobody else waits while a large body is searched.
        if size > MAX_INLINE_LEN {
            let cleaned = tokio::task::spawn_blocking(clean).await;
            return cleaned.map_err(|_| Failure::unavailable("the answer could not be searched for secrets"));
        }
        Ok(clean())
    }
}

fn cleaned(redactor: &Redactor, answer: RawResponse, retry_after_ms: Option<u64>) -> Response {
    let received = answer.body.bytes.len();
    let body = redactor.clean_bytes(answer.body.bytes);
    let mut headers = headers::to_guest(&answer.headers);
    headers.retain(|(name, _)| !redactor.finds(name));
    if answer.body.decoded {
        headers.retain(|(name, _)| name != CONTENT_ENCODING.as_str());
    }
    if answer.body.decoded || body.len() != received {
        headers.retain(|(name, _)| name != CONTENT_LENGTH.as_str());
    }
    for (_, value) in &mut headers {
        if let Cow::Owned(cleaned) = redactor.clean(value) {
            *value = cleaned;
        }
    }
    Response { status: answer.status, headers, body, retry_after_ms }
}

/// Where the answer redirects to. `None`: it does not, or the redirect is the guest's to see: no rule lets the host
/// follow, or the method could do something twice.
fn next(
    method: &str,
    url: &Url,
    answer: &RawResponse,
    credential: Option<&Credential>,
    redirects: u8,
) -> Option<Result<Url, Failure>> {
    if redirects == 0 || !matches!(method, "GET" | "HEAD") || !matches!(answer.status, 301 | 302 | 303 | 307 | 308) {
        return None;
    }
    let location = answer.headers.get(LOCATION)?;
    Some(resolve(url, location.as_bytes(), credential))
}

fn too_often(url: &Url, followed: u8) -> String {
    let times = if followed == 1 { "once".to_owned() } else { format!("{followed} times") };
    format!(
        "{} sends requests on more than {times} in a row: perhaps http and https, or the addresses with and without www, lead to each \
         other. Open the shop's address in a browser, and enter the one where it ends",
        url.host_str().unwrap_or_default()
    )
}

pub(super) fn resolve(url: &Url, location: &[u8], credential: Option<&Credential>) -> Result<Url, Failure> {
    let refused = |why: &dyn std::fmt::Display| Failure::denied(format!("a redirect cannot be followed: {why}"));
    let text = std::str::from_utf8(location).map_err(|error| refused(&error))?;
    if text.contains('\\') || text.chars().any(char::is_control) {
        return Err(refused(&"it holds backslashes or control characters"));
    }
    let mut joined = url.join(text).map_err(|error| refused(&error))?;
    joined.set_fragment(None);
    if let Some(credential) = credential {
        strip_parameters(credential, &mut joined);
    }
    parse_url(joined.as_str()).map_err(|error| refused(&error))
}
