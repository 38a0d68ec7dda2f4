//! A product that somebody damaged in the database costs itself, and no other.

use entrepot_test_support::woocommerce::{Seed, Store, serve};
use entrepot_tests::tampering::{execute, json};
use entrepot_tests::{App, both_engines};

#[both_engines]
async fn a_damaged_product_is_read_without_what_is_damaged_and_named(app: App) {
    let store = Store::generate(Seed { products: 3, variable_share: 0.0, seed: 2 });
    let server = serve(&store);
    app.connect(&server.base_url, &store.key()).await;
    app.import().await;
    let whole = app.products().await;
    let first = "(SELECT MIN(source_id) FROM products)";
    let other = json(&app, "'{}'");
    execute(
        &app,
        &format!("UPDATE products SET tags = {other}, media = {other}, status = 'bogus' WHERE source_id = {first}"),
    )
    .await;
    execute(
        &app,
        &format!(
            "UPDATE variants SET option_values = {other} WHERE product_id = (SELECT MIN(product_id) FROM variants)"
        ),
    )
    .await;
    let read = app.products().await;
    assert_eq!(read.len(), whole.len(), "all are read");
    let named = |code: &str| read.iter().flat_map(|of| &of.warnings).filter(|issue| issue.code == code).count();
    assert_eq!(named("stored-value-damaged"), 4, "{read:?}");
    let same = read.iter().filter(|of| whole.contains(of)).count();
    assert!(same >= 1, "the others are as they were");
}
