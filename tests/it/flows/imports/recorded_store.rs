//! A whole real WooCommerce 11 store, served back as it was recorded: every canonical field equals the truth that the store's own
//! objects tell.

use std::collections::{BTreeMap, HashMap};

use entrepot_domain::catalog::{Inventory, Product, ProductStatus, Variant};
use entrepot_domain::run::RunState;
use entrepot_test_support::woocommerce::Recorded;
use entrepot_tests::{App, both_engines};
use serde_json::Value;

#[both_engines]
async fn the_recorded_store_agrees_with_its_truth(app: App) {
    let Some(recorded) = Recorded::open() else { return };
    let server = recorded.serve();
    app.connect(&server.base_url, &recorded.key()).await;
    let run = app.import().await;
    assert_eq!(run.state, RunState::Completed, "{run:?}");
    assert_eq!((run.declared, run.fetched), (Some(2_111), 2_111), "{run:?}");

    let products = app.products().await;
    let letters = app.dead_letters().await;
    assert_eq!(products.len() + letters.len(), 2_111, "nothing is lost");
    let mut reasons: BTreeMap<&str, usize> = BTreeMap::new();
    for letter in &letters {
        *reasons.entry(letter.code.as_str()).or_default() += 1;
    }
    println!("dead letters of the recorded store, by reason: {reasons:?}");
    assert_eq!(
        reasons.keys().copied().collect::<Vec<_>>(),
        ["price-too-precise"],
        "the only thing US dollars cannot say is 19.999"
    );

    let truth = recorded.truth();
    let by_id: HashMap<String, &Value> = truth.iter().map(|row| (row["id"].to_string(), row)).collect();
    for letter in &letters {
        assert!(too_precise(&letter.source_id, &truth), "{} is refused though its prices are fine", letter.source_id);
    }
    for product in &products {
        compare(product, by_id[&product.source_id], &by_id);
    }
    let variants: usize = products.iter().map(|product| product.variants.len()).sum();
    println!("{} products with {variants} variants equal the truth", products.len());

    let second = app.import().await;
    assert_eq!(
        (second.state, second.created, second.updated, second.deleted),
        (RunState::Completed, 0, 0, 0),
        "{second:?}"
    );
}

/// Has it, or a variation of it, a price with more decimals than the dollar?
fn too_precise(id: &str, truth: &[Value]) -> bool {
    let fine = |row: &Value| {
        ["price", "regular_price", "sale_price"].iter().any(|field| {
            row[*field].as_str().is_some_and(|price| {
                price.split_once('.').is_some_and(|(_, decimals)| decimals.trim_end_matches('0').len() > 2)
            })
        })
    };
    let id = id.parse::<u64>().ok();
    let named = |value: &Value| value.is_u64() && value.as_u64() == id;
    truth.iter().any(|row| (named(&row["id"]) || named(&row["parent"])) && fine(row))
}

fn compare(product: &Product, truth: &Value, by_id: &HashMap<String, &Value>) {
    let id = &product.source_id;
    let text = |field: &str| truth[field].as_str().unwrap_or_default();
    assert_eq!(squeeze(&product.title), squeeze(text("name")), "{id}: title");
    let status = match text("status") {
        "publish" => ProductStatus::Active,
        "private" => ProductStatus::Archived,
        _ => ProductStatus::Draft,
    };
    assert_eq!(product.status, status, "{id}: status");
    assert_eq!(product.handle.as_deref().unwrap_or_default(), text("slug"), "{id}: slug");
    for (ours, theirs, what) in [
        (&product.description_html, text("description"), "description"),
        (&product.summary_html, text("short"), "short description"),
    ] {
        assert_eq!(words(ours.as_deref().unwrap_or_default()), words(theirs), "{id}: {what}");
    }
    // A shop sends terms of equal name in another order each time.
    let (mut tags, mut expected) = (product.tags.clone(), names(&truth["tags"]));
    tags.sort();
    expected.sort();
    assert_eq!(tags, expected, "{id}: tags");
    let brands = names(&truth["brands"]);
    assert!(product.brand.as_ref().map_or(brands.is_empty(), |brand| brands.contains(brand)), "{id}: brand");
    let mut categories: Vec<String> = product.collections.iter().map(|c| c.source_id.clone()).collect();
    let mut expected: Vec<String> =
        truth["categories"].as_array().into_iter().flatten().map(|category| category[0].to_string()).collect();
    categories.sort();
    expected.sort();
    assert_eq!(categories, expected, "{id}: categories");
    for collection in &product.collections {
        assert_eq!(collection.path.last(), Some(&collection.title), "{id}: a path ends with its own title");
    }
    let images: Vec<&str> = truth["images"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let urls: Vec<&str> = product.media.iter().map(|media| media.url.as_str()).collect();
    assert!(urls.starts_with(&images), "{id}: images {urls:?} {images:?}");
    assert_eq!(product.created_at, moment(&truth["created_gmt"]), "{id}: created");
    assert_eq!(product.updated_at, moment(&truth["modified_gmt"]), "{id}: modified");
    if text("type") == "variable" {
        let children: Vec<String> = truth["children"].as_array().into_iter().flatten().map(Value::to_string).collect();
        let mut ours: Vec<&str> = product.variants.iter().map(|variant| variant.source_id.as_str()).collect();
        let mut theirs: Vec<&str> = children.iter().map(String::as_str).collect();
        ours.sort_unstable();
        theirs.sort_unstable();
        assert_eq!(ours, theirs, "{id}: variations");
        for variant in &product.variants {
            compare_variant(variant, by_id[&variant.source_id], Some(truth));
            assert_eq!(variant.enabled, by_id[&variant.source_id]["status"] == "publish", "{id}: enabled");
        }
    } else {
        assert_eq!(product.variants.len(), 1, "{id}");
        compare_variant(&product.variants[0], truth, None);
    }
}

fn compare_variant(variant: &Variant, truth: &Value, parent: Option<&Value>) {
    let id = &variant.source_id;
    let text = |field: &str| truth[field].as_str().unwrap_or_default();
    assert_eq!(variant.sku.as_deref().unwrap_or_default(), text("sku"), "{id}: sku");
    assert_eq!(variant.gtin.as_deref().unwrap_or_default(), text("gtin"), "{id}: gtin");
    assert_eq!(variant.price.as_ref().map(|money| money.minor), cents(text("price")), "{id}: price");
    assert!(variant.price.iter().all(|money| money.currency == "USD"), "{id}: currency");
    let reduced = !text("sale_price").is_empty() && text("price") == text("sale_price");
    // With more decimals than the currency has it is left out, and the product is not.
    let exact = text("regular_price").rsplit_once('.').is_none_or(|(_, decimals)| decimals.len() <= 2);
    let before = if reduced && exact { cents(text("regular_price")) } else { None };
    if text("type") != "grouped" {
        assert_eq!(variant.compare_at.as_ref().map(|money| money.minor), before, "{id}: price before");
    }
    assert_eq!(variant.sale.as_ref().map(|sale| sale.price.minor), cents(text("sale_price")), "{id}: sale price");
    if let Some(sale) = &variant.sale {
        assert_eq!(sale.starts_at, moment(&truth["sale_from_gmt"]), "{id}: sale from");
        assert_eq!(sale.ends_at, moment(&truth["sale_to_gmt"]), "{id}: sale to");
    }
    let own = truth["manage_stock"].as_bool().unwrap_or(false);
    match &variant.inventory {
        Inventory::Tracked(levels) => {
            let pool =
                parent.filter(|parent| parent["manage_stock"] == true && levels[0].item_id.as_deref() != Some(id));
            let source = pool.unwrap_or(truth);
            assert!(own || pool.is_some(), "{id}: counted though the store does not");
            assert_eq!(Some(levels[0].available), source["stock_quantity"].as_i64(), "{id}: stock");
            assert_eq!(levels[0].backorder, source["backorders"] != "no", "{id}: backorders");
        }
        Inventory::Untracked(available) => {
            assert!(!own, "{id}: the store counts it");
            assert_eq!(*available, text("stock_status") != "outofstock", "{id}: stock status");
        }
    }
    let inherited = |field: &str| match (text(field), parent) {
        ("", Some(parent)) => parent[field].as_str().unwrap_or_default().to_owned(),
        (own, _) => own.to_owned(),
    };
    let weight = inherited("weight").parse::<f64>().ok();
    assert_eq!(variant.weight.map(|weight| weight.value), weight, "{id}: weight");
    assert_eq!(variant.taxable, Some(truth["tax"][0] != "none"), "{id}: taxable");
    assert_eq!(variant.requires_shipping, Some(truth["virtual"] != true), "{id}: ships");
}

fn cents(price: &str) -> Option<i64> {
    let (whole, decimals) = price.split_once('.').unwrap_or((price, ""));
    format!("{whole}{decimals:0<2}")[..].get(..whole.len() + 2).filter(|_| !price.is_empty())?.parse().ok()
}

fn names(rows: &Value) -> Vec<String> {
    rows.as_array().into_iter().flatten().filter_map(|row| row[2].as_str()).map(decoded).collect()
}

/// The recording's own escaping, undone once.
fn decoded(text: &str) -> String {
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&#039;", "'").replace("&amp;", "&")
}

fn squeeze(text: &str) -> String {
    decoded(text).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What a reader reads: the recording is rendered (paragraphs, curly quotes), the truth is as typed.
fn words(html: &str) -> String {
    let mut out = String::new();
    let mut inside = false;
    for character in html.chars() {
        match character {
            '<' => inside = true,
            '>' if inside => {
                inside = false;
                out.push(' ');
            }
            _ if inside => {}
            '\u{2018}' | '\u{2019}' | '\u{2032}' => out.push('\''),
            '\u{201c}' | '\u{201d}' | '\u{2033}' => out.push('"'),
            '\u{2013}' | '\u{2014}' => out.push('-'),
            '\u{2026}' => out.push_str("..."),
            '\u{00a0}' => out.push(' '),
            other => out.push(other),
        }
    }
    decoded(&out).replace("&eacute;", "é").replace("--", "-").split_whitespace().collect::<Vec<_>>().join(" ")
}

/// "2026-11-20T09:43:27", UTC, as milliseconds.
fn moment(value: &Value) -> Option<i64> {
    let text = value.as_str()?;
    let number = |range: std::ops::Range<usize>| text.get(range)?.parse::<i64>().ok();
    let (year, month, day) = (number(0..4)?, number(5..7)?, number(8..10)?);
    let seconds = number(11..13)? * 3_600 + number(14..16)? * 60 + number(17..19)?;
    // Days since 1970 of the proleptic Gregorian calendar.
    let (y, m) = if month <= 2 { (year - 1, month + 9) } else { (year, month - 3) };
    let days = 365 * y + y / 4 - y / 100 + y / 400 + (m * 306 + 5) / 10 + day - 1 - 719_468;
    Some((days * 86_400 + seconds) * 1_000)
}
