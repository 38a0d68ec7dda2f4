//! Things that happen in the shop between two requests.

use std::sync::Mutex;

use super::store::Store;
use crate::server::{Matcher, Request};

type Action = Box<dyn FnOnce(&Store) + Send>;

/// Actions waiting for their request; each happens once.
#[derive(Default)]
pub(crate) struct Script {
    before: Mutex<Vec<(Matcher, Option<Action>)>>,
    after: Mutex<Vec<(Matcher, Option<Action>)>>,
}

impl Script {
    pub(crate) fn before(&self, matcher: Matcher, action: impl FnOnce(&Store) + Send + 'static) {
        self.before.lock().expect("the script").push((matcher, Some(Box::new(action))));
    }

    pub(crate) fn after(&self, matcher: Matcher, action: impl FnOnce(&Store) + Send + 'static) {
        self.after.lock().expect("the script").push((matcher, Some(Box::new(action))));
    }

    pub(crate) fn comes(&self, store: &Store, request: &Request) {
        due(&self.before, store, request);
    }

    pub(crate) fn gone(&self, store: &Store, request: &Request) {
        due(&self.after, store, request);
    }
}

/// The lock is let go first: an action may add another.
fn due(steps: &Mutex<Vec<(Matcher, Option<Action>)>>, store: &Store, request: &Request) {
    let mut due = Vec::new();
    for (matcher, action) in steps.lock().expect("the script").iter_mut() {
        if matcher.meets(request) {
            due.extend(action.take());
        }
    }
    for action in due {
        action(store);
    }
}
