//! The limit on requests, and the headers that tell of it.

use std::sync::Mutex;
use std::time::Instant;

use super::errors::refusal;
use super::options::{Options, Quota};
use crate::server::Answer;

#[derive(Debug, Default)]
pub(crate) struct Window(Mutex<Option<(Instant, u64)>>);

/// What is left after a request was counted.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Left {
    quota: Quota,
    left: u64,
    reset_ms: u64,
}

impl Window {
    /// Counts a request: its refusal, or what is left.
    pub(crate) fn count(&self, options: &Options) -> Result<Option<Left>, Answer> {
        if options.sheds_load {
            return Err(refusal(429, "Too many requests"));
        }
        let Some(quota) = options.quota else { return Ok(None) };
        let mut window = self.0.lock().expect("the window");
        let now = Instant::now();
        let passed = |start: Instant| u64::try_from(now.duration_since(start).as_millis()).unwrap_or(u64::MAX);
        let (start, used) = window.filter(|(start, _)| passed(*start) < quota.window_ms).unwrap_or((now, 0));
        let over = used >= quota.requests;
        *window = Some((start, used + u64::from(!over)));
        let left = Left {
            quota,
            left: quota.requests.saturating_sub(used + 1),
            reset_ms: quota.window_ms.saturating_sub(passed(start)).max(1),
        };
        if over {
            let mut answer = refusal(429, "You have exceeded the rate limit for this store");
            left.tell(&mut answer);
            return Err(answer);
        }
        Ok(Some(left))
    }
}

impl Left {
    pub(crate) fn tell(self, answer: &mut Answer) {
        answer.set("X-Rate-Limit-Time-Window-Ms", self.quota.window_ms.to_string());
        answer.set("X-Rate-Limit-Time-Reset-Ms", self.reset_ms.to_string());
        answer.set("X-Rate-Limit-Requests-Quota", self.quota.requests.to_string());
        answer.set("X-Rate-Limit-Requests-Left", self.left.to_string());
    }
}
