//! What no product may have, whichever adapter it came from. An adapter is not trusted to have checked.

use std::collections::HashSet;

use super::limits::{self, beginning};
use super::{Inventory, Issue, Product, Variant, addresses, optional};
use crate::money::{Money, exponent};
use crate::names::is_unseen;

/// More than this is a mistake, not a price: ten thousand million in a currency with cents.
const ABSURD_MINOR: i64 = 1_000_000_000_000;
const MAX_TITLE_LEN: usize = 1_000;

/// Mends what can be mended without changing its meaning (NUL characters), adds warnings, and returns what makes the product
/// unusable. An empty answer means that it may be stored.
pub fn validate(product: &mut Product) -> Vec<Issue> {
    let mut errors = Vec::new();
    strip_nul(product);
    limits::check(product, &mut errors);
    if !errors.is_empty() {
        return limits::few(errors);
    }
    if product.source_id.is_empty() {
        errors.push(Issue::new("/source_id", "source-id-missing", "the adapter returned a product without an id"));
    }
    if product.title.chars().all(|c| c.is_whitespace() || is_unseen(c)) {
        errors.push(Issue::new("/title", "title-missing", "the product has no name; give it one in the shop"));
    } else if product.title.chars().count() > MAX_TITLE_LEN {
        let message = format!("the product's name is longer than {MAX_TITLE_LEN} characters; shorten it in the shop");
        errors.push(Issue::new("/title", "title-too-long", message));
    }
    optional::leave_out(product);
    addresses::leave_out(product);
    check_variants(product, &mut errors);
    product.warnings = limits::few(std::mem::take(&mut product.warnings));
    limits::few(errors)
}

fn check_variants(product: &mut Product, errors: &mut Vec<Issue>) {
    let mut ids = HashSet::new();
    let mut skus = HashSet::new();
    let mut warnings = Vec::new();
    for (index, variant) in product.variants.iter().enumerate() {
        let at = |field: &str| format!("/variants/{index}/{field}");
        if variant.source_id.is_empty() {
            errors.push(Issue::new(at("source_id"), "source-id-missing", "a variant has no id"));
        } else if !ids.insert(variant.source_id.as_str()) {
            let message = format!("two variants have the id {}", variant.source_id);
            errors.push(Issue::new(at("source_id"), "source-id-duplicate", message));
        }
        if variant.option_values.len() != product.options.len() {
            let message = format!(
                "the variant has {} option values where the product has {} options",
                variant.option_values.len(),
                product.options.len()
            );
            errors.push(Issue::new(at("option_values"), "option-values-mismatch", message));
        }
        for (field, money) in [("price", &variant.price), ("compare_at", &variant.compare_at), ("cost", &variant.cost)]
        {
            if let Some(money) = money {
                check_money(&at(field), money, errors);
            }
        }
        if let Some(sale) = &variant.sale {
            check_money(&at("sale/price"), &sale.price, errors);
        }
        if variant.amounts().any(|money| Some(money.currency.as_str()) != variant.currency()) {
            errors.push(Issue::new(at("price"), "currency-mixed", "the variant's amounts are in different currencies"));
        }
        if let Some(sku) = variant.sku.as_deref().filter(|sku| !sku.is_empty())
            && !skus.insert(sku)
        {
            let message = format!("the SKU {sku} stands on more than one variant of this product");
            warnings.push(Issue::new(at("sku"), "sku-duplicate", message));
        }
        if let Inventory::Tracked(levels) = &variant.inventory {
            let mut places = HashSet::new();
            if let Some(twice) = levels.iter().find(|level| !places.insert(level.location_id.as_str())) {
                let message = format!("the variant's stock at {} is told twice", twice.location_id);
                errors.push(Issue::new(at("inventory"), "stock-duplicate", message));
            }
        }
        unpriced(variant, &at("price"), &product.warnings, &mut warnings);
    }
    if product.variants.is_empty() && !has(&product.warnings, "variants-missing", "/variants") {
        let message = "nothing of this product can be bought: it has no variants";
        warnings.push(Issue::new("/variants", "variants-missing", message));
    }
    product.warnings.extend(warnings);
}

fn unpriced(variant: &Variant, path: &str, known: &[Issue], warnings: &mut Vec<Issue>) {
    let (code, message) = match &variant.price {
        None => ("price-missing", "it has no price, so it cannot be sold elsewhere"),
        Some(price) if price.minor == 0 => ("price-zero", "its price is zero, so it cannot be sold elsewhere"),
        Some(_) => return,
    };
    // The adapter may have said so already, under the marketplace's own path.
    if !known.iter().any(|issue| issue.code == code) {
        warnings.push(Issue::new(path, code, message));
    }
}

fn has(issues: &[Issue], code: &str, path: &str) -> bool {
    issues.iter().any(|issue| issue.code == code && issue.path == path)
}

fn check_money(path: &str, money: &Money, errors: &mut Vec<Issue>) {
    if exponent(&money.currency).is_none() {
        let currency = beginning(&money.currency, 20);
        let message = format!("{currency:?} is no currency of ISO 4217; set the shop's currency");
        errors.push(Issue::new(path, "currency-unknown", message));
    }
    if money.minor < 0 {
        let amount = beginning(&money.to_string(), 60);
        errors.push(Issue::new(path, "price-negative", format!("{amount} is below zero; correct it in the shop")));
    } else if money.minor > ABSURD_MINOR {
        let amount = beginning(&money.to_string(), 60);
        errors.push(Issue::new(path, "price-absurd", format!("{amount} cannot be meant; correct it in the shop")));
    }
}

/// PostgreSQL's text cannot hold U+0000, and it means nothing in a catalogue.
fn strip_nul(product: &mut Product) {
    let clean = |text: &mut String| {
        if text.contains('\0') {
            *text = text.replace('\0', "");
        }
    };
    let clean_option = |text: &mut Option<String>| {
        if let Some(text) = text {
            clean(text);
        }
    };
    clean(&mut product.source_id);
    clean(&mut product.title);
    for text in [
        &mut product.description_html,
        &mut product.summary_html,
        &mut product.brand,
        &mut product.product_type,
        &mut product.handle,
        &mut product.url,
    ] {
        clean_option(text);
    }
    product.tags.iter_mut().for_each(clean);
    for option in &mut product.options {
        clean(&mut option.name);
        option.values.iter_mut().for_each(clean);
    }
    for variant in &mut product.variants {
        clean(&mut variant.source_id);
        for text in [&mut variant.sku, &mut variant.gtin, &mut variant.mpn, &mut variant.title, &mut variant.tax_class]
        {
            clean_option(text);
        }
        variant.option_values.iter_mut().for_each(clean);
        variant.media_ids.iter_mut().for_each(clean);
        if let Inventory::Tracked(levels) = &mut variant.inventory {
            for level in levels {
                clean(&mut level.location_id);
                clean_option(&mut level.location_name);
                clean_option(&mut level.item_id);
            }
        }
    }
    for media in &mut product.media {
        clean_option(&mut media.source_id);
        clean(&mut media.url);
        clean_option(&mut media.alt);
    }
    for collection in &mut product.collections {
        clean(&mut collection.source_id);
        clean(&mut collection.title);
        collection.path.iter_mut().for_each(clean);
    }
    for attribute in &mut product.attributes {
        for text in [&mut attribute.namespace, &mut attribute.key, &mut attribute.kind, &mut attribute.value] {
            clean(text);
        }
    }
}
