//! Webhooks: what the shop has to tell, and what came of telling it.

use std::sync::MutexGuard;

use super::Store;
use crate::woocommerce::errors;
use crate::woocommerce::options::Options;
use crate::woocommerce::render::View;
use crate::woocommerce::state::State;
use crate::woocommerce::webhooks::{Delivery, Hook, Hooks};

impl Store {
    pub(crate) fn hook_table(&self) -> MutexGuard<'_, Hooks> {
        self.0.hooks.lock().expect("the webhooks")
    }

    pub(super) fn tell(&self, event: &str, items: &[u64]) {
        let mut hooks = self.hook_table();
        for item in items {
            hooks.tell(&format!("product.{event}"), *item);
        }
    }

    /// A webhook as a seller makes it in the admin pages. Returns its id.
    pub fn add_webhook(&self, topic: &str, delivery_url: &str, secret: &str) -> u64 {
        let now = self.read().now();
        self.hook_table().insert(Hook::new(topic, delivery_url, secret, now))
    }

    /// Id, topic and status of each webhook.
    #[must_use]
    pub fn webhooks(&self) -> Vec<(u64, String, String)> {
        self.hook_table().rows.values().map(|hook| (hook.id, hook.topic.clone(), hook.status.clone())).collect()
    }

    /// What the shop sends when its cron runs now, each once. Bodies are built now, not when the change was: what changed
    /// often is told once, and of what is gone the refusal is told.
    #[must_use]
    pub fn deliveries(&self) -> Vec<Delivery> {
        let state = self.read();
        let (mut deliveries, due) = self.hook_table().due();
        let home = state.options.home("https://shop.example");
        for (hook, item) in due {
            let body = body(&state, &hook.topic, item, &home);
            deliveries.push(Delivery::of(&hook, &state.options, &home, body));
        }
        deliveries
    }

    /// Tells the shop with which status a delivery was answered. The seventh failure in a row switches its webhook off.
    pub fn delivered(&self, delivery: &Delivery, status: u16) {
        self.hook_table().answered(delivery.webhook, status);
    }

    /// Out of the trash again, with its variations.
    pub fn untrash(&self, id: u64) -> bool {
        let family = self.family(id);
        let restored = self.update(id, |product| product.status = "publish");
        if restored {
            self.tell("restored", &family);
        }
        restored
    }

    /// A product and its variations; they go to the trash and come back together.
    pub(super) fn family(&self, id: u64) -> Vec<u64> {
        std::iter::once(id).chain(self.variations_of(id)).collect()
    }
}

fn body(state: &State, topic: &str, item: u64, home: &str) -> Vec<u8> {
    if topic.ends_with(".deleted") {
        return format!("{{\"id\":{item}}}").into_bytes();
    }
    let Options { webhook_owner_lost_access, .. } = state.options;
    if webhook_owner_lost_access {
        let message = "Sorry, you cannot view this resource.";
        return errors::refusal(401, "woocommerce_rest_cannot_view", message).body.to_vec();
    }
    if !state.products.contains_key(&item) && !state.variations.contains_key(&item) {
        return errors::invalid_id("product").body.to_vec();
    }
    let escaped = home.replace('/', "\\/");
    let mut out = Vec::new();
    View { state, home: &escaped, fields: None, edit: false, single: true, now: state.now() }.product(&mut out, item);
    out
}
