//! The catalogue of nobody, as a WooCommerce shop has it: stock in one place, costs nowhere.

use std::collections::BTreeMap;

use super::model::{Attribute, GlobalAttribute, Image, ManageStock, Product, Term, Text, Variation};
use super::state::State;
use super::store::Store;
use crate::seed::{self, Status};

const CATEGORIES: u64 = 15;
const BRANDS: u64 = 200;
const TAGS: u64 = 300;
const IMAGES: u64 = 1_000_000;

impl Store {
    #[must_use]
    pub fn from_seed(products: &[seed::Product]) -> Self {
        let mut state = State::default();
        state.options.weight_unit = "g".into();
        // Pages, images and terms share the numbers with products: the first id is not 1.
        state.last_id = 100;
        for product in products {
            insert(&mut state, product);
        }
        Self::of(state, 1)
    }
}

fn insert(state: &mut State, seed: &seed::Product) {
    let images: Vec<Image> = seed.images.iter().enumerate().map(|(at, image)| self::image(seed, at, image)).collect();
    let first = &seed.variants[0];
    let mut product = Product {
        description: seed.description_html.as_str().into(),
        status: if seed.status == Status::Active { "publish" } else { "draft" },
        created: seed.created_at,
        modified: seed.updated_at,
        categories: vec![category(state, &seed.category)],
        brands: seed.brand.iter().map(|name| term(&mut state.terms.brands, BRANDS, name, 0)).collect(),
        tags: seed.tags.iter().map(|name| term(&mut state.terms.tags, TAGS, name, 0)).collect(),
        images,
        attributes: seed.options.iter().map(|axis| attribute(state, &axis.name, &axis.values, true)).collect(),
        weight: first.weight_grams.to_string().into(),
        ..Product::simple(&seed.title)
    };
    for (name, value) in &seed.attributes {
        product.attributes.push(attribute(state, name, std::slice::from_ref(value), false));
    }
    if !seed.options.is_empty() {
        product.kind = "variable";
        let parent = state.insert(product);
        for (at, variant) in seed.variants.iter().enumerate() {
            let variation = variation(state, seed, parent, at, variant);
            state.insert_variation(variation);
        }
        return;
    }
    let (regular, sale) = prices(first);
    state.insert(Product {
        sku: first.sku.as_str().into(),
        global_unique_id: first.gtin.as_deref().unwrap_or_default().into(),
        regular_price: regular,
        sale_price: sale,
        manage_stock: first.stock.is_some(),
        stock_quantity: first.stock.map(|stock| stock.iter().sum()),
        ..product
    });
}

fn variation(state: &State, seed: &seed::Product, parent: u64, at: usize, variant: &seed::Variant) -> Variation {
    let (regular, sale) = prices(variant);
    let option = |(axis, value): (&seed::Axis, &String)| {
        let id = state.terms.attributes.values().find(|known| *known.name == *axis.name).map_or(0, |known| known.id);
        (id, axis.name.as_str().into(), value.as_str().into())
    };
    Variation {
        sku: variant.sku.as_str().into(),
        global_unique_id: variant.gtin.as_deref().unwrap_or_default().into(),
        regular_price: regular,
        sale_price: sale,
        created: seed.created_at,
        modified: seed.updated_at,
        manage_stock: if variant.stock.is_some() { ManageStock::Yes } else { ManageStock::No },
        stock_quantity: variant.stock.map(|stock| stock.iter().sum()),
        weight: variant.weight_grams.to_string().into(),
        image: variant.image.and_then(|at| Some(Box::new(image(seed, at, seed.images.get(at)?)))),
        options: seed.options.iter().zip(&variant.option_values).map(option).collect(),
        menu_order: at as i64 + 1,
        ..Variation::of(parent, &[])
    }
}

/// Regular price and sale price.
fn prices(variant: &seed::Variant) -> (Text, Text) {
    let text = |cents: i64| Text::from(format!("{}.{:02}", cents / 100, cents % 100));
    match variant.compare_at {
        Some(before) => (text(before), text(variant.price)),
        None => (text(variant.price), Text::default()),
    }
}

fn image(seed: &seed::Product, at: usize, image: &seed::Image) -> Image {
    Image {
        id: IMAGES + seed.number * 30 + at as u64,
        file: image.url.as_str().into(),
        alt: image.alt.as_str().into(),
        created: seed.created_at,
        resized: false,
    }
}

/// Titles are stored as WordPress does it: escaped.
fn category(state: &mut State, path: &[String]) -> u64 {
    path.iter().fold(0, |parent, title| term(&mut state.terms.categories, CATEGORIES, &escaped(title), parent))
}

fn term(known: &mut BTreeMap<u64, Term>, first: u64, name: &str, parent: u64) -> u64 {
    if let Some(term) = known.values_mut().find(|term| *term.name == *name && term.parent == parent) {
        term.count += 1;
        return term.id;
    }
    let id = first + known.len() as u64;
    known.insert(id, Term { count: 1, ..Term::new(id, name, parent) });
    id
}

/// What products are chosen by is the shop's; what is said of one of them is its own.
fn attribute(state: &mut State, name: &str, values: &[String], variation: bool) -> Attribute {
    let options = values.iter().map(|value| Text::from(value.as_str())).collect();
    let mut id = 0;
    if variation {
        let known = &mut state.terms.attributes;
        id = known.values().find(|known| *known.name == *name).map_or(known.len() as u64 + 1, |known| known.id);
        let slug = format!("pa_{}", name.to_lowercase()).into();
        let global =
            known.entry(id).or_insert_with(|| GlobalAttribute { id, name: name.into(), slug, terms: Vec::new() });
        for value in values {
            if !global.terms.iter().any(|term| *term.name == **value) {
                let next = 500 + 100 * id + global.terms.len() as u64;
                global.terms.push(Term::new(next, value, 0));
            }
        }
    }
    Attribute { id, name: name.into(), visible: true, variation, options }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
}
