//! A shop that tests may change while it is served.

mod hooks;
mod raw;

use std::collections::{BTreeSet, HashMap};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, RwLock, RwLockReadGuard, RwLockWriteGuard};

use super::authorize::Posted;
use super::keys::{Key, Keys, Permission};
use super::model::{Product, Terms, Variation};
use super::options::Options;
use super::parameters::{Findings, Values};
use super::rendered::Rendered;
use super::script::Script;
use super::select::{self, Of};
use super::state::State;
use super::webhooks::Hooks;
use crate::server::Matcher;

/// The answer to one list, all pages: what it was asked for, the state it was made of, the ids.
type Lists = HashMap<(Of, Values), (u64, Arc<Vec<u64>>)>;

pub(crate) struct Shared {
    state: RwLock<State>,
    pub(crate) keys: Keys,
    pub(crate) script: Script,
    lists: Mutex<Lists>,
    unknown: Mutex<BTreeSet<String>>,
    undone: Mutex<BTreeSet<String>>,
    pub(crate) rendered: Rendered,
    /// Locked after the state, never before it.
    hooks: Mutex<Hooks>,
    requests: AtomicU64,
    key: Key,
    /// Keys that are to be posted.
    pub(crate) posted: Mutex<Vec<Posted>>,
}

/// A shop in memory. Clones are the same shop.
#[derive(Clone)]
pub struct Store(pub(crate) Arc<Shared>);

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store").field("products", &self.read().products.len()).finish_non_exhaustive()
    }
}

impl Default for Store {
    fn default() -> Self {
        Self::empty()
    }
}

impl Store {
    /// A shop without products, with one `read_write` key.
    #[must_use]
    pub fn empty() -> Self {
        Self::of(State::default(), 0)
    }

    /// `seed` makes the key, so that it is the same for the same shop.
    pub(crate) fn of(state: State, seed: u64) -> Self {
        let key = Key::numbered(seed);
        let keys = Keys::default();
        keys.add(&key, Permission::ReadWrite);
        Self(Arc::new(Shared {
            state: RwLock::new(state),
            keys,
            script: Script::default(),
            lists: Mutex::default(),
            unknown: Mutex::default(),
            undone: Mutex::default(),
            rendered: Rendered::default(),
            hooks: Mutex::default(),
            requests: AtomicU64::new(0),
            key,
            posted: Mutex::default(),
        }))
    }

    pub(crate) fn read(&self) -> RwLockReadGuard<'_, State> {
        self.0.state.read().expect("the shop")
    }

    pub(crate) fn write(&self) -> RwLockWriteGuard<'_, State> {
        self.0.state.write().expect("the shop")
    }

    /// The shop's first key, `read_write`.
    #[must_use]
    pub fn key(&self) -> Key {
        self.0.key.clone()
    }

    /// Another key.
    pub fn add_key(&self, permission: Permission) -> Key {
        let number = self.0.keys.rows.read().expect("the keys").len() as u64;
        let key = Key::numbered(0xadd0_0000 + number);
        self.0.keys.add(&key, permission);
        key
    }

    /// From now on it is unknown.
    pub fn revoke_key(&self, consumer_key: &str) {
        self.0.keys.rows.write().expect("the keys").remove(consumer_key);
    }

    /// The user behind the key may no longer manage the shop: 403 everywhere.
    pub fn demote_key(&self, consumer_key: &str) {
        if let Some(row) = self.0.keys.rows.write().expect("the keys").get_mut(consumer_key) {
            row.manager = false;
        }
    }

    /// Changes the set-up.
    pub fn configure(&self, change: impl FnOnce(&mut Options)) {
        let mut state = self.write();
        state.revision += 1;
        change(&mut state.options);
    }

    #[must_use]
    pub fn options(&self) -> Options {
        self.read().options.clone()
    }

    /// Changes categories, tags, brands, shipping classes and global attributes.
    pub fn change_terms(&self, change: impl FnOnce(&mut Terms)) {
        let mut state = self.write();
        state.revision += 1;
        change(&mut state.terms);
    }

    pub fn insert(&self, product: Product) -> u64 {
        let id = self.write().insert(product);
        self.tell("created", &[id]);
        id
    }

    /// Adds a variation. Its parent is not bumped: use [`Store::update`] for that.
    pub fn insert_variation(&self, variation: Variation) -> u64 {
        let id = self.write().insert_variation(variation);
        self.tell("created", &[id]);
        id
    }

    /// Changes a product and its modification date; `false` when there is none.
    pub fn update(&self, id: u64, change: impl FnOnce(&mut Product)) -> bool {
        let changed = self.silently(id, change);
        if changed {
            self.tell("updated", &[id]);
        }
        changed
    }

    fn silently(&self, id: u64, change: impl FnOnce(&mut Product)) -> bool {
        let mut state = self.write();
        state.revision += 1;
        let now = state.now();
        let Some(product) = state.products.get_mut(&id) else { return false };
        product.modified = now;
        change(product);
        true
    }

    /// Changes a variation, its modification date and its parent's. Webhooks hear of the variation alone.
    pub fn update_variation(&self, id: u64, change: impl FnOnce(&mut Variation)) -> bool {
        let mut state = self.write();
        state.revision += 1;
        let now = state.now();
        let Some(variation) = state.variations.get_mut(&id) else { return false };
        variation.modified = now;
        change(variation);
        let parent = variation.parent;
        if let Some(parent) = state.products.get_mut(&parent) {
            parent.modified = now;
        }
        drop(state);
        self.tell("updated", &[id]);
        true
    }

    /// To the trash: out of the lists, still there by id.
    pub fn trash(&self, id: u64) -> bool {
        let trashed = self.silently(id, |product| product.status = "trash");
        if trashed {
            self.tell("deleted", &self.family(id));
        }
        trashed
    }

    /// The next id is the one after this, as in a shop that was set up anew.
    pub fn count_ids_from(&self, id: u64) {
        self.write().last_id = id;
    }

    /// Gone for good, a parent with its variations; also deletes a variation. Webhooks hear nothing of it.
    pub fn force_delete(&self, id: u64) -> bool {
        self.write().force_delete(id)
    }

    /// Gives a variable product `count` more variations.
    pub fn add_variations(&self, parent: u64, count: usize) -> Vec<u64> {
        let mut state = self.write();
        let from = state.children.get(&parent).map_or(0, Vec::len);
        let each = |number: usize| {
            let size = format!("Size {number}");
            let variation = Variation::of(parent, &[("Size", &size)]).priced("9.99");
            state.insert_variation(variation.with_sku(&format!("V-{parent}-{number}")))
        };
        let made: Vec<u64> = (from + 1..=from + count).map(each).collect();
        drop(state);
        self.tell("created", &made);
        made
    }

    #[must_use]
    pub fn product(&self, id: u64) -> Option<Product> {
        self.read().products.get(&id).cloned()
    }

    #[must_use]
    pub fn variation(&self, id: u64) -> Option<Variation> {
        self.read().variations.get(&id).cloned()
    }

    /// Products that lists show by default: all but the trash.
    #[must_use]
    pub fn product_ids(&self) -> Vec<u64> {
        self.read().products.values().filter(|product| product.status != "trash").map(|product| product.id).collect()
    }

    #[must_use]
    pub fn variation_ids(&self) -> Vec<u64> {
        self.read().variations.keys().copied().collect()
    }

    #[must_use]
    pub fn variations_of(&self, parent: u64) -> Vec<u64> {
        self.read().children.get(&parent).cloned().unwrap_or_default()
    }

    /// Does something once, after the `n`th request that matches was answered and before its answer is sent.
    pub fn after_request(&self, matcher: Matcher, n: usize, action: impl FnOnce(&Self) + Send + 'static) {
        self.0.script.after(matcher.nth(n), action);
    }

    /// Does something once, before the `n`th request that matches is answered.
    pub fn before_request(&self, matcher: Matcher, n: usize, action: impl FnOnce(&Self) + Send + 'static) {
        self.0.script.before(matcher.nth(n), action);
    }

    /// Query parameters no route knows, as `path: name`. The real shop ignores them silently.
    #[must_use]
    pub fn unknown_parameters(&self) -> Vec<String> {
        self.0.unknown.lock().expect("the findings").iter().cloned().collect()
    }

    /// Query parameters the real shop acts on and this one does not, as `path: name`.
    #[must_use]
    pub fn unsimulated_parameters(&self) -> Vec<String> {
        self.0.undone.lock().expect("the findings").iter().cloned().collect()
    }

    pub(crate) fn note(&self, path: &str, findings: Findings) {
        for (names, kept) in [(findings.unknown, &self.0.unknown), (findings.undone, &self.0.undone)] {
            if !names.is_empty() {
                kept.lock().expect("the findings").extend(names.iter().map(|name| format!("{path}: {name}")));
            }
        }
    }

    /// The ids of a list. Kept until the shop changes: clients ask for many pages of the same one.
    pub(crate) fn ids(&self, state: &State, of: Of, values: &Values) -> Arc<Vec<u64>> {
        if state.options.unstable_ties {
            let seed = self.0.requests.fetch_add(1, Ordering::Relaxed).wrapping_mul(0x9e37_79b9_7f4a_7c15);
            return Arc::new(select::ids(state, of, values, Some(seed)));
        }
        let mut asked = values.clone();
        for name in ["page", "per_page", "offset", "context"] {
            asked.0.remove(name);
        }
        let mut lists = self.0.lists.lock().expect("the lists");
        if let Some((revision, ids)) = lists.get(&(of, asked.clone()))
            && *revision == state.revision
        {
            return ids.clone();
        }
        // A handful is enough, and a sweep over many parents must not pile up.
        if lists.len() >= 16 {
            lists.clear();
        }
        let ids = Arc::new(select::ids(state, of, &asked, None));
        lists.insert((of, asked), (state.revision, ids.clone()));
        ids
    }
}
