//! What `productSet` refuses, with Shopify's codes.

use std::collections::HashSet;

use serde_json::Value;

use super::super::super::model::{Medium, Product};
use super::super::super::state::State;
use super::super::super::tree::{number, taxonomy};
use super::super::{error, text};

const MOST_OPTIONS: usize = 3;
const MOST_VARIANTS: usize = 2_048;
const MOST_FILES: usize = 250;
const LONGEST: usize = 255;

type Options = Vec<(String, Vec<String>)>;

/// Names with their values.
pub(super) fn options(input: &[Value]) -> Options {
    let values = |option: &Value| {
        let values = option.get("values").and_then(Value::as_array).cloned().unwrap_or_default();
        values.iter().filter_map(|value| text(Some(value), "name").map(str::to_owned)).collect()
    };
    input.iter().map(|option| (text(Some(option), "name").unwrap_or_default().to_owned(), values(option))).collect()
}

/// One value for each option; "" for one that is not said.
pub(super) fn values(options: &Options, variant: &Value) -> Vec<String> {
    let said = variant.get("optionValues").and_then(Value::as_array).cloned().unwrap_or_default();
    let value = |(name, _): &(String, Vec<String>)| {
        let of = said.iter().find(|value| text(Some(value), "optionName") == Some(name));
        of.and_then(|value| text(Some(value), "name")).unwrap_or_default().to_owned()
    };
    options.iter().map(value).collect()
}

pub(super) fn is_file(medium: &Medium, id: &str) -> bool {
    number(id, "MediaImage") == Some(medium.id)
}

pub(super) fn file<'p>(product: &'p Product, id: &str) -> Option<&'p Medium> {
    product.media.iter().find(|medium| is_file(medium, id))
}

pub(super) fn errors(state: &State, input: &Value, before: Option<&Product>) -> Vec<Value> {
    let mut errors = Vec::new();
    let mut refuse = |field: &[&str], code: &str, message: &str| {
        let path: Vec<&str> = std::iter::once("input").chain(field.iter().copied()).collect();
        errors.push(error(&path, code, message));
    };
    let said = Some(input);
    let title = text(said, "title").or(before.map(|product| product.title.as_str())).unwrap_or_default();
    if title.trim().is_empty() {
        refuse(&["title"], "INVALID_PRODUCT", "Title can't be blank");
    }
    if title.chars().count() > LONGEST {
        refuse(&["title"], "INVALID_PRODUCT", "Title is too long (maximum is 255 characters)");
    }
    if let Some(handle) = text(said, "handle") {
        let other = |product: &&Product| product.handle == handle && before.is_none_or(|own| own.id != product.id);
        if state.products.values().any(|product| other(&product)) {
            refuse(&["handle"], "HANDLE_NOT_UNIQUE", "Handle already in use. Please provide a new handle.");
        }
    }
    if text(said, "category").is_some_and(|category| taxonomy::named(category).is_none()) {
        refuse(&["category"], "INVALID_INPUT", "The specified category does not exist");
    }
    let list = |name: &str| input.get(name).and_then(Value::as_array);
    if let Some(files) = list("files") {
        if files.len() > MOST_FILES {
            refuse(&["files"], "INVALID_INPUT", "Files input exceeds the limit of 250");
        }
        for (at, one) in files.iter().enumerate() {
            let source = text(Some(one), "originalSource");
            match text(Some(one), "id") {
                Some(id) if before.and_then(|product| file(product, id)).is_none() => {
                    refuse(&["files", &at.to_string(), "id"], "INVALID_INPUT", "File does not exist");
                }
                None if !source.is_some_and(|url| url.starts_with("https://") || url.starts_with("http://")) => {
                    refuse(&["files", &at.to_string(), "originalSource"], "INVALID_INPUT", "Image URL is invalid");
                }
                _ => {}
            }
        }
    }
    match (list("productOptions"), list("variants")) {
        (None, Some(_)) => {
            let message = "Must specify product options when updating variants.";
            refuse(&["variants"], "PRODUCT_OPTIONS_INPUT_MISSING", message);
        }
        (Some(_), None) => {
            refuse(&["productOptions"], "VARIANTS_INPUT_MISSING", "Must specify variants when updating options.");
        }
        (Some(given), Some(variants)) => {
            let options = options(given);
            of_options(&options, &mut refuse);
            if variants.len() > MOST_VARIANTS {
                refuse(&["variants"], "VARIANTS_OVER_LIMIT", "Number of product variants exceeds shop limit.");
            }
            let mut known = HashSet::new();
            for (at, variant) in variants.iter().enumerate() {
                if !known.insert(values(&options, variant)) {
                    refuse(&["variants", &at.to_string()], "INVALID_VARIANT", "The variant already exists.");
                }
                of_variant(state, input, before, &options, (at, variant), &mut refuse);
            }
        }
        (None, None) => {}
    }
    errors
}

fn of_options(options: &Options, refuse: &mut impl FnMut(&[&str], &str, &str)) {
    if options.len() > MOST_OPTIONS {
        refuse(&["productOptions"], "OPTIONS_OVER_LIMIT", "Options over limit.");
    }
    let mut names = HashSet::new();
    for (at, (name, values)) in options.iter().enumerate() {
        let place = at.to_string();
        if !names.insert(name) {
            refuse(&["productOptions", &place], "DUPLICATED_OPTION_NAME", "Duplicated option name.");
        }
        if values.is_empty() {
            let message = "Each option must have at least one option value specified.";
            refuse(&["productOptions", &place], "OPTION_VALUES_MISSING", message);
        }
        if values.iter().collect::<HashSet<_>>().len() < values.len() {
            refuse(&["productOptions", &place], "DUPLICATED_OPTION_VALUE", "Duplicated option value.");
        }
    }
}

fn of_variant(
    state: &State,
    input: &Value,
    before: Option<&Product>,
    options: &Options,
    (at, variant): (usize, &Value),
    refuse: &mut impl FnMut(&[&str], &str, &str),
) {
    let (place, said) = (at.to_string(), Some(variant));
    let mut here = |field: &str, code: &str, message: &str| refuse(&["variants", &place, field], code, message);
    let known = text(said, "id").map(|id| {
        let id = number(id, "ProductVariant");
        before.and_then(|product| product.variants.iter().find(|known| Some(known.id) == id))
    });
    if matches!(known, Some(None)) {
        here("id", "PRODUCT_VARIANT_DOES_NOT_EXIST", "Product variant does not exist");
        return;
    }
    for ((_, values), value) in options.iter().zip(values(options, variant)) {
        if !values.contains(&value) {
            here("optionValues", "OPTION_VALUE_DOES_NOT_EXIST", "Option value does not exist");
        }
    }
    let named = variant.get("optionValues").and_then(Value::as_array).cloned().unwrap_or_default();
    let exists = |value: &Value| options.iter().any(|(name, _)| text(Some(value), "optionName") == Some(name));
    if !named.iter().all(exists) {
        here("optionValues", "OPTION_DOES_NOT_EXIST", "Option does not exist");
    }
    if text(said, "price").is_some_and(|price| price.starts_with('-')) {
        here("price", "INVALID_VARIANT", "Price must be greater than or equal to 0");
    }
    if text(said, "sku").is_some_and(|sku| sku.chars().count() > LONGEST) {
        here("sku", "INVALID_VARIANT", "SKU is too long (maximum is 255 characters)");
    }
    if let Some(file) = variant.get("file").filter(|file| file.is_object()) {
        let files = input.get("files").and_then(Value::as_array).cloned().unwrap_or_default();
        let same = |other: &Value| {
            ["id", "originalSource"].iter().any(|name| file.get(*name).is_some() && file.get(*name) == other.get(*name))
        };
        if !files.iter().any(same) {
            here("file", "INVALID_INPUT", "Variant file must be in the product's files");
        }
    }
    for quantity in variant.get("inventoryQuantities").and_then(Value::as_array).into_iter().flatten() {
        let location = text(Some(quantity), "locationId").and_then(|id| number(id, "Location"));
        let stocked =
            |levels: &[super::super::super::model::Level]| levels.iter().any(|level| Some(level.location) == location);
        if !state.locations.iter().any(|known| Some(known.id) == location && known.active) {
            here("inventoryQuantities", "INVALID_INPUT", "The location does not exist");
        } else if known.flatten().is_some_and(|variant| !stocked(&variant.levels)) {
            here("inventoryQuantities", "INVALID_INPUT", "The variant is not stocked at the location");
        } else if quantity["quantity"].as_i64().is_some_and(|quantity| quantity < 0) {
            here("inventoryQuantities", "INVALID_INPUT", "The quantity can't be negative.");
        }
    }
}
