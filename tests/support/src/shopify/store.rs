//! A shop that tests may change while it is served.

mod tricks;

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard};

use super::bulk::Ending;
use super::deliveries::{self, Delivery};
use super::model::{Collection, Location, Product};
use super::oauth::Tokens;
use super::options::Options;
use super::seeded;
use super::state::{State, Subscription};
use crate::seed;

pub use self::tricks::Trick;

struct Shared {
    state: Mutex<State>,
    /// Names of the operations that were executed.
    asked: Mutex<Vec<String>>,
    undone: Mutex<BTreeSet<String>>,
    /// Bodies that answer the next queries in place of what the shop would say, with status 200.
    instead: Mutex<Vec<String>>,
    tricks: Mutex<tricks::Tricks>,
}

/// A shop in memory. Clones are the same shop.
#[derive(Clone)]
pub struct Store(Arc<Shared>);

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store").field("products", &self.product_count()).finish_non_exhaustive()
    }
}

impl Default for Store {
    fn default() -> Self {
        Self::from_seed(&[])
    }
}

impl Store {
    #[must_use]
    pub fn from_seed(products: &[seed::Product]) -> Self {
        let mut state = State::new(Options::default());
        seeded::fill(&mut state, products);
        Self(Arc::new(Shared {
            state: Mutex::new(state),
            asked: Mutex::default(),
            undone: Mutex::default(),
            instead: Mutex::default(),
            tricks: Mutex::default(),
        }))
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().expect("the shop")
    }

    /// The static token of an app made in the shop's admin.
    #[must_use]
    pub fn access_token(&self) -> String {
        self.state().installed.permanent.clone()
    }

    /// What webhooks are signed with.
    #[must_use]
    pub fn webhook_secret(&self) -> String {
        self.state().options.client_secret.clone()
    }

    /// Changes the set-up.
    pub fn configure(&self, change: impl FnOnce(&mut Options)) {
        let mut state = self.state();
        change(&mut state.options);
        state.points = (state.options.bucket, std::time::Instant::now());
    }

    #[must_use]
    pub fn options(&self) -> Options {
        self.state().options.clone()
    }

    /// Adds a product and tells of it.
    pub fn insert(&self, product: Product) -> u64 {
        let mut state = self.state();
        let id = state.insert(product);
        deliveries::product(&mut state, "PRODUCTS_CREATE", id);
        id
    }

    /// Changes a product and its date, and tells of it; `false` when there is none.
    pub fn update(&self, id: u64, change: impl FnOnce(&mut Product)) -> bool {
        let mut state = self.state();
        let now = state.options.seconds();
        let Some(product) = state.products.get_mut(&id) else { return false };
        change(product);
        product.updated_at = now.max(product.updated_at + 1);
        deliveries::product(&mut state, "PRODUCTS_UPDATE", id);
        true
    }

    /// Gone, and told of.
    pub fn delete(&self, id: u64) -> bool {
        let mut state = self.state();
        let gone = state.products.remove(&id).is_some();
        if gone {
            deliveries::deleted(&mut state, id);
        }
        gone
    }

    /// Sets what can be sold of a variant at a location, and tells of it.
    pub fn set_stock(&self, product: u64, variant: usize, location: u64, available: i64) -> bool {
        let mut state = self.state();
        let now = state.options.seconds();
        let touches = state.options.stock_touches_product;
        let Some(goods) = state.products.get_mut(&product) else { return false };
        let Some(found) = goods.variants.get_mut(variant) else { return false };
        let item = found.item;
        let Some(level) = found.levels.iter_mut().find(|level| level.location == location) else { return false };
        level.available = available;
        level.updated_at = now;
        if touches {
            goods.updated_at = now.max(goods.updated_at + 1);
        }
        deliveries::stock(&mut state, item, location, available);
        if touches {
            deliveries::product(&mut state, "PRODUCTS_UPDATE", product);
        }
        true
    }

    pub fn add_location(&self, name: &str) -> u64 {
        let mut state = self.state();
        let id = state.id();
        state.locations.push(Location { id, name: name.to_owned(), active: true });
        id
    }

    pub fn add_collection(&self, title: &str) -> u64 {
        let mut state = self.state();
        let id = state.id();
        let collection = Collection { id, title: title.to_owned(), handle: title.to_lowercase().replace(' ', "-") };
        state.collections.insert(id, collection);
        id
    }

    #[must_use]
    pub fn locations(&self) -> Vec<Location> {
        self.state().locations.clone()
    }

    #[must_use]
    pub fn product(&self, id: u64) -> Option<Product> {
        self.state().products.get(&id).cloned()
    }

    #[must_use]
    pub fn product_ids(&self) -> Vec<u64> {
        self.state().products.keys().copied().collect()
    }

    #[must_use]
    pub fn product_count(&self) -> usize {
        self.state().products.len()
    }

    #[must_use]
    pub fn variant_count(&self) -> usize {
        self.state().products.values().map(|product| product.variants.len()).sum()
    }

    /// How the next bulk operations end, first come first served; the others complete.
    pub fn end_bulk(&self, endings: impl IntoIterator<Item = Ending>) {
        self.state().endings.extend(endings);
    }

    /// Operations complete again, whatever was scripted, and none is running.
    pub fn clear_endings(&self) {
        let mut state = self.state();
        state.endings.clear();
        state.operations.retain(|operation| !operation.running());
    }

    /// How many bulk operations were started.
    #[must_use]
    pub fn bulk_operations(&self) -> usize {
        self.state().operations.len()
    }

    /// Addresses of files given out so far are refused from now on; asking for the operation again gives new ones.
    pub fn expire_bulk_urls(&self) {
        self.state().expiries += 1;
    }

    /// Takes points out of the bucket, as another query of the app's would.
    pub fn drain(&self, points: u32) {
        let mut state = self.state();
        state.available();
        state.spend(points);
    }

    /// The next query is answered with this body and status 200.
    pub fn answer_next(&self, body: &str) {
        self.0.instead.lock().expect("the answers").push(body.to_owned());
    }

    pub(super) fn instead(&self) -> Option<String> {
        let mut instead = self.0.instead.lock().expect("the answers");
        (!instead.is_empty()).then(|| instead.remove(0))
    }

    /// The names of the GraphQL operations so far.
    #[must_use]
    pub fn asked(&self) -> Vec<String> {
        self.0.asked.lock().expect("what was asked").clone()
    }

    pub(super) fn note(&self, name: String) {
        self.0.asked.lock().expect("what was asked").push(name);
    }

    /// Fields that the real shop knows and this one does not, as `Type.field`.
    #[must_use]
    pub fn unsimulated(&self) -> Vec<String> {
        self.0.undone.lock().expect("the findings").iter().cloned().collect()
    }

    pub(super) fn note_unsimulated(&self, field: &str) {
        self.0.undone.lock().expect("the findings").insert(field.to_owned());
    }

    #[must_use]
    pub fn subscriptions(&self) -> Vec<Subscription> {
        self.state().subscriptions.clone()
    }

    /// What Shopify does after eight deliveries that failed.
    pub fn drop_subscription(&self, topic: &str) {
        self.state().subscriptions.retain(|subscription| subscription.topic != topic);
    }

    /// Changes a subscription behind the app's back.
    pub fn change_subscriptions(&self, change: impl FnOnce(&mut Vec<Subscription>)) {
        change(&mut self.state().subscriptions);
    }

    /// Deliveries that have come up since the last time, oldest first.
    #[must_use]
    pub fn deliveries(&self) -> Vec<Delivery> {
        std::mem::take(&mut self.state().deliveries)
    }

    /// A delivery of a topic with a body of one's own, signed; whether anybody subscribed or not.
    #[must_use]
    pub fn delivery(&self, topic: &str, body: &str) -> Delivery {
        deliveries::made(&mut self.state(), topic, body.as_bytes().to_vec(), String::new())
    }

    /// The merchant removes the app: its tokens are dead at once.
    pub fn uninstall(&self) {
        let mut state = self.state();
        deliveries::uninstalled(&mut state);
        state.installed.revoke();
        state.subscriptions.clear();
    }

    /// The app is connected by OAuth: expiring tokens, as a merchant's consent gives them.
    #[must_use]
    pub fn connect(&self) -> Tokens {
        let mut state = self.state();
        let now = state.options.seconds();
        state.installed.issue(now)
    }

    /// A code as the merchant's consent sends it back, to be exchanged for tokens.
    #[must_use]
    pub fn authorization_code(&self) -> String {
        self.state().installed.code()
    }

    /// Every expiring access token has expired.
    pub fn expire_tokens(&self) {
        self.state().installed.expire();
    }
}
