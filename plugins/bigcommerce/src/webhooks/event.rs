//! What an event means. It names ids and nothing else that can be relied on: stock comes without its location, as a number or
//! as a difference, and out of order, so it is fetched too.

use entrepot_guest::prelude::*;

use entrepot_guest::lenient::{Fields, Raw};

/// A shared option may be of any number of products; a delivery that names more than these is left to the next delta.
const MOST_PRODUCTS: usize = 500;

/// `scope` without slashes around it.
pub(super) fn events(scope: &str, data: Raw<'_>) -> Vec<Event> {
    let fields = data.fields();
    let parts: Vec<&str> = scope.split('/').collect();
    match parts.as_slice() {
        ["store", "app", "uninstalled"] => vec![Event::Disconnected],
        ["store", "product", "deleted"] => one(fields.get("id"), Event::Deleted, scope),
        ["store", "product", "created" | "updated"] => one(fields.get("id"), Event::Changed, scope),
        ["store", "product", "inventory", ..] => {
            one(inside(&fields, "inventory", "product_id").or(fields.get("id")), Event::Changed, scope)
        }
        // `data.id` is the id of a SKU, which is neither a product's nor a variant's.
        ["store", "sku", ..] => {
            let product = inside(&fields, "sku", "product_id").or(inside(&fields, "inventory", "product_id"));
            one(product, Event::Changed, scope)
        }
        ["store", "channel", _, "inventory", "product", _] => one(fields.get("product_id"), Event::Changed, scope),
        ["store", "option" | "modifier", "updated"] => affected(&fields, scope),
        ["store", "order", "metafield", ..] => vec![ignored(scope)],
        ["store", "order", ..] | ["store", "channel", _, "order", ..] => {
            // Events of transactions have the order's id as text and in another place.
            one(fields.get("order_id").or(fields.get("id")), Event::OrderChanged, scope)
        }
        ["store", "shipment", ..] => one(fields.get("orderId").or(fields.get("order_id")), Event::OrderChanged, scope),
        _ => vec![ignored(scope)],
    }
}

fn inside<'a>(fields: &Fields<'a>, object: &str, field: &str) -> Raw<'a> {
    fields.get(object).fields().get(field)
}

fn one(id: Raw<'_>, event: fn(String) -> Event, scope: &str) -> Vec<Event> {
    vec![match id.id() {
        Some(id) => event(id.to_string()),
        None => Event::Ignored(format!("{scope} does not say of which it is")),
    }]
}

fn affected(fields: &Fields<'_>, scope: &str) -> Vec<Event> {
    let ids: Vec<u64> = fields.get("affected_product_ids").items().into_iter().filter_map(Raw::id).collect();
    if ids.is_empty() || ids.len() > MOST_PRODUCTS {
        return vec![Event::Ignored(format!("{scope} names {} products", ids.len()))];
    }
    ids.into_iter().map(|id| Event::Changed(id.to_string())).collect()
}

fn ignored(scope: &str) -> Event {
    Event::Ignored(format!(
        "{scope} says nothing of products or orders; names of categories and brands come with the next run"
    ))
}
