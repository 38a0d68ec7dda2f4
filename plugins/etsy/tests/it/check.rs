//! What is told before anything is sent. Pure.

use entrepot_guest::blank;
use entrepot_guest::listing::{Checked, Intent, ListedVariant, Listing};
use entrepot_guest::prelude::*;
use entrepot_guest::testing::channel;
use entrepot_plugin_etsy::listings::check_listing;
use model::{Inventory, Level, Media, MediaKind, OptionAxis, Product, ProductVariant};

const SETTINGS: &str =
    r#"{"shop_id":"7","who_made":"i_did","when_made":"made_to_order","shipping_profile":"1","processing_profile":"2"}"#;

fn variant(sku: &str, values: &[&str], stock: i64) -> ProductVariant {
    let level =
        Level { location_id: "a".into(), location_name: None, available: stock, item_id: None, backorder: false };
    ProductVariant {
        sku: Some(sku.to_owned()),
        option_values: values.iter().map(|value| (*value).to_owned()).collect(),
        price: Some(Money { minor: 1_250, currency: "EUR".into() }),
        inventory: Inventory::Tracked(vec![level]),
        enabled: true,
        ..blank::variant(sku)
    }
}

fn picture(url: &str) -> Media {
    Media { source_id: None, url: url.to_owned(), alt: None, kind: MediaKind::Image, position: 0 }
}

fn mug() -> Product {
    let variants = vec![variant("RED", &["Red"], 3), variant("BLUE", &["Blue"], 0)];
    Product {
        description_html: Some("Of clay.".into()),
        options: vec![OptionAxis { name: "Colour".into(), values: vec!["Red".into(), "Blue".into()] }],
        media: vec![picture("https://pictures.example/mug.jpg")],
        variants,
        ..blank::product("p", "A mug")
    }
}

fn check(product: Product) -> Checked {
    let listed = |variant: &ProductVariant| ListedVariant {
        variant_id: variant.source_id.clone(),
        external_id: None,
        item_id: None,
        sku: variant.sku.clone(),
    };
    let listing = Listing {
        listing_id: "lst_1".into(),
        external_id: None,
        intent: Intent::Active,
        variants: product.variants.iter().map(listed).collect(),
        product,
        category: Some("482".into()),
        fields: "{}".into(),
        state: "{}".into(),
    };
    check_listing(&channel(SETTINGS), &listing, &[])
}

fn codes(issues: &[Issue]) -> Vec<(&str, &str)> {
    issues.iter().map(|issue| (issue.path.as_str(), issue.code.as_str())).collect()
}

#[test]
fn good_goods_pass_and_are_told_what_it_costs() {
    let checked = check(mug());
    assert_eq!(checked.issues, []);
    assert_eq!(codes(&checked.warnings), [("", "listing-fee")]);
    assert!(checked.shown.is_some());
}

#[test]
fn what_etsy_refuses_late_and_vaguely_is_refused_before_with_its_value() {
    let with = |change: fn(&mut Product)| {
        let mut product = mug();
        change(&mut product);
        check(product)
    };
    let cases: [(fn(&mut Product), &str, &str, &str); 17] = [
        (|p| p.title = "x".repeat(141), "/title", "title-too-long", "141"),
        (|p| p.title = "a & b & c".into(), "/title", "title-characters", "'&'"),
        (|p| p.title = "5 € off".into(), "/title", "title-characters", "'€'"),
        (|p| p.title = " ".into(), "/title", "title-missing", "no title"),
        (
            |p| p.description_html = Some("<p> </p>".into()),
            "/description_html",
            "description-missing",
            "no description",
        ),
        (|p| p.media.clear(), "/media", "picture-missing", "without a picture"),
        (
            |p| p.media[0].url = "http://shop.example/a.jpg".into(),
            "/media/0",
            "picture-unreachable",
            "http://shop.example/a.jpg",
        ),
        (|p| p.media.push(p.media[0].clone()), "/media/1", "picture-duplicate", "twice"),
        (|p| p.variants[0].sku = Some("x".repeat(33)), "/variants/0/sku", "sku-too-long", "33"),
        (|p| p.variants[1].sku = Some("RED".into()), "/variants/1/sku", "sku-duplicate", "RED"),
        (|p| p.variants[1].option_values = vec!["Red (dark)".into()], "/options/0", "option-characters", "Red (dark)"),
        (
            |p| p.variants[1].option_values = vec!["Red".into()],
            "/variants/1/option_values",
            "options-duplicate",
            "same values",
        ),
        (
            |p| p.variants[1].option_values = vec![String::new()],
            "/variants/1/option_values",
            "options-incomplete",
            "each option",
        ),
        (|p| p.variants[0].price = None, "/variants/0/price", "price-missing", "no price"),
        (
            |p| p.variants[0].price = Some(Money { minor: 0, currency: "EUR".into() }),
            "/variants/0/price",
            "price-too-low",
            "nothing",
        ),
        (|p| p.options.clear(), "/options", "options-missing", "no option"),
        (
            |p| p.variants.iter_mut().for_each(|v| v.requires_shipping = Some(false)),
            "/variants",
            "digital-unsupported",
            "file",
        ),
    ];
    for (change, path, code, word) in cases {
        let checked = with(change);
        let found = checked.issues.iter().find(|issue| issue.path == path && issue.code == code);
        let found = found.unwrap_or_else(|| panic!("{path} {code}: {:?}", checked.issues));
        assert!(found.message.contains(word), "{code}: {}", found.message);
        assert!(checked.shown.is_none());
    }
    let three =
        |names: [&str; 3]| names.map(|name| OptionAxis { name: name.into(), values: vec!["a".into()] }).to_vec();
    let product =
        Product { options: three(["A", "B", "C"]), variants: vec![variant("S", &["a", "a", "a"], 1)], ..mug() };
    assert_eq!(codes(&check(product).issues), [("/options", "options-too-many")]);
    let many: Vec<_> = (0..71).map(|n| variant(&format!("S{n}"), &[&n.to_string()], 1)).collect();
    assert_eq!(codes(&check(Product { variants: many, ..mug() }).issues), [("/options/0", "option-values-too-many")]);
}

#[test]
fn what_is_cut_on_the_way_is_said() {
    let mut product = mug();
    product.description_html = Some("<p>Of <b>clay</b>.</p>".into());
    product.tags = vec!["clay".into(), "100%".into()];
    product.media.extend((0..25).map(|n| picture(&format!("https://pictures.example/{n}.jpg"))));
    product.media.push(Media { kind: MediaKind::Video, ..picture("https://pictures.example/a.mp4") });
    product.variants[0] =
        ProductVariant { compare_at: product.variants[0].price.clone(), ..variant("RED", &["Red"], 2_000) };
    product.variants[1].inventory = Inventory::Untracked(true);
    let checked = check(product);
    assert_eq!(checked.issues, []);
    let found = codes(&checked.warnings);
    for code in [
        "description-plain",
        "tags-left-out",
        "pictures-left-out",
        "media-left-out",
        "compare-at-left-out",
        "stock-cut",
        "stock-not-counted",
    ] {
        assert!(found.iter().any(|(_, known)| *known == code), "{code}: {found:?}");
    }
    let shown = checked.shown.expect("it passes");
    assert_eq!((shown.media.len(), shown.tags.as_slice()), (20, &["clay".to_owned()][..]));
    assert_eq!(
        (shown.description_html.as_deref(), shown.variants[0].compare_at.clone()),
        (Some("<p>Of clay.</p>"), None)
    );
}
