//! What can be bought: the products of an inventory, each with its one offering that counts.

use std::collections::HashSet;

use entrepot_guest::blank;
use entrepot_guest::measure::{length_unit, number, weight_unit};
use entrepot_guest::options::Axes;
use entrepot_guest::prelude::model::{Dimensions, OptionAxis, ProductVariant};

use super::attributes::{is_hidden, object};
use super::notes::{Notes, short};
use super::options::{Choice, choices, key};
use super::price::money;
use super::stock::{Pools, level, quantity};
use crate::listings::is_mark_sku;
use entrepot_guest::lenient::{Fields, Raw};

/// What all variants of a listing have in common.
pub(super) struct Common<'a> {
    pub(super) id: &'a str,
    pub(super) listing: &'a Fields<'a>,
    pub(super) profiles: Fields<'a>,
}

/// A product of the inventory that is still there.
struct Live<'a> {
    at: usize,
    product: Fields<'a>,
    offering: Option<Fields<'a>>,
    choices: Vec<Choice>,
    quantity: i64,
}

impl Common<'_> {
    pub(super) fn variants(&self, inventory: &Fields<'_>, notes: &mut Notes) -> (Vec<OptionAxis>, Vec<ProductVariant>) {
        let (mut axes, mut pools) = (Axes::default(), Pools::of(inventory, self.id));
        // Etsy keeps no inventory of nothing, so what it says then is made up.
        let none_left = is_hidden(self.listing);
        let (mut live, mut seen) = (Vec::new(), HashSet::new());
        for (at, row) in inventory.get("products").items().into_iter().enumerate() {
            let product = row.fields();
            // One that is there twice is one.
            if !row.json().starts_with('{') || product.get("is_deleted").is_true() || !seen.insert(row.json()) {
                continue;
            }
            let offering = offering(&product, at, notes);
            let path = format!("/inventory/products/{at}/offerings");
            // Of what nothing is offered, there is no quantity either.
            let quantity = offering
                .as_ref()
                .filter(|_| !none_left)
                .map_or(0, |offering| quantity(offering.get("quantity"), &path, notes));
            let choices = choices(&product);
            axes.add(choices.iter().map(Choice::as_option));
            pools.see(&choices, quantity);
            live.push(Live { at, product, offering, choices, quantity });
        }
        let mut variants: Vec<ProductVariant> = Vec::with_capacity(live.len());
        for one in &live {
            let mut id = match key(&one.choices) {
                none if none.is_empty() => self.id.to_owned(),
                key => format!("{}-{key}", self.id),
            };
            if variants.iter().any(|other| other.source_id == id) {
                let message = "Two products of the listing have the same options; both were imported.";
                notes.warn(format!("/inventory/products/{}", one.at), "variant-duplicate", message);
                id = format!("{id}-{}", one.at);
            }
            let inventory = level(one.quantity, pools.item(&one.choices, &id));
            let option_values = axes.values(&one.choices.iter().map(Choice::as_option).collect::<Vec<_>>());
            variants.push(ProductVariant { inventory, option_values, ..self.variant(id, one, notes) });
        }
        (axes.finish(), variants)
    }

    /// The listing itself, where it has no inventory: then its price is the only one, not the lowest of several.
    pub(super) fn alone(&self, notes: &mut Notes) -> ProductVariant {
        let stock = quantity(self.listing.get("quantity"), "/listing/quantity", notes);
        ProductVariant {
            price: money(self.listing.get("price"), "/listing/price", notes),
            inventory: level(stock, self.id.to_owned()),
            ..self.measured(self.id.to_owned(), notes)
        }
    }

    fn variant(&self, id: String, live: &Live<'_>, notes: &mut Notes) -> ProductVariant {
        let path = format!("/inventory/products/{}/offerings", live.at);
        let offering = live.offering.as_ref();
        let raw = |name: &str| offering.map_or(Raw::MISSING, |offering| offering.get(name));
        let profile = raw("readiness_state_id").id().map_or(Raw::MISSING, |id| self.profiles.get(&id.to_string()));
        ProductVariant {
            sku: live.product.get("sku").name().filter(|sku| !is_mark_sku(sku)),
            enabled: raw("is_enabled").is_true(),
            price: money(raw("price"), &path, notes),
            extras: object([
                ("product_id", live.product.get("product_id")),
                ("offering_id", raw("offering_id")),
                ("readiness_state_id", raw("readiness_state_id")),
                ("processing", profile),
                ("property_values", live.product.get("property_values")),
            ]),
            ..self.measured(id, notes)
        }
    }

    /// Etsy measures listings, not variants.
    fn measured(&self, id: String, notes: &mut Notes) -> ProductVariant {
        let raw = |name: &str| self.listing.get(name);
        let weight = weight_unit(&raw("item_weight_unit").word().unwrap_or_default());
        let length = length_unit(&raw("item_dimensions_unit").word().unwrap_or_default());
        let mut side = |name: &str| measure(raw(name), name, notes);
        let (kilos, sides) = (side("item_weight"), [side("item_length"), side("item_width"), side("item_height")]);
        let dimensions = match (sides, length) {
            ([Some(length), Some(width), Some(height)], Some(unit)) => Some(Dimensions { length, width, height, unit }),
            _ => None,
        };
        ProductVariant {
            weight: kilos.zip(weight).map(|(value, (unit, times))| (value * times, unit)),
            dimensions,
            taxable: raw("is_taxable").flag(),
            requires_shipping: raw("listing_type").word().map(|kind| kind != "download"),
            ..blank::variant(id)
        }
    }
}

/// The offering that counts: Etsy gives each product one that is not deleted.
fn offering<'a>(product: &Fields<'a>, at: usize, notes: &mut Notes) -> Option<Fields<'a>> {
    let mut live: Vec<_> = product
        .get("offerings")
        .records()
        .into_iter()
        .filter(|offering| !offering.get("is_deleted").is_true())
        .collect();
    let path = format!("/inventory/products/{at}/offerings");
    match live.len() {
        // Etsy marks what is no longer offered; an empty list says nothing of price and stock.
        0 if product.get("offerings").records().is_empty() => {
            let message = "Etsy answered without the offerings of this product; the next import asks again.";
            notes.fatal(path, "offerings-incomplete", message);
        }
        0 => notes.warn(path, "offering-missing", "Nothing is offered of this product, so it cannot be bought."),
        1 => {}
        _ => {
            notes.warn(
                path,
                "offering-ambiguous",
                "More than one offering counts for this product; the first enabled was taken.",
            );
            live.sort_by_key(|offering| !offering.get("is_enabled").is_true());
        }
    }
    live.into_iter().next()
}

fn measure(raw: Raw<'_>, name: &str, notes: &mut Notes) -> Option<f64> {
    let text = raw.word()?;
    let value = number(&text);
    if value.is_none() {
        let message = format!("{:?} is no measure; it was left out.", short(&text));
        notes.warn(format!("/listing/{name}"), "measure-invalid", message);
    }
    value.filter(|value| *value > 0.0)
}
