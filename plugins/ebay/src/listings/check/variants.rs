//! What can be bought: options, SKUs, prices, stock.

use std::collections::HashSet;

use entrepot_guest::check::Notes;
use entrepot_guest::listing::Listing;
use entrepot_guest::prelude::*;
use model::{Inventory, Product, ProductVariant};

use super::MOST_NAME;
use crate::listings::work::UNCOUNTED;
use crate::settings::Settings;

/// Of a listing.
const MOST_VARIANTS: usize = 250;
const MOST_SKU: usize = 50;
/// Characters of the name of a fact, and of a value by which goods vary.
pub(super) const MOST_ASPECT: usize = 40;
pub(super) const MOST_VALUE: usize = 50;

pub(super) fn check(settings: &Settings, listing: &Listing, notes: &mut Notes) {
    let product = &listing.product;
    if product.variants.is_empty() {
        notes.refuse("/variants", "variants-missing", "There is nothing to buy of this product.");
    }
    if product.variants.len() > MOST_VARIANTS {
        let count = product.variants.len();
        let message = format!("There are {count} variants; a listing on eBay has {MOST_VARIANTS}. Split the product.");
        notes.refuse("/variants", "variants-too-many", message);
    }
    options(settings, product, notes);
    let (mut skus, mut values) = (HashSet::new(), HashSet::new());
    for (at, variant) in product.variants.iter().enumerate() {
        price(settings, at, variant, notes);
        sku(settings, at, variant, &mut skus, notes);
        if let Some(mpn) = &variant.mpn {
            notes.at_most(format!("/variants/{at}/mpn"), "mpn-too-long", "The manufacturer's number", mpn, MOST_NAME);
        }
        let path = format!("/variants/{at}/option_values");
        let said = variant.option_values.iter().filter(|value| !value.trim().is_empty()).count();
        if said != product.options.len() || variant.option_values.len() != product.options.len() {
            let message = "The variant does not say what it is of each option, and eBay asks for all. Set its values.";
            notes.refuse(path.as_str(), "options-incomplete", message);
        } else if !product.options.is_empty() && !values.insert(&variant.option_values) {
            let message = "Another variant has the same values of all options. Change one of the two.";
            notes.refuse(path.as_str(), "options-duplicate", message);
        }
        for value in &variant.option_values {
            notes.at_most(path.as_str(), "option-value-too-long", "The value of an option", value.trim(), MOST_VALUE);
        }
        stock(at, variant, notes);
    }
}

fn options(settings: &Settings, product: &Product, notes: &mut Notes) {
    notes.option_names(product, product.variants.len());
    for (at, option) in product.options.iter().enumerate() {
        let (path, name) = (format!("/options/{at}"), option.name.trim());
        notes.at_most(path.as_str(), "option-too-long", "The name of an option", name, MOST_ASPECT);
        if name.eq_ignore_ascii_case(settings.market.brand) {
            let message = format!(
                "{name:?} is an option, and on eBay variations of one listing have one brand. Split the product."
            );
            notes.refuse(path, "option-may-not-vary", message);
        }
    }
}

fn price(settings: &Settings, at: usize, variant: &ProductVariant, notes: &mut Notes) {
    let path = |field: &str| format!("/variants/{at}/{field}");
    notes.price(at, variant);
    let Some(price) = &variant.price else { return };
    let own = settings.market.currency;
    if price.minor == 0 {
        notes.refuse(path("price"), "price-too-low", "eBay takes no price of nothing. Set one.");
    }
    if price.currency != own {
        let market = settings.market.id;
        let message = format!(
            "The price is in {}, and {market} sells in {own}. Set a price in {own} for this channel.",
            price.currency
        );
        notes.refuse(path("price"), "currency-other", message);
    }
    if variant.compare_at.is_some() {
        let message = "Prices from before a reduction are for sellers whom eBay lets show them: the price that is asked now is sent.";
        notes.warn(path("compare_at"), "compare-at-left-out", message);
    }
}

fn sku<'v>(
    settings: &Settings,
    at: usize,
    variant: &'v ProductVariant,
    seen: &mut HashSet<&'v str>,
    notes: &mut Notes,
) {
    let path = format!("/variants/{at}/sku");
    match variant.sku.as_deref().map(str::trim).filter(|sku| !sku.is_empty()) {
        None => {
            notes.refuse(path, "sku-missing", "The variant has no SKU, and eBay knows goods by nothing else. Set one.")
        }
        Some(sku) => {
            notes.at_most(path.as_str(), "sku-too-long", "The SKU as eBay gets it", &settings.sku_there(sku), MOST_SKU);
            if !seen.insert(sku) {
                let message = format!("Two variants have the SKU {sku:?}. Change one of them.");
                notes.refuse(path, "sku-duplicate", message);
            }
        }
    }
}

fn stock(at: usize, variant: &ProductVariant, notes: &mut Notes) {
    let path = format!("/variants/{at}/inventory");
    match &variant.inventory {
        Inventory::Untracked(true) => {
            let message = format!("Its stock is not counted, and eBay asks for a number: {UNCOUNTED} is sent.");
            notes.warn(path, "stock-not-counted", message);
        }
        Inventory::Tracked(levels) if levels.iter().any(|level| level.backorder) => {
            let message = "eBay sells no more than lies there: what may be ordered beyond that is not sent.";
            notes.warn(path, "backorder-left-out", message);
        }
        _ => {}
    }
}
