//! Items that came otherwise and became the product that is there: nothing of it changed.

use std::collections::{HashMap, HashSet};

use entrepot_domain::catalog::{Attribute, Inventory, Product};
use entrepot_store::products::StoredProduct;
use serde_json::Value;

use super::{Prepared, PreparedPage};

impl PreparedPage {
    /// Counts as unchanged, and not as drift, what is written with nothing changed: the marketplace writes its answers in another way, or
    /// only something changed that no product has.
    pub(super) fn count_same(&mut self, stored: Vec<StoredProduct>) {
        let mut stored: HashMap<String, Product> =
            stored.into_iter().map(|stored| (stored.id.to_string(), stored.product)).collect();
        for write in self.writes.iter().filter(|write| write.counted && !write.settles) {
            let (Ok(product), Some(id)) = (&write.outcome, &write.known_product) else { continue };
            let Some(before) = stored.remove(id) else { continue };
            if is_same(product, before) {
                self.counts.updated -= 1;
                self.counts.unchanged += 1;
                self.counts.drift.updated -= i64::from(write.drifted);
            }
        }
    }

    /// Ids of the products that are written over.
    pub(super) fn written_over(&self) -> Vec<&str> {
        // A dead letter that is settled is news, whatever it became.
        let known = |write: &&Prepared| write.counted && !write.settles && write.outcome.is_ok();
        self.writes.iter().filter(known).filter_map(|write| write.known_product.as_deref()).collect()
    }
}

fn is_same(product: &Product, mut before: Product) -> bool {
    // Locations come in the order of their ids out of the database, and collections are a set.
    let mut product = product.clone();
    for of in [&mut product, &mut before] {
        let mut seen = HashSet::new();
        of.collections.retain(|collection| seen.insert(collection.source_id.clone()));
        for variant in &mut of.variants {
            if let Inventory::Tracked(levels) = &mut variant.inventory {
                levels.sort_by(|one, other| one.location_id.cmp(&other.location_id));
            }
        }
    }
    let attributes = (std::mem::take(&mut product.attributes), std::mem::take(&mut before.attributes));
    let same = |(one, other): (&Attribute, &Attribute)| {
        let names = |of: &Attribute| (of.namespace.clone(), of.key.clone(), of.kind.clone());
        names(one) == names(other) && (one.value == other.value || one.kind == "json" && says_the_same(one, other))
    };
    product == before && attributes.0.len() == attributes.1.len() && attributes.0.iter().zip(&attributes.1).all(same)
}

/// JSON is kept as the marketplace wrote it, and means the same in another order and with other escapes.
fn says_the_same(one: &Attribute, other: &Attribute) -> bool {
    let parsed = |of: &Attribute| serde_json::from_str::<Value>(&of.value).ok();
    parsed(one).zip(parsed(other)).is_some_and(|(one, other)| one == other)
}
