//! What can be bought: options, SKUs, prices, stock.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use entrepot_guest::check::Notes;
use entrepot_guest::prelude::*;
use model::{Inventory, Product, ProductVariant};

use crate::listings::inventory::{MOST_QUANTITY, MOST_SKU};

/// Properties by which the products of a listing differ.
const MOST_OPTIONS: usize = 2;
/// Values of one of them.
const MOST_VALUES: usize = 70;

/// What could be sold now.
pub(super) fn stock(product: &Product) -> i64 {
    product.variants.iter().filter(|variant| variant.enabled).map(of).sum()
}

fn of(variant: &ProductVariant) -> i64 {
    match &variant.inventory {
        Inventory::Tracked(levels) => levels.iter().map(|level| level.available).sum::<i64>().max(0),
        Inventory::Untracked(there) => i64::from(*there) * MOST_QUANTITY,
    }
}

pub(super) fn check(product: &Product, notes: &mut Notes) {
    options(product, notes);
    if !product.variants.iter().any(|variant| variant.enabled) {
        notes.refuse("/variants", "variants-missing", "There is nothing to buy of this product.");
    }
    let digital = |variant: &ProductVariant| variant.requires_shipping == Some(false);
    if !product.variants.is_empty() && product.variants.iter().all(digital) {
        let message =
            "It is not shipped, so Etsy would ask for a file to download, and none is sent from here. Make it on Etsy.";
        notes.refuse("/variants", "digital-unsupported", message);
    }
    let (mut skus, mut values) = (HashSet::new(), HashSet::new());
    for (at, variant) in product.variants.iter().enumerate() {
        let path = |field: &str| format!("/variants/{at}/{field}");
        match &variant.price {
            None => {
                notes.refuse(path("price"), "price-missing", "The variant has no price, so it cannot be sold. Set one.")
            }
            Some(price) if price.minor <= 0 => {
                notes.refuse(path("price"), "price-too-low", "Etsy takes no price of nothing. Set one.");
            }
            Some(_) => {}
        }
        if variant.compare_at.is_some() {
            let message = "Etsy shows no price from before a reduction: the price that is asked now is sent.";
            notes.warn(path("compare_at"), "compare-at-left-out", message);
        }
        if let Some(sku) = variant.sku.as_deref().filter(|sku| !sku.is_empty()) {
            let characters = sku.chars().count();
            if characters > MOST_SKU {
                let message =
                    format!("The SKU {sku:?} has {characters} characters; Etsy takes {MOST_SKU}. Shorten it.");
                notes.refuse(path("sku"), "sku-too-long", message);
            }
            if !skus.insert(sku) {
                let message = format!("Two variants have the SKU {sku:?}. Change one of them.");
                notes.refuse(path("sku"), "sku-duplicate", message);
            }
        }
        let said = variant.option_values.iter().filter(|value| !value.trim().is_empty()).count();
        if said != product.options.len() || variant.option_values.len() != product.options.len() {
            let message = "The variant does not say what it is of each option, and Etsy asks for all. Set its values.";
            notes.refuse(path("option_values"), "options-incomplete", message);
        } else if !values.insert(&variant.option_values) && !product.options.is_empty() {
            let message = "Another variant has the same values of all options. Change one of the two.";
            notes.refuse(path("option_values"), "options-duplicate", message);
        }
        quantity(variant, &path("inventory"), notes);
    }
    notes.one_currency(product.variants.iter());
}

fn quantity(variant: &ProductVariant, path: &str, notes: &mut Notes) {
    match &variant.inventory {
        Inventory::Untracked(true) => {
            let message = format!("Its stock is not counted, and Etsy asks for a number: {MOST_QUANTITY} is sent.");
            notes.warn(path, "stock-not-counted", message);
        }
        _ if of(variant) > MOST_QUANTITY => {
            let message = format!("There are {}; Etsy shows {MOST_QUANTITY} at the most.", of(variant));
            notes.warn(path, "stock-cut", message);
        }
        _ => {}
    }
}

fn options(product: &Product, notes: &mut Notes) {
    if product.options.len() > MOST_OPTIONS {
        let message = format!(
            "There are {} options; products of an Etsy listing differ by {MOST_OPTIONS}. Join some, or split the product.",
            product.options.len()
        );
        notes.refuse("/options", "options-too-many", message);
    }
    notes.option_names(product, product.variants.len());
    let mut used: BTreeMap<usize, BTreeSet<&str>> = BTreeMap::new();
    for variant in &product.variants {
        for (at, value) in variant.option_values.iter().enumerate() {
            used.entry(at).or_default().insert(value);
        }
    }
    for (at, option) in product.options.iter().enumerate() {
        let path = format!("/options/{at}");
        let values = used.get(&at).cloned().unwrap_or_default();
        if values.len() > MOST_VALUES {
            let message =
                format!("{:?} has {} values; Etsy takes {MOST_VALUES}. Split the product.", option.name, values.len());
            notes.refuse(path.as_str(), "option-values-too-many", message);
        }
        if let Some(value) = values.iter().find(|value| value.contains(['(', ')'])) {
            let message =
                format!("{value:?} holds parentheses, which Etsy does not take in values of options. Rename it.");
            notes.refuse(path.as_str(), "option-characters", message);
        }
    }
}
