use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use entrepot_domain::clock::Timestamp;

/// The leases for which this process has made a job already, by what is leased.
#[derive(Default)]
pub struct RequeuedLeases(Mutex<HashMap<String, Timestamp>>);

impl RequeuedLeases {
    /// Each lease once; leases that are not among `now_over` any more are forgotten.
    pub fn fresh(&self, now_over: &HashMap<String, Timestamp>) -> Vec<String> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let fresh = now_over.iter().filter(|(of, until)| known.get(*of) != Some(*until));
        let fresh = fresh.map(|(of, _)| of.clone()).collect();
        known.clone_from(now_over);
        fresh
    }
}
