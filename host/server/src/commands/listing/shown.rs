//! Listings in words.

use entrepot_domain::catalog::{Inventory, Product};
use entrepot_domain::effective::Origin;
use entrepot_listings::{Adoption, AdoptionLine, CheckReport, ListingEventReport, ListingReport};
use serde_json::Value;

use crate::output::{moment, table};

pub(super) fn list(all: &[ListingReport]) -> String {
    if all.is_empty() {
        return "there is no listing; make one: entrepot listing create CHANNEL --product PRODUCT".to_owned();
    }
    let row = |report: &ListingReport| {
        vec![
            report.id.clone(),
            report.title.clone().unwrap_or_else(|| "(the product is gone)".to_owned()),
            report.status.clone(),
            report.sync_status.clone(),
            report.channel_status.clone().unwrap_or_default(),
            report.external_id.clone().unwrap_or_default(),
            why(report).unwrap_or_default(),
        ]
    };
    table(&["LISTING", "TITLE", "STATUS", "SYNC", "THERE", "ID THERE", "WHY"], &all.iter().map(row).collect::<Vec<_>>())
}

fn why(report: &ListingReport) -> Option<String> {
    if report.sync_status == "synced" && report.status != "archived" {
        return None;
    }
    if report.sync_status == "conflict" {
        let look = format!("entrepot conflict list --listing {}", report.id);
        return Some(format!(
            "It was changed at the marketplace, and nothing is sent over that before you decide: {look}"
        ));
    }
    let first = report.issues.get(0).and_then(|issue| issue.get("message")).and_then(Value::as_str).map(str::to_owned);
    let again = report.next_try_at.filter(|_| report.sync_status == "failed");
    let error = report.sync_error.clone().or(first)?;
    Some(match again {
        Some(at) => format!("{error} The next try is at {} (UTC).", moment(at)),
        None => error,
    })
}

pub(super) fn one(report: &ListingReport) -> String {
    let mut lines = vec![
        format!("{}  {}", report.id, report.title.as_deref().unwrap_or("(the product is gone)")),
        format!("  product   {}", report.product),
        format!("  channel   {}", report.channel),
        format!("  status    {}, {}", report.status, report.sync_status),
    ];
    if let Some(id) = &report.external_id {
        let there = report.channel_status.as_deref().unwrap_or("not looked at yet");
        lines.push(
            format!("  there     {id}, {there} {}", report.external_url.as_deref().unwrap_or_default())
                .trim_end()
                .to_owned(),
        );
    }
    if let Some(at) = report.last_synced_at {
        lines.push(format!("  taken     {} (UTC)", moment(at)));
    }
    lines.extend(report.category.iter().map(|category| format!("  category  {category}")));
    if report.set.as_object().is_some_and(|set| !set.is_empty()) {
        lines.push(format!("  set       {}", report.set));
    }
    if report.fields.as_object().is_some_and(|fields| !fields.is_empty()) {
        lines.push(format!("  fields    {}", report.fields));
    }
    lines.extend(why(report).map(|why| format!("  why       {why}")));
    for variant in &report.variants {
        let price = variant.told_price.as_ref().map_or_else(|| "no price".to_owned(), ToString::to_string);
        let stock =
            variant.told_stock.map_or_else(|| "stock not counted".to_owned(), |stock| format!("{stock} in stock"));
        lines.push(format!(
            "  variant   {} {}: told {price}, {stock}",
            variant.variant,
            variant.sku.as_deref().unwrap_or_default()
        ));
    }
    lines.join("\n")
}

pub(super) fn check(report: &CheckReport) -> String {
    let mut lines = Vec::new();
    if report.ok {
        lines.push(format!("{} can be sent", report.listing));
    } else {
        lines.push(format!("{} would be refused:", report.listing));
    }
    lines.extend(report.issues.iter().map(|issue| format!("  {}: {} ({})", issue.path, issue.message, issue.code)));
    lines.extend(
        report.warnings.iter().map(|issue| format!("  note {}: {} ({})", issue.path, issue.message, issue.code)),
    );
    lines.extend(report.origins.iter().map(|(field, origin)| {
        format!("  {field}: {}", if *origin == Origin::Rule { "by the channel's rule" } else { "set for this listing" })
    }));
    lines.join("\n")
}

pub(super) fn preview(report: &CheckReport) -> String {
    match &report.shown {
        Some(product) => product_lines(product),
        None => check(report),
    }
}

fn product_lines(product: &Product) -> String {
    let mut lines = vec![product.title.clone()];
    lines.extend(product.brand.iter().map(|brand| format!("  by {brand}")));
    lines.extend(product.media.iter().map(|media| format!("  picture {}", media.url)));
    for variant in &product.variants {
        let price = variant.price.as_ref().map_or_else(|| "no price".to_owned(), ToString::to_string);
        let before = variant.compare_at.as_ref().map(|before| format!(" instead of {before}")).unwrap_or_default();
        let stock = match &variant.inventory {
            Inventory::Untracked(true) => "in stock".to_owned(),
            Inventory::Untracked(false) => "not for sale".to_owned(),
            Inventory::Tracked(levels) => {
                format!("{} in stock", levels.iter().map(|level| level.available).sum::<i64>())
            }
        };
        let name = [variant.option_values.join(" / "), variant.sku.clone().unwrap_or_default()].join(" ");
        lines.push(format!("  {}: {price}{before}, {stock}", name.trim()));
    }
    lines.extend(product.description_html.iter().map(|html| format!("\n{html}")));
    lines.join("\n")
}

pub(super) fn history(events: &[ListingEventReport]) -> String {
    let row = |event: &ListingEventReport| {
        vec![moment(event.at), event.kind.clone(), event.actor.clone(), event.detail.to_string()]
    };
    table(&["AT (UTC)", "WHAT", "BY", "DETAIL"], &events.iter().map(row).collect::<Vec<_>>())
}

pub(super) fn adoption(found: &Adoption, channel: &str, applied: bool) -> String {
    let row = |line: &AdoptionLine| vec![line.listing.clone(), line.sku.clone(), line.external_ids.join(", ")];
    let rows =
        |lines: &[AdoptionLine]| table(&["LISTING", "SKU", "ID THERE"], &lines.iter().map(row).collect::<Vec<_>>());
    let mut lines = Vec::new();
    if !found.lines.is_empty() {
        lines.push(rows(&found.lines));
    }
    if !found.doubtful.is_empty() {
        lines.push("left alone, for they may be several, or are another listing's:".to_owned());
        lines.push(rows(&found.doubtful));
    }
    let told =
        format!("{} listings without an id there: {} found, {} adopted", found.looked_at, found.found, found.adopted);
    lines.push(match applied || found.found == 0 {
        true => told,
        false => format!("{told}. To adopt them: entrepot listing adopt {channel} --apply"),
    });
    lines.join("\n")
}
