//! What a product becomes.

use entrepot_guest::prelude::*;
use entrepot_plugin_woocommerce::map_product;
use model::{Inventory, ProductStatus, WeightUnit};
use serde_json::{Value, json};

use crate::shop::channel;

pub(crate) fn raw(product: &Value, variations: &Value) -> RawItem {
    let store = json!({"currency": "EUR", "weight_unit": "lbs", "dimension_unit": "in"});
    let body =
        json!({"product": product, "variations": variations, "store": store, "paths": {"17": ["Clothing", "Tshirts"]}});
    RawItem { source_id: "7".into(), updated_at: None, body: body.to_string(), deleted: false, problems: vec![] }
}

pub(crate) fn with(change: Value) -> Value {
    let mut product = json!({"id": 7, "name": "Mug", "type": "simple", "status": "publish", "price": "12.50", "regular_price": "12.50"});
    product.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
    product
}

pub(crate) fn mapped(change: Value) -> model::Product {
    map_product(&channel(), &raw(&with(change), &json!([]))).unwrap()
}

pub(crate) fn codes(issues: &[Issue]) -> Vec<&str> {
    issues.iter().map(|issue| issue.code.as_str()).collect()
}

pub(crate) fn refused(change: Value) -> Vec<Issue> {
    match map_product(&channel(), &raw(&with(change), &json!([]))) {
        Err(Error::Invalid(issues)) => issues,
        other => panic!("{other:?}"),
    }
}

#[test]
fn prices_are_exact_or_refused() {
    let minor = |price: Value| mapped(json!({"price": price})).variants[0].price.as_ref().map(|money| money.minor);
    assert_eq!(minor(json!("12.5")), Some(1250));
    assert_eq!(minor(json!(12.5)), Some(1250), "a number is read as it is written");
    assert_eq!(minor(json!("19.9900")), Some(1999));
    for (price, want) in
        [(json!(".5"), 50), (json!("5."), 500), (json!("1e3"), 100_000), (json!("29.949999999999999"), 2995)]
    {
        assert_eq!(minor(price.clone()), Some(want), "{price}");
    }
    assert_eq!((minor(json!("")), minor(json!(null))), (None, None));
    assert_eq!(codes(&mapped(json!({"price": ""})).warnings), ["price-missing"]);
    assert_eq!(codes(&mapped(json!({"price": "0"})).warnings), ["price-zero"]);
    for price in
        [json!("12,50"), json!("1.299,00 zł"), json!("-1"), json!("free"), json!(["1"]), json!(true), json!("NaN")]
    {
        let issues = refused(json!({"price": price}));
        assert_eq!((issues[0].code.as_str(), issues[0].path.as_str()), ("price-invalid", "/product/price"), "{price}");
    }
    for price in ["99999999999999", "1".repeat(400).as_str()] {
        assert_eq!(codes(&refused(json!({"price": price}))), ["price-absurd"]);
    }
    assert_eq!(codes(&refused(json!({"price": "19.999", "regular_price": "19.99"}))), ["price-too-precise"]);
}

#[test]
fn surplus_decimals_are_rounded_when_asked() {
    let half_up =
        Channel { settings: json!({"store_url": "https://a", "price_rounding": "half-up"}).to_string(), ..channel() };
    let product = map_product(&half_up, &raw(&with(json!({"price": "19.995"})), &json!([]))).unwrap();
    assert_eq!(
        (product.variants[0].price.as_ref().unwrap().minor, codes(&product.warnings)),
        (2000, vec!["price-rounded"])
    );
}

#[test]
fn sales_have_a_price_before_and_a_period() {
    let product = mapped(json!({"price": "8", "regular_price": "10", "sale_price": "8", "on_sale": true,
        "date_on_sale_from_gmt": "2026-11-01T00:00:00", "date_on_sale_to_gmt": null}));
    let variant = &product.variants[0];
    assert_eq!(variant.compare_at.as_ref().unwrap().minor, 1000);
    let sale = variant.sale.as_ref().unwrap();
    assert_eq!((sale.price.minor, sale.starts_at, sale.ends_at), (800, Some(1_793_491_200_000), None));
    let later = mapped(json!({"price": "10", "regular_price": "10", "sale_price": "8", "on_sale": false}));
    assert_eq!(
        (later.variants[0].compare_at.clone(), later.variants[0].sale.as_ref().map(|sale| sale.price.minor)),
        (None, Some(800))
    );
}

#[test]
fn stock_is_counted_shared_or_not() {
    let stock = |change: Value| mapped(change).variants.remove(0).inventory;
    assert_eq!(stock(json!({"manage_stock": false, "stock_status": "outofstock"})), Inventory::Untracked(false));
    assert_eq!(stock(json!({"manage_stock": false, "stock_status": "onbackorder"})), Inventory::Untracked(true));
    for (quantity, want) in
        [(json!(5), 5), (json!("7.9"), 7), (json!(-0.5), -1), (json!(-3), -3), (json!(""), 0), (json!(1e300), i64::MAX)]
    {
        match stock(json!({"manage_stock": true, "stock_quantity": quantity, "backorders": "notify"})) {
            Inventory::Tracked(levels) => {
                let level = &levels[0];
                assert_eq!(
                    (level.available, level.backorder, level.item_id.as_deref(), level.location_id.as_str()),
                    (want, true, Some("7"), "default")
                );
            }
            other => panic!("{other:?}"),
        }
    }
}

fn shirt() -> (Value, Value) {
    let product = with(
        json!({"type": "variable", "sku": "SHIRT", "price": "1", "manage_stock": true, "stock_quantity": 40, "variations": [71, 72],
        "images": [{"id": 1, "src": "https://x/1.jpg", "alt": "Front &amp; back"}],
        "attributes": [
            {"id": 0, "name": "Logo", "position": 1, "variation": true, "options": ["Yes", "No"]},
            {"id": 3, "name": "Fabric", "slug": "pa_fabric", "position": 2, "variation": false, "options": ["Wool", "Silk"]},
            {"id": 1, "name": "Colour &amp; Tone", "slug": "pa_colour", "position": 0, "variation": true, "options": ["Dark Red", "Blue &amp; Green"]}]}),
    );
    let variations = json!([
        {"id": 71, "parent_id": 7, "sku": "SHIRT", "price": "10", "manage_stock": "parent", "stock_quantity": 40, "status": "private", "tax_class": "parent",
         "image": {"id": 9, "src": "https://x/9.jpg"}, "gallery_image_ids": [1, 55],
         "attributes": [{"id": 1, "name": "Colour", "slug": "pa_colour", "option": "blue-green"}]},
        {"id": 72, "parent_id": 7, "sku": "SHIRT-2", "price": "12", "manage_stock": true, "stock_quantity": 3, "image": null,
         "attributes": [{"id": 0, "name": "logo", "option": "Maybe"}, {"id": 1, "name": "Colour", "option": "Dark Red"}, {"id": 0, "name": "Gone", "option": "x"}]}]);
    (product, variations)
}

#[test]
fn variations_become_variants_along_the_options() {
    let (product, variations) = shirt();
    let product = map_product(&channel(), &raw(&product, &variations)).unwrap();
    let options: Vec<_> = product.options.iter().map(|axis| (axis.name.as_str(), axis.values.join("/"))).collect();
    assert_eq!(options, [("Colour & Tone", "Dark Red/Blue & Green".to_owned()), ("Logo", "Yes/No/Maybe".to_owned())]);
    let [first, second] = &product.variants[..] else { panic!() };
    assert_eq!(
        (first.option_values.join("|"), second.option_values.join("|")),
        ("Blue & Green|".into(), "Dark Red|Maybe".into())
    );
    assert_eq!(
        (first.sku.as_deref(), second.sku.as_deref()),
        (None, Some("SHIRT-2")),
        "an inherited SKU is not the variation's"
    );
    assert_eq!((first.enabled, second.enabled), (false, true));
    assert_eq!((first.media_ids.join(","), second.media_ids.len()), ("9,1".into(), 0));
    assert_eq!(
        product.media.iter().map(|media| (media.position, media.alt.as_deref())).collect::<Vec<_>>(),
        [(0, Some("Front & back")), (1, None)]
    );
    let item = |variant: &model::ProductVariant| match &variant.inventory {
        Inventory::Tracked(levels) => (levels[0].item_id.clone().unwrap(), levels[0].available),
        Inventory::Untracked(_) => panic!(),
    };
    assert_eq!((item(first), item(second)), (("7".into(), 40), ("72".into(), 3)));
    assert_eq!(
        product.attributes.iter().map(|a| (a.key.as_str(), a.value.as_str())).collect::<Vec<_>>(),
        [("Fabric", r#"["Wool","Silk"]"#)]
    );
    assert_eq!(codes(&product.warnings), ["option-unknown"]);
}

#[test]
fn what_describes_a_product_is_kept() {
    let product = mapped(json!({
        "name": " Salt &amp; &quot;Pepper&quot; ", "slug": "salt", "permalink": "https://x/salt", "status": "pending",
        "description": "<p>a &amp; b</p>", "short_description": "", "weight": "1.5", "dimensions": {"length": "1", "width": "2", "height": "3.5"},
        "categories": [{"id": 17, "name": "T&amp;shirts"}, {"id": 99, "name": "New"}], "tags": [{"id": 1, "name": "R&amp;B"}],
        "brands": [{"id": 1, "name": "Acme"}, {"id": 2, "name": "Other"}], "global_unique_id": "4006381333931", "virtual": true,
        "tax_status": "none", "tax_class": "reduced-rate", "featured": true, "external_url": "https://y", "menu_order": 0,
        "date_created_gmt": "2026-11-20T09:43:27", "date_modified_gmt": null,
        "meta_data": [{"id": 1, "key": "a", "value": "text"}, {"id": 2, "key": "b", "value": {"n": [1, null]}}, {"id": 3, "key": "c", "value": 5}, {"id": 4, "key": "d", "value": true}]
    }));
    let variant = &product.variants[0];
    assert_eq!((product.title.as_str(), product.status), ("Salt & \"Pepper\"", ProductStatus::Draft));
    assert_eq!(
        (product.description_html.as_deref(), product.summary_html.as_deref()),
        (Some("<p>a &amp; b</p>"), None)
    );
    assert_eq!(
        (product.handle.as_deref(), product.brand.as_deref(), product.tags.join(",")),
        (Some("salt"), Some("Acme"), "R&B".into())
    );
    let paths: Vec<_> = product.collections.iter().map(|collection| collection.path.join(" > ")).collect();
    assert_eq!(paths, ["Clothing > T&shirts", "New"]);
    assert_eq!((variant.gtin.as_deref(), variant.weight), (Some("4006381333931"), Some((1.5, WeightUnit::Pound))));
    assert_eq!(
        (variant.taxable, variant.tax_class.as_deref(), variant.requires_shipping),
        (Some(false), Some("reduced-rate"), Some(false))
    );
    assert_eq!((variant.dimensions.as_ref().unwrap().height, variant.source_id.as_str()), (3.5, "7"));
    assert_eq!((product.created_at, product.updated_at), (Some(1_795_167_807_000), None));
    let attributes: Vec<_> =
        product.attributes.iter().map(|a| format!("{}/{}/{}={}", a.namespace, a.key, a.kind, a.value)).collect();
    assert_eq!(
        attributes,
        [
            r#"woocommerce/brands/json=["Acme","Other"]"#,
            "meta/a/text=text",
            r#"meta/b/json={"n":[1,null]}"#,
            "meta/c/number=5",
            "meta/d/boolean=true"
        ]
    );
    let extras: Value = serde_json::from_str(&product.extras).unwrap();
    assert_eq!(
        extras,
        json!({"type": "simple", "status": "pending", "featured": true, "external_url": "https://y", "menu_order": 0})
    );
    assert!(serde_json::from_str::<Value>(&variant.extras).is_ok());
}

#[test]
fn statuses() {
    for (status, want) in [
        ("publish", ProductStatus::Active),
        ("draft", ProductStatus::Draft),
        ("future", ProductStatus::Draft),
        ("private", ProductStatus::Archived),
        ("trash", ProductStatus::Archived),
        ("wc-odd", ProductStatus::Draft),
    ] {
        let product = mapped(json!({"status": status}));
        assert_eq!(
            (product.status, codes(&product.warnings).contains(&"status-unknown")),
            (want, status == "wc-odd"),
            "{status}"
        );
    }
}
