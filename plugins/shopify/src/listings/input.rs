//! Products as Shopify takes them. Lists are whole ones: what is left out of them is deleted.

use std::collections::BTreeMap;

use entrepot_guest::listing::{Intent, Listing};
use entrepot_guest::money::text;
use entrepot_guest::prelude::*;
use model::{Inventory, Product, ProductVariant, WeightUnit};
use serde_json::{Value, json};

use super::check::{is_handle, pictures};
use super::known::{State, of_values};
use super::shop::{MARK, Shop};
use super::task::{Phase, Picture, Row, Task};
use crate::taxonomy;

/// So many variants are set while we wait; more are given to Shopify to be worked on.
const AT_ONCE: usize = 100;
/// What one mutation may cost: less than the thousand of every plan.
const MOST_TENTHS: usize = 9_500;
/// Tenths of a point, by what Shopify says of its input.
const PER_MUTATION: usize = 100;
const PER_VARIANT: usize = 2;
const PER_PICTURE: usize = 19;
const PER_PICTURE_OF_VARIANT: usize = 6;

/// The option and the value of a product that has none.
const SINGLE: (&str, &str) = ("Title", "Default Title");

pub(super) fn task<T>(shop: &Shop<'_, T>, listing: &Listing) -> Task {
    let product = &listing.product;
    let known_pictures = State::of(listing).files;
    let mut all: Vec<Picture> = Vec::new();
    for (at, media) in pictures(product) {
        if all.iter().all(|picture| picture.url != media.url) {
            let (url, alt) = (media.url.clone(), media.alt.clone().unwrap_or_default());
            all.push(Picture { at, id: known_pictures.get(&url).cloned(), url, alt });
        }
    }
    let pictures = all;
    let sold = product.variants.iter().zip(&listing.variants).enumerate().filter(|(_, (variant, _))| variant.enabled);
    let mut rows: Vec<Row> = sold
        .map(|(at, (variant, listed))| Row {
            variant: variant.source_id.clone(),
            at,
            sku: variant.sku.clone().filter(|sku| !sku.is_empty()),
            values: of_values(&variant.option_values),
            body: variant_body(shop, product, variant),
            picture: picture(product, variant, &pictures),
            stock: stock(variant),
            continues: continues(variant),
            // Ids of a product that is there no longer say nothing of the one that is made anew.
            id: listed.external_id.clone().filter(|_| listing.external_id.is_some()),
            ..Row::default()
        })
        .collect();
    let cost = PER_MUTATION + PER_VARIANT * rows.len() + PER_PICTURE * pictures.len();
    let with_pictures = rows.iter().filter(|row| row.picture.is_some()).count();
    let too_dear = cost + PER_PICTURE_OF_VARIANT * with_pictures > MOST_TENTHS;
    let known = listing.external_id.is_some() && rows.iter().all(|row| row.id.is_some());
    let rows_are_many = is_large(listing);
    if too_dear {
        rows.iter_mut().for_each(|row| row.picture = None);
    }
    let mut task = Task {
        listing: listing.listing_id.clone(),
        product: listing.external_id.clone(),
        is_made: false,
        active: listing.intent == Intent::Active,
        input: product_body(listing),
        options: product.options.iter().map(|option| option.name.clone()).collect(),
        rows,
        pictures,
        phase: match (known, rows_are_many) {
            (false, _) => Phase::Read,
            (true, true) => Phase::Count,
            (true, false) => Phase::Set,
        },
        after: None,
        again: false,
        since: String::new(),
        url: None,
        status: None,
        published: false,
        warnings: Vec::new(),
    };
    if too_dear {
        let message = format!(
            "Shopify takes no pictures of single variants from a product with {} variants and {} pictures; those of the product are there.",
            task.rows.len(),
            task.pictures.len()
        );
        task.warn("/variants", "variant-pictures-left-out", message);
    }
    task
}

/// Shopify takes its time with it.
pub(super) fn is_large(listing: &Listing) -> bool {
    listing.product.variants.iter().filter(|variant| variant.enabled).count() > AT_ONCE
}

impl Task {
    pub(super) fn is_large(&self) -> bool {
        self.rows.len() > AT_ONCE
    }

    pub(super) fn identifier(&self) -> Value {
        match self.product.as_deref().and_then(|product| crate::gid::made("Product", product)) {
            Some(id) => json!({ "id": id }),
            None => json!({ "customId": { "key": MARK, "value": self.listing } }),
        }
    }

    /// `location`: where what is new lies. What is there already has its stock set by itself.
    pub(super) fn whole(&self, location: &str) -> Value {
        let file = |picture: &Picture| match &picture.id {
            Some(id) => json!({ "id": id, "alt": picture.alt }),
            None => json!({ "originalSource": picture.url, "alt": picture.alt, "contentType": "IMAGE" }),
        };
        let variant = |(at, row): (usize, &Row)| {
            let mut body = row.body.clone();
            body["position"] = json!(at + 1);
            if let Some(picture) = row.picture.and_then(|at| self.pictures.get(at)) {
                body["file"] = file(picture);
            }
            match (row.id.as_deref().and_then(|id| crate::gid::made("ProductVariant", id)), row.stock) {
                (Some(id), _) => body["id"] = json!(id),
                (None, Some(stock)) => {
                    body["inventoryQuantities"] =
                        json!([{ "locationId": location, "name": "available", "quantity": stock }]);
                }
                (None, None) => {}
            }
            body
        };
        let mut input = self.input.clone();
        input["files"] = self.pictures.iter().map(file).collect();
        input["variants"] = self.rows.iter().enumerate().map(variant).collect();
        input
    }
}

fn product_body(listing: &Listing) -> Value {
    let product = &listing.product;
    let mut body = json!({
        "title": product.title,
        "descriptionHtml": product.description_html.as_deref().unwrap_or_default(),
        "productType": product.product_type.as_deref().unwrap_or_default(),
        "tags": product.tags,
        "status": match listing.intent {
            Intent::Active => "ACTIVE",
            Intent::Draft => "DRAFT",
            Intent::Ended => "ARCHIVED",
        },
        "productOptions": options(product),
    });
    // Without one Shopify puts the shop's own name there.
    if let Some(brand) = &product.brand {
        body["vendor"] = json!(brand);
    }
    if let Some(handle) = product.handle.as_deref().filter(|handle| is_handle(handle)) {
        body["handle"] = json!(handle);
    }
    if let Some(category) = listing.category.as_deref().and_then(taxonomy::gid) {
        body["category"] = json!(category);
    }
    if let Some(seo) = &product.seo {
        body["seo"] = json!({ "title": seo.title, "description": seo.description });
    }
    body
}

/// Values that variants have, in the order of the option.
fn options(product: &Product) -> Value {
    if product.options.is_empty() {
        return json!([{ "name": SINGLE.0, "position": 1, "values": [{ "name": SINGLE.1 }] }]);
    }
    let option = |(at, option): (usize, &model::OptionAxis)| {
        let sold = product.variants.iter().filter(|variant| variant.enabled);
        let mut used: Vec<&str> = Vec::new();
        for value in sold.filter_map(|variant| variant.option_values.get(at)) {
            if !used.contains(&value.as_str()) {
                used.push(value);
            }
        }
        let place: BTreeMap<&str, usize> =
            option.values.iter().enumerate().map(|(place, value)| (value.as_str(), place)).collect();
        used.sort_by_key(|value| place.get(value).copied().unwrap_or(usize::MAX));
        let values: Vec<Value> = used.into_iter().map(|value| json!({ "name": value })).collect();
        json!({ "name": option.name, "position": at + 1, "values": values })
    };
    product.options.iter().enumerate().map(option).collect()
}

fn variant_body<T>(shop: &Shop<'_, T>, product: &Product, variant: &ProductVariant) -> Value {
    let values: Vec<Value> = if product.options.is_empty() {
        vec![json!({ "optionName": SINGLE.0, "name": SINGLE.1 })]
    } else {
        let values = product.options.iter().zip(&variant.option_values);
        values.map(|(option, value)| json!({ "optionName": option.name, "name": value })).collect()
    };
    let mut item = json!({ "tracked": stock(variant).is_some() });
    if let Some(required) = variant.requires_shipping {
        item["requiresShipping"] = json!(required);
    }
    if let Some(cost) = variant.cost.as_ref().filter(|cost| cost.currency == shop.currency).and_then(text) {
        item["cost"] = json!(cost);
    }
    if let Some((value, unit)) = variant.weight {
        item["measurement"] = json!({ "weight": { "value": value, "unit": weight_unit(unit) } });
    }
    let mut body = prices(variant.price.as_ref(), variant.compare_at.as_ref());
    body["optionValues"] = values.into();
    body["sku"] = json!(variant.sku.as_deref().unwrap_or_default());
    body["barcode"] = json!(variant.gtin.as_deref().unwrap_or_default());
    body["inventoryPolicy"] = json!(if continues(variant) { "CONTINUE" } else { "DENY" });
    body["inventoryItem"] = item;
    if let Some(taxable) = variant.taxable {
        body["taxable"] = json!(taxable);
    }
    body
}

/// What a buyer pays, and what was asked before: null where there is no reduction, or the former one would stay.
pub(super) fn prices(price: Option<&Money>, before: Option<&Money>) -> Value {
    let above = |before: &&Money| price.is_some_and(|price| before.minor > price.minor);
    json!({ "price": price.and_then(text), "compareAtPrice": before.filter(above).and_then(text) })
}

fn weight_unit(unit: WeightUnit) -> &'static str {
    match unit {
        WeightUnit::Gram => "GRAMS",
        WeightUnit::Kilogram => "KILOGRAMS",
        WeightUnit::Ounce => "OUNCES",
        WeightUnit::Pound => "POUNDS",
    }
}

/// Shopify lets nobody set less than nothing. What is not counted can always be bought there, so what cannot be bought is counted.
fn stock(variant: &ProductVariant) -> Option<i64> {
    match &variant.inventory {
        Inventory::Tracked(levels) => Some(levels.iter().map(|level| level.available).sum::<i64>().max(0)),
        Inventory::Untracked(false) => Some(0),
        Inventory::Untracked(true) => None,
    }
}

/// Sold on when nothing is left.
fn continues(variant: &ProductVariant) -> bool {
    match &variant.inventory {
        Inventory::Tracked(levels) => levels.iter().any(|level| level.backorder),
        Inventory::Untracked(_) => false,
    }
}

fn picture(product: &Product, variant: &ProductVariant, pictures: &[Picture]) -> Option<usize> {
    let media = |id: &String| product.media.iter().find(|media| media.source_id.as_ref() == Some(id));
    let of = |media: &model::Media| pictures.iter().position(|picture| picture.url == media.url);
    variant.media_ids.iter().filter_map(media).find_map(of)
}
