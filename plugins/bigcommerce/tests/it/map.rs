//! What a product becomes.

use entrepot_guest::prelude::*;
use entrepot_guest::testing;
use entrepot_plugin_bigcommerce::map_product;
use model::{Inventory, LengthUnit, MediaKind, ProductStatus, WeightUnit};
use serde_json::{Value, json};

use crate::shop::channel;

pub(crate) fn raw(product: &Value) -> RawItem {
    let store = json!({"currency": "EUR", "weight_units": "LBS", "dimension_units": "Inches", "url": "https://tea.example",
        "prices_include_tax": false});
    let body = json!({"product": product, "brand": "Maison", "paths": {"23": ["Home", "Bowls"]}, "store": store});
    RawItem { source_id: "7".into(), updated_at: None, body: body.to_string(), deleted: false, problems: vec![] }
}

/// Changes to the product and to its only variant.
pub(crate) fn with(change: Value, variant: Value) -> Value {
    let mut product = json!({"id": 7, "name": "Mug", "type": "physical", "price": 12.5, "is_visible": true,
        "availability": "available", "inventory_tracking": "none", "base_variant_id": 70});
    let mut one = json!({"id": 70, "price": null, "option_values": []});
    one.as_object_mut().unwrap().extend(variant.as_object().unwrap().clone());
    product["variants"] = json!([one]);
    product.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
    product
}

pub(crate) fn mapped(change: Value, variant: Value) -> model::Product {
    map_product(&channel(), &raw(&with(change, variant))).unwrap()
}

pub(crate) fn codes(issues: &[Issue]) -> Vec<&str> {
    issues.iter().map(|issue| issue.code.as_str()).collect()
}

pub(crate) fn refused(change: Value, variant: Value) -> Vec<Issue> {
    match map_product(&channel(), &raw(&with(change, variant))) {
        Err(Error::Invalid(issues)) => issues,
        other => panic!("{other:?}"),
    }
}

fn minor(money: &Option<Money>) -> Option<i64> {
    money.as_ref().map(|money| money.minor)
}

/// Price, price before, sale, cost.
fn prices(change: Value, variant: Value) -> [Option<i64>; 4] {
    let variant = mapped(change, variant).variants.remove(0);
    let sale = variant.sale.map(|sale| sale.price.minor);
    [minor(&variant.price), minor(&variant.compare_at), sale, minor(&variant.cost)]
}

#[test]
fn null_means_inherit_and_zero_no_sale() {
    let none = None;
    assert_eq!(prices(json!({}), json!({})), [Some(1250), none, none, none]);
    assert_eq!(prices(json!({}), json!({"price": 9})), [Some(900), none, none, none]);
    assert_eq!(prices(json!({"sale_price": 0}), json!({"sale_price": null})), [Some(1250), none, none, none]);
    assert_eq!(prices(json!({"sale_price": 10}), json!({})), [Some(1000), Some(1250), Some(1000), none]);
    assert_eq!(prices(json!({"sale_price": 10}), json!({"sale_price": 0})), [Some(1250), none, none, none]);
    assert_eq!(
        prices(json!({"sale_price": 10}), json!({"price": 20, "sale_price": 15})),
        [Some(1500), Some(2000), Some(1500), none]
    );
    assert_eq!(prices(json!({"cost_price": 4.2}), json!({"cost_price": null})), [Some(1250), none, none, Some(420)]);
    assert_eq!(prices(json!({"cost_price": 4.2}), json!({"cost_price": 0})), [Some(1250), none, none, none]);
    assert_eq!(
        prices(json!({"sale_price": 99}), json!({})),
        [Some(9900), none, none, none],
        "what is dearer is no sale, and is paid all the same"
    );
}

/// JSON that serde would not write: the digits as a server sends them.
fn price_text(number: &str) -> Result<model::Product, Error> {
    let mut item = raw(&with(json!({"price": "PRICE"}), json!({})));
    item.body = item.body.replace("\"PRICE\"", number);
    map_product(&channel(), &item)
}

#[test]
fn digits_are_exact_or_refused() {
    let minor = |number: &str| price_text(number).unwrap().variants[0].price.as_ref().map(|money| money.minor);
    for (number, want) in [
        ("19.99", 1999),
        ("19.9", 1990),
        ("19", 1900),
        ("19.9900", 1999),
        ("0.29", 29),
        ("1.115e1", 1115),
        ("2E+1", 2000),
        ("9007199254.93", 900_719_925_493),
        ("\"19.99\"", 1999),
        ("19.990000000000002", 1999),
    ] {
        assert_eq!(minor(number), Some(want), "{number}");
    }
    for (number, code) in [
        ("19.9950", "price-too-precise"),
        ("-1", "price-invalid"),
        ("\"12,50\"", "price-invalid"),
        ("[1]", "price-invalid"),
        ("true", "price-invalid"),
        ("1e400", "price-invalid"),
        ("99999999999999999999", "price-absurd"),
    ] {
        match price_text(number) {
            Err(Error::Invalid(issues)) => assert_eq!(codes(&issues), [code], "{number}"),
            other => panic!("{number}: {other:?}"),
        }
    }
    assert_eq!(codes(&price_text("0").unwrap().warnings), ["price-zero"]);
    assert_eq!(codes(&price_text("null").unwrap().warnings), ["price-missing"]);
    let rounding = testing::channel(r#"{"store_hash":"abcde","price_rounding":"half-up"}"#);
    let item = raw(&with(json!({"price": 19.995}), json!({})));
    let product = map_product(&rounding, &item).unwrap();
    assert_eq!(
        (product.variants[0].price.as_ref().unwrap().minor, codes(&product.warnings)),
        (2000, vec!["price-rounded"])
    );
}

#[test]
fn status_is_visibility_and_whether_it_can_be_bought() {
    let of = |change: Value, variant: Value| {
        let product = mapped(change, variant);
        (product.status, product.variants[0].enabled)
    };
    assert_eq!(of(json!({}), json!({})), (ProductStatus::Active, true));
    assert_eq!(of(json!({"is_visible": false}), json!({})), (ProductStatus::Draft, true));
    assert_eq!(of(json!({"availability": "disabled"}), json!({})), (ProductStatus::Active, false));
    assert_eq!(of(json!({"availability": "preorder"}), json!({})), (ProductStatus::Active, true));
    assert_eq!(of(json!({}), json!({"purchasing_disabled": true})), (ProductStatus::Active, false));
    let odd = mapped(json!({"availability": "sometimes"}), json!({}));
    assert_eq!((odd.variants[0].enabled, codes(&odd.warnings)), (false, vec!["availability-unknown"]));
}

#[test]
fn a_simple_products_variant_is_the_base_variant_with_the_products_codes() {
    let codes_of =
        json!({"sku": "MUG", "upc": "4006381333931", "mpn": "M1", "weight": 2, "width": 1, "depth": 3, "height": 0.5});
    let simple = mapped(codes_of.clone(), json!({"sku": "", "upc": "", "weight": null}));
    let variant = &simple.variants[0];
    assert_eq!(
        (variant.source_id.as_str(), variant.sku.as_deref(), variant.mpn.as_deref()),
        ("70", Some("MUG"), Some("M1"))
    );
    assert_eq!(variant.gtin.as_deref(), Some("4006381333931"));
    assert_eq!(variant.weight, Some((2.0, WeightUnit::Pound)));
    let size = variant.dimensions.as_ref().unwrap();
    assert_eq!((size.length, size.width, size.height, size.unit), (3.0, 1.0, 0.5, LengthUnit::Inch));
    assert_eq!((variant.requires_shipping, simple.options.len(), variant.option_values.len()), (Some(true), 0, 0));

    let value = json!([{"id": 1, "label": "Red", "option_id": 2, "option_display_name": "Colour"}]);
    let real = mapped(codes_of, json!({"option_values": value, "gtin": "96385074", "weight": 5}));
    let variant = &real.variants[0];
    assert_eq!(
        (variant.sku.as_deref(), variant.mpn.as_deref(), variant.gtin.as_deref()),
        (None, None, Some("96385074"))
    );
    assert_eq!((variant.weight, variant.dimensions.is_some()), (Some((5.0, WeightUnit::Pound)), true));
}

#[test]
fn a_base_variant_that_was_left_out_is_made_up_for() {
    let product =
        mapped(json!({"variants": [], "sku": "MUG", "inventory_tracking": "variant", "inventory_level": 4}), json!({}));
    assert_eq!((product.variants.len(), product.variants[0].source_id.as_str()), (1, "70"));
    assert_eq!(minor(&product.variants[0].price), Some(1250));
    let none = mapped(json!({"variants": null, "base_variant_id": null}), json!({}));
    assert_eq!(none.variants[0].source_id, "7");
}

#[test]
fn codes_that_are_no_gtin_are_kept_beside() {
    let product = mapped(json!({}), json!({"gtin": "123", "upc": "036000291452"}));
    let variant = &product.variants[0];
    assert_eq!((variant.gtin.as_deref(), codes(&product.warnings)), (Some("036000291452"), vec!["gtin-invalid"]));
    let extras: Value = serde_json::from_str(&variant.extras).unwrap();
    assert_eq!((extras["gtin"].as_str(), extras["upc"].is_null()), (Some("123"), true));
    let two = mapped(json!({}), json!({"gtin": "4006381333931", "upc": "036000291452"}));
    let extras: Value = serde_json::from_str(&two.variants[0].extras).unwrap();
    assert_eq!(
        (two.variants[0].gtin.as_deref(), extras["upc"].as_str()),
        (Some("4006381333931"), Some("036000291452"))
    );
}

#[test]
fn words_addresses_and_pictures() {
    let image = |id: u64, order: i64, thumbnail: bool| {
        json!({"id": id, "sort_order": order, "is_thumbnail": thumbnail, "description": format!("Side {id}"),
            "url_zoom": format!("https://cdn/{id}.jpg?c=1"), "url_standard": format!("https://cdn/{id}.380.jpg?c=1")})
    };
    let product = mapped(
        json!({"description": "<p>Fine</p>", "search_keywords": "tea, mug,, tea", "page_title": "Mugs", "meta_description": "",
            "custom_url": {"url": "/mugs/blue-mug/", "is_customized": true}, "categories": [23, 23], "warranty": "A year",
            "custom_fields": [{"id": 1, "name": "Care", "value": "By hand"}, {"id": 2, "name": "", "value": "x"}],
            "images": [image(1, 1, false), image(2, 0, false), image(3, 2, true), {"id": 4}],
            "videos": [{"video_id": "abc", "title": "How to", "type": "youtube"}], "tax_class_id": 2,
            "date_created": "2021-02-10T20:29:15+00:00", "date_modified": "2024-06-10T15:45:28+02:00"}),
        json!({"image_url": "https://cdn/1.380.jpg?c=2"}),
    );
    assert_eq!((product.title.as_str(), product.brand.as_deref()), ("Mug", Some("Maison")));
    assert_eq!(
        (product.handle.as_deref(), product.url.as_deref()),
        (Some("blue-mug"), Some("https://tea.example/mugs/blue-mug/"))
    );
    assert_eq!(product.tags, ["tea", "mug"]);
    assert_eq!(product.collections.len(), 1);
    assert_eq!(product.collections[0].path, ["Home", "Bowls"]);
    assert_eq!(product.attributes.len(), 1);
    assert_eq!(
        (product.attributes[0].namespace.as_str(), product.attributes[0].value.as_str()),
        ("custom_field", "By hand")
    );
    let seo = product.seo.unwrap();
    assert_eq!((seo.title.as_deref(), seo.description), (Some("Mugs"), None));
    let media: Vec<_> =
        product.media.iter().map(|media| (media.source_id.as_deref().unwrap(), media.position)).collect();
    assert_eq!(media, [("3", 0), ("2", 1), ("1", 2), ("video:abc", 3)], "the thumbnail first, then by their order");
    assert_eq!(product.media[3].kind, MediaKind::Video);
    assert_eq!(product.variants[0].media_ids, ["1"]);
    assert_eq!(product.variants[0].tax_class.as_deref(), Some("2"));
    assert_eq!((product.created_at, product.updated_at), (Some(1_612_988_955_000), Some(1_718_027_128_000)));
    let extras: Value = serde_json::from_str(&product.extras).unwrap();
    assert_eq!((&extras["prices_include_tax"], &extras["warranty"]), (&json!(false), &json!("A year")));
}

#[test]
fn stock_that_is_not_counted_is_never_a_number() {
    let product = mapped(json!({"inventory_tracking": "none", "inventory_level": 0}), json!({"inventory_level": 0}));
    assert_eq!(product.variants[0].inventory, Inventory::Untracked(true));
    let odd = mapped(json!({"inventory_tracking": "sometimes"}), json!({}));
    assert_eq!(
        (&odd.variants[0].inventory, codes(&odd.warnings)),
        (&Inventory::Untracked(false), vec!["tracking-unknown"])
    );
}
