//! Products are found by what people know of them.

use entrepot_domain::catalog::{Product, ProductStatus, Variant};
use entrepot_store::catalogue::ProductWrite;
use entrepot_store::search::ProductQuery;
use entrepot_tests::pages::Pages;
use entrepot_tests::{App, blank, both_engines, rows};

fn product(id: &str, title: &str, sku: &str, gtin: &str, status: ProductStatus) -> Product {
    let variant = Variant { sku: Some(sku.into()), gtin: Some(gtin.into()), ..blank::variant("v") };
    Product { variants: vec![variant], status, brand: Some("Nørd & Co".into()), ..blank::product(id, title) }
}

#[both_engines]
async fn words_are_looked_for_in_title_codes_brand_and_id(app: App) {
    let (tenant, db) = (&app.host.tenant, &app.host.db);
    let channel = rows::channel(&app, tenant, "berlin").await;
    let goods = [
        product("a1", "Übergroße Tasse 100% Baumwolle", "TS-1", "4006381333931", ProductStatus::Active),
        product("a2", "Red mug", "MUG_RED", "4012345678901", ProductStatus::Draft),
        product("a3", "Blue mug", "MUG-BLUE", "4012345678918", ProductStatus::Active),
    ];
    let ids = ["prd_1", "prd_2", "prd_3"];
    let mut tx = db.tenant(tenant).begin().await.expect("begins");
    let writes: Vec<_> =
        ids.iter().zip(&goods).map(|(id, product)| ProductWrite { id, exists: false, product }).collect();
    tx.write_products(&channel, &writes, None).await.expect("products");
    tx.commit().await.expect("committed");
    let find = async |words: &str, status: &str| -> Vec<String> {
        let query = ProductQuery { words, status, limit: 10, ..ProductQuery::default() };
        db.tenant(tenant)
            .search_products(&query)
            .await
            .expect("found")
            .into_iter()
            .map(|found| found.source_id)
            .collect()
    };
    for (words, found) in [
        ("", vec!["a1", "a2", "a3"]),
        ("MUG", vec!["a2", "a3"]),
        ("mug red", vec!["a2"]),
        ("übergroße", vec!["a1"]),
        ("ÜBERGROSSE", vec![]),
        ("100%", vec!["a1"]),
        ("%", vec!["a1"]),
        ("mug_", vec!["a2"]),
        ("ts-1", vec!["a1"]),
        ("4012345678918", vec!["a3"]),
        ("nørd", vec!["a1", "a2", "a3"]),
        ("a3", vec!["a3"]),
        ("'; DROP TABLE products; --", vec![]),
        ("mug\0red", vec!["a2"]),
        ("one two three four five", vec![]),
    ] {
        assert_eq!(find(words, "").await, found, "{words:?}");
    }
    assert_eq!(find("mug", "draft").await, ["a2"]);

    // What changes is found by what it is now, and what is gone is not found.
    let renamed = product("a2", "Green cup", "CUP", "4012345678901", ProductStatus::Active);
    let mut tx = db.tenant(tenant).begin().await.expect("begins");
    let write = ProductWrite { id: "prd_2", exists: true, product: &renamed };
    tx.write_products(&channel, &[write], None).await.expect("products");
    tx.delete_items(&channel, &["a3".to_owned()]).await.expect("deleted");
    tx.commit().await.expect("committed");
    assert_eq!(find("mug", "").await, Vec::<String>::new());
    assert_eq!(find("green", "active").await, ["a2"]);

    let pages = Pages::of(&app);
    let page = pages.shown("/products?q=green").await;
    assert!(page.holds("Green cup") && !page.holds("Tasse") && page.holds("CUP"), "{}", page.html);
    assert!(pages.shown("/products?q=nothing").await.holds("No product fits"));
}
