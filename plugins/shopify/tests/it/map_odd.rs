//! Prices that are none, and items that are not what they should be.

use entrepot_guest::prelude::*;
use entrepot_plugin_shopify::map_product;
use serde_json::{Value, json};

use crate::map::{issues, item, mapped, mug, with};
use crate::shop::channel;

#[test]
fn prices_are_exact() {
    let price = |text: &str, currency: &str| {
        let mut body = with("/variants/0/price", json!(text));
        body["currency"] = json!(currency);
        for at in 0..2 {
            body["variants"][at]["compareAtPrice"] = Value::Null;
            body["variants"][at]["inventoryItem"]["unitCost"] = Value::Null;
        }
        body["variants"].as_array_mut().unwrap().truncate(1);
        body
    };
    for (text, currency, minor) in [
        ("0.1", "USD", 10),
        ("19.99", "USD", 1_999),
        ("1200.0", "JPY", 1_200),
        ("1.234", "KWD", 1_234),
        ("9999999999.99", "USD", 999_999_999_999),
        ("1e3", "USD", 100_000),
    ] {
        assert_eq!(mapped(&price(text, currency)).variants[0].price.as_ref().unwrap().minor, minor, "{text}");
    }
    for (text, code) in [
        ("-1.00", "price-invalid"),
        ("12,50", "price-invalid"),
        ("19.999", "price-too-precise"),
        ("99999999999999999999", "price-absurd"),
    ] {
        assert_eq!(issues(&price(text, "USD"))[0].code, code, "{text}");
    }
    assert_eq!(mapped(&price("0.00", "USD")).warnings[0].code, "price-zero");
    assert_eq!(issues(&with("/variants/0/price", json!(12.5)))[0].code, "price-invalid");
    let none = mapped(&with("/variants/0/price", Value::Null));
    assert_eq!((none.variants[0].price.clone(), none.warnings[0].code.as_str()), (None, "price-missing"));
    // No reduction.
    assert_eq!(mapped(&with("/variants/0/compareAtPrice", json!("12.50"))).variants[0].compare_at, None);
    assert_eq!(mapped(&with("/variants/0/inventoryItem/unitCost/amount", json!("x"))).warnings[0].code, "cost-invalid");
    assert_eq!(issues(&with("/currency", json!("XXQ")))[0].code, "currency-unknown");
}

#[test]
fn what_cannot_be_a_product_is_said() {
    assert_eq!(issues(&with("/product/title", json!("  ")))[0].code, "title-missing");
    assert_eq!(issues(&with("/variants", json!([])))[0].code, "variants-missing");
    assert_eq!(issues(&with("/variants/0/id", Value::Null))[0].code, "id-missing");
    assert_eq!(issues(&with("/product", json!("gone")))[0].code, "item-unreadable");
    let broken = RawItem { body: "{".into(), ..item(&mug()) };
    assert!(matches!(map_product(&channel(), &broken), Err(Error::Invalid(_))));
}

/// Every value of the item replaced by every kind of oddity: a product or an issue, never a panic.
#[test]
fn odd_values_trap_nothing() {
    let mut pointers = Vec::new();
    walk(&mug(), String::new(), &mut pointers);
    assert!(pointers.len() > 100);
    for pointer in &pointers {
        for odd in [
            Value::Null,
            json!(true),
            json!(-1),
            json!(1e308),
            json!(""),
            json!("\u{0}\u{202e}x"),
            json!([]),
            json!([[]]),
            json!({}),
            json!({"id": 5}),
        ] {
            let body = with(pointer, odd.clone());
            match map_product(&channel(), &item(&body)) {
                Ok(_) | Err(Error::Invalid(_)) => {}
                other => panic!("{pointer} {odd}: {other:?}"),
            }
        }
    }
}

fn walk(value: &Value, at: String, into: &mut Vec<String>) {
    match value {
        Value::Object(fields) => fields.iter().for_each(|(name, inner)| walk(inner, format!("{at}/{name}"), into)),
        Value::Array(list) => {
            list.iter().enumerate().for_each(|(place, inner)| walk(inner, format!("{at}/{place}"), into))
        }
        _ => {}
    }
    if !at.is_empty() {
        into.push(at);
    }
}

#[test]
fn what_is_optional_is_left_out_with_a_word() {
    let mut body = mug();
    body["variants"][0]["inventoryItem"]["unitCost"] = json!({"amount": "4.20", "currencyCode": "USD"});
    body["variants"][0]["compareAtPrice"] = json!("a lot");
    body["media"][0]["image"]["url"] = json!("//cdn.example/bl\u{e5}t krus.jpg");
    body["media"][3]["sources"][0]["url"] = json!("file:///model.glb");
    let product = mapped(&body);
    let codes: Vec<_> = product.warnings.iter().map(|warning| warning.code.as_str()).collect();
    assert_eq!(codes, ["address-invalid", "price-invalid", "cost-currency"]);
    let variant = &product.variants[0];
    assert_eq!((variant.price.is_some(), variant.compare_at.is_some(), variant.cost.is_some()), (true, false, false));
    assert_eq!((product.media[0].url.as_str(), product.media.len()), ("https://cdn.example/bl%C3%A5t%20krus.jpg", 3));
}
