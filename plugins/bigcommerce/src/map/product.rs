//! The product as a whole.

use std::borrow::Cow;
use std::collections::HashMap;

use entrepot_guest::address::absolute;
use entrepot_guest::currency::exponent;
use entrepot_guest::issue::invalid;
use entrepot_guest::prelude::*;
use model::{Attribute, Collection, Product, ProductStatus, Seo};

use super::media::Gallery;
use super::notes::{Notes, Place, short};
use super::price::Prices;
use super::stock::Stock;
use super::units::Units;
use super::variant::Shared;
use super::{extras, options};
use crate::settings::Settings;
use entrepot_guest::lenient::{Fields, Raw};

pub fn map_product(channel: &Channel, item: &RawItem) -> Result<Product, Error> {
    let body = Fields::parse(&item.body).map_err(|error| {
        invalid("", "item-unreadable", format!("What the store sent cannot be read as a product: {error}"))
    })?;
    let (product, store) = (body.get("product").fields(), body.get("store").fields());
    let currency = store.get("currency").owned().or_else(|| channel.currency.clone()).unwrap_or_default();
    let Some(exponent) = exponent(&currency) else {
        return Err(invalid("/store/currency", "currency-unknown", entrepot_guest::currency::unknown(&currency)));
    };
    let rounding = Settings::of(channel)?.price_rounding;

    let mut notes = Notes::default();
    let source_id = product.get("id").owned().unwrap_or_else(|| item.source_id.clone());
    // Names are plain text here: an entity in one is what the seller typed.
    let title = product.get("name").owned().unwrap_or_default();
    if title.is_empty() {
        notes.fatal(Place::Product, "name", "title-missing", "The product has no name. Enter one in the store.");
    }
    let shared = Shared {
        product: &product,
        prices: Prices { currency: &currency, exponent, rounding, product: &product },
        units: Units::of(&store, &mut notes),
        stock: Stock {
            product: &product,
            product_id: &source_id,
            items: body.get("inventory"),
            base_variant: product.get("base_variant_id").id(),
        },
        purchasable: purchasable(&product, &mut notes),
    };

    let unread = unread(body.get("unread"), &mut notes);
    let listed = variants(product.get("variants"), &mut notes);
    let mut axes = options::axes(body.get("options"));
    listed.iter().for_each(|variant| options::learn(&mut axes, variant));
    let address = store.get("url").owned().unwrap_or_default();
    let mut gallery = Gallery::of(&product, &address, &mut notes);
    let mut variants = Vec::with_capacity(listed.len().max(1));
    for (at, fields) in listed.iter().enumerate() {
        let place = Place::Variant(at);
        let base = listed.len() == 1 && fields.get("option_values").is_empty();
        let mut variant = shared.variant(fields, base, place, &mut notes);
        variant.option_values = options::chosen(&axes, fields, place, &mut notes);
        let label: Vec<_> = variant.option_values.iter().filter(|value| !value.is_empty()).cloned().collect();
        variant.title = (!label.is_empty()).then(|| label.join(" / "));
        variant.media_ids = gallery.of_variant(fields.get("image_url"), place, &mut notes);
        variants.push(variant);
    }
    if variants.is_empty() {
        variants.extend(without_variants(&shared, axes.len(), &mut notes));
    }

    let handle = product.get("custom_url").fields().get("url").owned();
    let mapped = Product {
        title,
        description_html: product.get("description").owned(),
        summary_html: None,
        brand: body.get("brand").owned(),
        product_type: None,
        url: handle.as_deref().and_then(|path| absolute(path.trim_start_matches('/'), &address).ok()),
        handle: handle.as_deref().and_then(slug),
        status: status(&product, &mut notes),
        tags: keywords(product.get("search_keywords")),
        options: options::finish(axes),
        variants,
        media: gallery.media,
        collections: collections(
            &product,
            body.get("paths"),
            unread.iter().any(|list| list == "categories"),
            &mut notes,
        ),
        attributes: product.get("custom_fields").records().iter().filter_map(attribute).collect(),
        seo: seo(&product),
        created_at: notes.instant(product.get("date_created"), "date_created"),
        updated_at: notes.instant(product.get("date_modified"), "date_modified"),
        warnings: Vec::new(),
        extras: extras::of_product(&product, body.get("modifiers"), &store),
        source_id,
    };
    if notes.fatal.is_empty() {
        Ok(Product { warnings: notes.warnings, ..mapped })
    } else {
        Err(Error::Invalid(notes.fatal))
    }
}

/// A row that is there twice is one; of two that say different things of one variant, the first counts.
fn variants<'a>(raw: Raw<'a>, notes: &mut Notes) -> Vec<Fields<'a>> {
    let (mut kept, mut known) = (Vec::new(), HashMap::new());
    for row in raw.items().into_iter().filter(|row| row.json().starts_with('{')) {
        let fields = row.fields();
        let before = fields.get("id").id().and_then(|id| Some((id, known.insert(id, row.json())?)));
        match before {
            None => kept.push(fields),
            Some((_, other)) if other == row.json() => {}
            Some((id, _)) => {
                let message = format!("Variant {id} comes twice with different values; the first was taken.");
                notes.warn(Place::Product, "variants", "variant-duplicate", message);
            }
        }
    }
    kept
}

/// A simple product always has a base variant, whose id stock and price lists need; a server that left it out is made up for.
fn without_variants(shared: &Shared<'_>, axes: usize, notes: &mut Notes) -> Option<model::ProductVariant> {
    if axes > 0 {
        let message = "The product has options and no variants, so there is nothing to buy.";
        notes.warn(Place::Product, "variants", "variants-missing", message);
        return None;
    }
    Some(shared.variant(&Fields::default(), true, Place::Product, notes))
}

fn purchasable(product: &Fields<'_>, notes: &mut Notes) -> bool {
    match product.get("availability").word().as_deref() {
        Some("available" | "preorder") => true,
        Some("disabled") => false,
        other => {
            let other = other.unwrap_or_default();
            let message = format!("{:?} is no availability that is known; the product cannot be bought.", short(other));
            notes.warn(Place::Product, "availability", "availability-unknown", message);
            false
        }
    }
}

/// What is not visible is not for the public; whether what is visible can be bought is said of its variants.
fn status(product: &Fields<'_>, notes: &mut Notes) -> ProductStatus {
    let visible = product.get("is_visible");
    match visible.flag() {
        Some(true) => ProductStatus::Active,
        Some(false) => ProductStatus::Draft,
        None => {
            notes.warn(
                Place::Product,
                "is_visible",
                "status-unknown",
                "Whether the product is visible cannot be read.",
            );
            ProductStatus::Draft
        }
    }
}

/// The last folder of the page's path.
fn slug(path: &str) -> Option<String> {
    let last = path.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    let slug = last.strip_suffix(".html").unwrap_or(last);
    (!slug.is_empty()).then(|| slug.to_owned())
}

fn keywords(raw: Raw<'_>) -> Vec<String> {
    let text = raw.text().unwrap_or_default();
    let mut words: Vec<String> = Vec::new();
    // What marks a listing is no word of the seller's.
    for word in text.split(',').map(str::trim).filter(|word| !word.is_empty() && !crate::mark::is_one(word)) {
        if !words.iter().any(|known| known == word) {
            words.push(word.to_owned());
        }
    }
    words
}

/// Which of the lists that name things could not be read when this product was, and what that costs it.
fn unread<'a>(lists: Raw<'a>, notes: &mut Notes) -> Vec<Cow<'a, str>> {
    let unread: Vec<_> = lists.items().into_iter().filter_map(Raw::word).collect();
    for list in &unread {
        if list == "stock" {
            let message = "The API account may not read stock per location: the number of the catalogue was taken, as that of the \
                           default location. Give it the scope Store inventory, read-only.";
            notes.warn(Place::Product, "inventory_level", "stock-unread", message);
            continue;
        }
        let (field, what) =
            if list == "brands" { ("brand_id", "brand") } else { ("categories", "categories, or those above them,") };
        let message = format!(
            "BigCommerce did not show the names of the {list}: the product's {what} were left out; the next import asks again."
        );
        notes.warn(Place::Product, field, &format!("{list}-unread"), message);
    }
    unread
}

fn collections(product: &Fields<'_>, paths: Raw<'_>, unread: bool, notes: &mut Notes) -> Vec<Collection> {
    let paths = paths.fields();
    let mut collections: Vec<Collection> = Vec::new();
    for id in product.get("categories").items().into_iter().filter_map(Raw::id) {
        let source_id = id.to_string();
        let path: Vec<String> = paths.get(&source_id).items().into_iter().filter_map(Raw::owned).collect();
        let Some(title) = path.last().cloned() else {
            if unread {
                continue;
            }
            let message = format!("The product is in category {id}, which does not exist any more.");
            notes.warn(Place::Product, "categories", "category-unknown", message);
            continue;
        };
        if !collections.iter().any(|known| known.source_id == source_id) {
            collections.push(Collection { source_id, title, path });
        }
    }
    collections
}

fn attribute(field: &Fields<'_>) -> Option<Attribute> {
    let (key, value) = (field.get("name").owned()?, field.get("value").text()?.into_owned());
    Some(Attribute { namespace: "custom_field".to_owned(), key, kind: "text".to_owned(), value })
}

fn seo(product: &Fields<'_>) -> Option<Seo> {
    let seo = Seo { title: product.get("page_title").owned(), description: product.get("meta_description").owned() };
    (seo.title.is_some() || seo.description.is_some()).then_some(seo)
}
