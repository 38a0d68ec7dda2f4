//! The neutral catalogue, as a Shopify shop has it.

use std::collections::BTreeMap;

use super::model::{Collection, Level, Location, Medium, MediumKind, Metafield, Product, Variant};
use super::state::State;
use crate::seed;

pub(super) fn fill(state: &mut State, products: &[seed::Product]) {
    for (at, name) in seed::LOCATIONS.iter().enumerate() {
        state.locations.push(Location { id: 70_000_000_001 + at as u64, name: (*name).to_owned(), active: true });
    }
    let mut collections = BTreeMap::<String, u64>::new();
    for product in products {
        // Collections have no hierarchy: each title of the path is one.
        let ids = product.category.iter().map(|title| {
            let next = 400_000_000_001 + collections.len() as u64;
            *collections.entry(title.clone()).or_insert(next)
        });
        let ids = ids.collect();
        state.insert(of(product, ids, &state.locations.clone()));
    }
    for (title, id) in collections {
        let handle = title.to_lowercase().replace(" & ", "-").replace(' ', "-");
        state.collections.insert(id, Collection { id, title, handle });
    }
}

fn of(seed: &seed::Product, collections: Vec<u64>, locations: &[Location]) -> Product {
    let id = 7_000_000_000_000 + seed.number;
    let medium = |(at, image): (usize, &seed::Image)| Medium {
        id: 30_000_000_000_000 + seed.number * 1_000 + at as u64,
        kind: MediumKind::Image,
        url: Some(image.url.clone()),
        alt: image.alt.clone(),
    };
    let media: Vec<_> = seed.images.iter().enumerate().map(medium).collect();
    let variant = |(at, variant): (usize, &seed::Variant)| Variant {
        id: 40_000_000_000_000 + seed.number * 10_000 + at as u64,
        item: 45_000_000_000_000 + seed.number * 10_000 + at as u64,
        sku: Some(variant.sku.clone()),
        barcode: variant.gtin.clone(),
        values: variant.option_values.clone(),
        price: dollars(variant.price),
        compare_at: variant.compare_at.map(dollars),
        cost: variant.cost.map(dollars),
        grams: f64::from(variant.weight_grams),
        taxable: true,
        requires_shipping: true,
        tracked: variant.stock.is_some(),
        continues: false,
        levels: locations
            .iter()
            .zip(variant.stock.unwrap_or_default())
            .map(|(location, available)| Level { location: location.id, available, updated_at: seed.updated_at })
            .collect(),
        image: variant.image.and_then(|at| media.get(at)).map(|medium: &Medium| medium.id),
    };
    let active = seed.status == seed::Status::Active;
    let metafield = |(at, (key, value)): (usize, &(String, String))| Metafield {
        id: 50_000_000_000_000 + seed.number * 100 + at as u64,
        namespace: "custom".to_owned(),
        key: key.to_lowercase().replace(' ', "_"),
        kind: "single_line_text_field".to_owned(),
        value: value.clone(),
    };
    Product {
        id,
        title: seed.title.clone(),
        description_html: seed.description_html.clone(),
        handle: format!("product-{}", seed.number),
        status: if active { "ACTIVE" } else { "DRAFT" }.to_owned(),
        vendor: seed.brand.clone().unwrap_or_default(),
        product_type: String::new(),
        tags: seed.tags.clone(),
        options: seed.options.iter().map(|axis| (axis.name.clone(), axis.values.clone())).collect(),
        variants: seed.variants.iter().enumerate().map(variant).collect(),
        metafields: seed.attributes.iter().enumerate().map(metafield).collect(),
        media,
        collections,
        created_at: seed.created_at,
        updated_at: seed.updated_at,
        published_at: active.then_some(seed.created_at),
        ..Product::default()
    }
}

fn dollars(cents: i64) -> String {
    format!("{}.{:02}", cents / 100, cents % 100)
}
