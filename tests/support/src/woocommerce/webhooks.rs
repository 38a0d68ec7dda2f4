//! The shop's webhooks: what they are, what waits to be delivered, and when one is switched off.

mod deliver;

use std::collections::BTreeMap;

pub use self::deliver::{Delivery, send};

/// After this many failures in a row the next one switches a webhook off.
const MOST_FAILURES: u32 = 5;

#[derive(Clone, Debug)]
pub(crate) struct Hook {
    pub(crate) id: u64,
    pub(crate) name: String,
    pub(crate) status: String,
    pub(crate) topic: String,
    pub(crate) delivery_url: String,
    pub(crate) secret: String,
    pub(crate) created: i64,
    /// None until it was changed.
    pub(crate) modified: Option<i64>,
    failures: u32,
}

impl Hook {
    pub(crate) fn new(topic: &str, delivery_url: &str, secret: &str, now: i64) -> Self {
        Self {
            id: 0,
            name: String::new(),
            status: "active".into(),
            topic: topic.into(),
            delivery_url: delivery_url.into(),
            secret: secret.into(),
            created: now,
            modified: None,
            failures: 0,
        }
    }
}

#[derive(Debug, Default)]
pub(crate) struct Hooks {
    pub(crate) rows: BTreeMap<u64, Hook>,
    last_id: u64,
    /// Sent while a webhook was being made.
    pings: Vec<Delivery>,
    /// Webhook and item. What waits for one item is one delivery, made when it is sent.
    waiting: Vec<(u64, u64)>,
}

impl Hooks {
    pub(crate) fn insert(&mut self, hook: Hook) -> u64 {
        self.last_id += 1;
        let hook = Hook { id: self.last_id, ..hook };
        self.pings.push(Delivery::ping(&hook));
        self.rows.insert(hook.id, hook);
        self.last_id
    }

    pub(crate) fn tell(&mut self, topic: &str, item: u64) {
        for hook in self.rows.values().filter(|hook| hook.status == "active" && hook.topic == topic) {
            if !self.waiting.contains(&(hook.id, item)) {
                self.waiting.push((hook.id, item));
            }
        }
    }

    /// What is due: the pings, and what each remaining webhook has to say about which item.
    pub(crate) fn due(&mut self) -> (Vec<Delivery>, Vec<(Hook, u64)>) {
        let waiting = std::mem::take(&mut self.waiting).into_iter();
        let due = waiting.filter_map(|(hook, item)| Some((self.rows.get(&hook)?.clone(), item)));
        (std::mem::take(&mut self.pings), due.collect())
    }

    /// Counts what came back. Making the webhook active again does not set the count back.
    pub(crate) fn answered(&mut self, id: u64, status: u16) {
        let Some(hook) = self.rows.get_mut(&id) else { return };
        if (200..=302).contains(&status) {
            hook.failures = 0;
        } else if hook.failures > MOST_FAILURES {
            hook.status = "disabled".into();
        } else {
            hook.failures += 1;
        }
    }
}
