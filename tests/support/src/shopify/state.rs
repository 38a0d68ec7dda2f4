//! The shop's database.

use std::collections::BTreeMap;
use std::time::Instant;

use super::bulk::Operation;
use super::deliveries::Delivery;
use super::model::{Collection, Location, Product, Publication};
use super::oauth::Installed;
use super::options::Options;
use super::writes::{Definition, Done, Work};

/// The shop's own channel, which every shop has.
pub(super) const ONLINE_STORE: u64 = 110_000_000_001;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscription {
    pub id: u64,
    /// `PRODUCTS_UPDATE`.
    pub topic: String,
    pub uri: String,
    pub format: String,
    pub filter: String,
    pub created_at: i64,
}

#[derive(Debug)]
pub(super) struct State {
    pub(super) options: Options,
    pub(super) products: BTreeMap<u64, Product>,
    pub(super) collections: BTreeMap<u64, Collection>,
    pub(super) locations: Vec<Location>,
    pub(super) subscriptions: Vec<Subscription>,
    pub(super) operations: Vec<Operation>,
    pub(super) publications: Vec<Publication>,
    pub(super) definitions: Vec<Definition>,
    /// Products that are being set.
    pub(super) works: Vec<Work>,
    /// What was done under a key, which does it once.
    pub(super) done: BTreeMap<String, Done>,
    /// So many of the next changes with a key find another one with it at work.
    pub(super) concurrent: usize,
    /// How the next bulk operations end.
    pub(super) endings: Vec<super::bulk::Ending>,
    /// Addresses of files that were signed before this many expiries are not served.
    pub(super) expiries: u64,
    pub(super) installed: Installed,
    pub(super) deliveries: Vec<Delivery>,
    pub(super) last_id: u64,
    /// Points in the bucket, and when that was so.
    pub(super) points: (f64, Instant),
}

impl State {
    pub(super) fn new(options: Options) -> Self {
        Self {
            points: (options.bucket, Instant::now()),
            options,
            products: BTreeMap::new(),
            collections: BTreeMap::new(),
            locations: Vec::new(),
            subscriptions: Vec::new(),
            operations: Vec::new(),
            publications: vec![
                Publication { id: ONLINE_STORE, name: "Online Store".to_owned() },
                Publication { id: ONLINE_STORE + 1, name: "Point of Sale".to_owned() },
            ],
            definitions: Vec::new(),
            works: Vec::new(),
            done: BTreeMap::new(),
            concurrent: 0,
            endings: Vec::new(),
            expiries: 0,
            installed: Installed::default(),
            deliveries: Vec::new(),
            last_id: 900_000_000_000,
        }
    }

    pub(super) fn id(&mut self) -> u64 {
        self.last_id += 1;
        self.last_id
    }

    /// Gives ids and dates where there are none.
    pub(super) fn insert(&mut self, mut product: Product) -> u64 {
        let now = self.options.seconds();
        if product.id == 0 {
            product.id = self.id();
        }
        for variant in &mut product.variants {
            if variant.id == 0 {
                (variant.id, variant.item) = (self.id(), self.id());
            }
        }
        for moment in [&mut product.created_at, &mut product.updated_at] {
            if *moment == 0 {
                *moment = now;
            }
        }
        if product.published_at.is_some() && product.publications.is_empty() {
            product.publications.push(ONLINE_STORE);
        }
        let id = product.id;
        self.products.insert(id, product);
        id
    }

    /// What is in the bucket now.
    pub(super) fn available(&mut self) -> f64 {
        let (points, since) = self.points;
        let points = (points + since.elapsed().as_secs_f64() * self.options.restore_rate).min(self.options.bucket);
        self.points = (points, Instant::now());
        points
    }

    pub(super) fn spend(&mut self, cost: u32) {
        self.points.0 -= f64::from(cost);
    }
}
