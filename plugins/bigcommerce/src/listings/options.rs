//! Options of a product that stands there. A variant can only be of values that there are, so these come first.

use entrepot_guest::issue::invalid;
use entrepot_guest::prelude::*;
use serde_json::{Value, json};

use super::changes::{Answer, Said};
use super::shop::Shop;
use super::there::{Axis, There};
use super::values::{Renaming, named, renamed};

/// Whether the product's options can become of those that are there: that is asked before anything of it is changed.
pub(super) fn fit(product: &model::Product, there: &There) -> Result<(), Error> {
    if there.has_no_options() {
        return Ok(());
    }
    let is_there = |at: usize, option: &model::OptionAxis| {
        named(there, &option.name).is_some() || renamed(product, there, at).is_some()
    };
    let fits = there.options.len() == product.options.len()
        && product.options.iter().enumerate().all(|(at, option)| is_there(at, option));
    if fits { Ok(()) } else { Err(changed(product, there)) }
}

/// Sees to it that the store has each option with each value, and nothing is made twice. In the order of the product's options.
pub(super) fn complete<T: Transport>(
    shop: &Shop<'_, T>,
    id: u64,
    product: &model::Product,
    there: &There,
    renamings: &[Renaming],
) -> Result<Vec<Axis>, Error> {
    let mut axes = Vec::with_capacity(product.options.len());
    for (at, option) in product.options.iter().enumerate() {
        let labels = used(product, at);
        let mut axis = match named(there, &option.name) {
            Some(axis) => axis.clone(),
            None => match renamed(product, there, at) {
                Some(axis) => renamed_to(shop, id, axis, &option.name)?,
                None => made(shop, id, at, &option.name, &labels)?,
            },
        };
        let option = axis.id;
        for renaming in renamings.iter().filter(|renaming| renaming.option == option) {
            relabelled(shop, id, &mut axis, renaming, &labels)?;
        }
        for (rank, label) in labels.iter().enumerate() {
            if !axis.values.iter().any(|(_, known)| known == label) {
                let path = format!("/v3/catalog/products/{id}/options/{}/values", axis.id);
                let body = json!({ "label": label, "sort_order": rank });
                let answer = accepted(shop.change(Method::Post, &path, Some(&body))?)?;
                axis.values.push((number(&answer, "value of an option")?, (*label).to_owned()));
            }
        }
        axes.push(axis);
    }
    Ok(axes)
}

/// The values that variants have, in the option's order.
fn used(product: &model::Product, at: usize) -> Vec<&str> {
    let of_variants = product.variants.iter().filter_map(|variant| variant.option_values.get(at).map(String::as_str));
    let mut all: Vec<&str> = of_variants.collect();
    let order = |label: &str| product.options.get(at).and_then(|of| of.values.iter().position(|value| value == label));
    all.sort_by_key(|label| order(label).unwrap_or(usize::MAX));
    let mut seen = std::collections::HashSet::new();
    all.retain(|label| seen.insert(*label));
    all
}

fn renamed_to<T: Transport>(shop: &Shop<'_, T>, id: u64, axis: &Axis, name: &str) -> Result<Axis, Error> {
    let path = format!("/v3/catalog/products/{id}/options/{}", axis.id);
    accepted(shop.change(Method::Put, &path, Some(&json!({ "display_name": name })))?)?;
    Ok(Axis { name: name.to_owned(), ..axis.clone() })
}

fn relabelled<T: Transport>(
    shop: &Shop<'_, T>,
    id: u64,
    axis: &mut Axis,
    renaming: &Renaming,
    labels: &[&str],
) -> Result<(), Error> {
    let rank = labels.iter().position(|label| *label == renaming.label).unwrap_or_default();
    let path = format!("/v3/catalog/products/{id}/options/{}/values/{}", axis.id, renaming.value);
    let body = json!({ "label": renaming.label, "sort_order": rank });
    let answer = accepted(shop.change(Method::Put, &path, Some(&body))?)?;
    if answer.data().fields().get("id").id() != Some(renaming.value) {
        return Err(Error::Unavailable("BigCommerce does not say which value of an option it has renamed".to_owned()));
    }
    let value = axis.values.iter_mut().find(|(value, _)| *value == renaming.value);
    value.into_iter().for_each(|(_, label)| label.clone_from(&renaming.label));
    Ok(())
}

fn made<T: Transport>(shop: &Shop<'_, T>, id: u64, at: usize, name: &str, labels: &[&str]) -> Result<Axis, Error> {
    let values: Vec<Value> =
        labels.iter().enumerate().map(|(rank, label)| json!({ "label": label, "sort_order": rank })).collect();
    let body = json!({ "display_name": name, "type": "rectangles", "sort_order": at, "option_values": values });
    let answer = accepted(shop.change(Method::Post, &format!("/v3/catalog/products/{id}/options"), Some(&body))?)?;
    let values = answer.data().fields().get("option_values").records();
    let values = values.iter().filter_map(|value| Some((value.get("id").id()?, value.get("label").owned()?)));
    let values: Vec<(u64, String)> = values.collect();
    // A variant of a value that is not named would be refused, although nothing is wrong with it.
    if let Some(label) = labels.iter().find(|label| !values.iter().any(|(_, known)| known == *label)) {
        let why = format!("BigCommerce does not say that it has made the value {label:?} of the option {name:?}");
        return Err(Error::Unavailable(why));
    }
    Ok(Axis { id: number(&answer, "option")?, name: name.to_owned(), values })
}

fn accepted(said: Said) -> Result<Answer, Error> {
    match said {
        Said::Done(answer) => Ok(answer),
        Said::Refused(refusal) => {
            let message = format!("BigCommerce refuses an option: {}", refusal.words);
            Err(invalid("/options", "option-refused", message))
        }
    }
}

fn number(answer: &Answer, what: &str) -> Result<u64, Error> {
    let id = answer.data().fields().get("id").id();
    id.ok_or_else(|| Error::Unavailable(format!("BigCommerce does not say which {what} it has made")))
}

fn changed(product: &model::Product, there: &There) -> Error {
    let names = |names: Vec<&str>| if names.is_empty() { "none".to_owned() } else { names.join(", ") };
    let message = format!(
        "The product has other options than in the store (here {}; there {}), and BigCommerce cannot change which options a product with \
         variants has. End the listing with \"forget\", which deletes the product there, and push it anew.",
        names(product.options.iter().map(|option| option.name.as_str()).collect()),
        names(there.options.iter().map(|axis| axis.name.as_str()).collect()),
    );
    invalid("/options", "options-changed", message)
}
