//! Stock levels of imported products.

use entrepot_core::RequestContext;
use entrepot_domain::TenantId;
use entrepot_domain::catalog::{Inventory, Level};
use entrepot_stock::{Count, NewLocation};
use entrepot_test_support::bigcommerce;
use entrepot_test_support::seed::{self, Seed};

use crate::App;

pub const MINUTE: i64 = 60_000;

pub fn catalogue(products: usize) -> Vec<seed::Product> {
    seed::catalogue(Seed { products, variable_share: 0.3, seed: 11 })
}

/// Goods that a tenant counts itself, and where they lie.
pub async fn counted_here(app: &App, tenant: &TenantId) {
    let (stock, context) = (&app.host.app.stock, RequestContext::new(tenant.clone(), "test"));
    let place = NewLocation { code: "BER".into(), name: "Berlin".into(), kind: "warehouse".into() };
    stock.add_location(&context, place).await.expect("a place");
    let (sku, location, reason) = ("COUNTED".into(), "BER".into(), "counted".into());
    let count = Count { sku, location, on_hand: Some(5), buffer: None, reason, key: None, new: true };
    stock.count(&context, &count).await.expect("counted");
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
