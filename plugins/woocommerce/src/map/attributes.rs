//! What describes a product without telling variants apart: attributes, brands, the meta data of plugins.

use entrepot_guest::json::repaired;
use entrepot_guest::prelude::model::Attribute;

use super::options::values;
use super::wire::{Attribute as Wire, Goods, Meta, Term};
use crate::item::write_string;
use entrepot_guest::lenient::Raw;

/// A plain attribute. Several values are a JSON list.
pub(super) fn plain(attribute: &Wire<'_>) -> Option<Attribute> {
    let key = attribute.name.name().or_else(|| attribute.slug.name())?;
    let values = values(attribute.options);
    let (kind, value) = match values.as_slice() {
        [one] => ("text", one.clone()),
        many => ("json", list(many)),
    };
    Some(Attribute { namespace: "attribute".to_owned(), key, kind: kind.to_owned(), value })
}

/// The brand, and all of them as an attribute where there are several.
pub(super) fn brands(product: &Goods<'_>, attributes: &mut Vec<Attribute>) -> Option<String> {
    let names: Vec<_> = product.brands.read::<Term<'_>>().iter().filter_map(|brand| brand.name.name()).collect();
    if names.len() > 1 {
        attributes.push(Attribute {
            namespace: "woocommerce".to_owned(),
            key: "brands".to_owned(),
            kind: "json".to_owned(),
            value: list(&names),
        });
    }
    names.into_iter().next()
}

/// All of it: which keys matter, only the seller knows.
pub(super) fn meta(product: &Goods<'_>, attributes: &mut Vec<Attribute>) {
    for meta in product.meta_data.read::<Meta<'_>>() {
        let Some(key) = meta.key.word() else { continue };
        let (kind, value) = typed(meta.value);
        attributes.push(Attribute {
            namespace: "meta".to_owned(),
            key: key.into_owned(),
            kind: kind.to_owned(),
            value,
        });
    }
}

fn typed(value: Raw<'_>) -> (&'static str, String) {
    let json = value.json();
    match json.bytes().next() {
        Some(b'"') => ("text", value.text().unwrap_or_default().into_owned()),
        Some(b't' | b'f') => ("boolean", json.to_owned()),
        Some(b'-' | b'0'..=b'9') => ("number", json.to_owned()),
        _ => ("json", repaired(json).unwrap_or_else(|| json.to_owned())),
    }
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
