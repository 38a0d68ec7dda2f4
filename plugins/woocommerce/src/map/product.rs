//! The product as a whole.

use entrepot_guest::currency::exponent;
use entrepot_guest::issue::invalid;
use entrepot_guest::prelude::*;
use model::{Collection, Product, ProductStatus};

use super::media::Gallery;
use super::notes::{Notes, Place, short};
use super::options::{self, Axis};
use super::price::Prices;
use super::variant::{Context, Units};
use super::wire::{Attribute, Body, Goods, Term};
use super::{attributes, extras};
use crate::settings::Settings;
use entrepot_guest::lenient::{Fields, Raw};

pub fn map_product(channel: &Channel, item: &RawItem) -> Result<Product, Error> {
    let body: Body<'_> = serde_json::from_str(&item.body).map_err(|error| {
        invalid("", "item-unreadable", format!("The shop's answer cannot be read as a product: {error}"))
    })?;
    let Body { product, variations, store, paths } = &body;
    let currency = store.currency.word().map(|currency| currency.into_owned()).or_else(|| channel.currency.clone());
    let currency = currency.unwrap_or_default();
    let Some(exponent) = exponent(&currency) else {
        return Err(invalid(
            "/store/currency",
            "currency-unknown",
            format!("{:?} is no active currency.", short(&currency)),
        ));
    };
    let rounding = Settings::of(channel)?.price_rounding;

    let mut notes = Notes::default();
    let source_id = product.id.word().map_or_else(|| item.source_id.clone(), |id| id.into_owned());
    let title = product.name.name().unwrap_or_default();
    if title.is_empty() {
        notes.fatal(Place::Product, "name", "title-missing", "The product has no name. Enter one in the shop.");
    }
    let variable = !variations.is_empty() || product.r#type.text().is_some_and(|kind| kind.starts_with("variable"));
    let context = Context {
        prices: Prices { currency: &currency, exponent, rounding },
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

    let mut gallery = Gallery::of(product);
    let mut variants = Vec::with_capacity(variations.len().max(1));
    for (at, variation) in variations.iter().enumerate() {
        let place = Place::Variation(at);
        let mut variant = context.variant(variation, place, &mut notes);
        variant.option_values = options::of_variation(&mut axes, variation.attributes, place, &mut notes);
        variant.media_ids = gallery.of_variation(variation);
        variants.push(variant);
    }
    if !variable {
        variants.push(context.variant(product, Place::Product, &mut notes));
    } else if variants.is_empty() {
        let message = "The product is variable and has no variations, so there is nothing to buy.";
        notes.warn(Place::Product, "variations", "variations-missing", message);
    }

    let mapped = Product {
        title,
        description_html: html(product.description),
        summary_html: html(product.short_description),
        brand,
        product_type: None,
        handle: product.slug.word().map(|slug| slug.into_owned()),
        url: product.permalink.word().filter(|url| url.starts_with("http")).map(|url| url.into_owned()),
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
        extras: extras::of_product(product),
        source_id,
    };
    if notes.fatal.is_empty() {
        Ok(Product { warnings: notes.warnings, ..mapped })
    } else {
        Err(Error::Invalid(notes.fatal))
    }
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

fn html(raw: Raw<'_>) -> Option<String> {
    raw.text().filter(|text| !text.trim().is_empty()).map(|text| text.into_owned())
}

fn collections(product: &Goods<'_>, paths: Raw<'_>) -> Vec<Collection> {
    let terms = product.categories.read::<Term<'_>>();
    if terms.is_empty() {
        return Vec::new();
    }
    let paths = serde_json::from_str::<Fields<'_>>(paths.json()).unwrap_or_default();
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
