//! Pages, their headers, and what happens when the shop changes between two of them.

use entrepot_test_support::server::Matcher;
use entrepot_test_support::woocommerce::{Product, Seed, Store, Variation};

use crate::client::{products, shop};

fn generated(products: usize) -> Store {
    Store::generate(Seed { products, variable_share: 0.2, seed: 7 })
}

#[test]
fn pages_have_totals_and_links() {
    let store = generated(45);
    let shop = shop(&store);
    let page = |query: &str| shop.get(&products(query));
    let first = page("?per_page=20&orderby=id&order=asc");
    assert_eq!((first.total(), first.header("x-wp-totalpages")), ("45", Some("3")));
    let base = format!("{}/wp-json/wc/v3/products", shop.server.base_url);
    assert_eq!(
        first.header("link").unwrap(),
        format!("<{base}?per_page=20&orderby=id&order=asc&page=2>; rel=\"next\"")
    );
    let second = page("?per_page=20&page=2&orderby=id&order=asc");
    assert_eq!(
        second.header("link").unwrap(),
        format!(
            "<{base}?per_page=20&page=1&orderby=id&order=asc>; rel=\"prev\", \
             <{base}?per_page=20&page=3&orderby=id&order=asc>; rel=\"next\""
        )
    );
    let past = page("?per_page=20&page=9");
    assert_eq!((past.status, past.text().as_str(), past.total()), (200, "[]", "45"));
    assert_eq!(past.header("link").unwrap(), format!("<{base}?per_page=20&page=3>; rel=\"prev\""));

    let all: Vec<u64> =
        (1..=3).flat_map(|n| page(&format!("?per_page=20&page={n}&orderby=id&order=asc")).ids()).collect();
    assert_eq!(all, store.product_ids());
    // `offset` overrides `page`.
    assert_eq!(page("?per_page=20&page=3&offset=20&orderby=id&order=asc").ids(), &all[20..40]);
    assert_eq!(page("?include=105,103&orderby=include&_fields=id").text(), r#"[{"id":105},{"id":103}]"#);
    assert_eq!(shop.send("HEAD", &products("?per_page=20")).unwrap().total(), "45");
}

#[test]
fn deleting_between_pages_hides_a_product() {
    let store = Store::empty();
    for id in 11..=20 {
        store.insert(Product { id, ..Product::simple(&format!("Product {id}")) });
    }
    let shop = shop(&store);
    store.after_request(Matcher::path("/products?").with("page=1"), 1, |store| {
        assert!(store.force_delete(13));
    });
    let page = |number| shop.get(&products(&format!("?per_page=5&page={number}&orderby=id&order=asc")));
    let (first, second) = (page(1), page(2));
    assert_eq!(first.ids(), [11, 12, 13, 14, 15]);
    assert_eq!(second.ids(), [17, 18, 19, 20], "16 slipped onto the first page");
    assert_eq!((first.total(), second.total()), ("10", "9"));
}

#[test]
fn values_are_checked_and_names_are_not() {
    let store = generated(5);
    let shop = shop(&store);
    let refusal = |query: &str| {
        let reply = shop.get(&products(query));
        assert_eq!(reply.status, 400);
        reply.text()
    };
    assert_eq!(
        refusal("?per_page=101"),
        r#"{"code":"rest_invalid_param","message":"Invalid parameter(s): per_page","data":{"status":400,"params":{"per_page":"per_page must be between 1 (inclusive) and 100 (inclusive)"},"details":{"per_page":{"code":"rest_out_of_bounds","message":"per_page must be between 1 (inclusive) and 100 (inclusive)","data":null}}}}"#
    );
    assert_eq!(
        refusal("?page=0"),
        r#"{"code":"rest_invalid_param","message":"Invalid parameter(s): page","data":{"status":400,"params":{"page":"page must be greater than or equal to 1"},"details":{"page":{"code":"rest_out_of_bounds","message":"page must be greater than or equal to 1","data":null}}}}"#
    );
    assert!(refusal("?orderby=nonsense").contains("orderby is not one of date, id, include, title, slug, modified"));
    assert!(refusal("?modified_after=yesterday").contains(r#""code":"rest_invalid_date","message":"Invalid date.""#));
    assert!(refusal("?include=1,x").contains(r#""data":{"param":"include[1]"}"#));
    assert!(refusal("?dates_are_gmt=maybe").contains("dates_are_gmt is not of type boolean."));

    assert_eq!(store.unknown_parameters(), Vec::<String>::new());
    assert_eq!(shop.get(&products("?updated_after=2026-01-01&min_price=3&include[]=101")).status, 200);
    assert_eq!(store.unknown_parameters(), ["wc/v3/products: updated_after"]);
    assert_eq!(store.unsimulated_parameters(), ["wc/v3/products: min_price"]);
}

#[test]
fn the_trash_is_listed_only_when_asked_for() {
    let store = Store::empty();
    let [kept, trashed, draft] = ["Kept", "Trashed", "Draft"].map(|name| store.insert(Product::simple(name)));
    store.update(draft, |product| product.status = "draft");
    assert!(store.trash(trashed));
    let shop = shop(&store);
    let ids = |query: &str| shop.get(&products(&format!("?orderby=id&order=asc&{query}"))).ids();
    assert_eq!(ids(""), [kept, draft]);
    assert_eq!(ids("status=publish"), [kept]);
    assert_eq!(ids("status=trash"), [trashed]);
    assert_eq!(ids("include_status=publish,trash"), [kept, trashed]);
    assert_eq!(shop.get(&products(&format!("/{trashed}"))).json()["status"], "trash");
    assert!(store.force_delete(trashed));
    assert_eq!(
        shop.get(&products(&format!("/{trashed}"))).text(),
        r#"{"code":"woocommerce_rest_product_invalid_id","message":"Invalid ID.","data":{"status":404}}"#
    );
}

#[test]
fn variations_are_listed_below_their_parent_and_all_together() {
    let store = Store::empty();
    let parent = store.insert(Product::variable("Hoodie").with_sku("hoodie"));
    let blue = Variation::of(parent, &[("Colour", "Blue")]).priced("42").with_sku("hoodie-blue");
    let blue = store.insert_variation(blue);
    let red = store.insert_variation(Variation::of(parent, &[("Colour", "Red")]).priced("45"));
    let shop = shop(&store);
    let below = shop.get(&products(&format!("/{parent}/variations?orderby=id&order=asc")));
    assert_eq!(below.ids(), [blue, red]);
    assert_eq!(below.json()[0]["attributes"][0]["option"], "Blue");
    assert_eq!(shop.get(&products(&format!("/{parent}"))).json()["price"], "42");
    assert_eq!(shop.get(&products("")).ids(), [parent]);
    let by_sku = shop.get(&products("?sku=hoodie-blue,hoodie&orderby=id&order=asc")).json();
    assert_eq!((&by_sku[1]["id"], &by_sku[1]["type"]), (&blue.into(), &"variation".into()));

    let all = "/wp-json/wc/v3/variations?orderby=id&order=asc";
    assert_eq!(shop.get(all).ids(), [blue, red]);
    assert_eq!(shop.get(&format!("{all}&parent={}", parent + 100)).text(), "[]");
    assert_eq!(shop.get(&products(&format!("/{parent}/variations/{blue}"))).status, 200);
    let missing = shop.get(&products(&format!("/{parent}/variations/999"))).json();
    assert_eq!(missing["code"], "woocommerce_rest_product_variation_invalid_id");
    // Before 10.3 there is no list of all of them.
    store.configure(|options| options.all_variations = false);
    assert_eq!(shop.get(all).json()["code"], "rest_no_route");
}

#[test]
fn the_same_seed_is_the_same_shop() {
    let (one, other) = (generated(300), generated(300));
    assert_eq!(one.key(), other.key());
    assert_eq!(one.variation_ids(), other.variation_ids());
    for id in one.product_ids() {
        assert_eq!(one.product_json(id, "https://x.test"), other.product_json(id, "https://x.test"));
    }
}
