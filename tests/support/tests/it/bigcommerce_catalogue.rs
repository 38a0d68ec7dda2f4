//! The catalogue that the simulated BigCommerce shows, and how it changes.

use entrepot_test_support::bigcommerce::Store;
use entrepot_test_support::seed::{Seed, catalogue};
use entrepot_test_support::server::Matcher;
use serde_json::Value;

use crate::bigcommerce::{PRODUCTS, of, shop};

#[test]
fn the_neutral_catalogue_is_all_there() {
    let seeds = catalogue(Seed { products: 60, variable_share: 0.5, seed: 3 });
    let shop = of(Store::from_seed(&seeds));
    assert_eq!(shop.store.product_count(), 60);
    assert_eq!(shop.store.variant_count(), seeds.iter().map(|product| product.variants.len()).sum::<usize>());
    for seed in &seeds {
        let product = shop.store.product(seed.number).unwrap();
        let variants = product["variants"].as_array().unwrap();
        assert_eq!((product["name"].as_str(), variants.len()), (Some(seed.title.as_str()), seed.variants.len()));
        for (variant, own) in variants.iter().zip(&seed.variants) {
            let of =
                |field: &str| if variant[field].is_null() { product[field].clone() } else { variant[field].clone() };
            let cents = |value: Value| (value.as_f64().unwrap() * 100.0).round() as i64;
            let (price, sale) = (cents(of("price")), cents(of("sale_price")));
            assert_eq!((price, sale), (own.compare_at.unwrap_or(own.price), own.compare_at.map_or(0, |_| own.price)));
            assert_eq!(variant["sku"], own.sku.as_str());
            assert_eq!(variant["sku_id"].is_null(), seed.options.is_empty(), "base variants have no SKU of their own");
            let labels: Vec<_> = variant["option_values"]
                .as_array()
                .unwrap()
                .iter()
                .map(|value| value["label"].as_str().unwrap())
                .collect();
            assert_eq!(labels, own.option_values);
        }
    }
    let stock = shop.get("/v3/inventory/items?limit=1000").json()["data"].as_array().unwrap().len();
    assert_eq!(
        stock,
        seeds.iter().flat_map(|product| &product.variants).filter(|variant| variant.stock.is_some()).count()
    );
}

#[test]
fn numbers_may_be_written_as_a_test_says() {
    let shop = shop(2);
    shop.store.set_raw(2, "/price", "19.990000000000002");
    shop.store.set_raw(2, "/variants/0/sku", "{\"a\":1e3}");
    let text = shop.get(&format!("{PRODUCTS}?include=variants")).text;
    assert!(text.contains("\"price\":19.990000000000002") && text.contains("{\"a\":1e3}"));
}

#[test]
fn stock_shows_in_the_catalogue_for_the_default_location_alone() {
    let shop = shop(30);
    let product = shop.with("variant");
    let (id, variant) = (product["id"].as_u64().unwrap(), product["variants"][0]["id"].as_u64().unwrap());
    assert!(shop.store.set_stock(variant, 1, 41) && shop.store.set_stock(variant, 2, 77));
    let after = shop.store.product(id).unwrap();
    assert_eq!(after["variants"][0]["inventory_level"], 41);
    let items = shop.get(&format!("/v3/inventory/items?variant_id:in={variant}")).json();
    let levels: Vec<_> = items["data"][0]["locations"]
        .as_array()
        .unwrap()
        .iter()
        .map(|level| level["available_to_sell"].clone())
        .collect();
    assert_eq!(levels, [41, 77]);
    let before = after["date_modified"].clone();
    shop.store.configure(|options| options.now = Some(2_000_000_000));
    shop.store.set_stock(variant, 2, 5);
    assert_eq!(shop.store.product(id).unwrap()["date_modified"], before, "other locations do not show in the date");
}

#[test]
fn things_happen_between_two_requests() {
    let shop = shop(5);
    shop.store.after_request(Matcher::path(PRODUCTS), 1, |store| assert!(store.delete(2)));
    shop.store.before_request(Matcher::path(PRODUCTS), 3, |store| assert!(store.delete(3)));
    let counts: Vec<_> = (0..3).map(|_| shop.get(PRODUCTS).ids().len()).collect();
    assert_eq!(counts, [5, 4, 3]);
}
