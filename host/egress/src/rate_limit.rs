//! How fast a channel may ask: a token bucket, a number in flight, and what the marketplace's answers taught.
//!
//! When the marketplace refuses, what it bore until then is known, and the rate goes just below it. From there it grows slowly up to what was
//! refused and a little beyond, then ever faster, as CUBIC does for congestion (RFC 9438): so most of the time is spent near what is
//! borne, refusals are rare, and a shop that has become quicker is found out. Where slowing down does not make refusals rarer, they
//! are not about the rate, and it stays. All sessions of a channel share one limiter.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use entrepot_policy::RateLimit;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

use crate::exchange::Failure;

/// The longest that a call is kept waiting. A guest holds memory and a worker meanwhile; beyond this it is told to come back.
pub(crate) const MAX_WAIT: Duration = Duration::from_secs(5);
/// One burst of refusals counts once.
const PENALTY_APART: Duration = Duration::from_secs(1);
/// Held back when a refusal does not say for how long; doubled while nothing but refusals come.
const UNKNOWN_HOLD: Duration = Duration::from_secs(1);
const MAX_DOUBLINGS: u32 = 6;
/// Of what was borne, after a refusal.
const BELOW: f64 = 0.97;
/// How steeply the rate grows beyond what was refused.
const BEYOND: f64 = 0.2;
/// Of the rate: about as much.
const NEAR: f64 = 0.85;
const CLOSE: f64 = 0.75;
/// A refusal so soon after another may be about where a second begins; several are not.
const SOON: Duration = Duration::from_secs(5);
const SLOWER: [f64; 3] = [0.96, 0.85, 0.7];
/// So many more borne for each refusal are no more.
const ALIKE: f64 = 1.2;
/// Seconds until the rate is again what was refused; sooner where that is a guess.
const BACK_AFTER: f64 = 30.0;
const BACK_AFTER_GUESS: f64 = 8.0;

pub(crate) struct RateLimiter {
    most: f64,
    burst: f64,
    slots: Arc<Semaphore>,
    state: Mutex<State>,
}

struct State {
    /// Below zero: promised to requests that are waiting.
    tokens: f64,
    filled: Instant,
    hold: Option<Instant>,
    /// How many there were.
    holds: u64,
    ceiling: Option<Ceiling>,
    /// Answers that were none since the last refusal, and when the first of them was asked for.
    borne: u64,
    since: Option<Instant>,
    /// Refusals since then.
    refused: u64,
    refusals_in_a_row: u32,
}

/// What was refused last.
#[derive(Clone, Copy)]
struct Ceiling {
    /// Per second: what is taken to be borne, and what was asked.
    rate: f64,
    refused: f64,
    at: Instant,
    /// How many were borne for each refusal.
    borne: f64,
    /// Seconds until the rate is that again.
    back_after: f64,
    /// How many refusals in a row came soon after another.
    soon: usize,
}

/// Space for one request in flight.
pub(crate) struct Slot {
    _permit: OwnedSemaphorePermit,
}

impl RateLimiter {
    /// `before`: the channel's rate limit under another grant. What the marketplace asked for outlives the grant.
    pub(crate) fn new(limit: RateLimit, before: Option<&Self>) -> Self {
        let most = if limit.requests_per_second.is_finite() { limit.requests_per_second.max(0.01) } else { 1.0 };
        let in_flight = limit.concurrency.clamp(1, 256);
        let burst = most.min(f64::from(in_flight)).max(1.0);
        let state = State {
            tokens: burst,
            filled: Instant::now(),
            hold: before.and_then(|limiter| limiter.state().hold),
            holds: 0,
            ceiling: None,
            borne: 0,
            since: None,
            refused: 0,
            refusals_in_a_row: 0,
        };
        Self { most, burst, slots: Arc::new(Semaphore::new(in_flight as usize)), state: Mutex::new(state) }
    }

    /// Waits for a turn. `exempt`: towards a simulator on loopback the rate counts only once it has refused something.
    pub(crate) async fn turn(&self, exempt: bool) -> Result<Slot, Failure> {
        let permit = Arc::clone(&self.slots).acquire_owned().await.map_err(Failure::unavailable)?;
        let mut waited = Duration::ZERO;
        let mut token = None;
        loop {
            let wait = self.wait_for(exempt, &mut token, MAX_WAIT.saturating_sub(waited))?;
            if wait.is_zero() {
                return Ok(Slot { _permit: permit });
            }
            tokio::time::sleep(wait).await;
            waited += wait;
        }
    }

    /// `token`: promised under that hold. After another one all stand in line again, or they would go together at its end.
    fn wait_for(&self, exempt: bool, token: &mut Option<u64>, patience: Duration) -> Result<Duration, Failure> {
        let mut state = self.state();
        let now = Instant::now();
        let hold = state.hold.map_or(Duration::ZERO, |until| until.saturating_duration_since(now));
        let mut wait = hold;
        let rate = state.rate(now, self.most);
        let counts = !exempt || rate < self.most;
        if *token != Some(state.holds) && counts {
            state.fill(now, rate, self.burst);
            let missing = (1.0 - state.tokens).max(0.0) / rate;
            wait += Duration::from_secs_f64(missing);
            if wait <= patience {
                state.tokens -= 1.0;
                *token = Some(state.holds);
            }
        }
        if wait > patience {
            // Of the line behind it nobody knows how long it will be then.
            let told = if hold > patience { hold } else { wait };
            return Err(Failure::RateLimited(Some(u64::try_from(told.as_millis()).unwrap_or(u64::MAX))));
        }
        state.since.get_or_insert(now);
        Ok(wait)
    }

    /// The marketplace refused for now.
    pub(crate) fn refused(&self, retry_after: Option<Duration>) {
        let mut state = self.state();
        let now = Instant::now();
        let rate = state.rate(now, self.most);
        let recent = state.ceiling.is_some_and(|ceiling| now.duration_since(ceiling.at) < PENALTY_APART);
        let hold = retry_after.unwrap_or(UNKNOWN_HOLD * (1 << state.refusals_in_a_row.min(MAX_DOUBLINGS)));
        state.refused += 1;
        if !recent {
            state.learn(now, rate, self.most, hold);
            state.refusals_in_a_row += 1;
        }
        state.hold_until(now + hold);
    }

    /// The answer was not a refusal. `exhausted`: it said that the next one would be.
    pub(crate) fn answered(&self, exhausted: Option<Duration>) {
        let mut state = self.state();
        state.borne += 1;
        state.refusals_in_a_row = 0;
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
    /// Per second, now.
    fn rate(&self, now: Instant, most: f64) -> f64 {
        let Some(ceiling) = self.ceiling else { return most };
        let passed = now.saturating_duration_since(ceiling.at).as_secs_f64() / ceiling.back_after - 1.0;
        let steep = if passed < 0.0 { 1.0 - BELOW } else { BEYOND };
        (ceiling.rate * (1.0 + steep * passed.powi(3))).clamp(most / 64.0, most)
    }

    fn learn(&mut self, now: Instant, rate: f64, most: f64, hold: Duration) {
        let since = self.since.unwrap_or(now);
        let passed = now.saturating_duration_since(since);
        // With the waiting that follows. What is longer is some quota's, which no rate avoids.
        let seconds = (passed + hold.min(UNKNOWN_HOLD)).as_secs_f64().max(0.05);
        let measured = self.borne as f64 / seconds;
        let each = self.borne as f64 / self.refused.max(1) as f64;
        let (mut refused, mut soon) = (rate, 0);
        let (ceiling, back_after) = match self.ceiling {
            // The first of all was refused, whatever its rate.
            None if self.borne == 0 => (rate / 2.0, BACK_AFTER_GUESS),
            None => (measured.min(rate), BACK_AFTER_GUESS),
            // Much slower, and refused as soon: it is not about the rate, which stays.
            Some(before) if rate < before.refused * NEAR && each <= before.borne * ALIKE => {
                refused = before.refused;
                (rate / BELOW, BACK_AFTER)
            }
            // Too soon to have measured anything.
            Some(before) if passed < SOON => {
                soon = before.soon + 1;
                (rate * SLOWER[before.soon.min(SLOWER.len() - 1)], BACK_AFTER)
            }
            // The rate had just grown to what is not borne: that lies between both.
            Some(_) if measured > rate * CLOSE => ((measured + rate) / 2.0, BACK_AFTER),
            Some(_) => (measured.max(rate * NEAR), BACK_AFTER_GUESS),
        };
        self.ceiling =
            Some(Ceiling { rate: ceiling.max(most / 64.0), refused, at: now, borne: each, back_after, soon });
        (self.borne, self.refused) = (0, 0);
        self.since = Some(now + hold);
    }

    /// Nothing comes in before the end of a hold.
    fn fill(&mut self, now: Instant, rate: f64, burst: f64) {
        let passed = now.saturating_duration_since(self.filled).as_secs_f64();
        self.tokens = (self.tokens + passed * rate).min(burst);
        self.filled = self.filled.max(now);
    }

    fn hold_until(&mut self, until: Instant) {
        if self.hold.is_none_or(|held| held < until) {
            self.hold = Some(until);
            self.holds += 1;
            (self.tokens, self.filled) = (0.0, until);
        }
    }
}

#[cfg(test)]
mod tests;
