//! What is refused before anything is sent, and what is said of what is sent all the same.

use entrepot_guest::listing::{Checked, Listing};
use entrepot_guest::{blank, prelude::*};
use entrepot_plugin_bigcommerce::listings::check_listing;

use crate::goods::{euros, mug, tea};
use crate::shop::channel;

fn check(change: impl FnOnce(&mut Listing)) -> Checked {
    let mut listing = mug();
    change(&mut listing);
    check_listing(&channel(), &listing, &[])
}

fn found(issues: &[Issue]) -> Vec<(&str, &str)> {
    issues.iter().map(|issue| (issue.path.as_str(), issue.code.as_str())).collect()
}

#[test]
fn what_is_right_is_shown() {
    for listing in [mug(), tea()] {
        let checked = check_listing(&channel(), &listing, &[]);
        assert!(checked.issues.is_empty() && checked.warnings.is_empty(), "{checked:?}");
        assert!(checked.shown.is_some());
    }
    // Without options a SKU is not asked for.
    let mut bare = tea();
    bare.product.variants[0].sku = None;
    assert!(check_listing(&channel(), &bare, &[]).issues.is_empty());
}

#[test]
fn each_thing_that_bigcommerce_would_refuse_is_refused_here() {
    type Change = fn(&mut Listing);
    let cases: Vec<(Change, &str, &str)> = vec![
        (|of| of.product.title = " ".into(), "/title", "title-missing"),
        (|of| of.product.title = "ä".repeat(251), "/title", "title-too-long"),
        (|of| of.product.brand = Some("x".repeat(256)), "/brand", "brand-too-long"),
        (|of| of.product.seo = seo(256, 1), "/seo/title", "seo-title-too-long"),
        (|of| of.product.seo = seo(1, 65_536), "/seo/description", "seo-text-too-long"),
        (|of| of.product.tags = vec!["x".repeat(65_530)], "/tags", "tags-too-long"),
        (|of| of.product.media = pictures(1_001), "/media", "pictures-too-many"),
        (|of| of.category = Some("Boots".into()), "/category", "category-unknown"),
        (|of| of.product.options[0].name = String::new(), "/options/0", "option-unnamed"),
        (|of| of.product.options[0].name = "x".repeat(256), "/options/0", "option-too-long"),
        (|of| of.product.options.clear(), "/options", "options-missing"),
        (|of| of.product.variants.clear(), "/variants", "variants-missing"),
        (|of| of.product.variants[1].option_values.clear(), "/variants/1/option_values", "options-incomplete"),
        (|of| of.product.variants[1].option_values[0] = " ".into(), "/variants/1/option_values", "options-incomplete"),
        (
            |of| of.product.variants[1].option_values[0] = "Blue".into(),
            "/variants/1/option_values",
            "options-duplicate",
        ),
        (
            |of| of.product.variants[1].option_values[0] = "x".repeat(256),
            "/variants/1/option_values",
            "option-too-long",
        ),
        (|of| of.product.variants[1].sku = None, "/variants/1/sku", "sku-missing"),
        // Whatever its case.
        (|of| of.product.variants[1].sku = Some("mug-b".into()), "/variants/1/sku", "sku-duplicate"),
        (|of| of.product.variants[1].sku = Some("x".repeat(256)), "/variants/1/sku", "sku-too-long"),
        // All of a product are counted, or none.
        (
            |of| of.product.variants[1].inventory = model::Inventory::Untracked(true),
            "/variants/1/inventory",
            "stock-mixed",
        ),
        (|of| of.product.variants[1].gtin = Some("1".repeat(15)), "/variants/1/gtin", "gtin-too-long"),
        (|of| of.product.variants[1].price = None, "/variants/1/price", "price-missing"),
        (|of| of.product.variants[1].price = euros(-1), "/variants/1/price", "price-negative"),
        (|of| of.product.variants[1].price = euros(1_000_000_000_001), "/variants/1/price", "price-absurd"),
        (|of| of.product.variants[1].compare_at = euros(1_249), "/variants/1/compare_at", "compare-at-below-price"),
        // A sale price of 0 is no sale: buyers would pay the whole price.
        (
            |of| {
                of.product.variants[1].compare_at = euros(500);
                of.product.variants[1].price = euros(0);
            },
            "/variants/1/price",
            "sale-of-nothing",
        ),
        (
            |of| of.product.variants[1].price = Some(Money { minor: 1, currency: "USD".into() }),
            "/variants",
            "currency-mixed",
        ),
    ];
    for (change, path, code) in cases {
        let checked = check(change);
        assert!(found(&checked.issues).contains(&(path, code)), "{code}: {:?}", checked.issues);
        assert!(checked.shown.is_none(), "{code}");
        assert!(checked.issues.iter().all(|issue| issue.message.ends_with('.')), "{:?}", checked.issues);
    }
    for (variants, code) in [(601, "variants-too-many"), (251, "values-too-many")] {
        let many = check(|of| of.product.variants = numbered(&of.product.variants[0], variants));
        assert!(found(&many.issues).iter().any(|(_, found)| *found == code), "{code}");
    }
    assert!(check(|of| of.product.variants = numbered(&of.product.variants[0], 250)).issues.is_empty());
    assert!(check(|of| of.product.title = "ä".repeat(250)).issues.is_empty(), "characters are counted, not bytes");
}

#[test]
fn what_is_left_out_is_said_and_keeps_nothing_from_being_sold() {
    type Change = fn(&mut Listing);
    let cases: Vec<(Change, &str)> = vec![
        (|of| of.product.handle = Some("größe".into()), "handle-left-out"),
        (|of| of.product.tags = vec!["a, b".into()], "tag-parted"),
        (|of| backorder(&mut of.product.variants[0].inventory), "backorder-left-out"),
        (|of| of.product.summary_html = Some("<p>Short</p>".into()), "summary-left-out"),
        (
            |of| {
                of.product.media = pictures(2);
                of.product.media[1].kind = model::MediaKind::Video;
            },
            "media-left-out",
        ),
        (
            |of| {
                of.product.media = pictures(2);
                of.product.media[1].url = format!("https://pictures.example/{}.jpg", "x".repeat(230));
            },
            "picture-left-out",
        ),
        (
            |of| {
                let price = Money { minor: 1_000, currency: "EUR".into() };
                of.product.variants[0].sale = Some(model::Sale { price, starts_at: None, ends_at: None });
            },
            "sale-left-out",
        ),
    ];
    for (change, code) in cases {
        let checked = check(change);
        assert!(checked.issues.is_empty(), "{code}: {:?}", checked.issues);
        assert_eq!(checked.warnings.iter().map(|issue| issue.code.as_str()).collect::<Vec<_>>(), [code]);
        assert!(checked.shown.is_some_and(|shown| shown.media.len() < 2 && shown.summary_html.is_none()), "{code}");
    }
}

fn numbered(first: &model::ProductVariant, count: usize) -> Vec<model::ProductVariant> {
    let of = |at: usize| model::ProductVariant {
        option_values: vec![at.to_string()],
        sku: Some(format!("S-{at}")),
        ..blank::variant(at.to_string())
    };
    (0..count).map(|at| model::ProductVariant { price: first.price.clone(), ..of(at) }).collect()
}

fn backorder(inventory: &mut model::Inventory) {
    let model::Inventory::Tracked(levels) = inventory else { panic!("it is counted") };
    levels[0].backorder = true;
}

fn seo(title: usize, description: usize) -> Option<model::Seo> {
    Some(model::Seo { title: Some("x".repeat(title)), description: Some("x".repeat(description)) })
}

fn pictures(count: u32) -> Vec<model::Media> {
    let picture = |position: u32| model::Media {
        source_id: Some(position.to_string()),
        url: format!("https://pictures.example/{position}.jpg"),
        alt: None,
        kind: model::MediaKind::Image,
        position,
    };
    (0..count).map(picture).collect()
}
