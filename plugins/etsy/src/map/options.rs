//! Options: the properties by which the products of a listing differ, two at most so far and three announced.

use entrepot_guest::prelude::model::OptionAxis;
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

#[derive(Default)]
pub(super) struct Axes(Vec<(String, OptionAxis)>);

impl Axes {
    /// In the order in which the products name them.
    pub(super) fn add(&mut self, choices: &[Choice]) {
        for choice in choices {
            let at = self.0.iter().position(|(property, _)| *property == choice.property).unwrap_or_else(|| {
                self.0
                    .push((choice.property.clone(), OptionAxis { name: self.free(&choice.name), values: Vec::new() }));
                self.0.len() - 1
            });
            let values = &mut self.0[at].1.values;
            if !choice.value.is_empty() && !values.contains(&choice.value) {
                values.push(choice.value.clone());
            }
        }
    }

    fn free(&self, name: &str) -> String {
        let taken = |name: &str| self.0.iter().any(|(_, axis)| axis.name == name);
        let numbered = (2..).map(|number| format!("{name} ({number})"));
        std::iter::once(name.to_owned()).chain(numbered).find(|name| !taken(name)).unwrap_or_default()
    }

    /// One value for each axis, "" where the product names none.
    pub(super) fn values(&self, choices: &[Choice]) -> Vec<String> {
        let value = |property: &str| choices.iter().find(|choice| choice.property == *property);
        self.0.iter().map(|(property, _)| value(property).map_or_else(String::new, |c| c.value.clone())).collect()
    }

    pub(super) fn finish(self) -> Vec<OptionAxis> {
        self.0.into_iter().map(|(_, axis)| axis).collect()
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
