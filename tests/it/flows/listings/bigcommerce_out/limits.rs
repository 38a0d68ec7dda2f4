//! What BigCommerce takes, and not one more.

use entrepot_test_support::bigcommerce::Store;
use entrepot_test_support::seed;
use entrepot_test_support::server::{Fault, Matcher};
use entrepot_tests::{App, both_engines};

use super::{Seller, dollars, paid, with_options};

/// One product of so many variants.
fn large(variants: usize) -> Vec<seed::Product> {
    let mut goods = with_options(1);
    let first = goods[0].variants[0].clone();
    let value = |at: usize| [format!("C{}", at % 30), format!("S{}", at / 30)];
    goods[0].variants = (0..variants)
        .map(|at| seed::Variant {
            sku: format!("L-{at:04}"),
            gtin: None,
            option_values: value(at).to_vec(),
            stock: Some([at as i64 % 7, 0]),
            image: None,
            ..first.clone()
        })
        .collect();
    let values = |of: usize| {
        let mut all: Vec<String> = goods[0].variants.iter().map(|one| one.option_values[of].clone()).collect();
        all.sort();
        all.dedup();
        all
    };
    goods[0].options =
        [("Colour", 0), ("Size", 1)].map(|(name, of)| seed::Axis { name: name.into(), values: values(of) }).to_vec();
    goods
}

/// Made in one request, counted in one, and its prices changed in twelve.
#[both_engines]
async fn six_hundred_variants_stand(app: App) {
    let seller = Seller::to_bigcommerce(app, &large(600), Store::empty()).await;
    let ids = seller.list_all().await;
    seller.push().await;
    seller.assert_each_stands(1).await;
    let there = seller.there(&ids[0]).await;
    assert_eq!(there["variants"].as_array().map(Vec::len), Some(600));
    assert_eq!((seller.writes("/catalog/products"), seller.writes("/adjustments/")), (2, 1), "made, and assigned");
    seller.set(&ids[0], dollars(4_321)).await;
    seller.assert_each_stands(1).await;
    assert_eq!(seller.writes("/catalog/variants"), 12);
    assert!(paid(&seller.there(&ids[0]).await).iter().all(|paid| *paid == 43.21));
}

#[both_engines]
async fn one_variant_more_is_refused_before_it_is_sent(app: App) {
    let seller = Seller::to_bigcommerce(app, &large(601), Store::empty()).await;
    seller.list_all().await;
    seller.push().await;
    let report = seller.reports().await.remove(0);
    assert_eq!((report.sync_status.as_str(), seller.writes("")), ("blocked", 0), "{report:?}");
    assert!(report.sync_error.as_deref().is_some_and(|why| why.contains("601 variants; BigCommerce takes 600")));
}

/// All numbers are refused, one by one: that ends long before each was sent alone.
#[both_engines]
async fn refused_stock_is_not_sought_for_ever(app: App) {
    let seller = Seller::to_bigcommerce(app, &large(300), Store::empty()).await;
    seller.list_all().await;
    let refused = r#"{"status":422,"title":"One of the items is refused","type":"","errors":{}}"#;
    seller.shops.1.server.inject(Matcher::path("/adjustments/"), Fault::Json(422, refused));
    seller.push().await;
    assert_eq!(seller.writes("/adjustments/"), 100);
    // Where it is the location that is refused, one of them is enough.
    let before = seller.writes("/adjustments/");
    seller.shops.1.server.heal();
    let away = r#"{"status":422,"title":"The location 1 does not exist","type":"","errors":{}}"#;
    seller.shops.1.server.inject(Matcher::path("/adjustments/"), Fault::Json(422, away));
    seller.app.clock().advance(7_200_000);
    seller.work().await;
    assert!((1..20).contains(&(seller.writes("/adjustments/") - before)), "{}", seller.writes("/adjustments/"));
}
