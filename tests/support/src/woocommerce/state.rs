//! The shop's database, and the rules that hold in it.

use std::collections::BTreeMap;

use super::model::{ManageStock, Product, Terms, Variation};
use super::options::Options;
use super::price;

/// What is answered for an item in place of what its row says.
#[derive(Clone, Debug)]
pub(crate) enum Override {
    /// This text, JSON or not.
    Whole(Box<str>),
    /// The row's JSON with these keys replaced (JSON text) or left out.
    Edits(Vec<(String, Option<String>)>),
}

#[derive(Debug, Default)]
pub(crate) struct State {
    pub(crate) options: Options,
    pub(crate) products: BTreeMap<u64, Product>,
    pub(crate) variations: BTreeMap<u64, Variation>,
    /// Variations of each variable product, by id.
    pub(crate) children: BTreeMap<u64, Vec<u64>>,
    pub(crate) overrides: BTreeMap<u64, Override>,
    pub(crate) terms: Terms,
    /// The highest id ever given: an id is never given twice.
    pub(crate) last_id: u64,
    /// Counts changes, so that a list made before one is not used after it.
    pub(crate) revision: u64,
}

impl State {
    pub(crate) fn now(&self) -> i64 {
        self.options.seconds()
    }

    fn id(&mut self, wanted: u64) -> u64 {
        let id = if wanted == 0 { self.last_id + 1 } else { wanted };
        self.last_id = self.last_id.max(id);
        self.revision += 1;
        id
    }

    pub(crate) fn insert(&mut self, mut product: Product) -> u64 {
        product.id = self.id(product.id);
        let now = self.now();
        for moment in [&mut product.created, &mut product.modified] {
            if *moment == 0 {
                *moment = now;
            }
        }
        let id = product.id;
        self.products.insert(id, product);
        id
    }

    pub(crate) fn insert_variation(&mut self, mut variation: Variation) -> u64 {
        variation.id = self.id(variation.id);
        let now = self.now();
        for moment in [&mut variation.created, &mut variation.modified] {
            if *moment == 0 {
                *moment = now;
            }
        }
        let id = variation.id;
        let children = self.children.entry(variation.parent).or_default();
        if let Err(at) = children.binary_search(&id) {
            children.insert(at, id);
        }
        self.variations.insert(id, variation);
        id
    }

    /// Gone for good, with its variations.
    pub(crate) fn force_delete(&mut self, id: u64) -> bool {
        self.revision += 1;
        self.overrides.remove(&id);
        if let Some(variation) = self.variations.remove(&id) {
            if let Some(children) = self.children.get_mut(&variation.parent) {
                children.retain(|child| *child != id);
            }
            return true;
        }
        for child in self.children.remove(&id).unwrap_or_default() {
            self.variations.remove(&child);
            self.overrides.remove(&child);
        }
        self.products.remove(&id).is_some()
    }

    pub(crate) fn children_of(&self, id: u64) -> impl Iterator<Item = &Variation> {
        self.children.get(&id).into_iter().flatten().filter_map(|child| self.variations.get(child))
    }

    /// Lowest and highest price a customer pays, and whether something is on sale.
    pub(crate) fn prices<'a>(&'a self, product: &'a Product, now: i64) -> price::Range<'a> {
        match product.kind {
            "variable" => price::Range::of(
                self.children_of(product.id)
                    .filter(|variation| variation.status == "publish")
                    .map(|variation| price::of_variation(variation, now)),
            ),
            "grouped" => price::Range::of(
                product.grouped.iter().filter_map(|id| self.products.get(id)).map(|child| price::of(child, now)),
            ),
            _ => price::Range::of([price::of(product, now)]),
        }
    }

    /// Derived once stock is managed.
    pub(crate) fn stock_status(product: &Product) -> &'static str {
        derived(product.manage_stock, product.stock_quantity, product.backorders, product.stock_status)
    }

    pub(crate) fn variation_stock(&self, variation: &Variation) -> (Option<i64>, &'static str) {
        match (variation.manage_stock, self.products.get(&variation.parent)) {
            (ManageStock::Parent, Some(parent)) => (parent.stock_quantity, Self::stock_status(parent)),
            (ManageStock::Yes, _) => {
                let quantity = variation.stock_quantity;
                (quantity, derived(true, quantity, variation.backorders, variation.stock_status))
            }
            _ => (None, variation.stock_status),
        }
    }
}

fn derived(managed: bool, quantity: Option<i64>, backorders: &str, stored: &'static str) -> &'static str {
    match (managed, quantity.unwrap_or(0)) {
        (false, _) => stored,
        (true, 1..) => "instock",
        (true, _) if backorders == "no" => "outofstock",
        (true, _) => "onbackorder",
    }
}
