//! Goods as the host hands them out, and a store that says yes to everything that is written.

use entrepot_guest::listing::{Intent, ListedVariant, Listing, Offer, PushOutcome};
use entrepot_guest::prelude::*;
use entrepot_guest::{blank, testing};
use serde_json::{Value, json};

use crate::shop::{Asked, Shop, simple};

pub(crate) fn euros(minor: i64) -> Option<Money> {
    Some(Money { minor, currency: "EUR".into() })
}

pub(crate) fn stocked(available: i64) -> model::Inventory {
    let location_id = "default".into();
    let level = model::Level { location_id, location_name: None, available, item_id: None, backorder: false };
    model::Inventory::Tracked(vec![level])
}

/// A product with two variants, as it is to stand there.
pub(crate) fn mug() -> Listing {
    let variant = |id: &str, sku: &str, value: &str| model::ProductVariant {
        sku: Some(sku.into()),
        price: euros(1_250),
        option_values: vec![value.into()],
        inventory: stocked(5),
        ..blank::variant(id)
    };
    let product = model::Product {
        options: vec![model::OptionAxis { name: "Colour".into(), values: vec!["Blue".into(), "Red".into()] }],
        variants: vec![variant("v1", "MUG-B", "Blue"), variant("v2", "MUG-R", "Red")],
        ..blank::product("prd_1", "Mug")
    };
    listing("lst_1", product)
}

/// A product without options.
pub(crate) fn tea() -> Listing {
    let sku = Some("TEA".to_owned());
    let only = model::ProductVariant { sku, price: euros(899), inventory: stocked(3), ..blank::variant("v1") };
    listing("lst_2", model::Product { variants: vec![only], ..blank::product("prd_2", "Tea") })
}

fn listing(id: &str, product: model::Product) -> Listing {
    let listed = |variant: &model::ProductVariant| ListedVariant {
        variant_id: variant.source_id.clone(),
        external_id: None,
        item_id: None,
        sku: variant.sku.clone(),
    };
    Listing {
        listing_id: id.into(),
        external_id: None,
        intent: Intent::Active,
        variants: product.variants.iter().map(listed).collect(),
        product,
        category: None,
        fields: "{}".into(),
        state: "{}".into(),
    }
}

/// Of a product of [`simple`].
pub(crate) fn offer(product: u64, price: Option<i64>, available: Option<i64>) -> Offer {
    let variant = (product + 1_000).to_string();
    Offer {
        listing_id: format!("lst_{product}"),
        external_id: product.to_string(),
        of_variant: ListedVariant {
            variant_id: "v1".into(),
            external_id: Some(variant),
            item_id: Some(format!("product:{product}")),
            sku: None,
        },
        price: price.and_then(euros),
        compare_at: None,
        available,
        location_id: None,
        expected: None,
        key: "key".into(),
        state: "{}".into(),
    }
}

/// What the store says to a change, as it promises.
pub(crate) fn yes(shop: &Shop, asked: &Asked) -> Option<Result<Response, Error>> {
    let last = asked.path.rsplit('/').next().unwrap_or_default().to_owned();
    let id = last.parse::<u64>().unwrap_or(0);
    let mut row = asked.body.clone();
    let answered = match (asked.method, last.as_str()) {
        (Method::Get, _) => return None,
        (Method::Delete, _) | (_, "channel-assignments") => {
            return Some(Ok(Response { status: 204, headers: Vec::new(), body: Vec::new(), retry_after: None }));
        }
        (_, "absolute") => return Some(Ok(testing::json(200, r#"{"transaction_id":"t-1"}"#))),
        (Method::Post, "products") => {
            let mut made = simple(77);
            (made["options"], made["variants"]) = (json!([]), variants(&asked.body));
            made["images"] = json!([]);
            shop.products.borrow_mut().push(made);
            row = json!({"id": 77});
            row
        }
        (Method::Post, _) => json!({"id": 78}),
        (_, _) if row.is_array() => row,
        _ => {
            row["id"] = json!(id);
            row
        }
    };
    Some(Ok(testing::json(200, json!({"data": answered, "meta": {}}).to_string())))
}

fn variants(body: &Value) -> Value {
    let Some(rows) = body["variants"].as_array() else {
        return json!([{"id": 7_700, "sku": body["sku"], "price": null, "option_values": []}]);
    };
    let of = |(at, row): (usize, &Value)| {
        let values = [json!({"id": 90 + at, "option_id": 9, "label": row["option_values"][0]["label"]})];
        json!({"id": 7_700 + at, "sku": row["sku"], "price": row["price"], "option_values": values})
    };
    Value::Array(rows.iter().enumerate().map(of).collect())
}

pub(crate) fn is_done(outcome: &PushOutcome) -> bool {
    matches!(outcome, PushOutcome::Done(_))
}
