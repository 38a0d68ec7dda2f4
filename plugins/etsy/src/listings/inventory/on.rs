//! By which properties price, quantity, SKU and processing time vary. Etsy refuses lists that do not go with the lines, or merges lines.

use std::collections::BTreeMap;

use entrepot_guest::lenient::Fields;
use serde_json::{Value, json};

use super::Line;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in super::super) struct On {
    pub(in super::super) price: Vec<u64>,
    pub(in super::super) quantity: Vec<u64>,
    pub(in super::super) sku: Vec<u64>,
    pub(in super::super) readiness: Vec<u64>,
}

impl On {
    pub(super) fn read(record: &Fields<'_>) -> Self {
        let of = |name: &str| record.get(name).items().iter().filter_map(|id| id.id()).collect();
        Self {
            price: of("price_on_property"),
            quantity: of("quantity_on_property"),
            sku: of("sku_on_property"),
            readiness: of("readiness_state_on_property"),
        }
    }

    pub(super) fn write(&self, body: &mut Value) {
        body["price_on_property"] = json!(self.price);
        body["quantity_on_property"] = json!(self.quantity);
        body["sku_on_property"] = json!(self.sku);
        body["readiness_state_on_property"] = json!(self.readiness);
    }

    /// As they are, where they go with the lines; else as short as possible.
    pub(in super::super) fn fitting(&self, lines: &[Line]) -> Self {
        Self {
            price: fitting(&self.price, lines, |line| format!("{:?}", line.price)),
            quantity: fitting(&self.quantity, lines, |line| line.quantity.to_string()),
            sku: fitting(&self.sku, lines, |line| line.sku.clone()),
            readiness: fitting(&self.readiness, lines, |line| format!("{:?}", line.readiness)),
        }
    }
}

fn fitting(now: &[u64], lines: &[Line], value: fn(&Line) -> String) -> Vec<u64> {
    let own: Vec<u64> =
        lines.first().map(|line| line.choices.iter().map(|choice| choice.property).collect()).unwrap_or_default();
    if !now.is_empty() && now.iter().all(|id| own.contains(id)) && explains(now, lines, value) {
        return now.to_vec();
    }
    let none = Vec::new();
    let alone = own.iter().map(|id| vec![*id]);
    let mut tried = std::iter::once(none).chain(alone);
    tried.find(|by| explains(by, lines, value)).unwrap_or_else(|| own.clone())
}

/// Lines that are alike in these properties have the same value.
fn explains(by: &[u64], lines: &[Line], value: fn(&Line) -> String) -> bool {
    let mut seen: BTreeMap<Vec<&str>, String> = BTreeMap::new();
    lines.iter().all(|line| {
        let alike = line.choices.iter().filter(|choice| by.contains(&choice.property));
        let value = value(line);
        *seen.entry(alike.map(|choice| choice.value.as_str()).collect()).or_insert_with(|| value.clone()) == value
    })
}
