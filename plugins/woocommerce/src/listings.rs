//! Goods on their way out: products of the shop that are made, kept up to date and taken off.

mod answered;
mod body;
mod find;
mod offers;
mod push;
mod shop;
mod variations;

use std::collections::HashSet;

use entrepot_guest::listing::{Checked, Listing, Offer, OfferOutcome, PushOutcome};
use entrepot_guest::prelude::*;
use entrepot_guest::taxonomy::{Category, Field};
use entrepot_guest::text::decode_entities;

use crate::categories;
use crate::client::Client;
use crate::settings::Settings;
use shop::Shop;

/// Characters of a SKU; the shop's column has no room for more.
const MAX_SKU: usize = 100;

/// Pure: what the shop would refuse, or take and not sell.
pub fn check_listing(_: &Channel, listing: &Listing, _: &[Field]) -> Checked {
    let (mut issues, mut warnings) = (Vec::new(), Vec::new());
    let product = &listing.product;
    if product.title.trim().is_empty() {
        issues.push(issue("/title", "title-missing", "The listing has no title. Set one."));
    }
    if product.variants.is_empty() {
        issues.push(issue("/variants", "variants-missing", "There is nothing to buy of this product."));
    }
    let (mut skus, mut currencies) = (HashSet::new(), HashSet::new());
    for (at, variant) in product.variants.iter().enumerate() {
        let path = |field: &str| format!("/variants/{at}/{field}");
        match &variant.price {
            None => issues.push(issue(
                path("price"),
                "price-missing",
                "The variant has no price, so the shop would not sell it. Set one.",
            )),
            Some(price) => drop(currencies.insert(price.currency.as_str())),
        }
        if let Some(sku) = variant.sku.as_deref().filter(|sku| !sku.is_empty()) {
            if !skus.insert(sku) {
                let message =
                    format!("Two variants have the SKU {sku:?}; the shop takes each once. Change one of them.");
                issues.push(issue(path("sku"), "sku-duplicate", message));
            }
            if sku.chars().count() > MAX_SKU {
                let message = format!("The SKU has {} characters; the shop keeps {MAX_SKU}.", sku.chars().count());
                issues.push(issue(path("sku"), "sku-too-long", message));
            }
        }
        if variant.option_values.len() != product.options.len() {
            let message = "The variant does not say what it is of each option, so buyers could not choose it.";
            issues.push(issue(path("option_values"), "options-incomplete", message));
        }
    }
    if product.variants.len() > 1 && product.options.is_empty() {
        issues.push(issue(
            "/options",
            "options-missing",
            "There are several variants and no option by which buyers could tell them apart.",
        ));
    }
    if currencies.len() > 1 {
        issues.push(issue(
            "/variants",
            "currency-mixed",
            "The variants have prices in several currencies; a shop sells in one.",
        ));
    }
    if product.media.iter().any(|media| media.kind != model::MediaKind::Image) {
        warnings.push(issue(
            "/media",
            "media-left-out",
            "The shop shows pictures alone; videos and models were left out.",
        ));
    }
    let shown = issues.is_empty().then(|| shown(product));
    Checked { issues, warnings, shown }
}

fn shown(product: &model::Product) -> model::Product {
    let media = product.media.iter().filter(|media| media.kind == model::MediaKind::Image).cloned().collect();
    model::Product { media, ..product.clone() }
}

pub fn push_listings<T: Transport>(
    transport: &T,
    channel: &Channel,
    listings: &[Listing],
) -> Result<Vec<PushOutcome>, Error> {
    Shop::of(transport, channel, |shop| push::all(shop, listings))
}

pub fn push_offers<T: Transport>(
    transport: &T,
    channel: &Channel,
    offers: &[Offer],
) -> Result<Vec<OfferOutcome>, Error> {
    Shop::of(transport, channel, |shop| offers::all(shop, offers))
}

pub fn end_listings<T: Transport>(
    transport: &T,
    channel: &Channel,
    listings: &[Listing],
    forget: bool,
) -> Result<Vec<PushOutcome>, Error> {
    Shop::of(transport, channel, |shop| push::end(shop, listings, forget))
}

/// SKU and product of what carries it: of a variation, its product.
pub fn find<T: Transport>(transport: &T, channel: &Channel, skus: &[String]) -> Result<Vec<(String, String)>, Error> {
    Shop::of(transport, channel, |shop| find::by_sku(shop, skus))
}

/// The shop's own categories. Goods may stand in any of them.
pub fn categories<T: Transport>(
    transport: &T,
    channel: &Channel,
    parent: Option<&str>,
) -> Result<Vec<Category>, Error> {
    let all = all_categories(transport, channel)?;
    let parent = parent.map(|parent| parent.parse::<u64>().map_err(|_| Error::NotFound)).transpose()?.unwrap_or(0);
    let below = |(_, (_, of)): &(&u64, &(String, u64))| *of == parent;
    Ok(all.iter().filter(below).map(|(id, _)| category(&all, *id)).collect())
}

/// Those of the same name as one of the path, the deepest first.
pub fn suggest<T: Transport>(
    transport: &T,
    channel: &Channel,
    _: &str,
    path: &[String],
) -> Result<Vec<Category>, Error> {
    let all = all_categories(transport, channel)?;
    let depth = |name: &str| path.iter().rposition(|part| part.to_lowercase() == name.to_lowercase());
    let mut found: Vec<_> = all.iter().filter_map(|(id, (name, _))| Some((depth(name)?, *id))).collect();
    found.sort_by_key(|(depth, id)| (std::cmp::Reverse(*depth), *id));
    Ok(found.into_iter().map(|(_, id)| category(&all, id)).collect())
}

type Known = std::collections::BTreeMap<u64, (String, u64)>;

fn all_categories<T: Transport>(transport: &T, channel: &Channel) -> Result<Known, Error> {
    let site = crate::probe::find(transport, &Settings::of(channel)?.base()?)?.0;
    let client = Client { transport, site: &site };
    let first = client.lists(&[categories::first(&client)]).pop();
    let first = first.ok_or_else(|| Error::Other("the host left a request without an answer".to_owned()))?;
    let (found, _) = categories::read(&client, first, 0, &mut Vec::new())?;
    Ok(found
        .known
        .into_iter()
        .map(|(id, (title, parent))| (id, (decode_entities(&title).into_owned(), parent)))
        .collect())
}

fn category(all: &Known, id: u64) -> Category {
    let path = entrepot_guest::shapes::path(id, |id| all.get(id).map(|(title, parent)| (title.clone(), Some(*parent))));
    Category { id: id.to_string(), path, leaf: true }
}
