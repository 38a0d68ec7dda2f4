//! What is refused before it is sent.

use entrepot_guest::blank;
use entrepot_guest::listing::{Intent, ListedVariant, Listing};
use entrepot_guest::prelude::*;
use entrepot_guest::testing::channel;
use entrepot_plugin_ebay::listings::check_listing;
use model::{Inventory, Level, Media, MediaKind, OptionAxis, Product, ProductVariant};

const SET: &str = r#"{"marketplace":"EBAY_DE","fulfillment_policy":"1","payment_policy":"2","return_policy":"3","location":"lager","sku_suffix":"@DE"}"#;

fn variant(sku: &str) -> ProductVariant {
    let level =
        Level { location_id: "default".into(), location_name: None, available: 3, item_id: None, backorder: false };
    ProductVariant {
        sku: Some(sku.into()),
        price: Some(Money { minor: 2_200, currency: "EUR".into() }),
        inventory: Inventory::Tracked(vec![level]),
        ..blank::variant(sku)
    }
}

fn good() -> Product {
    let picture = Media {
        source_id: None,
        url: "https://i.example/1.jpg".into(),
        alt: None,
        kind: MediaKind::Image,
        position: 0,
    };
    Product {
        variants: vec![variant("MUG")],
        media: vec![picture],
        description_html: Some("<p>A mug.</p>".into()),
        ..blank::product("prd_1", "Mug")
    }
}

fn codes(product: Product) -> (Vec<String>, Vec<String>) {
    let variants = product.variants.iter().map(|variant| ListedVariant {
        variant_id: variant.source_id.clone(),
        external_id: None,
        item_id: None,
        sku: variant.sku.clone(),
    });
    let listing = Listing {
        listing_id: "lst_1".into(),
        external_id: None,
        intent: Intent::Active,
        variants: variants.collect(),
        product,
        category: Some("15687".into()),
        fields: "{}".into(),
        state: "{}".into(),
    };
    let checked = check_listing(&channel(SET), &listing, &[]);
    let of = |issues: &[Issue]| issues.iter().map(|issue| issue.code.clone()).collect::<Vec<_>>();
    assert_eq!(checked.shown.is_some(), checked.issues.is_empty());
    (of(&checked.issues), of(&checked.warnings))
}

#[test]
fn what_is_good_passes() {
    assert_eq!(codes(good()), (vec![], vec![]));
}

#[test]
fn what_ebay_refuses_is_refused_before() {
    type Change = fn(&mut Product);
    let cases: [(Change, &str); 17] = [
        (|product| product.title = "x".repeat(81), "title-too-long"),
        (|product| product.title.clear(), "title-missing"),
        (|product| product.variants[0].sku = Some("x".repeat(48)), "sku-too-long"),
        (|product| product.variants[0].sku = None, "sku-missing"),
        (|product| product.variants[0].price = None, "price-missing"),
        (|product| product.variants[0].price = Some(Money { minor: 0, currency: "EUR".into() }), "price-too-low"),
        (|product| product.variants[0].price = Some(Money { minor: 5, currency: "USD".into() }), "currency-other"),
        (|product| product.media.clear(), "picture-missing"),
        (|product| product.media[0].url = "http://i.example/1.jpg".into(), "picture-not-https"),
        (|product| product.brand = Some("b".repeat(66)), "brand-too-long"),
        (|product| product.variants[0].mpn = Some("m".repeat(66)), "mpn-too-long"),
        (|product| product.variants.push(variant("MUG-2")), "options-missing"),
        (|product| product.variants.clear(), "variants-missing"),
        (
            |product| {
                product.options = vec![OptionAxis { name: "Marke".into(), values: vec!["A".into()] }];
                product.variants[0].option_values = vec!["A".into()];
            },
            "option-may-not-vary",
        ),
        (
            |product| {
                product.options = vec![OptionAxis { name: "n".repeat(41), values: vec![] }];
                product.variants[0].option_values = vec!["v".repeat(51)];
            },
            "option-value-too-long",
        ),
        (
            |product| {
                product.options = vec![OptionAxis { name: "Farbe".into(), values: vec![] }];
                product.variants = vec![
                    ProductVariant { option_values: vec!["Rot".into()], ..variant("A") },
                    ProductVariant { option_values: vec!["Rot".into()], ..variant("A") },
                ];
            },
            "options-duplicate",
        ),
        (
            |product| {
                product.options = vec![OptionAxis { name: "Nr.".into(), values: vec![] }];
                product.variants = (0..251)
                    .map(|n| ProductVariant { option_values: vec![n.to_string()], ..variant(&format!("A{n}")) })
                    .collect();
            },
            "variants-too-many",
        ),
    ];
    for (change, code) in cases {
        let mut product = good();
        change(&mut product);
        let (issues, _) = codes(product);
        assert!(issues.iter().any(|issue| issue == code), "{code}: {issues:?}");
    }
}

#[test]
fn what_is_left_out_is_said() {
    let mut product = good();
    product.tags = vec!["new".into()];
    product.description_html = None;
    product.variants[0].compare_at = Some(Money { minor: 3_000, currency: "EUR".into() });
    product.variants[0].inventory = Inventory::Untracked(true);
    product.media =
        (0..25).map(|n| Media { url: format!("https://i.example/{n}.jpg"), ..product.media[0].clone() }).collect();
    let (issues, warnings) = codes(product);
    assert_eq!(issues, Vec::<String>::new());
    for code in ["left-out", "description-missing", "compare-at-left-out", "stock-not-counted", "pictures-left-out"] {
        assert!(warnings.iter().any(|warning| warning == code), "{code}: {warnings:?}");
    }
}
