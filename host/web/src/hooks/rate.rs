//! A bucket of tokens for each address, or channel. Two maps that take turns bound the memory: whoever has not asked for as long as it takes to
//! fill one is forgotten, and has a full bucket anew.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

/// Keys in one map.
const MOST: usize = 10_000;

pub(crate) struct Rate<K> {
    /// Tokens of a full bucket, and tokens a minute.
    size: f64,
    buckets: Mutex<Buckets<K>>,
}

struct Buckets<K> {
    recent: HashMap<K, Bucket>,
    before: HashMap<K, Bucket>,
}

#[derive(Clone, Copy)]
struct Bucket {
    tokens: f64,
    since: Instant,
}

impl<K: Eq + Hash> Rate<K> {
    pub(crate) fn new(per_minute: u32) -> Self {
        let buckets = Buckets { recent: HashMap::new(), before: HashMap::new() };
        Self { size: f64::from(per_minute.max(1)), buckets: Mutex::new(buckets) }
    }

    /// Takes a token; without one, the seconds until there is.
    pub(crate) fn take(&self, key: K, now: Instant) -> Result<(), u32> {
        let mut buckets = self.buckets();
        let mut bucket = self.filled(&buckets, &key, now);
        let taken = self.wait(&bucket);
        if taken.is_ok() {
            bucket.tokens -= 1.0;
        }
        if buckets.recent.len() >= MOST && !buckets.recent.contains_key(&key) {
            buckets.before = std::mem::take(&mut buckets.recent);
        }
        buckets.recent.insert(key, bucket);
        taken
    }

    /// Whether there is a token, and takes none.
    pub(crate) fn look(&self, key: &K, now: Instant) -> Result<(), u32> {
        self.wait(&self.filled(&self.buckets(), key, now))
    }

    fn buckets(&self) -> MutexGuard<'_, Buckets<K>> {
        self.buckets.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn filled(&self, buckets: &Buckets<K>, key: &K, now: Instant) -> Bucket {
        let known = buckets.recent.get(key).or_else(|| buckets.before.get(key)).copied();
        let bucket = known.unwrap_or(Bucket { tokens: self.size, since: now });
        let gained = now.saturating_duration_since(bucket.since).as_secs_f64() * self.size / 60.0;
        Bucket { tokens: (bucket.tokens + gained).min(self.size), since: now }
    }

    fn wait(&self, bucket: &Bucket) -> Result<(), u32> {
        if bucket.tokens >= 1.0 {
            return Ok(());
        }
        Err(((1.0 - bucket.tokens) / (self.size / 60.0)).ceil().clamp(1.0, 60.0) as u32)
    }
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv4Addr};
    use std::time::Duration;

    use super::*;

    fn address(number: u32) -> IpAddr {
        IpAddr::V4(Ipv4Addr::from(number))
    }

    #[test]
    fn a_bucket_empties_and_fills() {
        let (rate, now) = (Rate::new(60), Instant::now());
        assert_eq!((0..60).filter(|_| rate.take(address(1), now).is_ok()).count(), 60);
        assert_eq!(rate.take(address(1), now), Err(1));
        assert_eq!((rate.look(&address(1), now), rate.look(&address(2), now)), (Err(1), Ok(())));
        assert_eq!(rate.take(address(2), now), Ok(()), "another address has its own");
        let later = now + Duration::from_secs(2);
        assert_eq!((0..5).filter(|_| rate.take(address(1), later).is_ok()).count(), 2);
    }

    #[test]
    fn addresses_without_end_need_no_memory_without_end() {
        let (rate, now) = (Rate::new(2), Instant::now());
        for number in 0..50_000 {
            assert_eq!(rate.take(address(number), now), Ok(()));
        }
        let buckets = rate.buckets.lock().expect("the buckets");
        assert!(buckets.recent.len() + buckets.before.len() <= 2 * MOST);
    }
}
