//! An inventory as a table: read as Etsy shows it, changed, and written whole, for what is left out of a write is gone.

mod build;
mod on;

use entrepot_guest::currency::exponent;
use entrepot_guest::lenient::{Fields, Raw};
use entrepot_guest::money::text as decimal;
use entrepot_guest::prelude::*;
use entrepot_guest::text::decode_entities;
use serde_json::{Value, json};

use super::answered::{refused, unsaid};
use crate::client::{Body, Client};
use crate::map::variant_key;

pub(super) use build::{MOST_QUANTITY, MOST_SKU, wanted};
pub(super) use on::On;

/// A property's value in one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Choice {
    pub(super) property: u64,
    pub(super) name: String,
    pub(super) value: String,
    pub(super) value_ids: Vec<u64>,
    pub(super) scale: Option<u64>,
}

/// What can be bought, or could.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Line {
    /// As imports name it; empty before Etsy has it.
    pub(super) id: String,
    pub(super) sku: String,
    pub(super) choices: Vec<Choice>,
    pub(super) price: Option<Money>,
    pub(super) quantity: i64,
    pub(super) enabled: bool,
    pub(super) readiness: Option<u64>,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Table {
    pub(super) lines: Vec<Line>,
    pub(super) on: On,
}

impl Line {
    /// What it is of each property, in one order.
    pub(super) fn values(&self) -> Vec<(u64, &str)> {
        let mut values: Vec<_> = self.choices.iter().map(|choice| (choice.property, choice.value.as_str())).collect();
        values.sort_unstable();
        values
    }

    fn is_as(&self, other: &Self) -> bool {
        let rest = |line: &Self| (line.sku.clone(), line.price.clone(), line.quantity, line.enabled, line.readiness);
        self.values() == other.values() && rest(self) == rest(other)
    }
}

impl Table {
    /// `json`: the record as Etsy shows it. Without what was deleted; of a product the offering that counts.
    pub(super) fn read(listing: u64, json: &str) -> Result<Self, Error> {
        let record = Raw::checked(json).fields();
        let unreadable = |what: &str| Error::Unavailable(format!("Etsy's inventory of listing {listing} {what}"));
        let products = record.get("products").list().ok_or_else(|| unreadable("comes without products"))?;
        let mut lines = Vec::new();
        for product in products.into_iter().map(Raw::fields).filter(|product| !product.get("is_deleted").is_true()) {
            let mut offerings = product.get("offerings").records();
            offerings.retain(|offering| !offering.get("is_deleted").is_true());
            offerings.sort_by_key(|offering| !offering.get("is_enabled").is_true());
            let Some(offering) = offerings.first() else { continue };
            let quantity = offering.get("quantity").whole();
            let choices = product.get("property_values").records();
            lines.push(Line {
                id: match variant_key(&product) {
                    key if key.is_empty() => listing.to_string(),
                    key => format!("{listing}-{key}"),
                },
                sku: product.get("sku").name().unwrap_or_default(),
                choices: choices
                    .iter()
                    .map(choice)
                    .collect::<Option<_>>()
                    .ok_or_else(|| unreadable("has unnamed properties"))?,
                price: price(&offering.get("price").fields()),
                quantity: quantity.ok_or_else(|| unreadable("has a product without a quantity"))?,
                enabled: offering.get("is_enabled").is_true(),
                readiness: offering.get("readiness_state_id").id(),
            });
        }
        Ok(Self { lines, on: On::read(&record) })
    }

    /// What can be sold now.
    pub(super) fn stock(&self) -> i64 {
        self.lines.iter().filter(|line| line.enabled).map(|line| line.quantity).sum()
    }

    pub(super) fn has_properties(&self) -> bool {
        self.lines.iter().any(|line| !line.choices.is_empty())
    }

    /// The same lines, whatever their order.
    pub(super) fn is_as(&self, other: &Self) -> bool {
        let same = |line: &Line| other.lines.iter().any(|known| known.is_as(line));
        self.lines.len() == other.lines.len() && self.lines.iter().all(same)
    }

    /// The same goods at the same prices, however many there are.
    pub(super) fn sells_as(&self, other: &Self) -> bool {
        let uncounted = |table: &Self| {
            let line = |line: &Line| Line { quantity: 0, enabled: true, ..line.clone() };
            Self { lines: table.lines.iter().map(line).collect(), on: table.on.clone() }
        };
        uncounted(self).is_as(&uncounted(other))
    }

    /// As it is written: without ids of products and offerings, with prices as numbers.
    fn body(&self) -> Result<Value, Error> {
        let line = |line: &Line| {
            let price = line.price.as_ref().and_then(decimal).and_then(|text| text.parse::<f64>().ok());
            let price = price.ok_or_else(|| Error::Other("a product of the inventory has no price".to_owned()))?;
            let mut offering = json!({ "price": price, "quantity": line.quantity, "is_enabled": line.enabled });
            if let Some(id) = line.readiness {
                offering["readiness_state_id"] = json!(id);
            }
            let choices = line.choices.iter().map(|choice| {
                json!({ "property_id": choice.property, "property_name": choice.name, "scale_id": choice.scale,
                    "value_ids": choice.value_ids, "values": [choice.value] })
            });
            let choices: Vec<Value> = choices.collect();
            Ok(json!({ "sku": line.sku, "property_values": choices, "offerings": [offering] }))
        };
        let mut body = json!({ "products": self.lines.iter().map(line).collect::<Result<Vec<_>, Error>>()? });
        self.on.write(&mut body);
        Ok(body)
    }

    /// Writes it whole. As Etsy has it then, which is what was written.
    pub(super) fn put<T: Transport>(&self, client: &Client<'_, T>, listing: u64) -> Result<Self, Error> {
        let answer = client.change(Method::Put, &format!("/listings/{listing}/inventory"), Body::Json(self.body()?));
        let answer = answer.map_err(|error| refused(error, "/variants", "inventory-refused"))?;
        let written = Self::read(listing, &answer.to_string())?;
        if written.lines.is_empty() {
            return Err(unsaid("it has taken the inventory"));
        }
        if !written.is_as(self) {
            let message = format!(
                "Etsy took the inventory and has it otherwise: {} products were sent and {} are there. Look at the listing on Etsy.",
                self.lines.len(),
                written.lines.len()
            );
            return Err(entrepot_guest::issue::invalid("/variants", "inventory-not-kept", message));
        }
        Ok(written)
    }
}

fn choice(row: &Fields<'_>) -> Option<Choice> {
    let texts = row.get("values").items().into_iter().filter_map(Raw::word);
    let texts: Vec<String> = texts.map(|text| decode_entities(&text).into_owned()).collect();
    Some(Choice {
        property: row.get("property_id").id()?,
        name: row.get("property_name").name().unwrap_or_default(),
        value: texts.join(" / "),
        value_ids: row.get("value_ids").items().iter().filter_map(|id| id.id()).collect(),
        scale: row.get("scale_id").id(),
    })
}

/// `amount / divisor`, exactly; the divisor is not always a hundred.
fn price(money: &Fields<'_>) -> Option<Money> {
    let currency = money.get("currency_code").word()?.into_owned();
    let (amount, divisor) = (money.get("amount").whole()?, money.get("divisor").whole()?);
    let scaled = i128::from(amount) * 10_i128.pow(exponent(&currency)?);
    let whole = divisor > 0 && scaled % i128::from(divisor) == 0;
    let minor = whole.then(|| i64::try_from(scaled / i128::from(divisor)).ok())??;
    Some(Money { minor, currency })
}

#[cfg(test)]
mod tests;
