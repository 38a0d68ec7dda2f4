//! The product as a whole.

use std::collections::HashSet;

use entrepot_guest::currency::exponent;
use entrepot_guest::issue::invalid;
use entrepot_guest::prelude::*;
use model::{Collection, Product, ProductStatus};

use super::address::address;
use super::media::Gallery;
use super::notes::{Notes, Place, short};
use super::options::{self, Axis};
use super::price::Prices;
use super::variant::{Context, Units};
use super::wire::{Attribute, Body, Goods, Term};
use super::{attributes, extras, html};
use crate::settings::Settings;
use entrepot_guest::lenient::Raw;

pub fn map_product(channel: &Channel, item: &RawItem) -> Result<Product, Error> {
    let body: Body<'_> = Body::of(&item.body).map_err(|error| {
        invalid("", "item-unreadable", format!("The shop's answer cannot be read as a product: {error}"))
    })?;
    let Body { product, variations, store, paths, unread } = &body;
    let currency = store.currency.word().map(|currency| currency.into_owned()).or_else(|| channel.currency.clone());
    let currency = currency.unwrap_or_default();
    let Some(exponent) = exponent(&currency) else {
        return Err(invalid("/store/currency", "currency-unknown", entrepot_guest::currency::unknown(&currency)));
    };
    let settings = Settings::of(channel)?;
    let base = settings.base().unwrap_or_default();

    let mut notes = Notes::default();
    let source_id = product.id.word().map_or_else(|| item.source_id.clone(), |id| id.into_owned());
    let title = product.name.name().unwrap_or_default();
    if title.is_empty() {
        notes.fatal(Place::Product, "name", "title-missing", "The product has no name. Enter one in the shop.");
    }
    let variable = !variations.is_empty() || product.r#type.text().is_some_and(|kind| kind.starts_with("variable"));
    let context = Context {
        prices: Prices { currency: &currency, exponent, rounding: settings.price_rounding },
        units: Units::of(store, &mut notes),
        product_id: &source_id,
        parent: variable.then_some(product),
    };

    let mut attributes = Vec::new();
    let mut axes = Vec::new();
    let mut wire = product.attributes.read::<Attribute<'_>>();
    wire.sort_by_key(|attribute| {
        attribute.position.word().and_then(|place| place.parse::<i64>().ok()).unwrap_or(i64::MAX)
    });
    for attribute in &wire {
        if variable && attribute.variation.is_true() {
            axes.push(Axis::of(attribute, axes.len()));
        } else {
            attributes.extend(attributes::plain(attribute));
        }
    }
    let brand = attributes::brands(product, &mut attributes);
    attributes::meta(product, &mut attributes);

    let mut gallery = Gallery::of(product, &base, &mut notes);
    let mut variants = Vec::with_capacity(variations.len().max(1));
    for (at, variation) in variations.iter().enumerate() {
        let place = Place::Variation(at);
        let mut variant = context.variant(variation, place, &mut notes);
        variant.option_values = options::of_variation(&mut axes, variation.attributes, place, &mut notes);
        variant.media_ids = gallery.of_variation(variation, place, &mut notes);
        variants.push(variant);
    }
    if !variable {
        variants.push(context.variant(product, Place::Product, &mut notes));
    } else if variants.is_empty() && product.variations.values().is_empty() {
        let message = "The product is variable and has no variations, so there is nothing to buy.";
        notes.warn(Place::Product, "variations", "variations-missing", message);
    }
    undelivered(product, variations, &mut notes);
    if unread.items().into_iter().any(|list| list.word().is_some_and(|list| list == "categories")) {
        let message = "The shop did not show all of its categories: the product's own ones come without the names above theirs; the next \
                       import asks again.";
        notes.warn(Place::Product, "categories", "categories-unread", message);
    }
    let url = product.permalink.word().and_then(|url| address(&url, &base, Place::Product, "permalink", &mut notes));
    let (description_html, stored) = html(product.description);
    let (summary_html, stored_short) = html(product.short_description);
    let stored: Vec<_> = [("stored_description", stored), ("stored_short_description", stored_short)]
        .into_iter()
        .filter_map(|(name, stored)| Some((name, stored?)))
        .collect();

    let mapped = Product {
        title,
        description_html,
        summary_html,
        brand,
        product_type: None,
        handle: product.slug.word().map(|slug| slug.into_owned()),
        url,
        status: status(product, &mut notes),
        tags: product.tags.read::<Term<'_>>().iter().filter_map(|tag| tag.name.name()).collect(),
        options: options::finish(axes),
        variants,
        media: gallery.media,
        collections: collections(product, *paths),
        attributes,
        seo: None,
        created_at: notes.instant(product.date_created_gmt, Place::Product, "date_created_gmt"),
        updated_at: notes.instant(product.date_modified_gmt, Place::Product, "date_modified_gmt"),
        warnings: Vec::new(),
        extras: extras::of_product(product, &stored, address_of_goods(product, &base, &mut notes)),
        source_id,
    };
    if notes.fatal.is_empty() {
        Ok(Product { warnings: notes.warnings, ..mapped })
    } else {
        Err(Error::Invalid(notes.fatal))
    }
}

/// Where a product is sold elsewhere. Nobody is to follow what is no address of a page.
fn address_of_goods<'a>(product: &Goods<'a>, base: &str, notes: &mut Notes) -> Raw<'a> {
    let raw = product.external_url;
    let usable = raw.word().is_some_and(|url| address(&url, base, Place::Product, "external_url", notes).is_some());
    if usable { raw } else { Raw::MISSING }
}

fn status(product: &Goods<'_>, notes: &mut Notes) -> ProductStatus {
    let status = product.status.text().unwrap_or_default();
    match status.as_ref() {
        "publish" => ProductStatus::Active,
        "draft" | "pending" | "future" | "auto-draft" => ProductStatus::Draft,
        "private" | "trash" => ProductStatus::Archived,
        other => {
            let message = format!("{:?} is no status that is known; the product counts as a draft.", short(other));
            notes.warn(Place::Product, "status", "status-unknown", message);
            ProductStatus::Draft
        }
    }
}

/// What buyers see, and what is stored where that is something else.
fn html(raw: Raw<'_>) -> (Option<String>, Option<Raw<'_>>) {
    let Some(stored) = raw.text().filter(|text| !text.trim().is_empty()) else { return (None, None) };
    match html::shown(&stored) {
        Some(shown) => (Some(shown).filter(|shown| !shown.is_empty()), Some(raw)),
        None => (Some(stored.into_owned()), None),
    }
}

/// What the product names as its variations and the shop does not show.
fn undelivered(product: &Goods<'_>, variations: &[Goods<'_>], notes: &mut Notes) {
    // Old versions answer whole variations here.
    let id = |named: Raw<'_>| named.id().or_else(|| named.fields().get("id").id());
    let named: Vec<u64> = product.variations.values().into_iter().filter_map(id).collect();
    let shown: HashSet<u64> = variations.iter().filter_map(|variation| variation.id.id()).collect();
    let missing: Vec<_> = named.iter().filter(|id| !shown.contains(id)).map(u64::to_string).collect();
    if missing.is_empty() {
        return;
    }
    let some = missing.iter().take(10).map(String::as_str).collect::<Vec<_>>().join(", ");
    let message = format!(
        "The product names {} variations and the shop shows {} of them; missing: {some}{}. They may be in the trash, or not be allowed to \
         be read.",
        named.len(),
        named.len() - missing.len(),
        if missing.len() > 10 { " and more" } else { "" }
    );
    notes.warn(Place::Product, "variations", "variation-missing", message);
}

fn collections(product: &Goods<'_>, paths: Raw<'_>) -> Vec<Collection> {
    let terms = product.categories.read::<Term<'_>>();
    if terms.is_empty() {
        return Vec::new();
    }
    let paths = paths.fields();
    let collection = |term: &Term<'_>| {
        let id = term.id.word()?;
        let mut path: Vec<String> =
            paths.get(&id).values().iter().filter_map(|title| title.text()).map(|title| title.into_owned()).collect();
        let title = term.name.name().or_else(|| path.last().cloned())?;
        match path.last_mut() {
            // The product's page is younger than the list of categories.
            Some(last) => last.clone_from(&title),
            None => path.push(title.clone()),
        }
        Some(Collection { source_id: id.into_owned(), title, path })
    };
    terms.iter().filter_map(collection).collect()
}
