//! What changes while somebody looks. One look at the database a second for each thing that is watched, however many watch it.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::http::StatusCode;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use entrepot_accounts::{Accounts, Principal};
use futures_util::stream;
use tokio::sync::watch;
use tokio::time::{Instant, timeout_at};

const LOOK: Duration = Duration::from_secs(1);
/// After that a browser asks again, and shows anew who it is.
const LIFETIME: Duration = Duration::from_secs(60);
/// How long somebody who is signed out or disabled may go on watching.
const SEEN: Duration = Duration::from_millis(1_500);
/// Streams of one person, and of all: each holds a connection.
const MOST_OF_ONE: usize = 8;
const MOST: usize = 64;

/// A fragment as it is now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Fragment {
    pub(crate) html: String,
    /// It changes no more.
    pub(crate) over: bool,
}

#[derive(Clone, Default)]
pub(crate) struct Hub {
    watched: Arc<Mutex<HashMap<String, watch::Receiver<Fragment>>>>,
    /// By who watches.
    streams: Arc<Mutex<HashMap<String, usize>>>,
}

/// Who watches.
pub(crate) struct Watcher {
    pub(crate) accounts: Accounts,
    pub(crate) principal: Arc<Principal>,
}

impl Watcher {
    /// Where the database does not say, they go on: they are looked at again in a moment.
    async fn still_counts(&self) -> bool {
        self.accounts.still_counts(&self.principal).await.unwrap_or(true)
    }

    /// False: there is nothing more to see, or not for them.
    async fn sees_change(&self, receiver: &mut watch::Receiver<Fragment>, until: Instant) -> bool {
        loop {
            let changed = timeout_at((Instant::now() + SEEN).min(until), receiver.changed()).await;
            if matches!(changed, Ok(Err(_))) || Instant::now() >= until || !self.still_counts().await {
                return false;
            }
            if changed.is_ok() {
                return true;
            }
        }
    }
}

/// A stream between two of its events: what is watched, by whom, whether it is told at once, and whether it is over.
type Watched = (watch::Receiver<Fragment>, (Open, Watcher), bool, bool);

/// A stream that is open.
struct Open {
    who: String,
    streams: Arc<Mutex<HashMap<String, usize>>>,
}

impl Drop for Open {
    fn drop(&mut self) {
        let mut streams = self.streams.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = streams.get_mut(&self.who) {
            *count -= 1;
            if *count == 0 {
                streams.remove(&self.who);
            }
        }
    }
}

impl Hub {
    /// `None`: there are too many.
    fn open(&self, who: &str) -> Option<Open> {
        let mut streams = self.streams.lock().unwrap_or_else(PoisonError::into_inner);
        let (of_one, all) = (streams.get(who).copied().unwrap_or(0), streams.values().sum::<usize>());
        if of_one >= MOST_OF_ONE || all >= MOST {
            return None;
        }
        *streams.entry(who.to_owned()).or_default() += 1;
        Some(Open { who: who.to_owned(), streams: self.streams.clone() })
    }

    /// The fragment each time it changes, until it is over. `what`: the same for all who watch the same thing; `look` answers nothing while
    /// it cannot tell. Whoever watches too much already is told to stop.
    pub(crate) fn watch<L, F>(&self, watcher: Watcher, what: String, first: Fragment, look: L) -> Response
    where
        L: Fn() -> F + Send + 'static,
        F: Future<Output = Option<Fragment>> + Send,
    {
        // A browser does not ask again after this.
        let Some(open) = self.open(&watcher.principal.actor) else { return StatusCode::NO_CONTENT.into_response() };
        let receiver = self.receiver(what, first, look);
        let until = Instant::now() + LIFETIME;
        let events = stream::unfold(
            (receiver, (open, watcher), true, false),
            move |(mut receiver, held, at_once, over): Watched| async move {
                if over || (!at_once && !held.1.sees_change(&mut receiver, until).await) {
                    return None;
                }
                let fragment = receiver.borrow_and_update().clone();
                let event = Event::default().event(if fragment.over { "last" } else { "next" }).data(&fragment.html);
                Some((Ok::<_, Infallible>(event), (receiver, held, false, fragment.over)))
            },
        );
        let mut answer = Sse::new(events).keep_alive(KeepAlive::default()).into_response();
        // A proxy that gathers answers would hand nothing on before the end.
        answer.headers_mut().insert("x-accel-buffering", axum::http::HeaderValue::from_static("no"));
        answer
    }

    fn receiver<L, F>(&self, what: String, first: Fragment, look: L) -> watch::Receiver<Fragment>
    where
        L: Fn() -> F + Send + 'static,
        F: Future<Output = Option<Fragment>> + Send,
    {
        let mut watched = self.watched.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(receiver) = watched.get(&what).filter(|receiver| receiver.has_changed().is_ok()) {
            return receiver.clone();
        }
        let (sender, receiver) = watch::channel(first);
        // Those that ended are forgotten with it.
        watched.retain(|_, receiver| receiver.has_changed().is_ok());
        watched.insert(what.clone(), receiver.clone());
        let hub = self.clone();
        tokio::spawn(async move {
            while !sender.borrow().over {
                tokio::time::sleep(LOOK).await;
                if hub.is_left(&what, &sender) {
                    return;
                }
                if let Some(now) = look().await {
                    sender.send_if_modified(|shown| {
                        let differs = *shown != now;
                        *shown = now;
                        differs
                    });
                }
            }
        });
        receiver
    }

    /// Nobody watches any more: then it is forgotten.
    fn is_left(&self, what: &str, sender: &watch::Sender<Fragment>) -> bool {
        let mut watched = self.watched.lock().unwrap_or_else(PoisonError::into_inner);
        // One receiver is the hub's own.
        let left = sender.receiver_count() <= 1;
        if left {
            watched.remove(what);
        }
        left
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn many_who_watch_the_same_cost_one_look() {
        let (hub, looks) = (Hub::default(), Arc::new(AtomicUsize::new(0)));
        let look = {
            let looks = looks.clone();
            move || {
                let number = looks.fetch_add(1, Ordering::SeqCst) + 1;
                async move { Some(Fragment { html: number.to_string(), over: number == 3 }) }
            }
        };
        let mut receivers: Vec<_> =
            (0..10).map(|_| hub.receiver("run".into(), Fragment::default(), look.clone())).collect();
        for receiver in &mut receivers {
            receiver.wait_for(|fragment| fragment.over).await.expect("it ends");
            assert_eq!(receiver.borrow().html, "3");
        }
        assert_eq!(looks.load(Ordering::SeqCst), 3);
    }

    #[test]
    fn one_person_holds_few_streams() {
        let hub = Hub::default();
        let mut open: Vec<_> = (0..20).filter_map(|_| hub.open("ann")).collect();
        assert_eq!(open.len(), MOST_OF_ONE);
        assert!(hub.open("bob").is_some());
        open.pop();
        assert!(hub.open("ann").is_some());
    }

    #[tokio::test(start_paused = true)]
    async fn what_nobody_watches_is_not_looked_at() {
        let (hub, looks) = (Hub::default(), Arc::new(AtomicUsize::new(0)));
        let counted = looks.clone();
        let receiver = hub.receiver("run".into(), Fragment::default(), move || {
            counted.fetch_add(1, Ordering::SeqCst);
            async { None }
        });
        drop(receiver);
        tokio::time::sleep(Duration::from_secs(30)).await;
        assert_eq!(looks.load(Ordering::SeqCst), 0);
        assert!(hub.watched.lock().expect("no panic").is_empty());
    }
}
