//! One catalogue in nobody's shape: each simulated marketplace can be filled with it, and expresses what it can.

use crate::dice::Dice;

#[derive(Clone, Debug)]
pub struct Product {
    /// From 1 on; marketplaces make their ids of it.
    pub number: u64,
    pub title: String,
    pub description_html: String,
    pub brand: Option<String>,
    /// Titles from the root down.
    pub category: Vec<String>,
    pub tags: Vec<String>,
    pub status: Status,
    pub options: Vec<Axis>,
    /// At least one; one with no option values where there are no options.
    pub variants: Vec<Variant>,
    pub images: Vec<Image>,
    /// A fact about it: name and value.
    pub attributes: Vec<(String, String)>,
    /// Seconds since 1970.
    pub created_at: i64,
    pub updated_at: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    Active,
    Draft,
}

#[derive(Clone, Debug)]
pub struct Axis {
    pub name: String,
    pub values: Vec<String>,
}

#[derive(Clone, Debug)]
pub struct Variant {
    pub sku: String,
    /// EAN-13 with its check digit.
    pub gtin: Option<String>,
    pub option_values: Vec<String>,
    /// US cents.
    pub price: i64,
    /// The price before a reduction.
    pub compare_at: Option<i64>,
    pub cost: Option<i64>,
    pub weight_grams: u32,
    /// One number for each of [`LOCATIONS`]; none: not counted.
    pub stock: Option<[i64; 2]>,
    /// Which of the product's images shows it.
    pub image: Option<usize>,
}

#[derive(Clone, Debug)]
pub struct Image {
    pub url: String,
    pub alt: String,
}

/// Where things lie.
pub const LOCATIONS: [&str; 2] = ["Main warehouse", "Shop floor"];

#[derive(Clone, Copy, Debug)]
pub struct Seed {
    pub products: usize,
    /// Which part of them has variants to choose from.
    pub variable_share: f64,
    pub seed: u64,
}

impl Default for Seed {
    fn default() -> Self {
        Self { products: 100, variable_share: 0.3, seed: 1 }
    }
}

const FIRST: [&str; 12] = [
    "Rustic", "Nordic", "Knitted", "Plain", "Soft", "Everyday", "Coastal", "Folding", "Quiet", "Sturdy", "Portable",
    "Woven",
];
const THINGS: [&str; 12] =
    ["Quilt", "Desk", "Rug", "Pillow", "Glove", "Hammock", "Notebook", "Lamp", "Bowl", "Scarf", "Kettle", "Tent"];
const BRANDS: [&str; 5] = ["Brightwater", "Eichenholz", "Maison Lune", "North & Sons", "Tōkō"];
const CATEGORIES: [&[&str]; 6] = [
    &["Home"],
    &["Home", "Kitchen"],
    &["Home", "Kitchen", "Bowls & Plates"],
    &["Garden"],
    &["Garden", "Camping"],
    &["Clothing", "Accessories"],
];
const TAGS: [&str; 8] = ["sale", "new", "hand made", "gift", "summer", "winter", "linen", "gots"];
const COLOURS: [&str; 4] = ["Blue", "Red", "Forest green", "Black"];
const SIZES: [&str; 4] = ["Small", "Medium", "Large", "Extra large"];
const DAY: i64 = 86_400;
/// 2026-01-01T00:00:00Z.
const BEGINNING: i64 = 1_767_225_600;

/// The same for the same seed, on every machine.
#[must_use]
pub fn catalogue(seed: Seed) -> Vec<Product> {
    let mut dice = Dice::new(seed.seed);
    (1..=seed.products as u64).map(|number| product(&mut dice, seed, number)).collect()
}

fn product(dice: &mut Dice, seed: Seed, number: u64) -> Product {
    let (first, thing) = (dice.pick(&FIRST), dice.pick(&THINGS));
    let options = if dice.chance(seed.variable_share) { axes(dice) } else { Vec::new() };
    let images: Vec<_> = (1..=1 + dice.below(3))
        .map(|n| Image {
            url: format!("https://images.example/{number}-{n}.jpg"),
            alt: format!("{first} {thing}, seen from side {n}"),
        })
        .collect();
    let price = 500 + 5 * dice.below(4_000) as i64;
    let counted = dice.chance(0.85);
    let reduced = dice.chance(0.25);
    let variants = combinations(&options)
        .into_iter()
        .enumerate()
        .map(|(at, option_values)| {
            let price = price + 250 * (at as i64 % 3);
            Variant {
                sku: if at == 0 && options.is_empty() {
                    format!("S-{number:06}")
                } else {
                    format!("S-{number:06}-{at}")
                },
                gtin: dice.chance(0.5).then(|| gtin(number * 100 + at as u64)),
                image: (!option_values.is_empty()).then(|| at % images.len()),
                option_values,
                price,
                compare_at: reduced.then_some(price + 500),
                cost: dice.chance(0.6).then_some(price / 2),
                weight_grams: 50 + dice.below(5_000) as u32,
                stock: counted.then(|| [dice.below(40) as i64, dice.below(6) as i64]),
            }
        })
        .collect();
    let created_at = BEGINNING + dice.below(200 * DAY as u64) as i64;
    let tags = (0..dice.below(4)).map(|_| dice.pick(&TAGS).to_owned()).collect::<std::collections::BTreeSet<_>>();
    Product {
        number,
        title: format!("{first} {thing} No. {number}"),
        description_html: format!("<p>A <strong>{}</strong> {thing} &amp; more.</p>", first.to_lowercase()),
        brand: dice.chance(0.7).then(|| dice.pick(&BRANDS).to_owned()),
        category: CATEGORIES[dice.below(CATEGORIES.len() as u64) as usize]
            .iter()
            .map(|&word| word.to_owned())
            .collect(),
        tags: tags.into_iter().collect(),
        status: if dice.chance(0.9) { Status::Active } else { Status::Draft },
        options,
        variants,
        images,
        attributes: vec![("Care".to_owned(), "Wash at thirty degrees".to_owned())],
        created_at,
        updated_at: created_at + dice.below(30 * DAY as u64) as i64,
    }
}

fn axes(dice: &mut Dice) -> Vec<Axis> {
    let axis = |dice: &mut Dice, name: &str, values: &[&str]| Axis {
        name: name.to_owned(),
        values: values[..2 + dice.below(values.len() as u64 - 1) as usize].iter().map(|&v| v.to_owned()).collect(),
    };
    let mut axes = vec![axis(dice, "Colour", &COLOURS)];
    if dice.chance(0.5) {
        axes.push(axis(dice, "Size", &SIZES));
    }
    axes
}

/// Every choice of one value per axis, the last axis turning fastest; one empty choice where there are no axes.
fn combinations(axes: &[Axis]) -> Vec<Vec<String>> {
    axes.iter().fold(vec![Vec::new()], |chosen, axis| {
        let longer = |one: &Vec<String>, value: &String| one.iter().chain([value]).cloned().collect();
        chosen.iter().flat_map(|one| axis.values.iter().map(move |value| longer(one, value))).collect()
    })
}

fn gtin(number: u64) -> String {
    let digits = format!("400{number:09}");
    let sum: u64 =
        digits.bytes().enumerate().map(|(at, b)| u64::from(b - b'0') * if at % 2 == 0 { 1 } else { 3 }).sum();
    format!("{digits}{}", (10 - sum % 10) % 10)
}
