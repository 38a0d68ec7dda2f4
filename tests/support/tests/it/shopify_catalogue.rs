//! The catalogue that the simulated Shopify shows, and where the network fails.

use entrepot_test_support::seed::{Seed, catalogue};
use entrepot_test_support::server::{Fault, Matcher, RetryAfter};
use entrepot_test_support::shopify::{Store, serve};
use serde_json::{Value, json};

use crate::shopify::{Shop, shop};

#[test]
fn a_product_has_all_that_was_seeded() {
    let seeds = catalogue(Seed { products: 12, variable_share: 1.0, seed: 3 });
    let store = Store::from_seed(&seeds);
    let shop = Shop { server: serve(&store), store };
    let query = "query P($id: ID!) { product(id: $id) { title vendor tags status variants(first: 20) { nodes { sku barcode price compareAtPrice
        selectedOptions { value } inventoryItem { tracked unitCost { amount } inventoryLevels(first: 5) { nodes { location { name } quantities(names: [\"available\"]) { quantity } } } } } }
        media(first: 20) { nodes { __typename ... on MediaImage { image { url } } } } metafields(first: 20) { nodes { type value } } collections(first: 9) { nodes { title } } } }";
    for seed in &seeds {
        let product = shop
            .data(query, json!({"id": format!("gid://shopify/Product/{}", 7_000_000_000_000 + seed.number)}))["product"]
            .take();
        assert_eq!(product["title"], seed.title);
        let variants = product["variants"]["nodes"].as_array().unwrap();
        assert_eq!(variants.len(), seed.variants.len());
        for (variant, seed) in variants.iter().zip(&seed.variants) {
            assert_eq!(variant["sku"], seed.sku);
            assert_eq!(variant["price"], format!("{}.{:02}", seed.price / 100, seed.price % 100));
            let levels = variant["inventoryItem"]["inventoryLevels"]["nodes"].as_array().unwrap();
            let stock: Vec<_> =
                levels.iter().map(|level| level["quantities"][0]["quantity"].as_i64().unwrap()).collect();
            assert_eq!(stock, seed.stock.map(Vec::from).unwrap_or_else(|| vec![0; 2]));
        }
        assert_eq!(product["media"]["nodes"].as_array().unwrap().len(), seed.images.len());
        assert_eq!(product["metafields"]["nodes"].as_array().unwrap().len(), seed.attributes.len());
    }
    assert_eq!(shop.store.product_count(), 12);
    assert!(shop.store.unsimulated().is_empty());
}

#[test]
fn faults_of_the_network_come_too() {
    let shop = shop(1);
    shop.server.inject(Matcher::path("/graphql.json").next(1), Fault::TooMany(Some(RetryAfter::Seconds(2))));
    let reply = shop.post("2026-10", &shop.store.access_token(), "{ shop { name } }", json!({}));
    assert_eq!((reply.status, reply.header("retry-after")), (429, Some("2")));
    shop.store
        .answer_next(r#"{"errors":[{"message":"Internal error","extensions":{"code":"INTERNAL_SERVER_ERROR"}}]}"#);
    assert_eq!(shop.ask("{ shop { name } }", json!({}))["errors"][0]["extensions"]["code"], "INTERNAL_SERVER_ERROR");
    shop.data("{ shop { name } }", json!({}));
}

const LEVELS: &str = "query Levels($query: String) { locations(first: 2) { nodes { inventoryLevels(first: 100, query: $query) { \
    nodes { updatedAt item { id } quantities(names: [\"available\"]) { quantity } } } } } }";

#[test]
fn a_location_tells_its_levels() {
    let shop = shop(5);
    let levels = |query: &str| {
        let data = shop.data(LEVELS, json!({"query": query}));
        let locations = data["locations"]["nodes"].as_array().unwrap().clone();
        let of = |location: &Value| location["inventoryLevels"]["nodes"].as_array().unwrap().clone();
        locations.iter().flat_map(of).collect::<Vec<_>>()
    };
    let location = shop.store.locations()[1].id;
    let tracked = shop.store.product_ids().into_iter().find(|id| shop.store.product(*id).unwrap().variants[0].tracked);
    let before = levels("").len();
    assert!(before > 2 && shop.store.set_stock(tracked.unwrap(), 0, location, 4_711));
    assert_eq!(levels("").len(), before);
    let item = shop.store.product(tracked.unwrap()).unwrap().variants[0].item;
    let own = levels(&format!("inventory_item_id:{item}"));
    assert_eq!((own.len(), &own[1]["quantities"][0]["quantity"]), (2, &json!(4_711)));
    // The one that was changed is younger than all that were seeded.
    let since = own[1]["updatedAt"].as_str().unwrap();
    assert_eq!(levels(&format!("updated_at:>='{since}'")), own[1..]);
}
