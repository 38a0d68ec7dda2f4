use std::collections::{BTreeSet, HashSet};

use super::*;

mod properties;

fn article(variant: &str, sku: &str, gtin: &str, options: &[&str]) -> Article {
    let text = |text: &str| (!text.is_empty()).then(|| Box::from(text));
    Article {
        variant: variant.into(),
        sku: text(sku),
        gtin: text(gtin),
        options: options.iter().map(|value| Box::from(*value)).collect(),
        open: true,
        ..Article::default()
    }
}

/// A product with one variant.
fn one(product: &str, title: &str, sku: &str, gtin: &str) -> Goods {
    Goods { product: product.into(), title: title.into(), brand: None, variants: vec![article("v", sku, gtin, &[])] }
}

fn matched(left: &[Goods], right: &[Goods]) -> Vec<Match> {
    let mut found = Vec::new();
    match_goods(left, right, ["berlin", "paris"], |one| found.push(one));
    found
}

/// The only match of two products.
fn only(left: Goods, right: Goods) -> Option<Match> {
    matched(&[left], &[right]).pop()
}

const GTIN: &str = "4006381333931";
const OTHER_GTIN: &str = "5901234123457";

#[test]
fn skus_and_gtins_have_one_spelling() {
    assert_eq!(normal_sku("  ＡＢ-１ "), Some("ab-1".into()));
    assert_eq!(normal_sku(" \u{a0} "), None);
    assert_eq!(gtin14("4006381333931"), gtin14("0 4006381-333931"));
    assert_eq!(gtin14("036000291452"), Some(36_000_291_452), "a UPC");
    assert_eq!(gtin14("96385074"), Some(96_385_074), "a GTIN-8");
    for wrong in ["4006381333932", "400638133393", "", "0000000000000", "40063813339AB", "４００６３８１３３３９３１"]
    {
        assert_eq!(gtin14(wrong), None, "{wrong:?}");
    }
}

#[test]
fn identifiers_make_sure_and_contradictions_unsure() {
    let sure = only(one("a", "Rustic Quilt", "AB-1", GTIN), one("b", "Rustic quilt!", " ab-1", GTIN)).unwrap();
    assert_eq!((sure.confidence, sure.method), (100, Method::Sku));
    assert_eq!(sure.reasons, ["same SKU AB-1", "same GTIN 4006381333931", "same title"]);
    let sku = only(one("a", "Rustic Quilt", "AB-1", ""), one("b", "Rustic Quilt", "AB-1", GTIN)).unwrap();
    assert_eq!(sku.confidence, 95);
    let gtin = only(one("a", "Rustic Quilt", "AB-1", GTIN), one("b", "Couette rustique", "X", GTIN)).unwrap();
    assert!(gtin.method == Method::Gtin && gtin.confidence >= 60, "{gtin:?}");
    let strange = only(one("a", "Rustic Quilt", "1", ""), one("b", "Zinc bucket", "1", "")).unwrap();
    assert!(strange.confidence <= 60 && strange.reasons.contains(&"very different titles".into()), "{strange:?}");
    let at_odds = only(one("a", "Rustic Quilt", "1", GTIN), one("b", "Rustic Quilt", "1", OTHER_GTIN)).unwrap();
    assert!(at_odds.confidence <= 50 && at_odds.reasons.contains(&"different valid GTINs".into()), "{at_odds:?}");
    // A GTIN with a wrong check digit says nothing, for or against.
    let invalid = only(one("a", "Rustic Quilt", "1", GTIN), one("b", "Rustic Quilt", "1", "4006381333932")).unwrap();
    assert_eq!(invalid.confidence, 95);
    let neither = only(one("a", "Rustic Quilt", "", "4006381333932"), one("b", "Zinc bucket", "", "4006381333932"));
    assert_eq!(neither, None, "the same wrong GTIN is no GTIN");
}

#[test]
fn titles_are_the_last_resort_and_numbers_in_them_count() {
    let alike = only(one("a", "Rustic Quilt No. 17", "", ""), one("b", "No. 17: Rústic quilt", "", "")).unwrap();
    assert!(alike.method == Method::Title && (80..95).contains(&alike.confidence), "{alike:?}");
    let typo = only(one("a", "Rustic Quilt No. 17", "", ""), one("b", "Rustic Qilt No. 17", "", "")).unwrap();
    assert!(typo.confidence < alike.confidence, "{typo:?}");
    assert_eq!(only(one("a", "Rustic Quilt No. 17", "", ""), one("b", "Rustic Quilt No. 18", "", "")), None);
    let praised =
        only(one("a", "Rustic Quilt Blue", "", ""), one("b", "Rustic Quilt Blue, handmade gift for her", "", ""));
    assert!(praised.is_some_and(|found| found.confidence < 80), "the other is within it");
    let both = only(one("a", "Nordic Quilt No. 17", "", ""), one("b", "Nrdic Quilt No. 17 | handmade gift", "", ""));
    assert!(both.is_some_and(|found| (50..80).contains(&found.confidence)), "misspelt and praised");
    assert_eq!(only(one("a", "Rustic Quilt Blue Large", "", ""), one("b", "Rustic Quilt Blue Small", "", "")), None);
    let brand = |name: &str, title: &str| Goods { brand: Some("Tōkō".into()), ..one(name, title, "", "") };
    let branded = only(brand("a", "Toko Rustic Quilt"), brand("b", "Rustic Quilt")).unwrap();
    assert_eq!(branded.reasons, ["same title", "same brand"]);
    assert_eq!(only(one("a", "!!", "", ""), one("b", "??", "", "")), None, "no words, no match");
}

#[test]
fn variants_are_told_apart_by_their_options() {
    let quilt = |product: &str, choices: &[&[&str]]| Goods {
        variants: choices.iter().enumerate().map(|(at, chosen)| article(&at.to_string(), "", "", chosen)).collect(),
        ..one(product, "Rustic Quilt", "", "")
    };
    let left = quilt("a", &[&["Blue", "Large"], &["Red", "Large"], &["Green", "Large"]]);
    let right = quilt("b", &[&["large", "RED"], &["large", "blue"]]);
    let places: BTreeSet<_> = matched(&[left], &[right]).iter().map(|m| (m.left.variant, m.right.variant)).collect();
    assert_eq!(places, BTreeSet::from([(0, 1), (1, 0)]));
}

#[test]
fn a_sku_that_stands_twice_is_never_certain() {
    let left = [one("a", "Rustic Quilt", "1", "")];
    let right = [one("b", "Zinc bucket", "1", ""), one("c", "Rustic Quilt", "1", "")];
    let [found] = &matched(&left, &right)[..] else { panic!("one to one") };
    assert_eq!(found.right.product, 1, "the title tells which");
    assert!(found.confidence <= 80, "{found:?}");
    assert!(found.reasons.contains(&"but this SKU stands on 2 variants of paris".into()), "{found:?}");
    assert_eq!((found.alternatives.len(), found.alternatives[0].place.product), (1, 0));
    // Nothing tells which.
    let right = [one("b", "Rustic Quilt", "1", ""), one("c", "Rustic Quilt", "1", "")];
    let [found] = &matched(&left, &right)[..] else { panic!("one to one") };
    assert!(
        found.confidence <= 60 && found.reasons.contains(&"but 1 other would fit about as well".into()),
        "{found:?}"
    );
    // What stands everywhere names nothing, and does not take for ever.
    let many = |name: &str| (0..3_000).map(|n| one(&format!("{name}{n}"), &format!("Thing {n}"), "n/a", "")).collect();
    let (left, right): (Vec<Goods>, Vec<Goods>) = (many("l"), many("r"));
    let found = matched(&left, &right);
    assert!(
        found.len() == 3_000 && found.iter().all(|m| m.method == Method::Title || m.confidence <= 80),
        "{}",
        found.len()
    );
    assert!(found.iter().all(|m| m.left.product == m.right.product));
}

#[test]
fn a_sku_of_something_else_speaks_against_a_title() {
    let left = [one("a", "Quilt", "1", ""), one("b", "Quilt", "2", "")];
    let right = [one("c", "Quilt", "2", ""), one("d", "Quilt", "1", "")];
    let found = matched(&left, &right);
    assert_eq!(found.len(), 2);
    assert!(found.iter().all(|m| m.left.product != m.right.product && m.confidence == 95), "{found:?}");
}

#[test]
fn what_is_linked_counts_and_is_not_proposed() {
    let mut linked = one("b", "Rustic Quilt", "1", "");
    linked.variants[0].open = false;
    let found = matched(&[one("a", "Rustic Quilt", "1", "")], &[linked, one("c", "Rustic Quilt", "1", "")]);
    assert!(found.len() == 1 && found[0].right.product == 1 && found[0].confidence <= 80, "{found:?}");
}

#[test]
fn facts_say_what_changed() {
    let facts = |title: &str, sku: &str| one("a", title, sku, "").facts(0).unwrap();
    assert_eq!(facts("Quilt", "1").changed(&facts("Quilt", "1")), None);
    let told = facts("Quilt", "1").changed(&facts("Quilt", "2")).unwrap();
    assert_eq!(told, "the SKU was \"1\" and is \"2\" now");
    assert_eq!(facts("Quilt", "1").changed(&facts("Quilt", "")).unwrap(), "the SKU was \"1\" and is missing now");
}

fn key(name: &str) -> VariantKey {
    (format!("prd_{name}"), "v".into())
}

#[test]
fn groups_join_merge_and_have_one_of_each_channel() {
    let mut groups = Groups::default();
    let mut made = 0;
    let mut join = |groups: &mut Groups, (a, of): (&str, &str), (b, other): (&str, &str)| {
        groups.join((&key(a), of), (&key(b), other), || {
            made += 1;
            format!("lnk_{made}")
        })
    };
    assert_eq!(join(&mut groups, ("a", "1"), ("b", "2")), Ok(()));
    assert_eq!(join(&mut groups, ("b", "2"), ("a", "1")), Err(Refusal::Together));
    assert_eq!(join(&mut groups, ("x", "1"), ("y", "1")), Err(Refusal::SameChannel));
    let by = key("b");
    assert_eq!(join(&mut groups, ("a", "1"), ("c", "2")), Err(Refusal::Occupied { channel: "2".into(), by }));
    assert_eq!(join(&mut groups, ("c", "3"), ("d", "4")), Ok(()));
    assert_eq!(join(&mut groups, ("b", "2"), ("d", "4")), Ok(()), "two links become one");
    assert_eq!(join(&mut groups, ("a", "1"), ("c", "3")), Err(Refusal::Together));
    assert!(groups.changed().all(|(_, _, link)| link == "lnk_1"));
    assert_eq!(groups.changed().count(), 4);
}

#[test]
fn parts_are_what_pairs_hold_together() {
    let members = ["a", "b", "c", "d", "e"].map(key);
    let pairs = [(key("a"), key("b")), (key("c"), key("b")), (key("d"), key("x"))];
    assert_eq!(parts(&members, &pairs), [vec![key("a"), key("b"), key("c")]]);
    assert_eq!(parts(&members, &[]), Vec::<Vec<VariantKey>>::new());
}

#[test]
fn variants_of_products_that_are_the_same_are_paired_by_what_is_unique() {
    let of = |name: &str, articles: Vec<Article>| Goods { variants: articles, ..one(name, name, "", "") };
    let left =
        of("a", vec![article("1", "S-1", "", &["Blue"]), article("2", "", "", &["Red"]), article("3", "", "", &[])]);
    let right = of("b", vec![article("4", "", "", &["red"]), article("5", "s-1", "", &["Azure"])]);
    assert_eq!(same_variants(&left, &right), [(0, 1), (1, 0)]);
    assert_eq!(same_variants(&one("a", "x", "", ""), &one("b", "y", "", "")), [(0, 0)]);
}
