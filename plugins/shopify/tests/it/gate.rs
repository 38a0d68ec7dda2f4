//! What is refused before anything is sent, and what is said of what is sent all the same.

use entrepot_guest::listing::{Checked, Intent, ListedVariant, Listing};
use entrepot_guest::{blank, prelude::*};
use entrepot_plugin_shopify::listings::check_listing;

use crate::shop::channel;

pub(crate) fn euros(minor: i64) -> Option<Money> {
    Some(Money { minor, currency: "EUR".into() })
}

/// A product with two variants, as it is to stand there.
pub(crate) fn listing() -> Listing {
    let variant = |id: &str, sku: &str, value: &str| model::ProductVariant {
        sku: Some(sku.into()),
        price: euros(1_250),
        option_values: vec![value.into()],
        inventory: model::Inventory::Tracked(vec![model::Level {
            location_id: "default".into(),
            location_name: None,
            available: 5,
            item_id: None,
            backorder: false,
        }]),
        ..blank::variant(id)
    };
    let product = model::Product {
        options: vec![model::OptionAxis { name: "Colour".into(), values: vec!["Blue".into(), "Red".into()] }],
        variants: vec![variant("v1", "MUG-B", "Blue"), variant("v2", "MUG-R", "Red")],
        ..blank::product("prd_1", "Mug")
    };
    let listed = |id: &str| ListedVariant { variant_id: id.into(), external_id: None, item_id: None, sku: None };
    Listing {
        listing_id: "lst_1".into(),
        external_id: None,
        intent: Intent::Active,
        variants: vec![listed("v1"), listed("v2")],
        product,
        category: None,
        fields: "{}".into(),
        state: "{}".into(),
    }
}

fn check(change: impl FnOnce(&mut Listing)) -> Checked {
    let mut listing = listing();
    change(&mut listing);
    check_listing(&channel(), &listing, &[])
}

fn found(issues: &[Issue]) -> Vec<(&str, &str)> {
    issues.iter().map(|issue| (issue.path.as_str(), issue.code.as_str())).collect()
}

#[test]
fn what_is_right_is_shown() {
    let checked = check(|_| {});
    assert!(checked.issues.is_empty() && checked.warnings.is_empty(), "{checked:?}");
    assert_eq!(checked.shown.map(|shown| shown.variants.len()), Some(2));
}

#[test]
fn each_thing_that_shopify_would_refuse_is_refused_here() {
    type Change = fn(&mut Listing);
    let long = |characters: usize| "ä".repeat(characters);
    let cases: Vec<(Change, &str, &str)> = vec![
        (|of| of.product.title = " ".into(), "/title", "title-missing"),
        (|of| of.product.title = "ä".repeat(256), "/title", "title-too-long"),
        (
            |of| of.product.description_html = Some("x".repeat(512 * 1024 + 1)),
            "/description_html",
            "description-too-long",
        ),
        (|of| of.product.handle = Some("x".repeat(256)), "/handle", "handle-too-long"),
        (|of| of.product.tags = (0..251).map(|at| at.to_string()).collect(), "/tags", "tags-too-many"),
        (|of| of.product.tags = vec!["x".repeat(256)], "/tags/0", "tag-too-long"),
        (|of| of.product.media = pictures(251), "/media", "pictures-too-many"),
        (|of| of.category = Some("Boots > Snow".into()), "/category", "category-unknown"),
        (|of| of.product.options[0].name = String::new(), "/options/0", "option-unnamed"),
        (|of| of.product.options[0].values[0] = "x".repeat(256), "/options/0", "option-too-long"),
        (|of| with_axes(of, &["Colour", "colour"]), "/options/1", "option-duplicate"),
        (|of| with_axes(of, &["A", "B", "C", "D"]), "/options", "options-too-many"),
        (|of| of.product.options.clear(), "/options", "options-missing"),
        (|of| of.product.variants.clear(), "/variants", "variants-missing"),
        (|of| of.product.variants.iter_mut().for_each(|one| one.enabled = false), "/variants", "variants-missing"),
        (|of| of.product.variants[1].option_values.clear(), "/variants/1/option_values", "options-incomplete"),
        (|of| of.product.variants[1].option_values[0] = " ".into(), "/variants/1/option_values", "options-incomplete"),
        (
            |of| of.product.variants[1].option_values[0] = "Blue".into(),
            "/variants/1/option_values",
            "options-duplicate",
        ),
        (|of| of.product.variants[1].sku = Some("MUG-B".into()), "/variants/1/sku", "sku-duplicate"),
        (|of| of.product.variants[1].sku = Some("x".repeat(256)), "/variants/1/sku", "sku-too-long"),
        (|of| of.product.variants[1].price = None, "/variants/1/price", "price-missing"),
        (|of| of.product.variants[1].price = euros(-1), "/variants/1/price", "price-negative"),
        (|of| of.product.variants[1].compare_at = euros(1_249), "/variants/1/compare_at", "compare-at-below-price"),
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
        assert!(checked.issues.iter().all(|issue| issue.message.ends_with(['.', ')'])), "{:?}", checked.issues);
    }
    let many = check(|of| {
        of.product.variants = (0..2_049)
            .map(|at| model::ProductVariant {
                option_values: vec![at.to_string()],
                sku: None,
                ..of.product.variants[0].clone()
            })
            .collect();
    });
    assert!(found(&many.issues).contains(&("/variants", "variants-too-many")), "{:?}", many.issues.len());
    assert!(check(|of| of.product.title = long(255)).issues.is_empty(), "characters are counted, not bytes");
}

#[test]
fn what_is_left_out_is_said_and_keeps_nothing_from_being_sold() {
    type Change = fn(&mut Listing);
    let cases: Vec<(Change, &str)> = vec![
        (|of| of.product.handle = Some("snow boots!".into()), "handle-left-out"),
        (|of| of.product.variants[1].enabled = false, "variants-left-out"),
        (
            |of| {
                of.product.media = pictures(2);
                of.product.media[1].kind = model::MediaKind::Video;
            },
            "media-left-out",
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
        assert!(checked.shown.is_some());
    }
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

fn with_axes(of: &mut Listing, names: &[&str]) {
    let axis = |name: &&str| model::OptionAxis { name: (*name).into(), values: vec!["x".into()] };
    of.product.options = names.iter().map(axis).collect();
    of.product.variants.truncate(1);
    of.product.variants[0].option_values = names.iter().map(|_| "x".to_owned()).collect();
}
