//! What describes a listing without telling variants apart, and what has no place in the model.

use entrepot_guest::json::repaired;
use entrepot_guest::prelude::model::Attribute;

use super::options::texts;
use crate::item::write_string;
use crate::listings::{HIDDEN, is_mark};
use entrepot_guest::lenient::{Fields, Raw};

pub(super) fn of(listing: &Fields<'_>, taxonomy: &[String]) -> Vec<Attribute> {
    let mut attributes = Vec::new();
    let mut add = |key: &str, kind: &str, value: String| {
        attributes.push(Attribute { namespace: "etsy".to_owned(), key: key.to_owned(), kind: kind.to_owned(), value });
    };
    for (name, values) in
        [("materials", materials(listing)), ("style", texts(listing.get("style"))), ("taxonomy", taxonomy.to_vec())]
    {
        if !values.is_empty() {
            add(name, "json", list(&values));
        }
    }
    for name in ["who_made", "when_made", "listing_type"] {
        if let Some(value) = listing.get(name).word() {
            add(name, "text", value.into_owned());
        }
    }
    for name in ["is_supply", "is_personalizable", "is_customizable"] {
        let raw = listing.get(name);
        if matches!(raw.json(), "true" | "false") {
            add(name, "boolean", raw.json().to_owned());
        }
    }
    attributes
}

/// Without the marks that stand among them.
fn materials(listing: &Fields<'_>) -> Vec<String> {
    texts(listing.get("materials")).into_iter().filter(|material| !is_mark(material)).collect()
}

/// It was taken off from here for want of stock: it is on sale, and there is nothing of it.
pub(super) fn is_hidden(listing: &Fields<'_>) -> bool {
    let marked = || texts(listing.get("materials")).iter().any(|material| material == HIDDEN);
    listing.get("state").word().as_deref() == Some("inactive") && marked()
}

/// What is kept of a listing beside the model; who made it when is an attribute.
pub(super) fn extras(listing: &Fields<'_>, inventory: &Fields<'_>) -> String {
    let names = [
        "state",
        "taxonomy_id",
        "shop_section_id",
        "language",
        "shipping_profile_id",
        "return_policy_id",
        "processing_min",
        "processing_max",
        "should_auto_renew",
        "is_private",
        "file_data",
    ];
    let on = ["price_on_property", "quantity_on_property", "sku_on_property", "readiness_state_on_property"];
    let parts = names.iter().map(|name| (*name, listing.get(name)));
    object(parts.chain(on.iter().map(|name| (*name, inventory.get(name)))))
}

/// The parts that say something, as they stand, as one JSON object.
pub(super) fn object<'a>(parts: impl IntoIterator<Item = (&'a str, Raw<'a>)>) -> String {
    let mut json = String::from("{");
    for (name, value) in parts.into_iter().filter(|(_, value)| !value.is_empty()) {
        if json.len() > 1 {
            json.push(',');
        }
        write_string(name, &mut json);
        json.push(':');
        json.push_str(value.json());
    }
    json.push('}');
    repaired(&json).unwrap_or(json)
}

fn list(values: &[String]) -> String {
    let mut json = String::from("[");
    for (at, value) in values.iter().enumerate() {
        if at > 0 {
            json.push(',');
        }
        write_string(value, &mut json);
    }
    json.push(']');
    json
}
