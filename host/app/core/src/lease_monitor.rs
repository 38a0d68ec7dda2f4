//! How long something has lasted, by this process's own count.
//!
//! Leases and waits stand in the database as instants, and the clocks of hosts get set: an instant that is two hours off would
//! take a run from a worker that is alive, or leave it to one that is dead for two hours. So instants only say what changed;
//! how long ago is counted here, where nobody sets the clock.
// See docs/decisions/0028-monotonic-lease-expiry.md

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use entrepot_domain::clock::Timestamp;
use entrepot_store::runs::Lease;

use crate::process::is_gone;

/// How soon to look again at a run that another worker holds; it may give it back at any time.
const POLL_AGAIN: Duration = Duration::from_secs(2);
const MIN_WAIT: Duration = Duration::from_millis(10);
/// More runs than this are not remembered: what nobody looked at for longest is forgotten, and counted from the beginning.
const MAX_REMEMBERED: usize = 10_000;

/// What this process saw of runs and inboxes it does not work on, by id.
#[derive(Default)]
pub struct LeaseMonitor(Mutex<HashMap<String, Seen>>);

struct Seen {
    looked: Instant,
    lease: Option<(Lease, Instant)>,
    wait: Option<(Timestamp, Instant)>,
}

/// What is to be thought of another worker's lease.
#[derive(Debug, PartialEq, Eq)]
pub enum LeaseState {
    /// No sign of life for as long as it would have to give one.
    Expired,
    /// Look again after this.
    Held(Duration),
}

impl LeaseMonitor {
    /// A worker moves its lease every third of `ttl`. One that did not for all of `ttl` is dead; half of it is enough where the
    /// lease is over by the clock as well, so that a run whose worker died long ago is not waited for twice. One whose process was on
    /// this machine and has ended is not waited for at all.
    pub fn state(&self, of: &str, lease: &Lease, ttl: Duration, now: Timestamp) -> LeaseState {
        if is_gone(&lease.owner) {
            return LeaseState::Expired;
        }
        let mut seen = self.seen();
        let seen = entry(&mut seen, of);
        let since = match &seen.lease {
            Some((known, since)) if known == lease => *since,
            _ => seen.lease.insert((lease.clone(), Instant::now())).1,
        };
        let silent = since.elapsed();
        let by_count = ttl.saturating_sub(silent);
        let by_clock = until(lease.until, now).max((ttl / 2).saturating_sub(silent));
        let left = by_count.min(by_clock);
        if left.is_zero() { LeaseState::Expired } else { LeaseState::Held(left.clamp(MIN_WAIT, POLL_AGAIN)) }
    }

    /// What is left of the wait until `at`: never more than was left when this process first saw it.
    pub fn left(&self, of: &str, at: Timestamp, now: Timestamp) -> Duration {
        let by_clock = until(at, now);
        let mut seen = self.seen();
        let seen = entry(&mut seen, of);
        let due = match &seen.wait {
            Some((known, due)) if *known == at => *due,
            _ => seen.wait.insert((at, Instant::now() + by_clock)).1,
        };
        by_clock.min(due.saturating_duration_since(Instant::now()))
    }

    /// This process works on it now, or it is over.
    pub fn forget(&self, of: &str) {
        self.seen().remove(of);
    }

    fn seen(&self) -> MutexGuard<'_, HashMap<String, Seen>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What is left until `at`; nothing where that has passed.
pub fn until(at: Timestamp, now: Timestamp) -> Duration {
    Duration::from_millis(u64::try_from(at.saturating_sub(now)).unwrap_or(0))
}

fn entry<'m>(all: &'m mut HashMap<String, Seen>, of: &str) -> &'m mut Seen {
    if all.len() >= MAX_REMEMBERED && !all.contains_key(of) {
        let oldest = all.iter().min_by_key(|(_, seen)| seen.looked).map(|(of, _)| of.clone());
        oldest.map(|of| all.remove(&of));
    }
    let now = Instant::now();
    let seen = all.entry(of.to_owned()).or_insert(Seen { looked: now, lease: None, wait: None });
    seen.looked = now;
    seen
}

#[cfg(test)]
mod tests {
    use super::*;

    const TTL: Duration = Duration::from_millis(200);
    const HOURS: i64 = 2 * 60 * 60 * 1000;

    fn lease(until: Timestamp) -> Lease {
        Lease { owner: "a".into(), until }
    }

    #[test]
    fn a_clock_that_was_set_forward_kills_nobody() {
        let (watch, run) = (LeaseMonitor::default(), "run_1");
        assert!(matches!(watch.state(run, &lease(200), TTL, HOURS), LeaseState::Held(_)), "first seen this moment");
        std::thread::sleep(TTL * 2 / 3);
        assert!(matches!(watch.state(run, &lease(HOURS + 200), TTL, HOURS), LeaseState::Held(_)), "it gave a sign");
    }

    #[test]
    fn a_clock_that_was_set_back_keeps_nobody_alive() {
        let (watch, run) = (LeaseMonitor::default(), "run_1");
        assert!(matches!(watch.state(run, &lease(HOURS), TTL, 0), LeaseState::Held(_)));
        std::thread::sleep(TTL);
        assert_eq!(watch.state(run, &lease(HOURS), TTL, 0), LeaseState::Expired);
    }

    #[test]
    fn a_wait_is_not_longer_than_it_was() {
        let (watch, run) = (LeaseMonitor::default(), "run_1");
        assert!(watch.left(run, HOURS + 100, HOURS) <= Duration::from_millis(100));
        assert!(watch.left(run, HOURS + 100, 0) <= Duration::from_millis(100), "the clock went back");
        assert_eq!(watch.left(run, HOURS + 100, 2 * HOURS), Duration::ZERO, "the clock went forward");
        assert!(watch.left(run, HOURS + 5_000, HOURS) > Duration::from_millis(100), "another wait");
    }
}
