//! Mapping is total: a product or issues, whatever the JSON holds.

use entrepot_guest::prelude::*;
use entrepot_plugin_woocommerce::map_product;
use serde_json::{Value, json};

use crate::map::{codes, mapped, raw, refused, with};
use crate::shop::channel;

const FIELDS: [&str; 30] = [
    "id",
    "name",
    "slug",
    "type",
    "status",
    "price",
    "regular_price",
    "sale_price",
    "date_on_sale_to_gmt",
    "on_sale",
    "manage_stock",
    "stock_quantity",
    "stock_status",
    "backorders",
    "weight",
    "dimensions",
    "categories",
    "tags",
    "brands",
    "images",
    "image",
    "attributes",
    "variations",
    "meta_data",
    "global_unique_id",
    "tax_class",
    "virtual",
    "permalink",
    "date_created_gmt",
    "sku",
];

#[test]
fn any_field_may_hold_anything() {
    let odd = [
        json!(null),
        json!(true),
        json!(-1.5),
        json!(1e300),
        json!(""),
        json!("x"),
        json!([]),
        json!({}),
        json!([null, 1, "a", [], {}]),
        json!({"0": {"id": 1}, "7": null}),
        json!([{"id": null, "name": 5, "options": 3, "src": [], "key": 1}]),
    ];
    for field in FIELDS {
        for value in &odd {
            for variations in [json!([]), json!([with(json!({"id": 8, (field): value}))])] {
                let item = raw(&with(json!({(field): value})), &variations);
                match map_product(&channel(), &item) {
                    Ok(product) => {
                        assert!(!product.title.is_empty() && serde_json::from_str::<Value>(&product.extras).is_ok())
                    }
                    Err(Error::Invalid(issues)) => assert!(!issues.is_empty(), "{field} = {value}"),
                    Err(error) => panic!("{field} = {value}: {error:?}"),
                }
            }
        }
    }
}

#[test]
fn any_body_gives_a_product_or_an_issue() {
    for body in [
        "",
        "null",
        "[]",
        "{}",
        "{\"product\":null}",
        "{\"product\":[]}",
        "{\"product\":{},\"variations\":null}",
        "\u{0}",
        "{\"product\":{\"id\":1,\"id\":2}}",
    ] {
        let item = RawItem { body: body.into(), ..raw(&json!({}), &json!([])) };
        assert!(matches!(map_product(&channel(), &item), Err(Error::Invalid(_))), "{body}");
    }
}

#[test]
fn a_title_is_needed() {
    for name in [json!(""), json!(null), json!("  "), json!("&nbsp;")] {
        assert_eq!(codes(&refused(json!({"name": name}))), ["title-missing"], "{name}");
    }
}

#[test]
fn php_objects_stand_for_lists() {
    let product = mapped(
        json!({"images": {"0": {"id": 1, "src": "https://x/1.jpg"}, "3": {"id": 2, "src": "https://x/2.jpg"}}, "dimensions": [], "meta_data": {}}),
    );
    assert_eq!((product.media.len(), product.variants[0].dimensions.is_none()), (2, true));
}

#[test]
fn what_is_amiss_is_said_and_does_not_stop_the_product() {
    let product = mapped(
        json!({"global_unique_id": "123", "weight": "1,5", "dimensions": {"length": "1", "width": "", "height": ""}, "date_created_gmt": "soon"}),
    );
    let variant = &product.variants[0];
    assert_eq!(codes(&product.warnings), ["gtin-invalid", "weight-invalid", "date-invalid"]);
    assert_eq!((variant.gtin.clone(), variant.weight, variant.dimensions.is_none()), (None, None, true));
    let extras: Value = serde_json::from_str(&variant.extras).unwrap();
    assert_eq!((&extras["global_unique_id"], &extras["dimensions"]["length"]), (&json!("123"), &json!("1")));
    assert_eq!(codes(&mapped(json!({"type": "variable", "variations": []})).warnings), ["variations-missing"]);
}

#[test]
fn nuls_and_lone_surrogates_are_gone() {
    let item = RawItem {
        body: r#"{"product":{"id":7,"name":"a\u0000b\ud83d","price":"1","purchase_note":"\ud83dx","meta_data":[{"key":"k","value":["\ud83d"]}]},"store":{"currency":"EUR"}}"#.into(),
        ..raw(&json!({}), &json!([]))
    };
    let product = map_product(&channel(), &item).unwrap();
    assert_eq!((product.title.as_str(), product.attributes[0].value.as_str()), ("ab\u{fffd}", "[\"\u{fffd}\"]"));
    assert!(serde_json::from_str::<Value>(&product.extras).is_ok());
}

#[test]
fn a_currency_is_needed_and_comes_from_the_shop_first() {
    let mut item = raw(&with(json!({})), &json!([]));
    item.body = item.body.replace("\"EUR\"", "null");
    assert!(
        matches!(map_product(&channel(), &item), Err(Error::Invalid(issues)) if issues[0].code == "currency-unknown")
    );
    let yen = Channel { currency: Some("JPY".into()), ..channel() };
    assert!(matches!(map_product(&yen, &item), Err(Error::Invalid(issues)) if issues[0].code == "price-too-precise"));
}
