//! Stock levels of imported products.

use entrepot_domain::catalog::{Inventory, Level};
use entrepot_test_support::bigcommerce;
use entrepot_test_support::seed::{self, Seed};

use crate::App;

pub const MINUTE: i64 = 60_000;

pub fn catalogue(products: usize) -> Vec<seed::Product> {
    seed::catalogue(Seed { products, variable_share: 0.3, seed: 11 })
}

/// How many levels have this number.
pub async fn count(app: &App, available: i64) -> usize {
    levels(app).await.iter().filter(|level| level.available == available).count()
}

/// A variant whose stock is counted for itself.
pub fn counted(store: &bigcommerce::Store) -> u64 {
    let of = |id| {
        let product = store.product(id)?;
        (product["inventory_tracking"] == "variant").then(|| product["variants"][0]["id"].as_u64())?
    };
    store.product_ids().into_iter().find_map(of).expect("a counted variant")
}

pub async fn levels(app: &App) -> Vec<Level> {
    let products = app.products().await;
    let of = |inventory: Inventory| match inventory {
        Inventory::Tracked(levels) => levels,
        Inventory::Untracked(_) => Vec::new(),
    };
    products.into_iter().flat_map(|product| product.variants).flat_map(|variant| of(variant.inventory)).collect()
}
