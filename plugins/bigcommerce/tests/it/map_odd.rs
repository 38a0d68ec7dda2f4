//! Data that is hostile or odd: a product or an issue, never a trap.

use entrepot_guest::prelude::*;
use entrepot_plugin_bigcommerce::map_product;
use serde_json::{Value, json};

use crate::map::{codes, mapped, raw, refused, with};
use crate::shop::channel;

const ODD: [&str; 19] = [
    "null",
    "true",
    "0",
    "-1",
    "1e999",
    "3.7",
    "\"\"",
    "\"x\"",
    "\"\\u0000\"",
    "\"\\ud83d\"",
    "[]",
    "[null]",
    "[[]]",
    "{}",
    "{\"a\":{}}",
    "[{\"id\":[]}]",
    "[{\"label\":3}]",
    "\"9999999999999999999999\"",
    "[1,\"2\",{}]",
];

#[test]
fn any_field_may_be_anything() {
    let product = with(
        json!({"sale_price": 1, "brand_id": 1, "categories": [23], "images": [], "videos": [], "custom_fields": [], "custom_url": {},
            "weight": 1, "width": 1, "sku": "", "upc": "", "date_created": "", "date_modified": "", "search_keywords": "",
            "page_title": "", "tax_class_id": 0, "inventory_level": 1, "bulk_pricing_rules": []}),
        json!({"sku": "", "gtin": "", "image_url": "", "purchasing_disabled": false, "inventory_level": 3, "weight": 1}),
    );
    let mut tried = 0;
    for tracking in ["variant", "product"] {
        for place in ["/product", "/product/variants/0", ""] {
            let body: Value = serde_json::from_str(&raw(&product).body).unwrap();
            let names: Vec<String> = body.pointer(place).unwrap().as_object().unwrap().keys().cloned().collect();
            for name in names.iter().map(String::as_str).chain(["options", "modifiers", "inventory"]) {
                for odd in ODD {
                    let mut body = body.clone();
                    body["product"]["inventory_tracking"] = json!(tracking);
                    body.pointer_mut(place).unwrap()[name] = json!("@@ODD@@");
                    let item = RawItem { body: body.to_string().replace("\"@@ODD@@\"", odd), ..raw(&json!({})) };
                    match map_product(&channel(), &item) {
                        Ok(product) => {
                            assert!(
                                serde_json::from_str::<Value>(&product.extras).is_ok_and(|extras| extras.is_object())
                            );
                            for variant in &product.variants {
                                assert_eq!(variant.option_values.len(), product.options.len(), "{place}/{name}: {odd}");
                                assert!(
                                    serde_json::from_str::<Value>(&variant.extras).is_ok(),
                                    "{place}/{name}: {odd}"
                                );
                            }
                        }
                        Err(Error::Invalid(issues)) => assert!(!issues.is_empty()),
                        Err(error) => panic!("{place}/{name} {odd}: {error:?}"),
                    }
                    tried += 1;
                }
            }
        }
    }
    assert!(tried > 1_000);
}

#[test]
fn bodies_that_are_none() {
    for body in ["", "null", "[]", "{", "3", "\"x\"", "{\"product\":3}", "{\"product\":null}"] {
        let item = RawItem { body: body.to_owned(), ..raw(&json!({})) };
        assert!(matches!(map_product(&channel(), &item), Err(Error::Invalid(_))), "{body}");
    }
}

#[test]
fn a_name_is_needed() {
    assert_eq!(codes(&refused(json!({"name": "  "}), json!({}))), ["title-missing"]);
    assert_eq!(
        mapped(json!({"name": " Salt &amp; Pepper "}), json!({})).title,
        "Salt &amp; Pepper",
        "names are plain text"
    );
}

#[test]
fn every_wrong_price_is_named() {
    let issues = refused(json!({"price": "free", "cost_price": -1}), json!({"sale_price": []}));
    assert_eq!(codes(&issues), ["price-invalid"], "what a product costs the seller is optional");
    assert_eq!(issues[0].path, "/product/variants/0/price");
}

#[test]
fn a_sale_price_that_is_none_is_left_out() {
    for odd in [json!(-3), json!("a lot"), json!(1e15), json!([1])] {
        let product = mapped(json!({"sale_price": odd}), json!({}));
        let variant = &product.variants[0];
        assert_eq!((variant.price.as_ref().unwrap().minor, variant.sale.is_none()), (1250, true), "{odd}");
        let warning = &product.warnings[0];
        assert!(warning.path.ends_with("sale_price") && warning.message.contains("sale price"), "{warning:?}");
    }
    assert_eq!(codes(&mapped(json!({"sale_price": 99}), json!({})).warnings), ["sale-above-price"]);
}

#[test]
fn a_row_that_is_there_twice_is_one() {
    let row = |sku: &str| json!({"id": 70, "price": null, "sku": sku, "option_values": []});
    let product = mapped(json!({"variants": [row("A"), row("A")]}), json!({}));
    assert_eq!((product.variants.len(), codes(&product.warnings)), (1, vec![]));
    let product = mapped(json!({"variants": [row("A"), row("B")]}), json!({}));
    assert_eq!((product.variants.len(), codes(&product.warnings)), (1, vec!["variant-duplicate"]));
    assert_eq!(product.variants[0].sku.as_deref(), Some("A"));
}

#[test]
fn numbers_of_pieces_that_are_none_are_said() {
    for (level, want) in [
        (json!(2.5), Ok((2, "stock-rounded"))),
        (json!("abc"), Err("stock-invalid")),
        (json!(null), Err("stock-incomplete")),
        (json!([]), Err("stock-invalid")),
        (json!(1_000_000_000_000_u64), Ok((0, "stock-absurd"))),
    ] {
        let tracked = json!({"inventory_tracking": "variant"});
        let catalogue = raw(&with(tracked.clone(), json!({"inventory_level": level})));
        let mut located = raw(&with(tracked, json!({})));
        let item = json!([{"identity": {"product_id": 7, "variant_id": 70}, "locations": [
            {"location_id": 1, "location_enabled": true, "available_to_sell": level}]}]);
        located.body = located.body.replace("\"brand\":", &format!("\"inventory\":{item},\"brand\":"));
        for item in [catalogue, located] {
            match (map_product(&channel(), &item), want) {
                (Ok(product), Ok((pieces, code))) => {
                    let model::Inventory::Tracked(levels) = &product.variants[0].inventory else { panic!("{level}") };
                    assert_eq!((levels[0].available, codes(&product.warnings)), (pieces, vec![code]), "{level}");
                }
                (Err(Error::Invalid(issues)), Err(code)) => assert_eq!(codes(&issues), [code], "{level}"),
                (other, _) => panic!("{level}: {other:?}"),
            }
        }
    }
}

#[test]
fn two_options_of_one_name_are_two() {
    let value = |label: &str, option: u64| json!({"label": label, "option_id": option, "option_display_name": "Size"});
    let product = mapped(json!({}), json!({"option_values": [value("S", 1), value("L", 2)]}));
    assert_eq!((product.options.len(), product.variants[0].option_values.join(",")), (2, "S,L".to_owned()));
}

#[test]
fn six_hundred_variants_are_no_matter() {
    let value = |n: u64| json!([{"label": format!("v{n}"), "option_id": 1, "option_display_name": "Kind"}]);
    let variants: Vec<_> =
        (0..600).map(|n| json!({"id": n + 1, "sku": format!("A-{n}"), "option_values": value(n)})).collect();
    let product = mapped(json!({"variants": variants, "base_variant_id": null}), json!({}));
    assert_eq!((product.variants.len(), product.options[0].values.len()), (600, 600));
}

#[test]
fn units_that_are_unknown_leave_measures_out() {
    let mut item = raw(&with(json!({"weight": 3}), json!({})));
    item.body = item.body.replace("LBS", "Stones");
    let product = map_product(&channel(), &item).unwrap();
    assert_eq!((product.variants[0].weight, codes(&product.warnings)), (None, vec!["unit-unknown"]));
}
