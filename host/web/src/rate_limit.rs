//! How many requests of the API whoever asks may send a minute, and what is left of them: the headers `RateLimit` and
//! `RateLimit-Policy` (draft-ietf-httpapi-ratelimit-headers-10), and `Retry-After`.
// See docs/decisions/0067-rate-limits-of-the-api.md

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use entrepot_accounts::Principal;
use entrepot_domain::TenantId;
use entrepot_store::Db;
use governor::clock::{Clock, DefaultClock};
use governor::middleware::StateInformationMiddleware;
use governor::state::{InMemoryState, NotKeyed};
use governor::{Quota, RateLimiter};

use crate::health;
use crate::hooks::address;
use crate::problem::Problem;

pub(crate) const LIMIT: HeaderName = HeaderName::from_static("ratelimit");
pub(crate) const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
/// Of those who ask, in one map. Two maps take turns: who has not asked while the other one filled up begins anew.
const MOST: usize = 10_000;
const MINUTE: u64 = 60;
const ASSETS: &str = "/assets/";

type Counter = RateLimiter<NotKeyed, InMemoryState, DefaultClock, StateInformationMiddleware>;

/// How long a plan is believed to be the same.
const PLAN: Duration = Duration::from_secs(10);

/// Whose requests are counted together.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Asker {
    Address(IpAddr),
    /// By its plan.
    Tenant(TenantId),
}

/// Requests a minute that a tenant's plan allows, and since when this is known.
type OfPlan = (Instant, Option<NonZeroU32>);

pub(crate) struct RateLimits {
    per_minute: Option<NonZeroU32>,
    address_header: String,
    db: Db,
    counters: Mutex<Counters>,
    plans: Mutex<HashMap<TenantId, OfPlan>>,
}

#[derive(Default)]
struct Counters {
    recent: HashMap<Asker, Known>,
    before: HashMap<Asker, Known>,
}

/// With the limit that it counts by.
type Known = (NonZeroU32, Arc<Counter>);

/// What became of one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Counted {
    name: &'static str,
    limit: u32,
    left: u32,
    /// Seconds until another one is admitted; none: this one is.
    wait: Option<u64>,
}

impl RateLimits {
    /// `per_minute`: 0 for no limit.
    pub(crate) fn new(db: Db, per_minute: u32, address_header: &str) -> Self {
        let (per_minute, address_header) = (NonZeroU32::new(per_minute), address_header.to_owned());
        Self { per_minute, address_header, db, counters: Mutex::default(), plans: Mutex::default() }
    }

    /// Whoever asks, and whatever is answered: who is refused costs as well.
    fn of_address(&self, asker: Asker) -> Option<Counted> {
        self.per_minute.map(|per_minute| self.count("default", asker, per_minute))
    }

    /// Of those who may ask.
    async fn of_tenant(&self, tenant: TenantId) -> Option<Counted> {
        let per_minute = self.of_plan(&tenant).await?;
        Some(self.count("plan", Asker::Tenant(tenant), per_minute))
    }

    /// Where the database does not say, nobody is kept out.
    async fn of_plan(&self, tenant: &TenantId) -> Option<NonZeroU32> {
        let known = self.plans.lock().unwrap_or_else(PoisonError::into_inner).get(tenant).copied();
        if let Some((_, per_minute)) = known.filter(|(since, _)| since.elapsed() < PLAN) {
            return per_minute;
        }
        let plan = self.db.tenant(tenant).plan().await.ok().flatten();
        let per_minute = plan.and_then(|plan| plan.limits.requests_per_minute);
        // A plan that allows none allows one: whoever may ask nothing cannot ask why.
        let per_minute = per_minute.and_then(|most| NonZeroU32::new(u32::try_from(most).unwrap_or(u32::MAX).max(1)));
        let mut plans = self.plans.lock().unwrap_or_else(PoisonError::into_inner);
        if plans.len() >= MOST {
            plans.clear();
        }
        plans.insert(tenant.clone(), (Instant::now(), per_minute));
        per_minute
    }

    fn asker(&self, request: &Request) -> Asker {
        let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| peer.ip());
        Asker::Address(address::of(peer, request.headers(), &self.address_header))
    }

    fn count(&self, name: &'static str, asker: Asker, per_minute: NonZeroU32) -> Counted {
        let counter = self.counter(asker, per_minute);
        let limit = per_minute.get();
        match counter.check() {
            Ok(state) => Counted { name, limit, left: state.remaining_burst_capacity(), wait: None },
            Err(refused) => {
                let wait = refused.wait_time_from(DefaultClock::default().now());
                Counted { name, limit, left: 0, wait: Some(wait.as_secs() + 1) }
            }
        }
    }

    fn counter(&self, asker: Asker, per_minute: NonZeroU32) -> Arc<Counter> {
        let mut counters = self.counters.lock().unwrap_or_else(PoisonError::into_inner);
        let fits = |known: &Known| known.0 == per_minute;
        if let Some((_, counter)) = counters.recent.get(&asker).filter(|known| fits(known)) {
            return counter.clone();
        }
        let known = counters.before.remove(&asker).filter(fits);
        let counter = known.map_or_else(
            || {
                let counter = RateLimiter::direct(Quota::per_minute(per_minute));
                Arc::new(counter.with_middleware::<StateInformationMiddleware>())
            },
            |(_, counter)| counter,
        );
        if counters.recent.len() >= MOST {
            counters.before = std::mem::take(&mut counters.recent);
        }
        counters.recent.insert(asker, (per_minute, counter.clone()));
        counter
    }
}

struct Refusal {
    problem: Problem,
    wait: u64,
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        ([(header::RETRY_AFTER, HeaderValue::from(self.wait))], self.problem).into_response()
    }
}

impl Counted {
    /// None: it is admitted.
    fn refusal(&self) -> Option<Refusal> {
        let wait = self.wait?;
        Some(Refusal { problem: Problem::too_many_of_the_api(wait, self.limit), wait })
    }

    fn policy(&self) -> String {
        format!("\"{}\";q={};w={MINUTE}", self.name, self.limit)
    }

    fn state(&self) -> String {
        let Self { name, limit, left, wait } = *self;
        // Until all of it may be used again.
        let whole = u64::from(limit - left.min(limit)) * MINUTE / u64::from(limit.max(1));
        format!("\"{name}\";r={left};t={}", wait.unwrap_or_default().max(whole))
    }
}

/// For whom the request is answered.
fn tenant_of(request: &Request) -> Option<TenantId> {
    request.extensions().get::<Arc<Principal>>().and_then(|principal| principal.tenant.clone())
}

/// A page that is not to be made: whoever makes pages says so.
#[derive(Clone, Debug)]
pub struct Limited(Problem);

impl Limited {
    pub fn problem(&self) -> Problem {
        self.0.clone()
    }
}

/// By address, before anything is looked up. Who asks whether the host is alive shares an address with others, and is never refused.
pub(crate) async fn limit(State(limits): State<Arc<RateLimits>>, request: Request, next: Next) -> Response {
    if health::PROBES.contains(&request.uri().path()) {
        return next.run(request).await;
    }
    let counted = limits.of_address(limits.asker(&request));
    let response = match counted.as_ref().and_then(Counted::refusal) {
        None => next.run(request).await,
        Some(refusal) => refusal.into_response(),
    };
    told(response, counted)
}

/// The same for pages, which are of the same count. What is embedded in the host costs nothing to show.
pub(crate) async fn limit_pages(State(limits): State<Arc<RateLimits>>, mut request: Request, next: Next) -> Response {
    if request.uri().path().starts_with(ASSETS) {
        return next.run(request).await;
    }
    let counted = limits.of_address(limits.asker(&request));
    if let Some(refusal) = counted.as_ref().and_then(Counted::refusal) {
        request.extensions_mut().insert(Limited(refusal.problem));
    }
    let wait = counted.as_ref().and_then(|counted| counted.wait);
    let mut response = told(next.run(request).await, counted);
    if let Some(wait) = wait {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(wait));
    }
    response
}

fn told(mut response: Response, counted: Option<Counted>) -> Response {
    let of_plan = response.extensions_mut().remove::<Counted>();
    let counted: Vec<Counted> = counted.into_iter().chain(of_plan).collect();
    let list = |of: fn(&Counted) -> String| counted.iter().map(of).collect::<Vec<_>>().join(", ");
    for (name, value) in [(POLICY, list(Counted::policy)), (LIMIT, list(Counted::state))] {
        if let Some(value) = HeaderValue::from_str(&value).ok().filter(|_| !counted.is_empty()) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

/// By plan, once it is known for whom the request is.
pub(crate) async fn limit_of_plan(State(limits): State<Arc<RateLimits>>, request: Request, next: Next) -> Response {
    let counted = match tenant_of(&request) {
        Some(tenant) => limits.of_tenant(tenant).await,
        None => None,
    };
    let mut response = match counted.as_ref().and_then(Counted::refusal) {
        None => next.run(request).await,
        Some(refusal) => refusal.into_response(),
    };
    // Said with the other one.
    if let Some(counted) = counted {
        response.extensions_mut().insert(counted);
    }
    response
}

#[cfg(test)]
mod tests;
