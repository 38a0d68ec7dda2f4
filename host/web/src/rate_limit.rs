//! How many requests of the API whoever asks may send a minute, and what is left of them: the headers `RateLimit` and
//! `RateLimit-Policy` (draft-ietf-httpapi-ratelimit-headers-10), and `Retry-After`.
// See docs/decisions/0067-rate-limits-of-the-api.md

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use governor::clock::{Clock, DefaultClock};
use governor::middleware::StateInformationMiddleware;
use governor::state::{InMemoryState, NotKeyed};
use governor::{Quota, RateLimiter};

use crate::hooks::address;
use crate::problem::Problem;

pub(crate) const LIMIT: HeaderName = HeaderName::from_static("ratelimit");
pub(crate) const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
/// Of those who ask, in one map. Two maps take turns: who has not asked while the other one filled up begins anew.
const MOST: usize = 10_000;
const MINUTE: u64 = 60;

type Counter = RateLimiter<NotKeyed, InMemoryState, DefaultClock, StateInformationMiddleware>;

/// Whose requests are counted together.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Asker {
    Address(IpAddr),
}

pub(crate) struct RateLimits {
    per_minute: Option<NonZeroU32>,
    address_header: String,
    counters: Mutex<Counters>,
}

#[derive(Default)]
struct Counters {
    recent: HashMap<Asker, Arc<Counter>>,
    before: HashMap<Asker, Arc<Counter>>,
}

/// What became of one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Counted {
    limit: u32,
    left: u32,
    /// Seconds until another one is admitted; none: this one is.
    wait: Option<u64>,
}

impl RateLimits {
    /// `per_minute`: 0 for no limit.
    pub(crate) fn new(per_minute: u32, address_header: &str) -> Self {
        let per_minute = NonZeroU32::new(per_minute);
        Self { per_minute, address_header: address_header.to_owned(), counters: Mutex::default() }
    }

    fn asker(&self, request: &Request) -> Asker {
        let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| peer.ip());
        Asker::Address(address::of(peer, request.headers(), &self.address_header))
    }

    fn count(&self, asker: Asker, per_minute: NonZeroU32) -> Counted {
        let counter = self.counter(asker, per_minute);
        let limit = per_minute.get();
        match counter.check() {
            Ok(state) => Counted { limit, left: state.remaining_burst_capacity(), wait: None },
            Err(refused) => {
                let wait = refused.wait_time_from(DefaultClock::default().now());
                Counted { limit, left: 0, wait: Some(wait.as_secs() + 1) }
            }
        }
    }

    fn counter(&self, asker: Asker, per_minute: NonZeroU32) -> Arc<Counter> {
        let mut counters = self.counters.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(counter) = counters.recent.get(&asker) {
            return counter.clone();
        }
        let known = counters.before.remove(&asker);
        let counter = known.unwrap_or_else(|| {
            let counter = RateLimiter::direct(Quota::per_minute(per_minute));
            Arc::new(counter.with_middleware::<StateInformationMiddleware>())
        });
        if counters.recent.len() >= MOST {
            counters.before = std::mem::take(&mut counters.recent);
        }
        counters.recent.insert(asker, counter.clone());
        counter
    }
}

impl Counted {
    fn headers(self) -> [(HeaderName, String); 2] {
        let Self { limit, left, wait } = self;
        // Until all of it may be used again.
        let whole = u64::from(limit - left.min(limit)) * MINUTE / u64::from(limit.max(1));
        let reset = wait.unwrap_or_default().max(whole);
        [(POLICY, format!("\"default\";q={limit};w={MINUTE}")), (LIMIT, format!("\"default\";r={left};t={reset}"))]
    }
}

pub(crate) async fn limit(State(limits): State<Arc<RateLimits>>, request: Request, next: Next) -> Response {
    let Some(per_minute) = limits.per_minute else { return next.run(request).await };
    let counted = limits.count(limits.asker(&request), per_minute);
    let mut response = match counted.wait {
        None => next.run(request).await,
        Some(wait) => {
            let mut refused = Problem::too_many_of_the_api(wait, per_minute.get()).into_response();
            refused.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(wait));
            refused
        }
    };
    for (name, value) in counted.headers() {
        if let Ok(value) = HeaderValue::from_str(&value) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    fn asker(number: u32) -> Asker {
        Asker::Address(IpAddr::V4(Ipv4Addr::from(number)))
    }

    #[test]
    fn each_address_has_its_own_minute() {
        let (limits, three) = (RateLimits::new(3, ""), NonZeroU32::new(3).expect("three"));
        let left: Vec<u32> = (0..3).map(|_| limits.count(asker(1), three).left).collect();
        assert_eq!(left, [2, 1, 0]);
        let refused = limits.count(asker(1), three);
        assert!(refused.wait.is_some_and(|wait| (1..=21).contains(&wait)), "{refused:?}");
        assert_eq!(limits.count(asker(2), three).wait, None);
        let headers = Counted { limit: 60, left: 30, wait: None }.headers().map(|(_, value)| value);
        assert_eq!(headers, ["\"default\";q=60;w=60", "\"default\";r=30;t=30"]);
    }

    #[test]
    fn addresses_without_end_need_no_memory_without_end() {
        let (limits, two) = (RateLimits::new(2, ""), NonZeroU32::new(2).expect("two"));
        for number in 0..50_000 {
            assert_eq!(limits.count(asker(number), two).wait, None);
        }
        let counters = limits.counters.lock().expect("the counters");
        assert!(counters.recent.len() + counters.before.len() <= 2 * MOST);
    }
}
