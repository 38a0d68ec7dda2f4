//! What was asked of a server: counters, request lines, and how many requests it had at once.

use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use super::Request;

const LINES: usize = 100_000;
/// Parameters whose value never reaches the log.
const SECRET: [&str; 3] = ["consumer_secret", "oauth_signature", "secret"];

/// One request, and how it was answered.
#[derive(Clone, Debug)]
pub struct Line {
    pub method: String,
    pub path: String,
    /// As sent, with the value of secret parameters left out.
    pub query: String,
    /// 0 when the connection was closed without an answer.
    pub status: u16,
    /// Since the server started.
    pub at: Duration,
}

impl Line {
    #[must_use]
    pub fn parameter(&self, name: &str) -> Option<String> {
        let found = url::form_urlencoded::parse(self.query.as_bytes()).find(|(key, _)| key == name);
        found.map(|(_, value)| value.into_owned())
    }
}

#[derive(Debug)]
pub struct Log {
    kept: Mutex<Kept>,
    keep: usize,
    started: Instant,
    open: AtomicUsize,
    arrived: AtomicUsize,
    most: AtomicUsize,
}

#[derive(Debug, Default)]
struct Kept {
    lines: VecDeque<Line>,
    by_path: BTreeMap<String, usize>,
    total: usize,
}

impl Log {
    pub(crate) fn keeping(lines: usize) -> Self {
        Self {
            kept: Mutex::default(),
            keep: if lines == 0 { LINES } else { lines },
            started: Instant::now(),
            open: AtomicUsize::new(0),
            arrived: AtomicUsize::new(0),
            most: AtomicUsize::new(0),
        }
    }

    pub(crate) fn enter(self: &Arc<Self>) -> Open {
        self.arrived.fetch_add(1, Ordering::Relaxed);
        let open = self.open.fetch_add(1, Ordering::SeqCst) + 1;
        self.most.fetch_max(open, Ordering::SeqCst);
        Open(self.clone())
    }

    pub(crate) fn write(&self, request: &Request, status: u16) {
        let line = Line {
            method: request.method.to_string(),
            path: request.path.clone(),
            query: masked(&request.query),
            status,
            at: self.started.elapsed(),
        };
        let mut kept = self.kept.lock().expect("the log");
        kept.total += 1;
        *kept.by_path.entry(request.path.clone()).or_default() += 1;
        if kept.lines.len() == self.keep {
            kept.lines.pop_front();
        }
        kept.lines.push_back(line);
    }

    /// The requests so far, oldest first; the oldest are forgotten beyond the limit given to the server.
    #[must_use]
    pub fn lines(&self) -> Vec<Line> {
        self.kept.lock().expect("the log").lines.iter().cloned().collect()
    }

    /// How many requests there were.
    #[must_use]
    pub fn total(&self) -> usize {
        self.kept.lock().expect("the log").total
    }

    /// How many requests had exactly this path.
    #[must_use]
    pub fn count(&self, path: &str) -> usize {
        self.kept.lock().expect("the log").by_path.get(path).copied().unwrap_or(0)
    }

    /// How many requests each path had.
    #[must_use]
    pub fn by_path(&self) -> BTreeMap<String, usize> {
        self.kept.lock().expect("the log").by_path.clone()
    }

    /// The most requests that were under way at one time: received, and not yet answered to the last byte.
    #[must_use]
    pub fn most_at_once(&self) -> usize {
        self.most.load(Ordering::SeqCst)
    }

    /// Requests that were received, answered or not.
    #[must_use]
    pub fn arrived(&self) -> usize {
        self.arrived.load(Ordering::Relaxed)
    }

    /// Forgets everything but the requests under way.
    pub fn reset(&self) {
        *self.kept.lock().expect("the log") = Kept::default();
        self.most.store(self.open.load(Ordering::SeqCst), Ordering::SeqCst);
    }
}

/// A request under way.
#[derive(Debug)]
pub(crate) struct Open(Arc<Log>);

impl Drop for Open {
    fn drop(&mut self) {
        self.0.open.fetch_sub(1, Ordering::SeqCst);
    }
}

fn masked(query: &str) -> String {
    let parts: Vec<_> = query
        .split('&')
        .map(|part| match part.split_once('=') {
            Some((name, _)) if SECRET.contains(&name) => format!("{name}=***"),
            _ => part.to_owned(),
        })
        .collect();
    parts.join("&")
}
