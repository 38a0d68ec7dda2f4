//! Stock as people read it.

use std::collections::HashMap;

use entrepot_stock::{Adjusted, ItemReport, LocationReport, Mismatch, Movement, StockReport};

use crate::output::{moment, table};

fn pieces(number: Option<i64>) -> String {
    number.map_or_else(|| "not counted".to_owned(), |number| number.to_string())
}

pub(super) fn items(all: &[ItemReport]) -> String {
    if all.is_empty() {
        return "nothing is counted here: each product has the stock of its shop; count goods with `entrepot stock set`".to_owned();
    }
    let row = |of: &ItemReport| {
        let available = if of.kind == "shop" { "by its shop".to_owned() } else { pieces(of.available) };
        let on_hand = if of.kind == "simple" { of.on_hand.to_string() } else { "-".to_owned() };
        vec![of.sku.clone(), of.kind.clone(), on_hand, available, moment(of.updated_at)]
    };
    table(&["SKU", "KIND", "ON HAND", "AVAILABLE", "SINCE (UTC)"], &all.iter().map(row).collect::<Vec<_>>())
}

/// The number, and what it comes from, in the order in which it is reckoned.
pub(super) fn stock(of: &StockReport, names: &HashMap<String, String>) -> String {
    let name = |id: &String| names.get(id).unwrap_or(id).clone();
    let mut text = match of.kind.as_str() {
        "shop" => format!("{}: counted by its shop", of.sku),
        "untracked" => format!("{}: not counted, there is always one more", of.sku),
        "bundle" => format!("{}: {} can be made of its parts", of.sku, pieces(of.available)),
        _ => format!(
            "{}: {} can be sold: {} on hand, {} reserved, {} to be kept back, each location by itself",
            of.sku,
            pieces(of.available),
            of.on_hand,
            of.reserved,
            of.buffer
        ),
    };
    if let Some(other) = &of.counted_as {
        text.push_str(&format!("\nlinked with {other}, which is counted for both"));
    }
    let mut add = |title: &str, head: &[&str], rows: Vec<Vec<String>>| {
        if !rows.is_empty() {
            text.push_str(&format!("\n\n{title}\n{}", table(head, &rows)));
        }
    };
    let levels = of.levels.iter().map(|level| {
        let available = if level.enabled { level.available.to_string() } else { "0, out of use".to_owned() };
        let numbers = [level.on_hand, level.reserved, level.buffer].map(|number| number.to_string());
        [vec![level.location.clone()], numbers.to_vec(), vec![available, moment(level.changed_at)]].concat()
    });
    // Of goods that are counted in another way by now, the levels of before say nothing.
    let counted = of.kind == "simple";
    add(
        "where it lies",
        &["LOCATION", "ON HAND", "RESERVED", "KEPT BACK", "AVAILABLE", "CHANGED (UTC)"],
        levels.filter(|_| counted).collect(),
    );
    let parts = of.parts.iter().map(|part| vec![part.sku.clone(), part.units.to_string(), pieces(part.available)]);
    add("what one is made of", &["SKU", "UNITS", "AVAILABLE"], parts.collect());
    let shops = of.shops.iter().map(|shop| vec![name(&shop.channel), shop.product.clone(), pieces(shop.available)]);
    add("what shops tell", &["CHANNEL", "PRODUCT", "AVAILABLE"], shops.collect());
    let listings = of.listings.iter().map(|one| {
        let told_at = one.told_at.map_or_else(String::new, moment);
        let told = if one.told_at.is_none() { "nothing yet".to_owned() } else { pieces(one.told) };
        let rule = match (one.kept_back, one.at_most) {
            (0, None) => "none".to_owned(),
            (kept, None) => format!("{kept} kept back"),
            (0, Some(most)) => format!("at most {most}"),
            (kept, Some(most)) => format!("{kept} kept back, at most {most}"),
        };
        let (channel, wanted) = (name(&one.channel), pieces(one.wanted));
        vec![channel, one.listing.clone(), rule, wanted, told, told_at, one.sync_status.clone()]
    });
    add(
        "what marketplaces are told, by each channel's rule",
        &["CHANNEL", "LISTING", "RULE", "WANTED", "TOLD", "AT (UTC)", "STATUS"],
        listings.collect(),
    );
    text
}

pub(super) fn adjusted(of: &Adjusted) -> String {
    let Adjusted { sku, location, on_hand, buffer, movement, repeated } = of;
    let kept = if *buffer > 0 { format!(", {buffer} of them kept back") } else { String::new() };
    match (repeated, movement) {
        (true, _) => format!("{sku}: done before with this key, nothing changed; {on_hand} at {location} now{kept}"),
        (false, Some(movement)) => format!("{sku}: {on_hand} at {location} now ({:+}){kept}", movement.on_hand_delta),
        (false, None) => format!("{sku}: {on_hand} at {location} as before{kept}"),
    }
}

pub(super) fn ledger(all: &[Movement]) -> String {
    if all.is_empty() {
        return "nothing was moved yet".to_owned();
    }
    let row = |of: &Movement| {
        let (delta, after) = (format!("{:+}", of.on_hand_delta), of.on_hand_after.to_string());
        vec![moment(of.at), of.location.clone(), of.kind.clone(), delta, after, of.actor.clone(), of.reason.clone()]
    };
    table(
        &["AT (UTC)", "LOCATION", "KIND", "MOVED", "ON HAND", "BY", "REASON"],
        &all.iter().map(row).collect::<Vec<_>>(),
    )
}

pub(super) fn mismatches(all: &[Mismatch]) -> String {
    if all.is_empty() {
        return "every level is what its movements add up to".to_owned();
    }
    let row = |of: &Mismatch| {
        let mended = if of.mended { "yes" } else { "no" };
        vec![of.sku.clone(), of.location.clone(), of.on_hand.to_string(), of.by_ledger.to_string(), mended.to_owned()]
    };
    let next = match all.iter().all(|of| of.mended) {
        true => "",
        false => "\nbring the ledger to the levels: entrepot stock reconcile --mend",
    };
    let rows: Vec<_> = all.iter().map(row).collect();
    format!("{}{next}", table(&["SKU", "LOCATION", "LEVEL", "BY THE LEDGER", "MENDED"], &rows))
}

pub(super) fn locations(all: &[LocationReport]) -> String {
    let row = |of: &LocationReport| {
        let for_sale = if of.enabled { "yes" } else { "no" };
        vec![of.code.clone(), of.name.clone(), of.kind.clone(), for_sale.to_owned()]
    };
    table(&["CODE", "NAME", "KIND", "FOR SALE"], &all.iter().map(row).collect::<Vec<_>>())
}
