use serde_json::json;

use super::*;
use crate::catalog::ProductStatus;

fn product(prices: &[i64], stock: i64) -> Product {
    let variant = |(at, minor): (usize, &i64)| {
        json!({"source_id": format!("v{at}"), "option_values": [], "enabled": true, "price": {"minor": minor, "currency": "EUR"},
            "compare_at": {"minor": minor + 500, "currency": "EUR"}, "media_ids": ["m1"], "extras": {},
            "inventory": {"tracked": [{"location_id": "a", "location_name": null, "available": stock, "item_id": "i", "backorder": false},
                {"location_id": "b", "location_name": null, "available": 2, "item_id": "i", "backorder": false}]}})
    };
    let variants: Vec<_> = prices.iter().enumerate().map(variant).collect();
    let product = json!({"source_id": "p", "title": "Mug", "description_html": "<p>Blue</p>", "status": "active", "tags": ["a"],
        "options": [], "variants": variants, "collections": [], "attributes": [], "warnings": [], "extras": {},
        "media": [{"source_id": "m1", "url": "https://x/1.jpg", "alt": "one", "kind": "image", "position": 0}]});
    serde_json::from_value(product).expect("a product")
}

fn euros(minor: i64) -> Money {
    Money::new(minor, "EUR")
}

fn prices(of: &Effective) -> Vec<i64> {
    of.product.variants.iter().filter_map(|variant| Some(variant.price.as_ref()?.minor)).collect()
}

#[test]
fn nothing_set_is_the_source() {
    let source = product(&[1000], 5);
    let all = effective(source.clone(), &ChannelRule::default(), &Overrides::default());
    assert_eq!((all.product, all.origins.len(), all.problems.len()), (source, 0, 0));
}

#[test]
fn a_person_counts_before_a_rule_and_a_variant_before_its_product() {
    let rule = ChannelRule {
        price: Some(PriceRule { basis_points: 1_000, ..PriceRule::default() }),
        ..ChannelRule::default()
    };
    let one = VariantOverrides { price: Some(euros(777)), enabled: Some(false), ..VariantOverrides::default() };
    let overrides = Overrides { variants: [("v1".to_owned(), one)].into(), ..Overrides::default() };
    let all = effective(product(&[1000, 2000], 5), &rule, &overrides);
    assert_eq!(prices(&all), [1100, 777]);
    assert_eq!((all.origins["variants/v0/price"], all.origins["variants/v1/price"]), (Origin::Rule, Origin::Manual));
    assert_eq!(all.product.variants.iter().map(|variant| variant.enabled).collect::<Vec<_>>(), [true, false]);
    let overrides = Overrides { price: Some(euros(3_000)), ..overrides };
    let all = effective(product(&[1000, 2000], 5), &rule, &overrides);
    assert_eq!(prices(&all), [3_000, 777]);
    // What is dearer than before is not reduced.
    assert_eq!(all.product.variants[0].compare_at, None);
    assert_eq!(all.product.variants[1].compare_at, Some(euros(2_500)));
}

#[test]
fn what_it_cost_before_is_above_what_it_costs() {
    let of = |before: i64| {
        let overrides = Overrides { compare_at: Some(euros(before)), ..Overrides::default() };
        effective(product(&[1000], 5), &ChannelRule::default(), &overrides)
    };
    let all = of(1_200);
    assert_eq!((all.product.variants[0].compare_at.clone(), all.problems.len()), (Some(euros(1_200)), 0));
    assert_eq!(all.origins["variants/v0/compare_at"], Origin::Manual);
    let all = of(1_000);
    assert_eq!((all.problems[0].0.as_str(), all.problems[0].1), ("/variants/0/compare_at", "compare-at-not-above"));
}

#[test]
fn texts_and_pictures_replace_and_empty_ones_remove() {
    let overrides = Overrides {
        title: Some("Cup".into()),
        description: Some(String::new()),
        meta_title: Some("Buy a cup".into()),
        images: Some(vec!["https://x/2.jpg".into(), "https://x/1.jpg".into()]),
        ..Overrides::default()
    };
    let all = effective(product(&[1000], 5), &ChannelRule::default(), &overrides);
    assert_eq!((all.product.title.as_str(), all.product.description_html.as_deref()), ("Cup", None));
    assert_eq!(all.product.seo.as_ref().and_then(|seo| seo.title.as_deref()), Some("Buy a cup"));
    let media: Vec<_> = all.product.media.iter().map(|m| (m.url.as_str(), m.alt.as_deref(), m.position)).collect();
    assert_eq!(media, [("https://x/2.jpg", None, 0), ("https://x/1.jpg", Some("one"), 1)]);
    assert_eq!(all.product.variants[0].media_ids, ["m1"]);
    let none = Overrides { images: Some(vec![]), ..Overrides::default() };
    assert!(effective(product(&[1000], 5), &ChannelRule::default(), &none).product.variants[0].media_ids.is_empty());
    assert_eq!(all.product.status, ProductStatus::Active);
}

#[test]
fn prices_are_rounded_up_to_their_ending_and_never_below_zero() {
    let of = |rule: &PriceRule, minor| rule.of(minor);
    let ending = PriceRule { basis_points: 1_250, plus: 30, ending: Some(99), floor: None };
    assert_eq!([of(&ending, 1000), of(&ending, 0), of(&ending, 1062)], [1199, 99, 1299]);
    let off = PriceRule { basis_points: -5_000, ..PriceRule::default() };
    assert_eq!([of(&off, 1), of(&off, 3), of(&off, 999)], [1, 2, 500]);
    assert_eq!(of(&PriceRule { plus: -2_000, ..PriceRule::default() }, 1000), 0);
    assert_eq!(of(&PriceRule { basis_points: 1_000_000, ..PriceRule::default() }, i64::MAX), 1_000_000_000_000);
}

#[test]
fn what_is_below_the_floor_is_a_problem_whoever_set_it() {
    let price = Some(PriceRule { floor: Some(1_500), ..PriceRule::default() });
    let rule = ChannelRule { price, ..ChannelRule::default() };
    let overrides = Overrides { price: Some(euros(1_499)), ..Overrides::default() };
    for overrides in [Overrides::default(), overrides] {
        let all = effective(product(&[1000], 5), &rule, &overrides);
        let (field, code, message) = &all.problems[0];
        assert_eq!((field.as_str(), *code), ("/variants/0/price", "price-below-floor"));
        assert!(message.contains("15.00 EUR"), "{message}");
    }
}

#[test]
fn stock_keeps_a_buffer_and_tells_no_more_than_the_cap() {
    let told = |buffer, cap, stock| {
        let rule = ChannelRule { stock: Some(StockRule { buffer, cap }), ..ChannelRule::default() };
        available(&effective(product(&[1000], stock), &rule, &Overrides::default()).product.variants[0])
    };
    assert_eq!(
        [told(3, None, 5), told(0, Some(4), 5), told(10, None, 5), told(0, None, -9)],
        [Some(4), Some(4), Some(0), Some(0)]
    );
}

#[test]
fn rules_that_cannot_be_meant_are_refused() {
    let of = |json: serde_json::Value| {
        serde_json::from_value::<ChannelRule>(json).map_err(|e| e.to_string()).and_then(|r| r.check())
    };
    assert_eq!(of(json!({"price": {"basis_points": 500, "ending": 99}, "stock": {"buffer": 1}})), Ok(()));
    for wrong in [
        json!({"price": {"basis_points": -10_001}}),
        json!({"price": {"ending": 100}}),
        json!({"price": {"floor": -1}}),
        json!({"stock": {"buffer": -1}}),
        json!({"prise": {}}),
    ] {
        assert!(of(wrong.clone()).is_err(), "{wrong}");
    }
}
