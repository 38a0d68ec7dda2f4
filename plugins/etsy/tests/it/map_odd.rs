//! Data that should not be, and must not stop anything.

use entrepot_guest::prelude::*;
use entrepot_plugin_etsy::map_product;
use model::Inventory;
use serde_json::{Value, json};

use crate::map::{codes, mapped, raw, refused, with};
use crate::shop::channel;

fn available(variant: &model::ProductVariant) -> (Option<&str>, i64) {
    match &variant.inventory {
        Inventory::Tracked(levels) => (levels[0].item_id.as_deref(), levels[0].available),
        Inventory::Untracked(_) => panic!(),
    }
}

#[test]
fn without_an_inventory_the_listing_speaks_for_itself_unless_it_has_variations() {
    let mut body = with(json!({"quantity": 9}));
    body["inventory"] = Value::Null;
    let product = mapped(&body);
    assert_eq!(
        (product.variants[0].price.as_ref().unwrap().minor, available(&product.variants[0])),
        (2200, (Some("7"), 9))
    );
    body["listing"]["has_variations"] = json!(true);
    assert_eq!(codes(&refused(&body)), ["inventory-missing"]);
    let mut nothing = with(json!({}));
    nothing["inventory"]["products"][0]["is_deleted"] = json!(true);
    assert_eq!(codes(&refused(&nothing)), ["variants-missing"]);
}

#[test]
fn deleted_parts_are_passed_over_and_strange_ones_said() {
    let mut body = with(json!({}));
    let good = body["inventory"]["products"][0].clone();
    let mut deleted = good.clone();
    deleted["is_deleted"] = json!(true);
    let mut two = good.clone();
    let mut off = two["offerings"][0].clone();
    off["is_enabled"] = json!(false);
    off["quantity"] = json!(1);
    two["offerings"] = json!([off, two["offerings"][0], {"is_deleted": true}]);
    let mut none = good.clone();
    none["offerings"] = json!([{"is_deleted": true}]);
    body["inventory"]["products"] = json!([deleted, two, none]);
    let product = mapped(&body);
    assert_eq!(product.variants.len(), 2);
    assert_eq!((product.variants[0].enabled, available(&product.variants[0]).1), (true, 4));
    assert_eq!((product.variants[1].enabled, product.variants[1].price.is_none()), (false, true));
    assert_eq!(product.variants[1].source_id, "7-2");
    assert_eq!(
        codes(&product.warnings),
        ["offering-ambiguous", "offering-missing", "variant-duplicate", "price-missing"]
    );
}

#[test]
fn a_pool_whose_quantities_differ_is_none() {
    let mut body = with(json!({"has_variations": true}));
    let value = |id: u64| json!([{"property_id": 100, "property_name": "Size", "value_ids": [id], "values": [format!("S{id}")]}]);
    let one = body["inventory"]["products"][0].clone();
    let product = |id: u64, quantity: Value| {
        let mut one = one.clone();
        one["property_values"] = value(id);
        one["offerings"][0]["quantity"] = quantity;
        one
    };
    body["inventory"]["products"] = json!([product(1, json!(3)), product(2, json!(4))]);
    let items = |body: &Value| -> Vec<_> {
        mapped(body).variants.iter().map(|variant| available(variant).0.unwrap().to_owned()).collect()
    };
    assert_eq!(items(&body), ["7-100.1", "7-100.2"]);
    body["inventory"]["products"] = json!([product(1, json!(4)), product(2, json!(4))]);
    assert_eq!(items(&body), ["7", "7"], "the quantity varies by nothing: one pool");
    body["inventory"]["products"] = json!([product(1, json!("many")), product(2, Value::Null)]);
    let refused = map_product(&channel(), &raw(&body));
    let Err(Error::Invalid(issues)) = refused else { panic!("{refused:?}") };
    assert_eq!(codes(&issues), ["stock-invalid", "stock-incomplete"]);
}

#[test]
fn values_without_ids_or_names() {
    let mut body = with(json!({"has_variations": true}));
    body["inventory"]["products"][0]["property_values"] = json!([
        {"property_id": 513, "property_name": null, "value_ids": [], "values": ["a", "b"]},
        {"property_id": 513, "property_name": "again", "value_ids": [1], "values": ["c"]},
        {"values": ["nameless"]}, null, 7]);
    let product = mapped(&body);
    assert_eq!((product.options.len(), product.options[0].name.as_str()), (1, "Property 513"));
    assert_eq!(product.variants[0].option_values, ["a / b"]);
    assert!(product.variants[0].source_id.starts_with("7-513.x"), "{}", product.variants[0].source_id);
}

#[test]
fn measures_that_are_none() {
    let product =
        mapped(&with(json!({"item_weight": "heavy", "item_weight_unit": "stone", "item_length": -1, "item_width": 0,
        "item_height": 1e-3, "item_dimensions_unit": "cm", "state": "edit"})));
    assert_eq!((product.variants[0].weight, product.variants[0].dimensions.is_none()), (None, true));
    assert_eq!(codes(&product.warnings), ["measure-invalid", "measure-invalid", "status-unknown"]);
    assert_eq!(codes(&refused(&with(json!({"title": " &nbsp; "})))), ["title-missing"]);
}

#[test]
fn any_json_gives_a_product_or_an_issue() {
    let values = [
        json!(null),
        json!(true),
        json!(0),
        json!(-1.5e300),
        json!(""),
        json!("\u{fffd}\u{0}<x>"),
        json!([]),
        json!([[1]]),
        json!({}),
        json!({"a": {"b": []}}),
        json!([{"property_values": {}, "offerings": 3}]),
    ];
    let whole = with(json!({"has_variations": true}));
    // Every field of every object in turn is each of the values.
    fn paths(value: &Value, at: &str, into: &mut Vec<String>) {
        into.push(at.to_owned());
        match value {
            Value::Object(fields) => fields.iter().for_each(|(key, value)| paths(value, &format!("{at}/{key}"), into)),
            Value::Array(items) => {
                items.iter().enumerate().for_each(|(n, value)| paths(value, &format!("{at}/{n}"), into))
            }
            _ => {}
        }
    }
    let mut all = Vec::new();
    paths(&whole, "", &mut all);
    for path in &all {
        for value in &values {
            let mut body = whole.clone();
            *body.pointer_mut(path).unwrap() = value.clone();
            match map_product(&channel(), &raw(&body)) {
                Ok(product) => {
                    assert!(!product.variants.is_empty() && serde_json::from_str::<Value>(&product.extras).is_ok())
                }
                Err(Error::Invalid(issues)) => assert!(!issues.is_empty()),
                Err(error) => panic!("{path} = {value}: {error:?}"),
            }
        }
    }
    for body in ["", "[]", "{", "null", "7"] {
        let item = RawItem { body: body.to_owned(), ..raw(&json!({})) };
        assert!(matches!(map_product(&channel(), &item), Err(Error::Invalid(_))), "{body}");
    }
}
