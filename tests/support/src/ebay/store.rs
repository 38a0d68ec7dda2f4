//! An account that tests may change while it is served.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};

use serde_json::{Value, json};

use super::from_seed;
use super::limits::Limits;
use super::oauth::Tokens;
use super::options::Options;
use crate::seed;
use crate::server::{Matcher, Request};

type Action = Box<dyn FnOnce(&Store) + Send>;

/// What an operator enters, and what a finished connection leaves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credentials {
    pub client_id: String,
    pub client_secret: String,
    pub access_token: String,
    pub refresh_token: String,
    /// The app's own.
    pub application_token: String,
}

/// An offer as the account keeps it.
#[derive(Clone, Debug, PartialEq)]
pub struct Offer {
    pub sku: String,
    pub marketplace: String,
    pub format: String,
    /// Everything else that was sent of it.
    pub body: Value,
    /// The number of its listing, while it is on sale.
    pub listing: Option<String>,
}

/// What buyers see.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listing {
    /// Of a listing with variations.
    pub group: Option<String>,
    pub ended: bool,
    /// Changes today.
    pub revisions: u64,
}

#[derive(Default)]
pub(crate) struct State {
    pub(crate) options: Options,
    /// In the order in which they were made.
    pub(crate) skus: Vec<String>,
    pub(crate) items: BTreeMap<String, Value>,
    pub(crate) groups: BTreeMap<String, Value>,
    pub(crate) offers: BTreeMap<String, Offer>,
    pub(crate) listings: BTreeMap<String, Listing>,
    /// Name and parent.
    pub(crate) categories: BTreeMap<String, (String, Option<String>)>,
    pub(crate) tokens: Tokens,
    pub(crate) limits: Limits,
    pub(crate) last: u64,
    script: Vec<(Matcher, Option<Action>)>,
}

impl State {
    /// A number of eBay's that nobody had before.
    pub(crate) fn next(&mut self, from: u64) -> String {
        self.last += 1;
        (from + self.last).to_string()
    }

    pub(crate) fn put_item(&mut self, sku: &str, item: Value) {
        if self.items.insert(sku.to_owned(), item).is_none() {
            self.skus.push(sku.to_owned());
        }
    }

    /// The groups that a SKU is part of.
    pub(crate) fn groups_of(&self, sku: &str) -> Vec<String> {
        let has = |group: &Value| group["variantSKUs"].as_array().is_some_and(|skus| skus.iter().any(|own| own == sku));
        self.groups.iter().filter(|(_, group)| has(group)).map(|(key, _)| key.clone()).collect()
    }

    pub(crate) fn offers_of(&self, sku: &str) -> Vec<String> {
        self.offers.iter().filter(|(_, offer)| offer.sku == sku).map(|(id, _)| id.clone()).collect()
    }

    pub(crate) fn quantity(&self, sku: &str) -> i64 {
        let item = self.items.get(sku);
        item.and_then(|item| item["availability"]["shipToLocationAvailability"]["quantity"].as_i64()).unwrap_or(0)
    }
}

/// An account in memory. Clones are the same account.
#[derive(Clone, Default)]
pub struct Store(Arc<Mutex<State>>);

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store").field("items", &self.state().items.len()).finish_non_exhaustive()
    }
}

impl Store {
    /// An account without goods, to which one app is connected.
    #[must_use]
    pub fn empty() -> Self {
        let store = Self::default();
        // Whatever the clock is set to afterwards: these first tokens end when a test ends them.
        store.state().tokens.begin();
        store
    }

    #[must_use]
    pub fn from_seed(products: &[seed::Product]) -> Self {
        let store = Self::empty();
        from_seed::fill(&mut store.state(), products);
        store
    }

    pub fn add(&self, products: &[seed::Product]) {
        from_seed::fill(&mut self.state(), products);
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().expect("the account")
    }

    /// The app's key, and the tokens given out last.
    #[must_use]
    pub fn credentials(&self) -> Credentials {
        self.state().tokens.credentials()
    }

    /// Changes the set-up.
    pub fn configure(&self, change: impl FnOnce(&mut Options)) {
        change(&mut self.state().options);
    }

    #[must_use]
    pub fn options(&self) -> Options {
        self.state().options.clone()
    }

    pub fn add_category(&self, id: &str, name: &str, parent: Option<&str>) {
        self.state().categories.insert(id.to_owned(), (name.to_owned(), parent.map(str::to_owned)));
    }

    /// In the order in which they were made.
    #[must_use]
    pub fn skus(&self) -> Vec<String> {
        self.state().skus.clone()
    }

    #[must_use]
    pub fn item(&self, sku: &str) -> Option<Value> {
        self.state().items.get(sku).cloned()
    }

    /// Makes or changes an item as its seller would with another program.
    pub fn change_item(&self, sku: &str, change: impl FnOnce(&mut Value)) {
        let mut state = self.state();
        let mut item = state.items.get(sku).cloned().unwrap_or_else(|| json!({}));
        change(&mut item);
        state.put_item(sku, item);
    }

    pub fn set_stock(&self, sku: &str, quantity: i64) {
        self.change_item(sku, |item| item["availability"]["shipToLocationAvailability"]["quantity"] = json!(quantity));
    }

    /// With it go its offers, and its place in groups.
    pub fn delete_item(&self, sku: &str) -> bool {
        super::items::delete(&mut self.state(), sku)
    }

    #[must_use]
    pub fn group(&self, key: &str) -> Option<Value> {
        self.state().groups.get(key).cloned()
    }

    #[must_use]
    pub fn group_keys(&self) -> Vec<String> {
        self.state().groups.keys().cloned().collect()
    }

    pub fn put_group(&self, key: &str, group: Value) {
        self.state().groups.insert(key.to_owned(), group);
    }

    pub fn delete_group(&self, key: &str) -> bool {
        self.state().groups.remove(key).is_some()
    }

    /// The offers of a SKU, by id.
    #[must_use]
    pub fn offers(&self, sku: &str) -> Vec<(String, Offer)> {
        let state = self.state();
        state.offers_of(sku).into_iter().map(|id| (id.clone(), state.offers[&id].clone())).collect()
    }

    #[must_use]
    pub fn offer_count(&self) -> usize {
        self.state().offers.len()
    }

    /// Makes an offer as its seller would with another program; its id.
    pub fn put_offer(&self, offer: Offer) -> String {
        let mut state = self.state();
        let id = state.next(7_000_000_000);
        state.offers.insert(id.clone(), offer);
        id
    }

    pub fn change_offer(&self, id: &str, change: impl FnOnce(&mut Offer)) {
        change(self.state().offers.get_mut(id).expect("an offer"));
    }

    /// Puts an offer without a group on sale, whatever is missing; the number of its listing.
    pub fn publish(&self, id: &str) -> String {
        super::listed::publish(&mut self.state(), &[id.to_owned()], None)
    }

    /// Takes an offer off.
    pub fn withdraw(&self, id: &str) {
        super::listed::withdraw(&mut self.state(), &[id.to_owned()]);
    }

    /// Numbers of listings that buyers see.
    #[must_use]
    pub fn live(&self) -> Vec<String> {
        let state = self.state();
        state.listings.iter().filter(|(_, listing)| !listing.ended).map(|(number, _)| number.clone()).collect()
    }

    #[must_use]
    pub fn listing(&self, number: &str) -> Option<Listing> {
        self.state().listings.get(number).cloned()
    }

    /// The day is over.
    pub fn next_day(&self) {
        let mut state = self.state();
        state.limits = Limits::default();
        state.listings.values_mut().for_each(|listing| listing.revisions = 0);
    }

    /// How often the app asked for a token in its own name.
    #[must_use]
    pub fn application_tokens(&self) -> u64 {
        self.state().tokens.applications
    }

    /// How often the seller's token was renewed.
    #[must_use]
    pub fn renewals(&self) -> u64 {
        self.state().tokens.renewals
    }

    /// The seller's consent is withdrawn, as by a change of the password.
    pub fn revoke_tokens(&self) {
        self.state().tokens.revoke();
    }

    /// The seller's access token ends now; the refresh token does not.
    pub fn expire_access_token(&self) {
        self.state().tokens.expire();
    }

    /// The connection has these scopes only; the last parts of their addresses.
    pub fn limit_scopes(&self, scopes: &[&str]) {
        self.state().tokens.limit(scopes);
    }

    /// Does something once, before the `n`th request that matches is answered.
    pub fn before_request(&self, matcher: Matcher, n: usize, action: impl FnOnce(&Self) + Send + 'static) {
        self.state().script.push((matcher.nth(n), Some(Box::new(action))));
    }

    /// The lock is let go first: an action changes the account.
    pub(crate) fn comes(&self, request: &Request) {
        let mut due = Vec::new();
        for (matcher, action) in &mut self.state().script {
            if matcher.meets(request) {
                due.extend(action.take());
            }
        }
        for action in due {
            action(self);
        }
    }
}
