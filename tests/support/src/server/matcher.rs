//! Which requests a fault or a scripted action is for.

use std::collections::HashMap;
use std::time::Instant;

use super::Request;

/// Picks requests by what their target contains, then by their number among those picked.
#[derive(Clone, Debug, Default)]
pub struct Matcher {
    contains: Vec<String>,
    lacks: Vec<String>,
    skip: usize,
    take: Option<usize>,
    seen: usize,
    every: usize,
    /// Of each target, so many; and how often each was asked for.
    of_each: Option<(usize, HashMap<String, usize>)>,
    above: Option<Bucket>,
}

/// A rate limit, as shops have them.
#[derive(Clone, Debug)]
struct Bucket {
    per_second: f64,
    tokens: f64,
    filled: Instant,
}

impl Matcher {
    /// Every request.
    #[must_use]
    pub fn any() -> Self {
        Self::default()
    }

    /// Requests whose target (`/path?query`, as sent) contains `part`.
    #[must_use]
    pub fn path(part: &str) -> Self {
        Self::any().with(part)
    }

    /// … and also contains `part`.
    #[must_use]
    pub fn with(mut self, part: &str) -> Self {
        self.contains.push(part.to_owned());
        self
    }

    /// … and does not contain `part`.
    #[must_use]
    pub fn without(mut self, part: &str) -> Self {
        self.lacks.push(part.to_owned());
        self
    }

    /// Only the `n`th of them, counted from 1.
    #[must_use]
    pub fn nth(mut self, n: usize) -> Self {
        self.skip = n.saturating_sub(1);
        self.take = Some(1);
        self
    }

    /// Only the next `count` of them.
    #[must_use]
    pub fn next(mut self, count: usize) -> Self {
        self.take = Some(count);
        self
    }

    /// Not the first `count` of them.
    #[must_use]
    pub fn after(mut self, count: usize) -> Self {
        self.skip = count;
        self
    }

    /// One of so many.
    #[must_use]
    pub fn every(mut self, n: usize) -> Self {
        self.every = n;
        self
    }

    /// The first `count` tries of each target.
    #[must_use]
    pub fn first_of_each(mut self, count: usize) -> Self {
        self.of_each = Some((count, HashMap::new()));
        self
    }

    /// Those above so many a second, of which a second's may come at once.
    #[must_use]
    pub fn above(mut self, per_second: f64) -> Self {
        self.above = Some(Bucket { per_second, tokens: per_second, filled: Instant::now() });
        self
    }

    /// Whether this request is meant; counts it when the text fits.
    pub(crate) fn meets(&mut self, request: &Request) -> bool {
        let target = request.target();
        if !self.contains.iter().all(|part| target.contains(part.as_str()))
            || self.lacks.iter().any(|part| target.contains(part.as_str()))
        {
            return false;
        }
        self.seen += 1;
        let number = self.seen;
        if let Some((count, asked)) = &mut self.of_each {
            // A signature differs from one try to the next.
            let asked = asked.entry(target.split("&oauth_").next().unwrap_or_default().to_owned()).or_default();
            *asked += 1;
            if asked > count {
                return false;
            }
        }
        if self.above.as_mut().is_some_and(Bucket::has_one) {
            return false;
        }
        (self.every == 0 || number.is_multiple_of(self.every))
            && number > self.skip
            && self.take.is_none_or(|take| number <= self.skip + take)
    }
}

impl Bucket {
    /// Takes one, if there is one.
    fn has_one(&mut self) -> bool {
        let now = Instant::now();
        let since = now.duration_since(self.filled).as_secs_f64();
        self.filled = now;
        self.tokens = (self.tokens + since * self.per_second).min(self.per_second.max(1.0));
        let has = self.tokens >= 1.0;
        if has {
            self.tokens -= 1.0;
        }
        has
    }
}
