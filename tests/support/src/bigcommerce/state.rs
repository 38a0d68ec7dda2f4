//! The store's database.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::deliver::Delivery;
use super::options::Options;

/// The location every store has.
pub(crate) const DEFAULT_LOCATION: u64 = 1;

#[derive(Clone, Debug)]
pub(crate) struct Category {
    pub(crate) parent: u64,
    pub(crate) name: String,
}

#[derive(Clone, Debug)]
pub(crate) struct Hook {
    pub(crate) id: u64,
    pub(crate) scope: String,
    pub(crate) destination: String,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) active: bool,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
}

#[derive(Debug, Default)]
pub(crate) struct State {
    pub(crate) options: Options,
    /// In the API's own shape, with all their parts.
    pub(crate) products: BTreeMap<u64, Value>,
    /// Product, JSON pointer, text that is answered there.
    pub(crate) raw: Vec<(u64, String, String)>,
    pub(crate) brands: BTreeMap<u64, String>,
    pub(crate) categories: BTreeMap<u64, Category>,
    pub(crate) locations: BTreeMap<u64, (String, bool)>,
    /// Variant to location to what can be sold there.
    pub(crate) stock: BTreeMap<u64, BTreeMap<u64, i64>>,
    /// Variant to what of it is kept back at each location.
    pub(crate) safety: BTreeMap<u64, i64>,
    /// Which products are for sale on which storefronts.
    pub(crate) assigned: BTreeSet<(u64, u64)>,
    pub(crate) hooks: Vec<Hook>,
    pub(crate) outbox: Vec<Delivery>,
    /// The highest id ever given, of whatever kind: no id is given twice.
    pub(crate) last_id: u64,
}

impl State {
    pub(crate) fn id(&mut self) -> u64 {
        self.last_id += 1;
        self.last_id
    }

    /// The id of a brand, made where there is none.
    pub(crate) fn brand(&mut self, name: &str) -> u64 {
        if let Some((id, _)) = self.brands.iter().find(|(_, known)| *known == name) {
            return *id;
        }
        let id = self.id();
        self.brands.insert(id, name.to_owned());
        id
    }

    /// The id of the last category of a path, made with those above where they are missing.
    pub(crate) fn category(&mut self, path: &[String]) -> u64 {
        let mut parent = 0;
        for name in path {
            let known = self.categories.iter().find(|(_, known)| known.parent == parent && known.name == *name);
            parent = match known.map(|(id, _)| *id) {
                Some(id) => id,
                None => {
                    let id = self.id();
                    self.categories.insert(id, Category { parent, name: name.clone() });
                    id
                }
            };
        }
        parent
    }

    /// What the catalogue says of a variant's stock: that of the default location.
    pub(crate) fn level(&self, variant: u64) -> i64 {
        self.stock.get(&variant).and_then(|levels| levels.get(&DEFAULT_LOCATION)).copied().unwrap_or(0)
    }

    /// Writes the default location's stock where the catalogue shows it.
    pub(crate) fn show_levels(&mut self, product: u64) {
        let Some(variants) = self.products.get(&product).and_then(|product| product["variants"].as_array()) else {
            return;
        };
        let levels: Vec<i64> = variants.iter().map(|variant| self.level(variant["id"].as_u64().unwrap_or(0))).collect();
        if let Some(product) = self.products.get_mut(&product) {
            product["inventory_level"] = json!(levels.iter().sum::<i64>());
            for (variant, level) in product["variants"].as_array_mut().into_iter().flatten().zip(levels) {
                variant["inventory_level"] = json!(level);
            }
        }
    }
}
