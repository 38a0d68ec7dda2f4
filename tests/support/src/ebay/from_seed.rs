//! The catalogue of nobody, as a seller on eBay has it: no tags, no cost, no words about pictures, one place, everything counted.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::listed;
use super::store::{Offer, State};
use crate::seed::{self, Status};

/// Of what is not counted.
const UNCOUNTED: i64 = 999;

pub(super) fn fill(state: &mut State, products: &[seed::Product]) {
    let mut nodes: BTreeMap<Vec<String>, String> = BTreeMap::new();
    for product in products {
        for depth in 1..=product.category.len() {
            let path = product.category[..depth].to_vec();
            let parent = path.split_last().and_then(|(_, above)| nodes.get(above)).cloned();
            let id = (15_600 + nodes.len()).to_string();
            if let (false, Some(name)) = (nodes.contains_key(&path), path.last()) {
                state.categories.insert(id.clone(), (name.clone(), parent));
                nodes.insert(path, id);
            }
        }
        let category = nodes.get(&product.category).cloned().unwrap_or_default();
        one(state, product, &category);
    }
}

fn text(cents: i64) -> String {
    format!("{}.{:02}", cents / 100, cents % 100)
}

fn one(state: &mut State, product: &seed::Product, category: &str) {
    let group = (!product.options.is_empty()).then(|| format!("G-{:06}", product.number));
    let pictures: Vec<&str> = product.images.iter().map(|image| image.url.as_str()).collect();
    let facts: Map<String, Value> =
        product.attributes.iter().map(|(name, value)| (name.clone(), json!([value]))).collect();
    let mut offers = Vec::new();
    for variant in &product.variants {
        let mut aspects = facts.clone();
        let values = product.options.iter().zip(&variant.option_values);
        aspects.extend(values.map(|(axis, value)| (axis.name.clone(), json!([value]))));
        let own: Vec<&str> = match variant.image.and_then(|at| pictures.get(at)) {
            Some(picture) => vec![picture],
            None => pictures.clone(),
        };
        let mut goods = json!({"title": product.title, "aspects": aspects, "imageUrls": own});
        if let Some(brand) = &product.brand {
            goods["brand"] = json!(brand);
        }
        goods["ean"] = json!([variant.gtin.clone().unwrap_or_else(|| "Does not apply".to_owned())]);
        let stock = variant.stock.map_or(UNCOUNTED, |stock| stock.iter().sum());
        state.put_item(
            &variant.sku,
            json!({
                "locale": "en_US", "condition": "NEW", "product": goods,
                "availability": {"shipToLocationAvailability": {"quantity": stock}},
                "packageWeightAndSize": {"weight": {"value": f64::from(variant.weight_grams), "unit": "GRAM"}},
            }),
        );
        let id = state.next(7_000_000_000);
        state.offers.insert(id.clone(), offer(state, product, variant, stock, category));
        offers.push(id);
    }
    if let Some(key) = &group {
        state.groups.insert(key.clone(), self::group(product, &pictures, &facts));
    }
    if product.status == Status::Active {
        listed::publish(state, &offers, group.as_deref());
    }
}

fn offer(state: &State, product: &seed::Product, variant: &seed::Variant, stock: i64, category: &str) -> Offer {
    let options = &state.options;
    let mut pricing = json!({"price": {"value": text(variant.price), "currency": options.currency}});
    if let Some(before) = variant.compare_at {
        pricing["originalRetailPrice"] = json!({"value": text(before), "currency": options.currency});
    }
    let body = json!({
        "availableQuantity": stock, "categoryId": category, "listingDescription": product.description_html, "listingDuration": "GTC",
        "merchantLocationKey": options.locations[0], "pricingSummary": pricing,
        "storeCategoryNames": [format!("/{}", product.category.join("/"))],
        "listingPolicies": {
            "fulfillmentPolicyId": options.fulfillment[0].id, "paymentPolicyId": options.payment[0].id,
            "returnPolicyId": options.returns[0].id,
        },
    });
    let marketplace = options.marketplace.clone();
    Offer { sku: variant.sku.clone(), marketplace, format: "FIXED_PRICE".into(), body, listing: None }
}

fn group(product: &seed::Product, pictures: &[&str], facts: &Map<String, Value>) -> Value {
    let specifications: Vec<Value> =
        product.options.iter().map(|axis| json!({"name": axis.name, "values": axis.values})).collect();
    let skus: Vec<&str> = product.variants.iter().map(|variant| variant.sku.as_str()).collect();
    json!({
        "title": product.title, "description": product.description_html, "imageUrls": pictures, "variantSKUs": skus, "aspects": facts,
        "variesBy": {"specifications": specifications, "aspectsImageVariesBy": [product.options[0].name]},
    })
}
