//! Who is connected.

use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use entrepot_metrics::{Metric, Metrics};
use tokio_util::sync::CancellationToken;
use tower_http::metrics::in_flight_requests::InFlightRequestsCounter;

use super::ClientLimits;
use crate::hooks::address::network;

/// What is going on on a connection.
#[derive(Default)]
pub(super) struct Activity {
    /// Until all of the answer is handed over.
    pub(super) in_flight: InFlightRequestsCounter,
    requests: AtomicUsize,
    owes_body: AtomicBool,
    slow: AtomicBool,
}

impl Activity {
    /// The head of a request has been read.
    pub(super) fn request(&self) {
        self.requests.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn requests(&self) -> usize {
        self.requests.load(Ordering::Relaxed)
    }

    /// The client kept us waiting for too long.
    pub(super) fn too_slow(&self) {
        self.slow.store(true, Ordering::Relaxed);
    }

    /// The body of the request under way is not whole, and no more of it is there.
    pub(super) fn owes_body(&self, owes: bool) {
        self.owes_body.store(owes, Ordering::Relaxed);
    }

    /// Nothing is being done for it: the client is to send something.
    fn is_idle(&self) -> bool {
        self.is_waiting() || self.owes_body.load(Ordering::Relaxed)
    }

    /// For the client, that is: no request of it is under way.
    pub(super) fn is_waiting(&self) -> bool {
        self.in_flight.get() == 0
    }
}

/// Those who are connected, the oldest first.
pub(super) struct Slots {
    limits: ClientLimits,
    metrics: Metrics,
    taken: Mutex<Vec<Taken>>,
}

struct Taken {
    network: IpAddr,
    activity: Arc<Activity>,
    cut: CancellationToken,
}

/// A place among the connections, until it is dropped.
pub(super) struct Slot {
    slots: Arc<Slots>,
    activity: Arc<Activity>,
    cut: CancellationToken,
}

impl Slots {
    pub(super) fn new(limits: ClientLimits, metrics: Metrics) -> Arc<Self> {
        Arc::new(Self { limits, metrics, taken: Mutex::default() })
    }

    /// A place for who comes from there. None: all are taken by requests under way.
    pub(super) fn take(self: &Arc<Self>, from: IpAddr) -> Option<Slot> {
        let network = network(from);
        let mut taken = self.taken();
        let of_network = taken.iter().filter(|other| other.network == network).count();
        let room = (of_network < self.limits.per_address
            || self.make_room(&mut taken, |other| other.network == network))
            && (taken.len() < self.limits.connections || self.make_room(&mut taken, |_| true));
        if !room {
            self.metrics.add(Metric::ConnectionsCut, &["full"], 1);
            return None;
        }
        let (activity, cut) = (Arc::<Activity>::default(), CancellationToken::new());
        taken.push(Taken { network, activity: activity.clone(), cut: cut.clone() });
        Some(Slot { slots: self.clone(), activity, cut })
    }

    /// Ends the oldest connection that waits for its client.
    fn make_room(&self, taken: &mut Vec<Taken>, among: impl Fn(&Taken) -> bool) -> bool {
        let Some(oldest) = taken.iter().position(|other| among(other) && other.activity.is_idle()) else {
            return false;
        };
        taken.remove(oldest).cut.cancel();
        self.metrics.add(Metric::ConnectionsCut, &["crowded"], 1);
        true
    }

    fn taken(&self) -> MutexGuard<'_, Vec<Taken>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Slot {
    pub(super) fn limits(&self) -> ClientLimits {
        self.slots.limits
    }

    pub(super) fn activity(&self) -> &Arc<Activity> {
        &self.activity
    }

    /// Until somebody else needs the place more.
    pub(super) async fn cut(&self) {
        self.cut.cancelled().await;
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        if self.activity.slow.load(Ordering::Relaxed) {
            self.slots.metrics.add(Metric::ConnectionsCut, &["slow"], 1);
        }
        self.slots.taken().retain(|other| !Arc::ptr_eq(&other.activity, &self.activity));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slots(connections: usize, per_address: usize) -> Arc<Slots> {
        Slots::new(ClientLimits { connections, per_address, ..ClientLimits::default() }, Metrics::default())
    }

    fn address(last: u8) -> IpAddr {
        [192, 0, 2, last].into()
    }

    fn is_cut(slot: &Slot) -> bool {
        slot.cut.is_cancelled()
    }

    #[test]
    fn the_oldest_that_waits_makes_room() {
        let slots = slots(3, 3);
        let all: Vec<Slot> = (0..3).map(|last| slots.take(address(last)).expect("room")).collect();
        let fourth = slots.take(address(9)).expect("room is made");
        assert_eq!(all.iter().map(is_cut).collect::<Vec<_>>(), [true, false, false]);
        drop(all);
        assert_eq!(slots.taken().len(), 1, "who has left holds nothing");
        assert!(!is_cut(&fourth));
    }

    #[test]
    fn an_address_makes_room_for_itself_alone() {
        let slots = slots(100, 2);
        let other = slots.take(address(1)).expect("room");
        let many: Vec<Slot> = (0..50).map(|_| slots.take(address(2)).expect("room is made")).collect();
        assert!(!is_cut(&other));
        assert_eq!(many.iter().filter(|slot| !is_cut(slot)).count(), 2);
        let v6 = |text: &str| slots.take(text.parse().expect("an address"));
        let neighbours = [v6("2001:db8::1"), v6("2001:db8::2"), v6("2001:db8::3")].map(|slot| slot.expect("room"));
        assert_eq!(neighbours.iter().filter(|slot| is_cut(slot)).count(), 1, "one network");
    }
}
