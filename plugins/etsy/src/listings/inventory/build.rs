//! The inventory that goods are to have: the lines that are wanted, named as Etsy names them already.

use std::collections::BTreeSet;

use entrepot_guest::prelude::*;
use model::{Inventory, Product, ProductVariant};

use super::{Choice, Line, Table};

/// Of one product of a listing.
pub(in super::super) const MOST_QUANTITY: i64 = 999;
/// Characters of a SKU.
pub(in super::super) const MOST_SKU: usize = 32;
/// Those that a seller names.
const CUSTOM: [u64; 3] = [513, 514, 515];

/// `there`: as it is now. Properties and values that are there keep their numbers; what is not wanted is left out, and combinations that
/// nobody sells are there and cannot be bought, because Etsy asks for all.
/// `mark`: the listing's id, which is the SKU of the first variant that has none: only the seller sees it, and by it the listing is known again.
pub(in super::super) fn wanted(product: &Product, there: &Table, readiness: u64, mark: &str) -> Table {
    let properties = properties(product, there);
    let choice = |at: usize, value: &str| {
        let (property, name) = properties[at].clone();
        let known = there.lines.iter().flat_map(|line| &line.choices);
        let known = known.into_iter().find(|known| known.property == property && known.value == value);
        known.cloned().unwrap_or(Choice { property, name, value: value.to_owned(), value_ids: Vec::new(), scale: None })
    };
    let line = |variant: &ProductVariant| Line {
        id: String::new(),
        sku: variant.sku.clone().unwrap_or_default(),
        choices: variant
            .option_values
            .iter()
            .take(properties.len())
            .enumerate()
            .map(|(at, value)| choice(at, value.trim()))
            .collect(),
        price: variant.price.clone(),
        quantity: quantity(&variant.inventory),
        enabled: variant.enabled,
        readiness: Some(readiness),
    };
    let mut lines: Vec<Line> = product.variants.iter().map(line).collect();
    if let Some(line) = lines.iter_mut().find(|line| line.sku.is_empty()) {
        line.sku = mark.chars().take(MOST_SKU).collect();
    }
    fill(&mut lines, readiness);
    let on = there.on.fitting(&lines);
    Table { lines, on }
}

/// What is not counted can be had as often as Etsy can say.
fn quantity(inventory: &Inventory) -> i64 {
    match inventory {
        Inventory::Tracked(levels) => levels.iter().map(|level| level.available).sum::<i64>().clamp(0, MOST_QUANTITY),
        Inventory::Untracked(true) => MOST_QUANTITY,
        Inventory::Untracked(false) => 0,
    }
}

/// For each option its property: the one there of that name, or one of the seller's own.
fn properties(product: &Product, there: &Table) -> Vec<(u64, String)> {
    let known: Vec<(u64, String)> = there
        .lines
        .first()
        .map(|line| line.choices.iter().map(|choice| (choice.property, choice.name.clone())).collect())
        .unwrap_or_default();
    let same = |name: &str| known.iter().find(|(_, own)| own.to_lowercase() == name.trim().to_lowercase());
    let mut used: BTreeSet<u64> =
        product.options.iter().filter_map(|option| same(&option.name)).map(|(id, _)| *id).collect();
    let mut own = |name: &str| {
        let id = CUSTOM.into_iter().find(|id| used.insert(*id)).unwrap_or_default();
        (id, name.trim().to_owned())
    };
    product.options.iter().map(|option| same(&option.name).cloned().unwrap_or_else(|| own(&option.name))).collect()
}

/// Combinations of the values that are used and that no line has.
fn fill(lines: &mut Vec<Line>, readiness: u64) {
    let Some(first) = lines.first() else { return };
    let mut axes: Vec<Vec<Choice>> = vec![Vec::new(); first.choices.len()];
    for line in lines.iter() {
        for (axis, choice) in axes.iter_mut().zip(&line.choices) {
            if !axis.iter().any(|known| known.value == choice.value) {
                axis.push(choice.clone());
            }
        }
    }
    let lowest = lines.iter().filter_map(|line| line.price.clone()).min_by_key(|price| price.minor);
    let all = axes.iter().fold(vec![Vec::new()], |chosen: Vec<Vec<Choice>>, axis| {
        let longer = |one: &Vec<Choice>, choice: &Choice| one.iter().chain([choice]).cloned().collect();
        chosen.iter().flat_map(|one| axis.iter().map(move |choice| longer(one, choice))).collect()
    });
    for choices in all {
        let line = Line {
            id: String::new(),
            sku: String::new(),
            choices,
            price: lowest.clone(),
            quantity: 0,
            enabled: false,
            readiness: Some(readiness),
        };
        if !lines.iter().any(|known| known.values() == line.values()) {
            lines.push(line);
        }
    }
}
