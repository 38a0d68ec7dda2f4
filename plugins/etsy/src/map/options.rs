//! Options: the properties by which the products of a listing differ, two at most so far and three announced.

use entrepot_guest::text::decode_entities;

use crate::item::fingerprint;
use entrepot_guest::lenient::{Fields, Raw};

/// One property's value in one product.
pub(super) struct Choice {
    /// The property's id: two custom ones may have the same name.
    pub(super) property: String,
    name: String,
    value: String,
    /// What tells the value from others: its ids, or a hash of the text where Etsy gives none.
    pub(super) key: String,
}

pub(super) fn choices(product: &Fields<'_>) -> Vec<Choice> {
    let mut choices: Vec<Choice> = Vec::new();
    for value in product.get("property_values").records() {
        let name = value.get("property_name").name();
        let id = value.get("property_id").word().map(|id| id.into_owned());
        let Some(property) = id.or_else(|| name.clone()) else { continue };
        if choices.iter().any(|choice| choice.property == property) {
            continue;
        }
        let text = value.get("values").items().into_iter().filter_map(Raw::name).collect::<Vec<_>>().join(" / ");
        let ids: Vec<String> =
            value.get("value_ids").items().iter().filter_map(|id| Some(id.id()?.to_string())).collect();
        let key = if ids.is_empty() { format!("x{:016x}", fingerprint(&text)) } else { ids.join("+") };
        let name = name.unwrap_or_else(|| format!("Property {property}"));
        choices.push(Choice { property, name, value: text, key });
    }
    choices
}

/// A text for the choices, the same whatever order they come in and whatever ids Etsy gives the products.
pub(super) fn key<'a>(choices: impl IntoIterator<Item = &'a Choice>) -> String {
    let mut parts: Vec<_> = choices.into_iter().map(|choice| format!("{}.{}", choice.property, choice.key)).collect();
    parts.sort_unstable();
    parts.join("_")
}

impl Choice {
    /// As the SDK's axes want it.
    pub(super) fn as_option(&self) -> entrepot_guest::options::Choice<'_> {
        entrepot_guest::options::Choice { axis: &self.property, name: &self.name, value: &self.value }
    }
}

/// A list of texts, decoded, each once.
pub(super) fn texts(raw: Raw<'_>) -> Vec<String> {
    let mut texts: Vec<String> = Vec::new();
    for text in raw.items().into_iter().filter_map(Raw::word) {
        let text = decode_entities(&text).into_owned();
        if !texts.contains(&text) {
            texts.push(text);
        }
    }
    texts
}
