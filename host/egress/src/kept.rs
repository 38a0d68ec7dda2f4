//! Answers of a page that did not come whole, for its next try.
//!
//! A page may need dozens of requests, and one of them may fail for good. What the others brought is kept in memory, for as long and as
//! much as is said here, and only for reads of the same page of the same run. An answer that the adapter finds wrong is asked for anew
//! with `Cache-Control: no-cache`, as any cache would be told.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use entrepot_domain::clock::Timestamp;
use sha2::{Digest, Sha256};
use tokio::time::Instant;

use crate::exchange::{Request, Response};

/// Of one page, and of all pages that this host holds.
const MAX_PAGE_BYTES: usize = 32 << 20;
const MAX_HOST_BYTES: usize = 256 << 20;
/// Tries of a page.
const BELIEVED: usize = 4;
/// Older answers could mix an earlier shop with a later one.
const MAX_AGE: Duration = Duration::from_secs(15 * 60);

/// Everything that decides what is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Key([u8; 32]);

impl Key {
    pub(crate) fn of(request: &Request) -> Self {
        let mut digest = Sha256::new();
        let mut add = |part: &[u8]| {
            digest.update((part.len() as u64).to_be_bytes());
            digest.update(part);
        };
        add(request.method.as_bytes());
        add(request.url.as_bytes());
        add(request.credential.as_deref().unwrap_or_default().as_bytes());
        add(request.body.as_deref().unwrap_or_default());
        for (name, value) in request.headers.iter().filter(|(name, _)| !is_about_caches(name)) {
            add(name.to_ascii_lowercase().as_bytes());
            add(value.as_bytes());
        }
        Self(digest.finalize().into())
    }
}

fn is_about_caches(name: &str) -> bool {
    name.eq_ignore_ascii_case("cache-control") || name.eq_ignore_ascii_case("pragma")
}

/// Has the guest said that it wants no answer that was there before?
pub(crate) fn wants_fresh(request: &Request) -> bool {
    let says = |value: &str| value.to_ascii_lowercase().contains("no-cache");
    request.headers.iter().any(|(name, value)| is_about_caches(name) && says(value))
}

/// Of one page of a run.
pub(crate) struct Kept {
    /// When its first try began.
    pub(crate) since: Timestamp,
    answers: Mutex<HashMap<Key, (Instant, Response)>>,
    bytes: AtomicUsize,
    failures: AtomicUsize,
    of_host: Arc<AtomicUsize>,
}

impl Kept {
    pub(crate) fn get(&self, key: &Key) -> Option<Response> {
        let answers = self.answers();
        let (_, answer) = answers.get(key).filter(|(at, _)| at.elapsed() < MAX_AGE)?;
        Some(answer.clone())
    }

    /// While there is room. What is there already stays.
    pub(crate) fn keep(&self, key: Key, answer: &Response) {
        let size = size(answer);
        let mut answers = self.answers();
        let known = answers.get(&key).is_some_and(|(at, _)| at.elapsed() < MAX_AGE);
        let room = self.bytes.load(Ordering::Relaxed) + size <= MAX_PAGE_BYTES
            && self.of_host.load(Ordering::Relaxed) + size <= MAX_HOST_BYTES;
        if known || !room {
            return;
        }
        self.count(size);
        if let Some((_, before)) = answers.insert(key, (Instant::now(), answer.clone())) {
            self.discount(self::size(&before));
        }
    }

    pub(crate) fn forget(&self, key: &Key) {
        if let Some((_, answer)) = self.answers().remove(key) {
            self.discount(size(&answer));
        }
    }

    /// A try of the page failed. `explained`: by a request that failed. Else one of the answers must be what it failed on, and nobody knows
    /// which; after some tries none is believed in any case.
    pub(crate) fn failed(&self, explained: bool) {
        let failures = self.failures.fetch_add(1, Ordering::Relaxed) + 1;
        if !explained || failures.is_multiple_of(BELIEVED) {
            self.forget_all();
        }
    }

    fn forget_all(&self) {
        let mut answers = self.answers();
        answers.clear();
        self.discount(self.bytes.load(Ordering::Relaxed));
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.answers().is_empty()
    }

    fn count(&self, size: usize) {
        self.bytes.fetch_add(size, Ordering::Relaxed);
        self.of_host.fetch_add(size, Ordering::Relaxed);
    }

    fn discount(&self, size: usize) {
        self.bytes.fetch_sub(size, Ordering::Relaxed);
        self.of_host.fetch_sub(size, Ordering::Relaxed);
    }

    fn answers(&self) -> MutexGuard<'_, HashMap<Key, (Instant, Response)>> {
        self.answers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        self.of_host.fetch_sub(self.bytes.load(Ordering::Relaxed), Ordering::Relaxed);
    }
}

fn size(answer: &Response) -> usize {
    let headers: usize = answer.headers.iter().map(|(name, value)| name.len() + value.len()).sum();
    // The rest is what the table itself takes.
    answer.body.len() + headers + 256
}

/// Of all runs that this host carries: one page of each.
#[derive(Default)]
pub(crate) struct Pages {
    runs: Mutex<HashMap<String, (String, Instant, Arc<Kept>)>>,
    bytes: Arc<AtomicUsize>,
}

impl Pages {
    /// The same for every try of a page. Another page of the run takes its place.
    pub(crate) fn of(&self, run: &str, page: &str, now: Timestamp) -> Arc<Kept> {
        let mut runs = self.runs.lock().unwrap_or_else(PoisonError::into_inner);
        runs.retain(|_, (_, used, _)| used.elapsed() < MAX_AGE);
        if let Some((known, used, kept)) = runs.get_mut(run)
            && known == page
        {
            *used = Instant::now();
            return Arc::clone(kept);
        }
        let kept = Arc::new(Kept {
            since: now,
            answers: Mutex::default(),
            bytes: AtomicUsize::new(0),
            failures: AtomicUsize::new(0),
            of_host: Arc::clone(&self.bytes),
        });
        runs.insert(run.to_owned(), (page.to_owned(), Instant::now(), Arc::clone(&kept)));
        kept
    }

    /// The run is over.
    pub(crate) fn forget(&self, run: &str) {
        self.runs.lock().unwrap_or_else(PoisonError::into_inner).remove(run);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(bytes: usize) -> Response {
        Response { status: 200, headers: Vec::new(), body: vec![b'x'; bytes], retry_after_ms: None }
    }

    fn key(url: &str) -> Key {
        Key::of(&Request::get(url))
    }

    #[test]
    fn one_page_of_a_run_within_bounds() {
        let pages = Pages::default();
        let first = pages.of("run", "1", 5);
        for n in 0..100 {
            first.keep(key(&format!("https://a/{n}")), &answer(1 << 20));
        }
        let held = (0..100).filter(|n| first.get(&key(&format!("https://a/{n}"))).is_some()).count();
        assert_eq!(held, 31, "32 MiB with what each takes beside its body");
        assert!(pages.of("run", "1", 9).get(&key("https://a/0")).is_some());
        assert_eq!(pages.of("run", "1", 9).since, 5);
        drop(first);
        assert!(pages.of("run", "2", 9).is_empty());
        assert_eq!(pages.bytes.load(Ordering::Relaxed), 0, "what is not reachable any more counts no more");
        pages.forget("run");
    }

    #[test]
    fn all_pages_together_are_bounded() {
        let pages = Pages::default();
        let held: Vec<_> = (0..20).map(|run| pages.of(&run.to_string(), "1", 0)).collect();
        for kept in &held {
            (0..31).for_each(|n| kept.keep(key(&n.to_string()), &answer(1 << 20)));
        }
        assert!(pages.bytes.load(Ordering::Relaxed) <= MAX_HOST_BYTES);
        held[0].forget(&key("0"));
        held[0].forget_all();
        drop(held);
        (0..20).for_each(|run| pages.forget(&run.to_string()));
        assert_eq!(pages.bytes.load(Ordering::Relaxed), 0);
    }

    #[test]
    fn a_key_is_what_decides_the_answer() {
        let request = Request::get("https://a/");
        let with = |name: &str, value: &str| {
            let headers = vec![(name.to_owned(), value.to_owned())];
            Request { headers, ..request.clone() }
        };
        assert_eq!(Key::of(&with("Cache-Control", "no-cache")), Key::of(&request));
        assert!(wants_fresh(&with("Cache-Control", "max-age=0, No-Cache")) && !wants_fresh(&request));
        assert_ne!(Key::of(&with("accept", "a")), Key::of(&request));
        assert_eq!(Key::of(&with("Accept", "a")), Key::of(&with("accept", "a")));
        assert_ne!(Key::of(&Request { credential: Some("b".into()), ..request.clone() }), Key::of(&request));
        assert_ne!(Key::of(&Request { body: Some(b"b".to_vec()), ..request.clone() }), Key::of(&request));
    }
}
