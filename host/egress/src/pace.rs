//! How fast a channel may ask: a token bucket, a number in flight, and what the marketplace's answers taught.
//!
//! Halved when the marketplace refuses, recovered step by step with successes: the rate settles just below what is
//! borne, whatever the manifest said. All sessions of a channel share one.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use entrepot_domain::grants::RateLimit;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

use crate::exchange::Failure;

/// The longest that a call is kept waiting. A guest holds memory and a worker meanwhile; beyond this it is told to come back.
const LONGEST_WAIT: Duration = Duration::from_secs(5);
/// One burst of refusals counts once.
const PENALTY_APART: Duration = Duration::from_secs(1);
/// Held back when a refusal does not say for how long.
const UNKNOWN_HOLD: Duration = Duration::from_secs(1);
/// Successes from half the rate to the whole.
const STEPS: f64 = 25.0;

pub(crate) struct Pace {
    most: f64,
    burst: f64,
    slots: Arc<Semaphore>,
    state: Mutex<State>,
}

struct State {
    /// Per second.
    rate: f64,
    /// Below zero: promised to requests that are waiting.
    tokens: f64,
    filled: Instant,
    hold: Option<Instant>,
    penalised: Option<Instant>,
}

/// Space for one request in flight.
pub(crate) struct Slot {
    _permit: OwnedSemaphorePermit,
}

impl Pace {
    /// `before`: the channel's pace under another grant. What the marketplace asked for outlives the grant.
    pub(crate) fn new(limit: RateLimit, before: Option<&Self>) -> Self {
        let most = if limit.requests_per_second.is_finite() { limit.requests_per_second.max(0.01) } else { 1.0 };
        let in_flight = limit.concurrency.clamp(1, 256);
        let burst = most.min(f64::from(in_flight)).max(1.0);
        let state = State {
            rate: most,
            tokens: burst,
            filled: Instant::now(),
            hold: before.and_then(|pace| pace.state().hold),
            penalised: None,
        };
        Self { most, burst, slots: Arc::new(Semaphore::new(in_flight as usize)), state: Mutex::new(state) }
    }

    /// Waits for a turn. `exempt`: towards a simulator on loopback the rate counts only once it has refused something.
    pub(crate) async fn turn(&self, exempt: bool) -> Result<Slot, Failure> {
        let permit = Arc::clone(&self.slots).acquire_owned().await.map_err(Failure::unavailable)?;
        let mut waited = Duration::ZERO;
        let mut has_token = false;
        loop {
            let wait = self.wait_for(exempt, &mut has_token, LONGEST_WAIT.saturating_sub(waited))?;
            if wait.is_zero() {
                return Ok(Slot { _permit: permit });
            }
            tokio::time::sleep(wait).await;
            waited += wait;
        }
    }

    fn wait_for(&self, exempt: bool, has_token: &mut bool, patience: Duration) -> Result<Duration, Failure> {
        let mut state = self.state();
        let now = Instant::now();
        let mut wait = state.hold.map_or(Duration::ZERO, |until| until.saturating_duration_since(now));
        let counts = !exempt || state.rate < self.most;
        if !*has_token && counts {
            state.fill(now, self.burst);
            let missing = (1.0 - state.tokens).max(0.0) / state.rate;
            wait = wait.max(Duration::from_secs_f64(missing));
            if wait <= patience {
                state.tokens -= 1.0;
                *has_token = true;
            }
        }
        if wait > patience {
            return Err(Failure::RateLimited(Some(u64::try_from(wait.as_millis()).unwrap_or(u64::MAX))));
        }
        Ok(wait)
    }

    /// The marketplace refused for now.
    pub(crate) fn refused(&self, retry_after: Option<Duration>) {
        let mut state = self.state();
        let now = Instant::now();
        if state.penalised.is_none_or(|at| now.duration_since(at) >= PENALTY_APART) {
            state.rate = (state.rate / 2.0).max(self.most / 64.0);
            state.penalised = Some(now);
        }
        state.fill(now, self.burst);
        state.tokens = state.tokens.min(1.0);
        state.hold_until(now + retry_after.unwrap_or(UNKNOWN_HOLD));
    }

    /// The answer was not a refusal. `exhausted`: it said that the next one would be.
    pub(crate) fn answered(&self, exhausted: Option<Duration>) {
        let mut state = self.state();
        if state.rate < self.most {
            state.rate = (state.rate + self.most / (2.0 * STEPS)).min(self.most);
        }
        if let Some(hold) = exhausted {
            state.hold_until(Instant::now() + hold);
        }
    }

    pub(crate) fn holding(&self) -> bool {
        self.state().hold.is_some_and(|until| until > Instant::now())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn fill(&mut self, now: Instant, burst: f64) {
        let passed = now.saturating_duration_since(self.filled).as_secs_f64();
        self.tokens = (self.tokens + passed * self.rate).min(burst);
        self.filled = now;
    }

    fn hold_until(&mut self, until: Instant) {
        if self.hold.is_none_or(|held| held < until) {
            self.hold = Some(until);
        }
    }
}
