//! A shop that tests may change while it is served.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};

use super::from_seed;
use super::model::{Image, Listing, NodeProperty};
use super::oauth::Tokens;
use super::options::Options;
use super::quota::Quota;
use super::webhook::Delivery;
use crate::seed;
use crate::server::{Matcher, Request};

type Action = Box<dyn FnOnce(&Store) + Send>;

/// What an operator enters, and what a finished connection leaves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credentials {
    pub keystring: String,
    pub shared_secret: String,
    /// With the user's number in front of the first dot.
    pub access_token: String,
    pub refresh_token: String,
    /// `whsec_` and base64.
    pub webhook_secret: String,
}

#[derive(Default)]
pub(crate) struct State {
    pub(crate) options: Options,
    pub(crate) listings: BTreeMap<u64, Listing>,
    pub(crate) sections: BTreeMap<u64, String>,
    /// Name and parent.
    pub(crate) taxonomy: BTreeMap<u64, (String, Option<u64>)>,
    /// By category.
    pub(crate) node_properties: BTreeMap<u64, Vec<NodeProperty>>,
    /// Listings that were published or renewed, each for a fee.
    pub(crate) fees: u64,
    /// Which listing got which bytes.
    pub(crate) uploads: Vec<(u64, Vec<u8>)>,
    pub(crate) deleted_images: Vec<Image>,
    pub(crate) last_image: u64,
    pub(crate) tokens: Tokens,
    pub(crate) quota: Quota,
    pub(crate) deliveries: Vec<Delivery>,
    pub(crate) views: u64,
    pub(crate) last_product: u64,
    script: Vec<(Matcher, Option<Action>)>,
}

impl State {
    pub(crate) fn insert(&mut self, mut listing: Listing) -> u64 {
        if listing.id == 0 {
            listing.id = self.listings.keys().last().map_or(1_000_000_001, |last| last + 1);
        }
        let now = self.options.seconds();
        for moment in [&mut listing.created, &mut listing.modified] {
            if *moment == 0 {
                *moment = now;
            }
        }
        if listing.original == 0 {
            listing.original = listing.created;
        }
        listing.number_products(&mut self.last_product);
        let id = listing.id;
        self.listings.insert(id, listing);
        id
    }

    /// It was changed now.
    pub(crate) fn touch(&mut self, id: u64) {
        let now = self.options.seconds();
        if let Some(listing) = self.listings.get_mut(&id) {
            listing.modified = now;
        }
    }
}

/// A shop in memory. Clones are the same shop.
#[derive(Clone, Default)]
pub struct Store(Arc<Mutex<State>>);

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store").field("listings", &self.state().listings.len()).finish_non_exhaustive()
    }
}

impl Store {
    /// A shop without listings, to which one app is connected.
    #[must_use]
    pub fn empty() -> Self {
        let store = Self::default();
        let mut state = store.state();
        let user = state.options.user_id;
        // Whatever the clock is set to afterwards: this first token ends when a test ends it.
        state.tokens.issue(user, i64::MAX, &["listings_r", "shops_r"]);
        drop(state);
        store
    }

    #[must_use]
    pub fn from_seed(products: &[seed::Product]) -> Self {
        let store = Self::empty();
        from_seed::fill(&mut store.state(), products);
        store
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().expect("the shop")
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

    pub fn insert(&self, listing: Listing) -> u64 {
        self.state().insert(listing)
    }

    pub fn add_section(&self, id: u64, title: &str) {
        self.state().sections.insert(id, title.to_owned());
    }

    pub fn add_category(&self, id: u64, name: &str, parent: Option<u64>) {
        self.state().taxonomy.insert(id, (name.to_owned(), parent));
    }

    /// What listings of a category say more, or vary by.
    pub fn add_property(&self, category: u64, property: NodeProperty) {
        self.state().node_properties.entry(category).or_default().push(property);
    }

    /// The connection may write, too.
    pub fn let_sell(&self) {
        self.state().tokens.limit(&["listings_r", "shops_r", "listings_w", "listings_d"]);
    }

    /// How many listings were published or renewed for a fee.
    #[must_use]
    pub fn fees(&self) -> u64 {
        self.state().fees
    }

    /// Which listing got which bytes, in order.
    #[must_use]
    pub fn uploads(&self) -> Vec<(u64, Vec<u8>)> {
        self.state().uploads.clone()
    }

    /// Changes a listing and when it was last modified; `false` when there is none.
    pub fn update(&self, id: u64, change: impl FnOnce(&mut Listing)) -> bool {
        let mut state = self.state();
        let now = state.options.seconds();
        let Some(listing) = state.listings.get_mut(&id) else { return false };
        listing.modified = now;
        change(listing);
        true
    }

    /// The inventory is written anew, as after any change in Etsy's own tools: its products have other ids.
    pub fn rewrite_inventory(&self, id: u64) -> bool {
        let mut state = self.state();
        let mut next = state.last_product;
        let now = state.options.seconds();
        let Some(listing) = state.listings.get_mut(&id) else { return false };
        listing.modified = now;
        listing.number_products(&mut next);
        state.last_product = next;
        true
    }

    /// Renewed: on sale again, at the front of the list, with a new creation date.
    pub fn renew(&self, id: u64) -> bool {
        let now = self.state().options.seconds();
        self.update(id, |listing| {
            listing.state = "active";
            listing.created = now;
        })
    }

    pub fn delete(&self, id: u64) -> bool {
        self.state().listings.remove(&id).is_some()
    }

    #[must_use]
    pub fn listing(&self, id: u64) -> Option<Listing> {
        self.state().listings.get(&id).cloned()
    }

    /// In all states.
    #[must_use]
    pub fn listing_ids(&self) -> Vec<u64> {
        self.state().listings.keys().copied().collect()
    }

    /// Does something once, before the `n`th request that matches is answered.
    pub fn before_request(&self, matcher: Matcher, n: usize, action: impl FnOnce(&Self) + Send + 'static) {
        self.state().script.push((matcher.nth(n), Some(Box::new(action))));
    }

    /// The lock is let go first: an action changes the shop.
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

    /// All tokens end, as after a change of the password.
    pub fn application_tokens(&self) -> u64 {
        self.state().tokens.applications
    }

    pub fn revoke_tokens(&self) {
        self.state().tokens.revoke();
    }

    /// The access token ends now; the refresh token does not.
    pub fn expire_access_token(&self) {
        self.state().tokens.expire();
    }

    /// The connection has these scopes only.
    pub fn limit_scopes(&self, scopes: &[&str]) {
        self.state().tokens.limit(scopes);
    }

    /// Something happened to an order: `order.paid` and so on.
    pub fn order_event(&self, event_type: &str, receipt: u64) {
        let mut state = self.state();
        let secret = state.tokens.credentials().webhook_secret;
        let number = state.deliveries.len() + 1;
        let delivery = Delivery::of(&state.options, &secret, number, event_type, receipt);
        state.deliveries.push(delivery);
    }

    /// What Etsy would post to the endpoint, oldest first, signed when it happened.
    #[must_use]
    pub fn deliveries(&self) -> Vec<Delivery> {
        self.state().deliveries.clone()
    }
}
