//! The catalogue of nobody, as an Etsy shop has it: no brand, no GTIN, no price before a reduction, one place, 999 at most.

use std::collections::BTreeMap;

use super::model::{Image, Listing, Offering, Product, Property, Video};
use super::store::State;
use crate::seed::{self, Status};

/// The most of one offering.
const MOST: u64 = 999;

pub(super) fn fill(state: &mut State, products: &[seed::Product]) {
    let mut nodes: BTreeMap<Vec<String>, u64> = BTreeMap::new();
    for product in products {
        for depth in 1..=product.category.len() {
            let path = product.category[..depth].to_vec();
            let next = 400 + nodes.len() as u64;
            let parent = path.split_last().and_then(|(_, rest)| nodes.get(rest)).copied();
            let id = *nodes.entry(path.clone()).or_insert(next);
            if let Some(name) = path.last() {
                state.taxonomy.insert(id, (name.clone(), parent));
            }
        }
        // What a seller would sort by is the first word of the category.
        let section = product.category.first().map(|title| section(state, title));
        let taxonomy = nodes.get(&product.category).copied();
        let listing = listing(product, section, taxonomy);
        state.insert(listing);
    }
}

fn section(state: &mut State, title: &str) -> u64 {
    if let Some((id, _)) = state.sections.iter().find(|(_, own)| own.as_str() == title) {
        return *id;
    }
    let id = 33_300_001 + state.sections.len() as u64;
    state.sections.insert(id, title.to_owned());
    id
}

fn listing(product: &seed::Product, section: Option<u64>, taxonomy: Option<u64>) -> Listing {
    let number = product.number;
    // Etsy has ids for its own properties; what it does not know is the first or the second custom one.
    let property_ids: Vec<u64> = product
        .options
        .iter()
        .enumerate()
        .map(|(at, axis)| match axis.name.as_str() {
            "Colour" => 200,
            "Size" => 100,
            _ => 513 + at as u64,
        })
        .collect();
    let products: Vec<_> = product
        .variants
        .iter()
        .map(|variant| {
            let property = |(at, value): (usize, &String)| {
                let axis = &product.options[at];
                let place = axis.values.iter().position(|own| own == value).unwrap_or(0) as u64;
                Property {
                    id: property_ids[at],
                    name: axis.name.clone(),
                    value_id: property_ids[at] * 100 + place,
                    value: value.clone(),
                }
            };
            let stock = variant.stock.map_or(MOST, |stock| stock.iter().sum::<i64>().max(0).unsigned_abs().min(MOST));
            Product {
                id: 0,
                sku: variant.sku.clone(),
                properties: variant.option_values.iter().enumerate().map(property).collect(),
                offering: Offering { id: 0, amount: variant.price, quantity: stock, enabled: true, readiness: None },
            }
        })
        .collect();
    let left: u64 = products.iter().map(|product| product.offering.quantity).sum();
    let images = product.images.iter().enumerate().map(|(at, image)| Image {
        id: number * 20 + at as u64,
        url: image.url.clone(),
        alt: Some(image.alt.clone()),
    });
    Listing {
        id: 1_000_000_000 + number,
        state: match product.status {
            Status::Draft => "draft",
            Status::Active if left == 0 => "sold_out",
            Status::Active => "active",
        },
        description: product.attributes.iter().map(|(name, value)| format!("{name}: {value}\n")).collect(),
        rich_description: Some(product.description_html.clone()),
        tags: product.tags.clone(),
        materials: vec!["cotton".into()],
        section,
        taxonomy,
        weight: product.variants.first().map(|variant| variant.weight_grams),
        created: product.created_at,
        modified: product.updated_at,
        images: images.collect(),
        videos: if number.is_multiple_of(10) {
            vec![Video { id: number, url: format!("https://videos.example/{number}.mp4"), state: "active" }]
        } else {
            Vec::new()
        },
        products: Some(products),
        price_on: property_ids.clone(),
        quantity_on: property_ids.clone(),
        sku_on: property_ids,
        ..Listing::simple(&product.title, "", 0, 0)
    }
}
