//! The two limits: a second's, looked at first, and a day's, which is the last 24 hours.

use std::collections::VecDeque;

use super::answers::refusal;
use super::options::Options;
use crate::server::Answer;

const DAY: i64 = 86_400_000;

/// When requests came, milliseconds.
#[derive(Debug, Default)]
pub(crate) struct Quota(VecDeque<i64>);

impl Quota {
    fn since(&self, moment: i64) -> u64 {
        self.0.iter().rev().take_while(|at| **at > moment).count() as u64
    }

    /// The refusal, or the request is counted.
    pub(crate) fn take(&mut self, options: &Options) -> Result<(), Answer> {
        let now = options.millis();
        while self.0.front().is_some_and(|at| *at <= now - DAY) {
            self.0.pop_front();
        }
        let wait = if options.per_second > 0 && self.since(now - 1000) >= options.per_second {
            Some(1)
        } else if options.per_day > 0 && self.0.len() as u64 >= options.per_day {
            // Until the oldest one is a day ago.
            self.0.front().map(|oldest| ((oldest + DAY - now) / 1000).clamp(1, 86_400))
        } else {
            None
        };
        let Some(wait) = wait else {
            self.0.push_back(now);
            return Ok(());
        };
        let mut answer = refusal(429, "Has exceeded rate limit");
        answer.set("retry-after", wait.to_string());
        if !options.bare_429 {
            self.tell(options, &mut answer);
        }
        Err(answer)
    }

    pub(crate) fn tell(&self, options: &Options, answer: &mut Answer) {
        if options.per_second > 0 {
            let left = options.per_second.saturating_sub(self.since(options.millis() - 1000));
            let name = if options.misspelt_header { "x-remaining-this-secon" } else { "x-remaining-this-second" };
            answer.set("x-limit-per-second", options.per_second.to_string());
            answer.set(name, left.to_string());
        }
        if options.per_day > 0 {
            answer.set("x-limit-per-day", options.per_day.to_string());
            answer.set("x-remaining-today", options.per_day.saturating_sub(self.0.len() as u64).to_string());
        }
    }
}
