//! What pages under way may hold, over all runs, inboxes and replays of this host.
// See docs/decisions/0029-page-memory-budget.md

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// So many pages as fit. Each place is a whole page's: who has one never waits for more, so nobody waits for ever.
pub(crate) struct Rooms(Arc<Semaphore>);

/// A page's place, until it is dropped.
pub(crate) struct Room(#[expect(dead_code, reason = "held, not read")] Option<OwnedSemaphorePermit>);

impl Rooms {
    pub(crate) fn new(memory: usize, page: usize) -> Self {
        Self(Arc::new(Semaphore::new((memory / page.max(1)).max(1))))
    }

    /// Waits until there is one.
    pub(crate) async fn enter(&self) -> Room {
        // It is never closed; without a place nothing would be counted, and nothing would be lost.
        Room(self.0.clone().acquire_owned().await.ok())
    }

    /// For what can be done later as well.
    pub(crate) fn try_enter(&self) -> Option<Room> {
        self.0.clone().try_acquire_owned().ok().map(|place| Room(Some(place)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn as_many_pages_as_fit() {
        let rooms = Rooms::new(130, 64);
        let (one, _two) = (rooms.enter().await, rooms.enter().await);
        assert!(rooms.try_enter().is_none());
        drop(one);
        assert!(rooms.try_enter().is_some());
        assert!(Rooms::new(1, 64).try_enter().is_some(), "never none at all");
    }
}
