//! The words of a generated shop, and its categories, tags, brands and attributes.

use std::collections::BTreeMap;

use crate::dice::Dice;
use crate::woocommerce::model::{GlobalAttribute, Term, Terms, slug};

pub(super) const CATEGORIES: u64 = 15;
pub(super) const BRANDS: u64 = 200;
pub(super) const TAGS: u64 = 300;
pub(super) const SHIPPING: u64 = 400;
const ATTRIBUTE_TERMS: u64 = 500;

/// The first level; each has children, and some of those too.
const AISLES: [&str; 8] =
    ["Clothing", "Home &amp; Garden", "Küche", "Books", "Toys", "Électronique", "Sports", "Home &gt; Decor"];
pub(super) const COLOURS: [&str; 6] = ["Blue", "Gray", "Green", "Red", "Yellow", "Black"];
pub(super) const SIZES: [&str; 5] = ["Small", "Medium", "Large", "X-Large", "XX-Large"];
pub(super) const MATERIALS: [&str; 6] = ["Cotton", "Wool", "Linen", "Polyester", "Cuir véritable", "Steel"];
const ADJECTIVES: [&str; 20] = [
    "Rustic",
    "Nordic",
    "Knitted",
    "Jumbo",
    "Plain",
    "Deep",
    "Soft",
    "Everyday",
    "Coastal",
    "Heavy",
    "Folding",
    "Bright",
    "Quiet",
    "Sturdy",
    "Hand-made",
    "Portable",
    "Classic",
    "Woven",
    "Round",
    "Tall",
];
const THINGS: [&str; 25] = [
    "Quilt", "Desk", "Rug", "Pillow", "Fork", "Glove", "Anvil", "Hammock", "Notebook", "Lamp", "Bowl", "Scarf",
    "Kettle", "Tent", "Puzzle", "Mug", "Basket", "Curtain", "Stool", "Cable", "Backpack", "Vase", "Blanket", "Apron",
    "Clock",
];
const SENTENCES: [&str; 12] = [
    "Made to be used every day, and to look better for it.",
    "Each piece is checked by hand before it leaves the workshop.",
    "The colour may differ a little from what your screen shows.",
    "Wash at thirty degrees and dry flat in the shade.",
    "Our makers have worked with this material for three generations.",
    "Fits through any door and needs no tools to put together.",
    "Packed without plastic; the box is a part of the fun.",
    "Two years of warranty, and spare parts for ten.",
    "Weighs little, carries a lot, and folds away when you are done.",
    "Designed with people who cook, garden and travel.",
    "Recommended for ages three and up.",
    "Goes well with everything else in this collection.",
];

/// The shop's terms, with nothing in them yet.
pub(super) fn fill(terms: &mut Terms) {
    let mut id = CATEGORIES;
    let mut category = |name: &str, parent: u64| {
        let mut term = Term::new(id, name, parent);
        term.slug = format!("{}-{id}", slug(&name.replace("&amp;", "").replace("&gt;", ""))).into();
        terms.categories.insert(id, term);
        id += 1;
        id - 1
    };
    category("Uncategorized", 0);
    for aisle in AISLES {
        let top = category(aisle, 0);
        let middle = category("Level two", top);
        category("More of it", top);
        category("Level three", middle);
    }
    terms.brands = numbered(BRANDS, 12, "Brand");
    terms.tags = numbered(TAGS, 30, "tag");
    terms.shipping_classes = ["Bulky", "Fragile", "Letter"]
        .into_iter()
        .zip(SHIPPING..)
        .map(|(name, id)| (id, Term::new(id, name, 0)))
        .collect();
    let mut id = ATTRIBUTE_TERMS;
    for (number, (name, words)) in
        [("Color", &COLOURS[..]), ("Size", &SIZES[..]), ("Material", &MATERIALS[..])].into_iter().enumerate()
    {
        let number = number as u64 + 1;
        let mut options = Vec::new();
        for word in words {
            options.push(Term::new(id, word, 0));
            id += 1;
        }
        let slug = format!("pa_{}", slug(name)).into();
        terms.attributes.insert(number, GlobalAttribute { id: number, name: name.into(), slug, terms: options });
    }
}

fn numbered(from: u64, count: u64, word: &str) -> BTreeMap<u64, Term> {
    (from..from + count).map(|id| (id, Term::new(id, &format!("{word} {}", id - from), 0))).collect()
}

pub(super) fn categories(dice: &mut Dice) -> Vec<u64> {
    let all = 1 + AISLES.len() as u64 * 4;
    let first = CATEGORIES + dice.below(all);
    let second = CATEGORIES + dice.below(all);
    if first == second || dice.chance(0.6) { vec![first] } else { vec![first, second] }
}

pub(super) fn title(number: usize, dice: &mut Dice) -> String {
    format!("{} {} {number}", dice.pick(&ADJECTIVES), dice.pick(&THINGS))
}

/// Stored text: paragraphs, and often a list.
pub(super) fn description(number: usize, dice: &mut Dice) -> String {
    let mut text = String::new();
    for _ in 0..1 + dice.below(2) {
        for _ in 0..2 + dice.below(3) {
            text.push_str(dice.pick(&SENTENCES));
            text.push(' ');
        }
        text.truncate(text.trim_end().len());
        text.push_str("\n\n");
    }
    if dice.chance(0.6) {
        text.push_str(&format!("<ul>\n<li>Model {number}</li>\n<li>Easy care</li>\n</ul>"));
    }
    text.truncate(text.trim_end().len());
    text
}
