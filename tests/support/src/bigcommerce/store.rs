//! A store that tests may change while it is served.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, RwLock, RwLockReadGuard, RwLockWriteGuard};

use serde_json::{Value, json};

use super::deliver::Delivery;
use super::options::Options;
use super::quota::Window;
use super::seeded;
use super::state::{DEFAULT_LOCATION, State};
use super::time::iso;
use crate::seed;
use crate::server::{Matcher, Request};

type Action = Box<dyn FnOnce(&Store) + Send>;
type Script = Mutex<Vec<(Matcher, Option<Action>)>>;

#[derive(Default)]
pub(crate) struct Shared {
    state: RwLock<State>,
    pub(crate) window: Window,
    before: Script,
    after: Script,
    undone: Mutex<BTreeSet<String>>,
}

/// A store in memory. Clones are the same store.
#[derive(Clone, Default)]
pub struct Store(pub(crate) Arc<Shared>);

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store").field("products", &self.product_count()).finish_non_exhaustive()
    }
}

impl Store {
    /// A store with these products, as BigCommerce would hold them.
    #[must_use]
    pub fn from_seed(products: &[seed::Product]) -> Self {
        let store = Self::default();
        seeded::fill(&mut store.write(), products);
        store
    }

    pub(crate) fn read(&self) -> RwLockReadGuard<'_, State> {
        self.0.state.read().expect("the store")
    }

    pub(crate) fn write(&self) -> RwLockWriteGuard<'_, State> {
        self.0.state.write().expect("the store")
    }

    /// The set-up; the store's hash and what gets in are part of it.
    #[must_use]
    pub fn options(&self) -> Options {
        self.read().options.clone()
    }

    pub fn configure(&self, change: impl FnOnce(&mut Options)) {
        change(&mut self.write().options);
    }

    #[must_use]
    pub fn product_ids(&self) -> Vec<u64> {
        self.read().products.keys().copied().collect()
    }

    #[must_use]
    pub fn product_count(&self) -> usize {
        self.read().products.len()
    }

    #[must_use]
    pub fn variant_count(&self) -> usize {
        self.read().products.values().filter_map(|product| product["variants"].as_array()).map(Vec::len).sum()
    }

    /// A product in the API's own shape, with all its parts.
    #[must_use]
    pub fn product(&self, id: u64) -> Option<Value> {
        self.read().products.get(&id).cloned()
    }

    /// Adds products of the neutral catalogue; webhooks hear of each.
    pub fn add(&self, products: &[seed::Product]) {
        let mut state = self.write();
        seeded::fill(&mut state, products);
        for product in products {
            state.tell_product("created", product.number);
        }
    }

    /// Changes a product in the API's own shape, and its date. Webhooks hear of what BigCommerce tells, which is not
    /// everything. `false` when there is none.
    pub fn change(&self, id: u64, change: impl FnOnce(&mut Value)) -> bool {
        let mut state = self.write();
        let now = state.options.seconds();
        let Some(product) = state.products.get_mut(&id) else { return false };
        let before = product.clone();
        change(product);
        product["date_modified"] = json!(iso(now));
        let after = product.clone();
        state.tell_changes(&before, &after);
        true
    }

    /// Deletes a product with its variants and their stock.
    pub fn delete(&self, id: u64) -> bool {
        let mut state = self.write();
        let Some(product) = state.products.remove(&id) else { return false };
        for variant in product["variants"].as_array().into_iter().flatten() {
            state.stock.remove(&variant["id"].as_u64().unwrap_or(0));
        }
        state.tell_product("deleted", id);
        true
    }

    /// Sets what can be sold of a variant at a location. The product's date shows moves at the default location alone.
    pub fn set_stock(&self, variant: u64, location: u64, available: i64) -> bool {
        let mut state = self.write();
        let now = state.options.seconds();
        let of = |product: &Value| product["variants"].as_array()?.iter().find(|one| one["id"] == variant).cloned();
        let found = state.products.values().find_map(|product| Some((product.clone(), of(product)?)));
        let Some((product, found)) = found else { return false };
        state.stock.entry(variant).or_default().insert(location, available);
        let id = product["id"].as_u64().unwrap_or(0);
        if location == DEFAULT_LOCATION {
            state.show_levels(id);
            if let Some(product) = state.products.get_mut(&id) {
                product["date_modified"] = json!(iso(now));
            }
        }
        state.tell_stock(&product, &found, location, available);
        true
    }

    /// Makes a location or changes it.
    pub fn set_location(&self, id: u64, name: &str, enabled: bool) {
        self.write().locations.insert(id, (name.to_owned(), enabled));
    }

    /// So many of a variant are kept back and not sold.
    pub fn keep_back(&self, variant: u64, pieces: i64) {
        self.write().safety.insert(variant, pieces);
    }

    /// Which of a storefront's products there are.
    #[must_use]
    pub fn assigned_to(&self, channel: u64) -> Vec<u64> {
        self.read().assigned.iter().filter(|(_, of)| *of == channel).map(|(product, _)| *product).collect()
    }

    /// What lies of a variant where, to be sold.
    #[must_use]
    pub fn stock_of(&self, variant: u64) -> Vec<(u64, i64)> {
        let state = self.read();
        state.stock.get(&variant).into_iter().flatten().map(|(location, count)| (*location, *count)).collect()
    }

    /// A category below another (0: at the root), made where there is none.
    pub fn add_category(&self, path: &[&str]) -> u64 {
        let path: Vec<String> = path.iter().map(|name| (*name).to_owned()).collect();
        self.write().category(&path)
    }

    /// Whether what is written is held against the official documents, which are not part of this repository.
    #[must_use]
    pub fn checks_writes() -> bool {
        super::schema::is_there()
    }

    /// An empty store in which goods can be sold.
    #[must_use]
    pub fn empty() -> Self {
        let store = Self::default();
        seeded::fill(&mut store.write(), &[]);
        store
    }

    /// A category with this name at the root or below another.
    pub fn rename_category(&self, id: u64, name: &str) -> bool {
        let mut state = self.write();
        let Some(category) = state.categories.get_mut(&id) else { return false };
        name.clone_into(&mut category.name);
        state.tell("store/category/updated", &json!({"type": "category", "id": id}));
        true
    }

    /// Answers this text, JSON or not, in place of the value that the pointer names in a product: `/price`, `/variants/0/sku`.
    pub fn set_raw(&self, id: u64, pointer: &str, text: &str) {
        self.write().raw.push((id, pointer.to_owned(), text.to_owned()));
    }

    /// The app was uninstalled: webhooks hear of it and are gone, and the token is refused.
    pub fn uninstall(&self) {
        let mut state = self.write();
        let client = state.options.client_id.clone();
        state.tell("store/app/uninstalled", &json!({"type": "app", "client_id": client}));
        state.hooks.clear();
        state.options.access_token = "revoked".to_owned();
    }

    /// An event of any scope, to whom it may concern.
    pub fn tell(&self, scope: &str, data: &Value) {
        self.write().tell(scope, data);
    }

    /// Id, scope and whether it is active, of each webhook.
    #[must_use]
    pub fn hooks(&self) -> Vec<(u64, String, bool)> {
        self.read().hooks.iter().map(|hook| (hook.id, hook.scope.clone(), hook.active)).collect()
    }

    /// As BigCommerce does after 90 quiet days, or a day of failed deliveries.
    pub fn deactivate_hook(&self, id: u64) {
        self.write().hooks.iter_mut().filter(|hook| hook.id == id).for_each(|hook| hook.active = false);
    }

    /// What was to be delivered since the last call, in order.
    #[must_use]
    pub fn deliveries(&self) -> Vec<Delivery> {
        std::mem::take(&mut self.write().outbox)
    }

    /// Parameters that BigCommerce acts on and this store does not, as `path: name`.
    #[must_use]
    pub fn unsimulated_parameters(&self) -> Vec<String> {
        self.0.undone.lock().expect("the findings").iter().cloned().collect()
    }

    pub(crate) fn note(&self, path: &str, undone: &[String]) {
        self.0.undone.lock().expect("the findings").extend(undone.iter().map(|name| format!("{path}: {name}")));
    }

    /// Does something once, before the `n`th request that matches is answered.
    pub fn before_request(&self, matcher: Matcher, n: usize, action: impl FnOnce(&Self) + Send + 'static) {
        self.0.before.lock().expect("the script").push((matcher.nth(n), Some(Box::new(action))));
    }

    /// Does something once, after the `n`th request that matches was answered and before its answer is sent.
    pub fn after_request(&self, matcher: Matcher, n: usize, action: impl FnOnce(&Self) + Send + 'static) {
        self.0.after.lock().expect("the script").push((matcher.nth(n), Some(Box::new(action))));
    }

    pub(crate) fn comes(&self, request: &Request) {
        self.due(&self.0.before, request);
    }

    pub(crate) fn gone(&self, request: &Request) {
        self.due(&self.0.after, request);
    }

    /// The lock is let go first: an action may add another.
    fn due(&self, steps: &Script, request: &Request) {
        let mut due = Vec::new();
        for (matcher, action) in steps.lock().expect("the script").iter_mut() {
            if matcher.meets(request) {
                due.extend(action.take());
            }
        }
        for action in due {
            action(self);
        }
    }
}
