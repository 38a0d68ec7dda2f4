//! A shop's worth of products, the same for the same seed.

mod awkward;
mod vocabulary;

use super::keys::Key;
use super::model::{Attribute, Image, ManageStock, Meta, Product, Text, Variation};
use super::state::State;
use super::store::Store;
use crate::dice::Dice;

/// What to generate.
#[derive(Clone, Copy, Debug)]
pub struct Seed {
    /// How many products the lists show; variations come on top.
    pub products: usize,
    /// Which part of them is variable, each with 4 to 12 variations.
    pub variable_share: f64,
    pub seed: u64,
}

impl Default for Seed {
    fn default() -> Self {
        Self { products: 100, variable_share: 0.2, seed: 1 }
    }
}

/// 2025-01-01T00:00:00Z: when the first product was made.
const OPENING: i64 = 1_735_689_600;
/// Products are made this far apart, so that a few share a second and most do not.
const PACE: i64 = 37;

impl Store {
    /// A shop with realistic products: about 3.3 KB each as JSON, one in a hundred awkward but legal.
    #[must_use]
    pub fn generate(seed: Seed) -> Self {
        let mut state = State::default();
        let mut dice = Dice::new(seed.seed);
        vocabulary::fill(&mut state.terms);
        // Pages, images and terms share the numbers with products: the first id is not 1.
        state.last_id = 100;
        for number in 0..seed.products {
            let mut product = product(number, &mut dice);
            let variable = dice.chance(seed.variable_share);
            if variable {
                product.kind = "variable";
                product.regular_price = Text::default();
                product.sale_price = Text::default();
            }
            if dice.chance(0.01) {
                awkward::bend(&mut product, number, &mut dice);
            }
            special(&mut product, &state, &mut dice);
            let options = if variable { choices(&mut product, &mut dice) } else { Vec::new() };
            count(&mut state, &product);
            let id = state.insert(product);
            if variable {
                variations(&mut state, id, number, &options, &mut dice);
            }
        }
        Self::of(state, seed.seed)
    }
}

impl Key {
    /// A key that is the same for the same number.
    #[must_use]
    pub fn numbered(number: u64) -> Self {
        let mut dice = Dice::new(number ^ 0x6b65_7973);
        let mut hex = || {
            let words: Vec<_> = (0..3).map(|_| format!("{:016x}", dice.roll())).collect();
            words.concat()[..40].to_owned()
        };
        Self { consumer_key: format!("ck_{}", hex()), consumer_secret: format!("cs_{}", hex()) }
    }
}

fn product(number: usize, dice: &mut Dice) -> Product {
    let title = vocabulary::title(number, dice);
    let created = OPENING + number as i64 / 3 * PACE;
    let on_sale = dice.chance(0.2);
    let cents = 299 + dice.below(40_000);
    let stocked = dice.chance(0.6);
    Product {
        sku: format!("SIM-{number:06}").into(),
        global_unique_id: if dice.chance(0.4) { gtin(number).into() } else { Text::default() },
        description: vocabulary::description(number, dice).into(),
        short_description: format!("{} for every day.", title).into(),
        regular_price: price(cents).into(),
        sale_price: if on_sale { price(cents * 4 / 5).into() } else { Text::default() },
        created,
        // Half of them were never touched again.
        modified: created + if dice.chance(0.5) { 0 } else { dice.below(30 * 86_400) as i64 },
        featured: dice.chance(0.05),
        manage_stock: stocked,
        stock_quantity: stocked.then(|| dice.below(500) as i64),
        low_stock: if stocked && dice.chance(0.3) { Some(5) } else { None },
        weight: if dice.chance(0.7) { decimal(1 + dice.below(900)).into() } else { Text::default() },
        dimensions: if dice.chance(0.5) {
            [(); 3].map(|()| decimal(5 + dice.below(400)).into())
        } else {
            Default::default()
        },
        shipping_class: if dice.chance(0.1) { Some(vocabulary::SHIPPING + dice.below(3)) } else { None },
        categories: vocabulary::categories(dice),
        brands: if dice.chance(0.5) { vec![vocabulary::BRANDS + dice.below(12)] } else { Vec::new() },
        tags: (0..dice.below(3)).map(|_| vocabulary::TAGS + dice.below(30)).collect(),
        images: (0..=dice.below(2)).map(|at| image(number, at, created)).collect(),
        attributes: plain_attributes(dice),
        menu_order: (number % 10) as i64,
        meta: meta(number, dice),
        ..Product::simple(&title)
    }
}

/// Kinds other than simple and variable, and states other than published.
fn special(product: &mut Product, state: &State, dice: &mut Dice) {
    match dice.below(1_000) {
        0..10 => product.status = "draft",
        10..20 => product.status = "private",
        20..25 => product.status = "pending",
        _ => {}
    }
    if product.kind != "simple" {
        return;
    }
    match dice.below(1_000) {
        0..5 => {
            product.kind = "external";
            product.external_url = "https://shop.example.test/item".into();
            product.button_text = "Buy elsewhere".into();
            product.manage_stock = false;
            product.stock_quantity = None;
        }
        5..10 if state.products.len() > 10 => {
            product.kind = "grouped";
            product.grouped = state.products.keys().rev().take(3).copied().collect();
            product.regular_price = Text::default();
            product.sale_price = Text::default();
            product.manage_stock = false;
            product.stock_quantity = None;
        }
        10..30 => {
            product.is_virtual = true;
            product.weight = Text::default();
            let id = format!("{:08x}-0000-4000-8000-{:012x}", dice.below(u64::from(u32::MAX)), product.created);
            let file = "2025/01/manual.pdf".into();
            product.downloads.push(super::model::Download { id: id.into(), name: "Manual".into(), file });
        }
        _ => {}
    }
}

/// The options of each of its variations: a global colour, a global size, and for some a local one.
fn choices(product: &mut Product, dice: &mut Dice) -> Vec<Vec<(u64, Text, Text)>> {
    let (colours, sizes) = ([2, 2, 3, 4][dice.below(4) as usize], 2 + dice.below(2) as usize);
    let pick = |id: u64, name: &str, words: &[&str], count: usize| Attribute {
        id,
        name: name.into(),
        visible: true,
        variation: true,
        options: words.iter().take(count).map(|word| Text::from(*word)).collect(),
    };
    let colour = pick(1, "Color", &vocabulary::COLOURS, colours);
    let size = if dice.chance(0.7) {
        pick(2, "Size", &vocabulary::SIZES, sizes)
    } else {
        pick(0, "Length", &["Short", "Long", "Extra long"], sizes)
    };
    let mut options = Vec::new();
    for one in &colour.options {
        for other in &size.options {
            options.push(vec![(1, colour.name.clone(), one.clone()), (size.id, size.name.clone(), other.clone())]);
        }
    }
    product.attributes = vec![colour, size];
    options
}

fn variations(state: &mut State, parent: u64, number: usize, options: &[Vec<(u64, Text, Text)>], dice: &mut Dice) {
    let Some(product) = state.products.get(&parent).cloned() else { return };
    let cents = 299 + dice.below(40_000);
    let on_sale = dice.chance(0.15);
    // Stock is counted for each, or by the parent for all of them, or not at all.
    let stock = match dice.below(10) {
        0..6 => ManageStock::Yes,
        6..9 if product.manage_stock => ManageStock::Parent,
        _ => ManageStock::No,
    };
    for (at, options) in options.iter().enumerate() {
        let cents = cents + at as u64 % 4 * 250;
        state.insert_variation(Variation {
            sku: format!("SIM-{number:06}-{at:02}").into(),
            regular_price: price(cents).into(),
            sale_price: if on_sale { price(cents * 9 / 10).into() } else { Text::default() },
            created: product.created,
            modified: product.modified,
            manage_stock: stock,
            stock_quantity: (stock == ManageStock::Yes).then(|| dice.below(80) as i64),
            weight: product.weight.clone(),
            image: if dice.chance(0.3) { Some(Box::new(image(number, 10 + at as u64, product.created))) } else { None },
            options: options.clone(),
            menu_order: at as i64 + 1,
            ..Variation::of(parent, &[])
        });
    }
}

fn plain_attributes(dice: &mut Dice) -> Vec<Attribute> {
    if !dice.chance(0.3) {
        return Vec::new();
    }
    let option = vocabulary::MATERIALS[dice.below(6) as usize];
    vec![Attribute { id: 3, name: "Material".into(), visible: true, variation: false, options: vec![option.into()] }]
}

fn image(number: usize, at: u64, created: i64) -> Image {
    let id = 1_000_000 + number as u64 * 30 + at;
    let file = format!("2025/01/sim-{number:06}-{at}").into();
    Image { id, file, alt: format!("View {}", at + 1).into(), created, resized: number.is_multiple_of(3) }
}

fn meta(number: usize, dice: &mut Dice) -> Vec<Meta> {
    let row = |key: &str, value: String| Meta { id: number as u64 * 4 + 7, key: key.into(), value: value.into() };
    match dice.below(4) {
        0 => vec![row("_feed_label", format!("\"label-{}\"", number % 9))],
        1 => vec![row("_supplier", format!("{{\"id\":{},\"lead_days\":[2,5]}}", number % 40))],
        _ => Vec::new(),
    }
}

fn count(state: &mut State, product: &Product) {
    let terms = &mut state.terms;
    for (ids, known) in [
        (&product.categories, &mut terms.categories),
        (&product.tags, &mut terms.tags),
        (&product.brands, &mut terms.brands),
    ] {
        for id in ids {
            if let Some(term) = known.get_mut(id) {
                term.count += 1;
            }
        }
    }
}

/// 12.5 is written `12.5`, 12.50 never: WooCommerce drops final zeros.
fn price(cents: u64) -> String {
    let text = format!("{}.{:02}", cents / 100, cents % 100);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn decimal(tenths: u64) -> String {
    if tenths.is_multiple_of(10) { (tenths / 10).to_string() } else { format!("{}.{}", tenths / 10, tenths % 10) }
}

/// A GTIN-13 with its check digit.
fn gtin(number: usize) -> String {
    let body = format!("40{:010}", number % 10_000_000_000);
    let sum: u32 = body.bytes().enumerate().map(|(at, digit)| u32::from(digit - b'0') * [1, 3][at % 2]).sum();
    format!("{body}{}", (10 - sum % 10) % 10)
}
