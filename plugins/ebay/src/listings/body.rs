//! Items, groups and offers as they are to be, on top of what is there.

use std::collections::BTreeMap;

use entrepot_guest::money::text;
use entrepot_guest::prelude::*;
use model::{LengthUnit, MediaKind, Product, ProductVariant, WeightUnit};
use serde_json::{Map, Value, json};

use super::merge::{inside, object, put};
use super::words::Words;
use super::work::{Part, Work};
use crate::market::Market;
use crate::policies::POLICIES;
use crate::taxonomy::{ASPECT, COMMON_ASPECT};

/// Pictures of a listing, and of one of its variations.
pub(super) const MOST_PICTURES: usize = 24;
pub(super) const MOST_PICTURES_OF_VARIATION: usize = 12;
/// What is said where a category asks for a number and the goods have none.
const NONE: &str = "Does not apply";

/// What only answers have.
const ITEM_ANSWERS: [&str; 2] = ["groupIds", "inventoryItemGroupKeys"];
const OFFER_ANSWERS: [&str; 6] = ["offerId", "status", "listing", "sku", "marketplaceId", "format"];

pub(super) fn pictures(product: &Product) -> Vec<&str> {
    let images = product.media.iter().filter(|media| media.kind == MediaKind::Image);
    images.map(|media| media.url.as_str()).take(MOST_PICTURES).collect()
}

/// Those of its own; without any, eBay would refuse the variation, so it has the listing's.
fn pictures_of<'p>(product: &'p Product, variant: &ProductVariant) -> Vec<&'p str> {
    let is_own = |media: &&model::Media| {
        media.kind == MediaKind::Image && media.source_id.as_ref().is_some_and(|id| variant.media_ids.contains(id))
    };
    let own: Vec<&str> = product.media.iter().filter(is_own).map(|media| media.url.as_str()).collect();
    let shown = if own.is_empty() { pictures(product) } else { own };
    shown.into_iter().take(MOST_PICTURES_OF_VARIATION).collect()
}

/// Facts that the goods have as a whole: by the listing's fields, by what an eBay shop said of them, and their brand.
pub(super) fn aspects(market: &Market, work: &Work<'_>) -> BTreeMap<String, Vec<String>> {
    let product = &work.listing.product;
    let mut found = BTreeMap::new();
    for one in product.attributes.iter().filter(|one| one.namespace == "aspect") {
        let many = if one.kind == "json" { serde_json::from_str::<Vec<String>>(&one.value).ok() } else { None };
        found.insert(one.key.clone(), many.unwrap_or_else(|| vec![one.value.clone()]));
    }
    let words = Words::of(work.listing);
    for (name, values) in words.beginning(&[ASPECT, COMMON_ASPECT]).filter(|(_, values)| !values.is_empty()) {
        found.insert(name.to_owned(), values);
    }
    if let Some(brand) = brand(product) {
        found.entry(market.brand.to_owned()).or_insert_with(|| vec![brand.to_owned()]);
    }
    found.retain(|name, _| !product.options.iter().any(|option| option.name.trim() == name));
    found
}

pub(super) fn brand(product: &Product) -> Option<&str> {
    product.brand.as_deref().map(str::trim).filter(|brand| !brand.is_empty())
}

fn replaced_aspects(
    fields: &mut Map<String, Value>,
    known: &[String],
    common: &BTreeMap<String, Vec<String>>,
    own: impl IntoIterator<Item = (String, String)>,
) {
    inside(fields, "aspects", |aspects| {
        // What was sent once and is no longer said; what the seller says at eBay stays.
        aspects.retain(|name, _| !known.contains(name));
        aspects.extend(common.iter().map(|(name, values)| (name.clone(), json!(values))));
        aspects.extend(own.into_iter().map(|(name, value)| (name, json!([value]))));
    });
}

/// An item, with its SKU and its language, as the bulk call takes it.
pub(super) fn item(market: &Market, locale: &str, work: &Work<'_>, part: &Part<'_>) -> Value {
    let (product, variant) = (&work.listing.product, part.variant);
    let mut body = item_there(part);
    body.insert("sku".to_owned(), json!(part.sku));
    body.insert("locale".to_owned(), json!(locale));
    body.insert("condition".to_owned(), json!(work.terms.condition));
    if let Some(words) = &work.terms.condition_description {
        body.insert("conditionDescription".to_owned(), json!(words));
    }
    inside(&mut body, "availability", |availability| {
        inside(availability, "shipToLocationAvailability", |there| {
            put(there, "quantity", Some(part.quantity()));
        });
    });
    inside(&mut body, "product", |fields| {
        // Of a listing with variations the group's counts, and each item that is sent is one of the day's changes.
        if work.group.is_none() || fields.get("title").is_none_or(Value::is_null) {
            put(fields, "title", Some(product.title.trim()));
        }
        put(fields, "brand", brand(product));
        if let Some(mpn) = variant.mpn.as_deref().filter(|mpn| !mpn.trim().is_empty()) {
            put(fields, "mpn", Some(mpn));
        }
        gtin(fields, variant.gtin.as_deref());
        let shown = if work.group.is_some() { pictures_of(product, variant) } else { pictures(product) };
        put(fields, "imageUrls", Some(json!(shown)));
        let options = product.options.iter().zip(&variant.option_values);
        let own = options.map(|(option, value)| (option.name.trim().to_owned(), value.trim().to_owned()));
        replaced_aspects(fields, &work.state.aspects, &aspects(market, work), own);
    });
    package(&mut body, variant);
    Value::Object(body)
}

/// As it is there, without what only answers have.
pub(super) fn item_there(part: &Part<'_>) -> Map<String, Value> {
    let mut body = object(part.item.clone().unwrap_or_default());
    ITEM_ANSWERS.iter().for_each(|name| drop(body.remove(*name)));
    inside(&mut body, "availability", |availability| {
        inside(availability, "shipToLocationAvailability", |there| drop(there.remove("allocationByFormat")));
    });
    body
}

/// Under the name that its digits have. One that the seller entered at eBay stays where nobody here knows another.
fn gtin(fields: &mut Map<String, Value>, gtin: Option<&str>) {
    let digits = gtin.map(|gtin| if gtin.len() == 14 { gtin.strip_prefix('0').unwrap_or(gtin) } else { gtin });
    let name = digits.and_then(|digits| match digits.len() {
        13 if digits.starts_with("978") || digits.starts_with("979") => Some("isbn"),
        8 | 13 => Some("ean"),
        12 => Some("upc"),
        _ => None,
    });
    let names = ["ean", "upc", "isbn"];
    match name.zip(digits) {
        Some((name, digits)) => {
            names.iter().for_each(|other| drop(fields.remove(*other)));
            fields.insert(name.to_owned(), json!([digits]));
        }
        // Categories ask for it without saying so.
        None if !names.iter().any(|name| fields.contains_key(*name)) => {
            fields.insert("ean".to_owned(), json!([NONE]));
        }
        None => {}
    }
}

fn package(body: &mut Map<String, Value>, variant: &ProductVariant) {
    let weight = variant.weight.filter(|(value, _)| *value > 0.0).map(|(value, unit)| {
        let unit = match unit {
            WeightUnit::Gram => "GRAM",
            WeightUnit::Kilogram => "KILOGRAM",
            WeightUnit::Ounce => "OUNCE",
            WeightUnit::Pound => "POUND",
        };
        json!({ "value": value, "unit": unit })
    });
    let size = variant.dimensions.map(|size| {
        let (unit, times) = match size.unit {
            LengthUnit::Millimeter => ("CENTIMETER", 0.1),
            LengthUnit::Centimeter => ("CENTIMETER", 1.0),
            LengthUnit::Meter => ("METER", 1.0),
            LengthUnit::Inch => ("INCH", 1.0),
            LengthUnit::Foot => ("FEET", 1.0),
            LengthUnit::Yard => ("FEET", 3.0),
        };
        let [length, width, height] = [size.length, size.width, size.height].map(|side| side * times);
        json!({ "length": length, "width": width, "height": height, "unit": unit })
    });
    inside(body, "packageWeightAndSize", |package| {
        package.extend(weight.map(|weight| ("weight".to_owned(), weight)));
        package.extend(size.map(|size| ("dimensions".to_owned(), size)));
    });
}

/// A group, on top of what is there.
pub(super) fn group(market: &Market, work: &Work<'_>) -> Value {
    let product = &work.listing.product;
    let mut body = object(work.group_there.clone().unwrap_or_default());
    drop(body.remove("inventoryItemGroupKey"));
    put(&mut body, "title", Some(product.title.trim()));
    put(&mut body, "description", Some(description(product)));
    put(&mut body, "imageUrls", Some(json!(pictures(product))));
    let skus: Vec<&str> = work.parts.iter().map(|part| part.sku.as_str()).collect();
    put(&mut body, "variantSKUs", Some(json!(skus)));
    replaced_aspects(&mut body, &work.state.aspects, &aspects(market, work), []);
    let names: Vec<&str> = product.options.iter().map(|option| option.name.trim()).collect();
    let specifications = product.options.iter().enumerate().map(|(at, option)| {
        let used = || product.variants.iter().filter_map(|variant| variant.option_values.get(at));
        // In the seller's order, and only what there is.
        let known = option.values.iter().filter(|value| used().any(|own| own.trim() == value.trim()));
        let mut values: Vec<&str> = Vec::new();
        for value in known.chain(used()) {
            if !values.contains(&value.trim()) {
                values.push(value.trim());
            }
        }
        json!({ "name": option.name.trim(), "values": values })
    });
    let specifications: Vec<Value> = specifications.collect();
    inside(&mut body, "variesBy", |varies| {
        put(varies, "specifications", Some(specifications));
        let known = varies.get("aspectsImageVariesBy").and_then(Value::as_array);
        let fits = known.is_some_and(|known| {
            !known.is_empty() && known.iter().all(|name| name.as_str().is_some_and(|name| names.contains(&name)))
        });
        if !fits {
            put(varies, "aspectsImageVariesBy", Some(json!(names.first().into_iter().collect::<Vec<_>>())));
        }
    });
    Value::Object(body)
}

/// eBay takes no listing without one.
pub(super) fn description(product: &Product) -> &str {
    let html = product.description_html.as_deref().map(str::trim).filter(|html| !html.is_empty());
    html.unwrap_or(product.title.trim())
}

/// An offer as it is replaced, on top of what is there.
pub(super) fn offer(work: &Work<'_>, part: &Part<'_>) -> Map<String, Value> {
    let mut body = offer_there(part);
    // Likewise: of a group its own is shown.
    if work.group.is_none() || body.get("listingDescription").is_none_or(Value::is_null) {
        put(&mut body, "listingDescription", Some(description(&work.listing.product)));
    }
    put(&mut body, "listingDuration", Some("GTC"));
    put(&mut body, "availableQuantity", Some(part.quantity()));
    for (name, said) in [("categoryId", &work.terms.category), ("merchantLocationKey", &work.terms.location)] {
        if let Some(said) = said {
            put(&mut body, name, Some(said.as_str()));
        }
    }
    inside(&mut body, "listingPolicies", |policies| {
        for (policy, said) in POLICIES.iter().zip(&work.terms.policies) {
            if let Some(said) = said {
                put(policies, policy.id, Some(said.as_str()));
            }
        }
    });
    if let Some(price) = &part.variant.price {
        set_price(&mut body, price);
    }
    body
}

/// An amount that is there in other words stays in them.
pub(super) fn set_price(body: &mut Map<String, Value>, price: &Money) {
    inside(body, "pricingSummary", |pricing| {
        let there = &pricing.get("price").cloned().unwrap_or_default();
        if amount(there).as_ref() != Some(price) {
            put(pricing, "price", money(price));
        }
    });
}

/// `{"value": "22.00", "currency": "EUR"}` as money.
pub(super) fn amount(there: &Value) -> Option<Money> {
    entrepot_guest::money::money(there["value"].as_str()?, there["currency"].as_str()?).ok()
}

pub(super) fn money(price: &Money) -> Option<Value> {
    Some(json!({ "value": text(price)?, "currency": price.currency }))
}

/// As it is there, as far as it can be sent back.
pub(super) fn offer_there(part: &Part<'_>) -> Map<String, Value> {
    let mut body = object(part.offer.clone().unwrap_or_default());
    OFFER_ANSWERS.iter().for_each(|name| drop(body.remove(*name)));
    body
}
