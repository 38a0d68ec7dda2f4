use serde_json::json;

use super::*;
use crate::catalog::{Media, Product};

fn product(title: &str, images: &[&str]) -> Product {
    let media = images.iter().zip(0..).map(|(url, position)| Media {
        source_id: None,
        url: (*url).to_owned(),
        alt: None,
        kind: MediaKind::Image,
        position,
    });
    Product { status: ProductStatus::Active, media: media.collect(), ..Product::blank("p", title) }
}

#[test]
fn what_a_marketplace_keeps_in_its_own_form_is_no_change() {
    let (sent, there) = (product("Mug", &["https://a/1.jpg"]), product("MUG", &["https://cdn/9.jpg"]));
    let mut known = Baseline::after(&sent, String::new(), &there);
    assert_eq!(known.differences(&there, &sent), []);
    // Not even where something else is wanted by now: that is sent.
    assert_eq!(known.differences(&there, &product("Cup", &["https://a/1.jpg"])), []);
    assert!(known.is_as_wanted(&sent, "") && !known.is_as_wanted(&product("Cup", &["https://a/1.jpg"]), ""));
}

#[test]
fn what_was_changed_there_differs_until_it_is_noted() {
    let sent = product("Mug", &[]);
    let mut known = Baseline::after(&sent, String::new(), &sent);
    let there = product("Sale! Mug", &[]);
    let found = known.differences(&there, &sent);
    let difference = Difference { field: "title".into(), theirs: json!("Sale! Mug"), ours: json!("Mug") };
    assert_eq!(found, [difference]);
    known.note("title", &json!("Sale! Mug"), false);
    assert_eq!(known.differences(&there, &sent), []);
    assert!(known.is_as_wanted(&sent, ""), "ours is sent over it");
    known.note("title", &json!("Sale! Mug"), true);
    assert!(known.is_as_wanted(&there, "") && !known.is_as_wanted(&sent, ""), "theirs was taken over");
}

#[test]
fn both_sides_of_one_mind_are_no_conflict() {
    let mut known = Baseline::after(&product("Mug", &[]), String::new(), &product("Mug", &[]));
    let both = product("Cup", &[]);
    assert_eq!(known.differences(&both, &both), []);
    assert!(known.is_as_wanted(&both, "") && !known.is_as_wanted(&both, "another category"));
}

#[test]
fn pictures_that_arrive_later_are_no_change() {
    let sent = product("Mug", &["https://a/1.jpg", "https://a/2.jpg"]);
    let mut known = Baseline::after(&sent, String::new(), &product("Mug", &[]));
    assert_eq!(known.differences(&product("Mug", &["https://cdn/1.jpg", "https://cdn/2.jpg"]), &sent), []);
    let found = known.differences(&product("Mug", &["https://cdn/2.jpg", "https://cdn/1.jpg"]), &sent);
    assert_eq!(found.iter().map(|of| of.field.as_str()).collect::<Vec<_>>(), ["images"], "somebody sorted them");
}

#[test]
fn a_rule_names_fields_that_there_are() {
    let rule: ConflictRule =
        serde_json::from_value(json!({"default": "ours", "title": "ask", "price": "theirs"})).expect("a rule");
    assert_eq!(rule.check(), Ok(()));
    assert_eq!(
        [rule.of("title"), rule.of("variants/7/price"), rule.of("tags")],
        [Policy::Ask, Policy::Theirs, Policy::Ours]
    );
    assert_eq!(ConflictRule::default().of("tags"), Policy::Ask);
    let wrong: ConflictRule = serde_json::from_value(json!({"titel": "ours"})).expect("parsed");
    assert!(wrong.check().expect_err("no field").contains("conflicts.titel is no field"));
}

#[test]
fn what_was_sent_without_an_answer_is_no_change_and_what_others_wrote_is() {
    let sent = product("Mug", &["https://a/1.jpg"]);
    let mut known = Baseline::after(&sent, String::new(), &product("Mug", &["https://cdn/1.jpg"]));
    let wanted = product("Cup", &["https://a/1.jpg", "https://a/2.jpg"]);
    known.doubt(&wanted);
    let later = product("Beaker", &["https://a/1.jpg"]);
    known.doubt(&later);
    let arrived = product("Cup", &["https://cdn/1.jpg", "https://cdn/2.jpg"]);
    assert_eq!(known.differences(&arrived, &later), [], "the first of two may have come to something");
    let theirs = product("Sale! Mug", &["https://cdn/1.jpg"]);
    let found = known.differences(&theirs, &later);
    assert_eq!(found.iter().map(|of| of.field.as_str()).collect::<Vec<_>>(), ["title"]);
    known.doubt_nothing();
    let found = known.differences(&arrived, &later);
    assert_eq!(found.iter().map(|of| of.field.as_str()).collect::<Vec<_>>(), ["images", "title"], "refused: not ours");
}

#[test]
fn what_is_sold_out_was_taken_off_by_nobody() {
    let counted = |available: i64, status: ProductStatus| {
        let level = crate::catalog::Level {
            location_id: "a".into(),
            location_name: None,
            available,
            item_id: None,
            backorder: false,
        };
        let variant = Variant { inventory: Inventory::Tracked(vec![level]), ..Variant::blank("v") };
        Product { status, variants: vec![variant], ..product("Mug", &[]) }
    };
    let sent = counted(3, ProductStatus::Active);
    let mut known = Baseline::after(&sent, String::new(), &sent);
    assert_eq!(known.differences(&counted(0, ProductStatus::Archived), &sent), [], "the marketplace did it");
    let found = known.differences(&counted(3, ProductStatus::Archived), &sent);
    assert_eq!(found.iter().map(|of| of.field.as_str()).collect::<Vec<_>>(), ["on_sale"], "somebody did it");
}

#[test]
fn a_slug_that_is_made_of_the_title_follows_it() {
    let slug = |title: &str, slug: &str| Product { handle: Some(slug.into()), ..product(title, &[]) };
    let (sent, there) = (slug("Mug", "mug"), slug("Mug", "mug-1"));
    let mut known = Baseline::after(&sent, String::new(), &there);
    let found = known.differences(&slug("Sale", "sale"), &sent);
    assert_eq!(found.iter().map(|of| of.field.as_str()).collect::<Vec<_>>(), ["title"]);
    let mut known = Baseline::after(&sent, String::new(), &there);
    let found = known.differences(&slug("Mug", "sale"), &sent);
    assert_eq!(
        found.iter().map(|of| of.field.as_str()).collect::<Vec<_>>(),
        ["seo_slug"],
        "by itself it does not change"
    );
}
