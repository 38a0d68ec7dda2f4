//! Rows a shop should not have, and does.

use entrepot_test_support::woocommerce::{ManageStock, Product, Store, Variation};

use crate::client::{products, shop};

#[test]
fn one_field_may_be_wrong_or_missing() {
    let store = Store::empty();
    let id = store.insert(Product::simple("Thing").priced("10"));
    let shop = shop(&store);
    store.set_field(id, "price", "\"12,50\"");
    store.set_field(id, "name", r#""\ud800 nul \u0000""#);
    store.drop_field(id, "sku");
    let text = shop.get(&products(&format!("/{id}"))).text();
    assert!(text.contains(r#""price":"12,50""#) && text.contains(r#""name":"\ud800 nul \u0000""#), "{text}");
    assert!(!text.contains("\"sku\""));
    let listed = shop.get(&products("?_fields=id,price,sku")).text();
    assert_eq!(listed, format!(r#"[{{"id":{id},"price":"12,50"}}]"#));
    store.clear_raw(id);
    assert_eq!(shop.get(&products(&format!("/{id}"))).json()["name"], "Thing");
    store.set_raw(id, "{\"id\":");
    assert_eq!(shop.get(&products("")).text(), "[{\"id\":]");
}

#[test]
fn very_large_rows_are_served() {
    let store = Store::empty();
    let id = store.insert(Product { description: "x".repeat(1 << 20).into(), ..Product::variable("Large") });
    assert_eq!(store.add_variations(id, 10_000).len(), 10_000);
    let shop = shop(&store);
    assert!(shop.get(&products(&format!("/{id}"))).body.len() > 1 << 20);
    let page = shop.get(&products(&format!("/{id}/variations?per_page=100&page=100&orderby=id&order=asc")));
    assert_eq!((page.ids().len(), page.total()), (100, "10000"));
}

#[test]
fn edit_shows_the_stored_text_and_view_the_rendered() {
    let store = Store::empty();
    let id = store.insert(Product { description: "One\n\nTwo".into(), ..Product::simple("Tom & \"Jerry\"") });
    let shop = shop(&store);
    let view = shop.get(&products(&format!("/{id}"))).json();
    let edit = shop.get(&products(&format!("/{id}?context=edit"))).json();
    assert_eq!(view["description"], "<p>One</p>\n<p>Two</p>\n");
    assert_eq!(edit["description"], "One\n\nTwo");
    assert_eq!(edit["name"], "Tom & \"Jerry\"");
    assert!(edit["permalink_template"].is_string() && view.get("permalink_template").is_none());
}

#[test]
fn a_pool_is_shown_by_every_variation() {
    let store = Store::empty();
    let parent = store.insert(Product::variable("Pooled").stocked(40));
    for size in ["S", "M"] {
        let variation = Variation { manage_stock: ManageStock::Parent, ..Variation::of(parent, &[("Size", size)]) };
        store.insert_variation(variation);
    }
    let shop = shop(&store);
    let all = shop.get(&products(&format!("/{parent}/variations"))).json();
    for variation in all.as_array().unwrap() {
        assert_eq!((&variation["manage_stock"], &variation["stock_quantity"]), (&"parent".into(), &40.into()));
    }
}

#[test]
fn ties_may_be_unstable() {
    let store = Store::empty();
    for _ in 0..50 {
        store.insert(Product { created: 1_000_000_000, ..Product::simple("Same second") });
    }
    let shop = shop(&store);
    let order = || shop.get(&products("?per_page=50&_fields=id")).ids();
    assert_eq!(order(), order());
    store.configure(|options| options.unstable_ties = true);
    assert_ne!(order(), order());
}
