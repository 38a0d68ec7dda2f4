//! A bucket of tokens for each address. Two maps that take turns bound the memory: whoever has not asked for as long as it takes to
//! fill one is forgotten, and has a full bucket anew.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

/// Addresses in one map.
const MOST: usize = 10_000;

pub(crate) struct Rate {
    /// Tokens of a full bucket, and tokens a minute.
    size: f64,
    buckets: Mutex<Buckets>,
}

#[derive(Default)]
struct Buckets {
    recent: HashMap<IpAddr, Bucket>,
    before: HashMap<IpAddr, Bucket>,
}

#[derive(Clone, Copy)]
struct Bucket {
    tokens: f64,
    since: Instant,
}

impl Rate {
    pub(crate) fn new(per_minute: u32) -> Self {
        Self { size: f64::from(per_minute.max(1)), buckets: Mutex::default() }
    }

    /// Takes a token; without one, the seconds until there is.
    pub(crate) fn take(&self, address: IpAddr, now: Instant) -> Result<(), u32> {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let known = buckets.recent.get(&address).or_else(|| buckets.before.get(&address)).copied();
        let mut bucket = known.unwrap_or(Bucket { tokens: self.size, since: now });
        let per_second = self.size / 60.0;
        let gained = now.saturating_duration_since(bucket.since).as_secs_f64() * per_second;
        bucket = Bucket { tokens: (bucket.tokens + gained).min(self.size), since: now };
        let granted = bucket.tokens >= 1.0;
        if granted {
            bucket.tokens -= 1.0;
        }
        if buckets.recent.len() >= MOST && !buckets.recent.contains_key(&address) {
            buckets.before = std::mem::take(&mut buckets.recent);
        }
        buckets.recent.insert(address, bucket);
        if granted { Ok(()) } else { Err(((1.0 - bucket.tokens) / per_second).ceil().clamp(1.0, 60.0) as u32) }
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;
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
