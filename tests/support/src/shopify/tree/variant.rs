//! A variant, its inventory item, and where that lies.

use serde_json::{Value, json};

use super::super::model::{Level, Product, Variant};
use super::super::time::iso;
use super::{Arguments, Forest, Held, Node, gid, number, plain, plains, scalar};

pub(super) fn field<'a>(product: &'a Product, variant: &'a Variant, name: &str) -> Option<Held<'a>> {
    let position = product.variants.iter().position(|other| other.id == variant.id).map_or(0, |at| at + 1);
    scalar(match name {
        "id" => gid("ProductVariant", variant.id).into(),
        "legacyResourceId" => variant.id.to_string().into(),
        "title" => variant.title().into(),
        "sku" => variant.sku.clone().into(),
        "barcode" => variant.barcode.clone().into(),
        "position" => position.into(),
        "price" => variant.price.clone().into(),
        "compareAtPrice" => variant.compare_at.clone().into(),
        "taxable" => variant.taxable.into(),
        "inventoryPolicy" => if variant.continues { "CONTINUE" } else { "DENY" }.into(),
        "inventoryQuantity" => variant.total().into(),
        "availableForSale" => (!variant.tracked || variant.continues || variant.total() > 0).into(),
        "requiresComponents" => false.into(),
        "updatedAt" => iso(product.updated_at).into(),
        "selectedOptions" => return Some(plains("SelectedOption", selected(product, variant))),
        "image" => {
            let medium = variant.image.and_then(|id| product.media.iter().find(|medium| medium.id == id));
            match medium.and_then(|medium| medium.url.as_ref()) {
                Some(url) => return Some(plain("Image", json!({"url": url}))),
                None => Value::Null,
            }
        }
        "product" => return Some(Held::Object(Node::Product(product))),
        "inventoryItem" => return Some(Held::Object(Node::Item(product, variant))),
        _ => return None,
    })
}

fn selected(product: &Product, variant: &Variant) -> Vec<Value> {
    if product.single() {
        return vec![json!({"name": "Title", "value": "Default Title"})];
    }
    product
        .options
        .iter()
        .zip(&variant.values)
        .map(|((name, _), value)| json!({"name": name, "value": value}))
        .collect()
}

pub(super) fn item<'a>(
    product: &'a Product,
    variant: &'a Variant,
    name: &str,
    arguments: &Arguments,
    forest: &Forest<'a>,
) -> Option<Held<'a>> {
    scalar(match name {
        "id" => gid("InventoryItem", variant.item).into(),
        "sku" => variant.sku.clone().into(),
        "tracked" => variant.tracked.into(),
        "requiresShipping" => variant.requires_shipping.into(),
        "countryCodeOfOrigin" | "harmonizedSystemCode" => Value::Null,
        "unitCost" => match &variant.cost {
            Some(cost) => {
                return Some(plain("MoneyV2", json!({"amount": cost, "currencyCode": forest.state.options.currency})));
            }
            None => Value::Null,
        },
        "measurement" => {
            let id = gid("InventoryItemMeasurement", variant.item);
            return Some(plain(
                "InventoryItemMeasurement",
                json!({"id": id, "weight": {"value": variant.grams, "unit": "GRAMS"}}),
            ));
        }
        "inventoryLevels" => {
            return Some(Held::Connection(variant.levels.iter().map(|level| Node::Level(variant, level)).collect()));
        }
        "inventoryLevel" => {
            let id = arguments.get("locationId").and_then(Value::as_str).and_then(|id| number(id, "Location"));
            match variant.levels.iter().find(|level| Some(level.location) == id) {
                Some(level) => return Some(Held::Object(Node::Level(variant, level))),
                None => Value::Null,
            }
        }
        "variants" => return Some(Held::Connection(vec![Node::Variant(product, variant)])),
        _ => return None,
    })
}

pub(super) fn level<'a>(
    variant: &'a Variant,
    level: &'a Level,
    name: &str,
    arguments: &Arguments,
    forest: &Forest<'a>,
) -> Option<Held<'a>> {
    scalar(match name {
        // The number is the level's own; only the query string says which item it is.
        "id" => {
            format!("gid://shopify/InventoryLevel/{}?inventory_item_id={}", level.location + 34_000_000, variant.item)
                .into()
        }
        "isActive" => true.into(),
        "updatedAt" => iso(level.updated_at).into(),
        "item" => {
            let of = |product: &&Product| product.variants.iter().any(|other| other.id == variant.id);
            return forest.state.products.values().find(of).map(|product| Held::Object(Node::Item(product, variant)));
        }
        "location" => {
            let location = forest.state.locations.iter().find(|location| location.id == level.location)?;
            return Some(Held::Object(Node::Location(location)));
        }
        "quantities" => {
            let names = arguments.get("names").and_then(Value::as_array).cloned().unwrap_or_default();
            let quantity = |name: &Value| {
                let quantity = if matches!(name.as_str(), Some("available" | "on_hand")) { level.available } else { 0 };
                json!({"name": name, "quantity": quantity})
            };
            return Some(plains("InventoryQuantity", names.iter().map(quantity)));
        }
        _ => return None,
    })
}
