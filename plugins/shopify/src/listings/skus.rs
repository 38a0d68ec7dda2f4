//! Who has a SKU in the shop already. Shopify lets two products have the same one.

use std::collections::{BTreeSet, HashMap};

use entrepot_guest::prelude::*;
use serde_json::{Value, json};

use super::task::Task;
use crate::client::Client;
use crate::pages::{self, odd};
use crate::{documents, gid};

/// SKUs asked for at a time, and variants of a page.
const AT_ONCE: usize = 40;
const PAGE: u32 = 100;
/// More pages than any forty SKUs have.
const MOST_PAGES: usize = 50;

/// SKU to numbers of the products that carry it.
#[derive(Debug, Default)]
pub(super) struct Taken(HashMap<String, BTreeSet<String>>);

impl Taken {
    pub(super) fn of<'s, T: Transport>(
        client: &Client<'_, T>,
        skus: impl Iterator<Item = &'s str>,
    ) -> Result<Self, Error> {
        let skus: BTreeSet<&str> = skus.filter(|sku| !sku.is_empty()).collect();
        let mut taken = Self::default();
        let all: Vec<&str> = skus.into_iter().collect();
        for some in all.chunks(AT_ONCE) {
            let query = some.iter().map(|sku| quoted(sku)).collect::<Vec<_>>().join(" OR ");
            let mut after = Value::Null;
            for page in 0.. {
                if page == MOST_PAGES {
                    return Err(odd("a list of variants that does not end"));
                }
                let variables = json!({ "query": query, "first": PAGE, "after": after });
                let data = client.ask(documents::VARIANTS_BY_SKU, variables)?.data;
                let connection = data.get("productVariants").unwrap_or(&Value::Null);
                for node in pages::nodes(connection).ok_or_else(|| odd("no list of variants"))? {
                    let sku = node.get("sku").and_then(Value::as_str).unwrap_or_default();
                    // What is searched is words; what is meant is the whole SKU.
                    if let (true, Some(product)) = (some.contains(&sku), node.get("product").and_then(gid::of)) {
                        taken.0.entry(sku.to_owned()).or_default().insert(product.to_owned());
                    }
                }
                match pages::next(connection)? {
                    Some(end) => after = end.into(),
                    None => break,
                }
            }
        }
        Ok(taken)
    }

    /// What another product carries already. What this one carries, too, stays its own.
    pub(super) fn refusals(&self, task: &Task) -> Vec<Issue> {
        let of_row = |row: &super::task::Row| {
            let sku = row.sku.as_deref()?;
            let products = self.0.get(sku)?;
            if task.product.as_ref().is_some_and(|own| products.contains(own)) {
                return None;
            }
            let other = products.first()?;
            let message = format!(
                "The shop has a product with the SKU {sku:?} already (number {other}), and it is to stand there once. Adopt it (entrepot \
                 listing adopt), or change the SKU."
            );
            Some(issue(format!("/variants/{}/sku", row.at), "sku-taken", message))
        };
        task.rows.iter().filter_map(of_row).collect()
    }

    /// It stands there from now on, whether the search knows it yet or not.
    pub(super) fn add(&mut self, task: &Task) {
        let Some(product) = &task.product else { return };
        for sku in task.rows.iter().filter_map(|row| row.sku.clone()) {
            self.0.entry(sku).or_default().insert(product.clone());
        }
    }
}

pub(super) fn find<T: Transport>(client: &Client<'_, T>, skus: &[String]) -> Result<Vec<(String, String)>, Error> {
    let taken = Taken::of(client, skus.iter().map(String::as_str))?;
    let mut found: Vec<(String, String)> = taken
        .0
        .into_iter()
        .flat_map(|(sku, products)| products.into_iter().map(move |product| (sku.clone(), product)))
        .collect();
    found.sort();
    Ok(found)
}

/// A term of a search: a quote or a backslash would end it, and make what follows a term of its own.
fn quoted(sku: &str) -> String {
    format!("sku:\"{}\"", sku.replace('\\', "\\\\").replace('"', "\\\""))
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn a_sku_is_one_term() {
        assert_eq!(quoted("A-1"), "sku:\"A-1\"");
        assert_eq!(quoted("A\" OR sku:\"B"), "sku:\"A\\\" OR sku:\\\"B\"");
        assert_eq!(quoted("A\\"), "sku:\"A\\\\\"");
    }
}
