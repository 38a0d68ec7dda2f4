//! Who verifies when: a channel whose verification is slow or breaks waits for itself, and takes no other channel's turn.
// See docs/decisions/0041-webhook-verification-limits.md

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use entrepot_domain::ChannelId;
use tokio::sync::{OwnedMutexGuard, OwnedSemaphorePermit, Semaphore};

/// Deliveries verified at the same time, over all channels; of one; and of one whose adapter was stopped lately: one.
const AT_ONCE: usize = 8;
const OF_A_CHANNEL: usize = 4;
/// Of one channel, waiting for their turn. Each holds its body.
const WAITING: usize = 64;
/// What a stop adds, and a verification that ended takes away; from so much on the channel is left alone for a while.
const STOPPED: u32 = 2;
const QUARANTINE: u32 = 10;
/// The first time, doubled with each until one ends well.
const FIRST: Duration = Duration::from_secs(30);
const LONGEST: Duration = Duration::from_secs(10 * 60);
/// For who came when too many waited.
const CROWDED: Duration = Duration::from_secs(2);

pub(super) struct Turns {
    all: Arc<Semaphore>,
    lines: Mutex<HashMap<ChannelId, Arc<Line>>>,
}

struct Line {
    turns: Arc<Semaphore>,
    alone: Arc<tokio::sync::Mutex<()>>,
    waiting: AtomicUsize,
    trouble: Mutex<Trouble>,
}

#[derive(Default)]
struct Trouble {
    score: u32,
    quarantines: u32,
    until: Option<Instant>,
}

/// A channel is left alone for so long; the number is how often it was, in a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Pause {
    pub(super) wait: Duration,
    pub(super) number: u32,
}

/// Somebody's turn, until it is dropped.
pub(super) struct Turn {
    line: Arc<Line>,
    _alone: Option<OwnedMutexGuard<()>>,
    _places: [Option<OwnedSemaphorePermit>; 2],
}

impl Default for Turns {
    fn default() -> Self {
        Self { all: Arc::new(Semaphore::new(AT_ONCE)), lines: Mutex::default() }
    }
}

impl Turns {
    /// Waits for a turn of the channel. An error: it is to be tried again after that time.
    pub(super) async fn enter(&self, channel: &ChannelId) -> Result<Turn, Duration> {
        let line = self.line(channel);
        let in_trouble = line.trouble().look()?;
        if line.waiting.fetch_add(1, Ordering::Relaxed) >= WAITING {
            line.waiting.fetch_sub(1, Ordering::Relaxed);
            return Err(CROWDED);
        }
        let _waits = Waits(&line.waiting);
        let alone = if in_trouble { Some(line.alone.clone().lock_owned().await) } else { None };
        // They are never closed.
        let own = line.turns.clone().acquire_owned().await.ok();
        // What stood in line when the channel was found in trouble does not go on breaking.
        line.trouble().look()?;
        let any = self.all.clone().acquire_owned().await.ok();
        Ok(Turn { line: line.clone(), _alone: alone, _places: [own, any] })
    }

    /// As another host found it, or this one before it was started again.
    pub(super) fn pause(&self, channel: &ChannelId, Pause { wait, number }: Pause) {
        let line = self.line(channel);
        let mut trouble = line.trouble();
        let until = Instant::now() + wait.min(LONGEST);
        if number > trouble.quarantines {
            *trouble = Trouble { score: QUARANTINE - STOPPED, quarantines: number, until: Some(until) };
        }
    }

    /// Its pause is over, and no stop is counted any more.
    pub(super) fn resume(&self, channel: &ChannelId) {
        let line = self.line(channel);
        let mut trouble = line.trouble();
        if trouble.until.is_some() {
            *trouble = Trouble::default();
        }
    }

    fn line(&self, channel: &ChannelId) -> Arc<Line> {
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        let new = || Line {
            turns: Arc::new(Semaphore::new(OF_A_CHANNEL)),
            alone: Arc::default(),
            waiting: AtomicUsize::new(0),
            trouble: Mutex::default(),
        };
        lines.entry(channel.clone()).or_insert_with(|| Arc::new(new())).clone()
    }
}

struct Waits<'a>(&'a AtomicUsize);

impl Drop for Waits<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Line {
    fn trouble(&self) -> MutexGuard<'_, Trouble> {
        self.trouble.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Turn {
    /// How it ended. `Some`: the channel is left alone from now on.
    pub(super) fn ended(&self, stopped: bool) -> Option<Pause> {
        self.line.trouble().note(stopped)
    }
}

impl Trouble {
    /// Whether one at a time is enough; an error: nothing is verified for so long.
    fn look(&self) -> Result<bool, Duration> {
        let left = self.until.map_or(Duration::ZERO, |until| until.saturating_duration_since(Instant::now()));
        if left.is_zero() { Ok(self.score > 0) } else { Err(left) }
    }

    fn note(&mut self, stopped: bool) -> Option<Pause> {
        if !stopped {
            self.score = self.score.saturating_sub(1);
            if self.score == 0 {
                self.quarantines = 0;
            }
            return None;
        }
        self.score += STOPPED;
        if self.score < QUARANTINE {
            return None;
        }
        let wait = FIRST.saturating_mul(1 << self.quarantines.min(10)).min(LONGEST);
        self.quarantines += 1;
        // After that time one more stop is enough.
        self.score = QUARANTINE - STOPPED;
        self.until = Some(Instant::now() + wait);
        Some(Pause { wait, number: self.quarantines })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_channel_that_breaks_is_left_alone_and_no_other() {
        let (turns, bad, good) = (Turns::default(), ChannelId::from("chn_bad"), ChannelId::from("chn_good"));
        let mut alone = None;
        for _ in 0..5 {
            let turn = turns.enter(&bad).await.unwrap_or_else(|wait| panic!("in quarantine for {wait:?}"));
            alone = turn.ended(true);
        }
        assert_eq!(alone, Some(Pause { wait: FIRST, number: 1 }));
        assert!(turns.enter(&bad).await.is_err_and(|wait| wait <= FIRST && wait > FIRST / 2));
        assert!(turns.enter(&good).await.is_ok());
    }

    #[tokio::test]
    async fn what_another_host_found_counts_here_for_no_longer_than_it_may() {
        let (turns, channel) = (Turns::default(), ChannelId::from("chn_1"));
        turns.pause(&channel, Pause { wait: LONGEST * 100, number: 2 });
        turns.pause(&channel, Pause { wait: FIRST, number: 1 });
        assert!(turns.enter(&channel).await.is_err_and(|wait| wait <= LONGEST && wait > FIRST));
    }

    #[tokio::test]
    async fn after_a_stop_there_is_one_at_a_time() {
        let (turns, channel) = (Turns::default(), ChannelId::from("chn_1"));
        let many = [turns.enter(&channel).await, turns.enter(&channel).await];
        assert!(many.iter().all(Result::is_ok));
        drop(many);
        let first = turns.enter(&channel).await.unwrap_or_else(|wait| panic!("{wait:?}"));
        first.ended(true);
        drop(first);
        let one = turns.enter(&channel).await;
        let other = tokio::time::timeout(Duration::from_millis(50), turns.enter(&channel)).await;
        assert!(one.is_ok() && other.is_err(), "the second waits");
        drop(one);
        let after = turns.enter(&channel).await.unwrap_or_else(|wait| panic!("{wait:?}"));
        assert_eq!([after.ended(false), after.ended(false)], [None, None]);
        drop(after);
        let many = [turns.enter(&channel).await, turns.enter(&channel).await];
        assert!(many.iter().all(Result::is_ok), "it is trusted again");
    }
}
