//! From another marketplace to Shopify and in again: equal in what Shopify can express.

use entrepot_domain::catalog::Product;
use entrepot_test_support::woocommerce;
use entrepot_tests::linking::import;
use entrepot_tests::stock::catalogue;
use entrepot_tests::{App, Marketplace, both_engines};

use super::super::{Seller, TARGET};
use super::{shop, sold};

#[both_engines]
async fn from_woocommerce_to_shopify_and_back(app: App) {
    let goods = catalogue(12);
    let (woo, target) = (woocommerce::Store::from_seed(&goods), shop());
    let shops = (Marketplace::woocommerce(&woo), Marketplace::shopify(&target));
    let (app, channels) = app.connect_each(&[("source", &shops.0), (TARGET, &shops.1)]).await;
    import(&app, "source").await;
    let source = entrepot_test_support::bigcommerce::Store::default();
    let seller = Seller { app, source, target, channels, shops };
    seller.list_all().await;
    seller.push().await;
    seller.assert_each_stands(12).await;
    import(&seller.app, TARGET).await;
    let there = seller.products(1).await;
    for product in seller.products(0).await {
        let same = there.iter().find(|other| other.title == product.title);
        let same = same.unwrap_or_else(|| panic!("{} is not there", product.title));
        assert_eq!(sold(same), sold(&product), "{}", product.title);
        let whole = |of: &Product| {
            let mut tags = of.tags.clone();
            tags.sort();
            let options: Vec<_> = of.options.iter().map(|option| option.name.clone()).collect();
            (of.status, of.description_html.clone(), tags, options, of.media.len())
        };
        assert_eq!(whole(same), whole(&product), "{}", product.title);
        // Shopify makes one where there is none.
        assert!(product.handle.is_none() || same.handle == product.handle, "{}", product.title);
        let weights = |of: &Product| of.variants.iter().filter_map(|one| one.weight).map(grams).collect::<Vec<_>>();
        assert_eq!(weights(same), weights(&product), "{}", product.title);
    }
}

/// To the gram.
fn grams(weight: entrepot_domain::catalog::Weight) -> i64 {
    use entrepot_domain::catalog::WeightUnit::{Gram, Kilogram, Ounce, Pound};
    let times = match weight.unit {
        Gram => 1.0,
        Kilogram => 1_000.0,
        Ounce => 28.349_523_125,
        Pound => 453.592_37,
    };
    (weight.value * times).round() as i64
}
