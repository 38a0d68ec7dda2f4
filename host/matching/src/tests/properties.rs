//! What holds for any goods.

use proptest::prelude::*;

use super::*;

const WORDS: [&str; 8] = ["rustic", "quilt", "nordic", "desk", "17", "18", "blue", "lamp"];
const GTINS: [&str; 4] = [GTIN, OTHER_GTIN, "036000291452", "4006381333932"];

fn any_goods() -> impl Strategy<Value = Vec<Goods>> {
    let articles = (proptest::option::of(0_usize..6), proptest::option::of(0_usize..GTINS.len()), 0_usize..4);
    let title = proptest::collection::vec(0_usize..WORDS.len(), 1..5);
    let product = (title, proptest::option::of(0_usize..2), proptest::collection::vec(articles, 1..4));
    proptest::collection::vec(product, 0..12).prop_map(|products| {
        products
            .into_iter()
            .enumerate()
            .map(|(number, (title, brand, articles))| Goods {
                product: format!("prd_{number:02}").into(),
                title: title.iter().map(|word| WORDS[*word]).collect::<Vec<_>>().join(" ").into(),
                brand: brand.map(|brand| ["Eichenholz", "Tōkō"][brand].into()),
                variants: articles
                    .iter()
                    .enumerate()
                    .map(|(at, (sku, gtin, option))| Article {
                        price: Some((*option as i64 * 700 + 100, "EUR".into())),
                        open: *option != 3 || at > 0,
                        ..article(
                            &at.to_string(),
                            &sku.map_or_else(String::new, |sku| format!("S-{sku}")),
                            gtin.map_or("", |gtin| GTINS[gtin]),
                            &[["S", "M", "L", "XL"][*option]],
                        )
                    })
                    .collect(),
            })
            .collect()
    })
}

fn other_side(goods: Vec<Goods>) -> Vec<Goods> {
    goods.into_iter().map(|one| Goods { product: one.product.replace("prd", "xrd").into(), ..one }).collect()
}

/// By ids: left, right, confidence, reasons.
type Found = BTreeSet<(VariantKey, VariantKey, u8, Vec<String>)>;

fn by_ids(left: &[Goods], right: &[Goods], names: [&str; 2]) -> Found {
    let id = |goods: &[Goods], place: Place| -> VariantKey {
        let product = &goods[place.product];
        (product.product.to_string(), product.variants[place.variant].variant.to_string())
    };
    let mut found = Found::new();
    match_goods(left, right, names, |one| {
        let mut reasons = one.reasons;
        reasons.sort();
        found.insert((id(left, one.left), id(right, one.right), one.confidence, reasons));
    });
    found
}

proptest! {
    #[test]
    fn each_is_matched_once_and_surest_come_first(left in any_goods(), right in any_goods()) {
        let right = other_side(right);
        let found = matched(&left, &right);
        let ours: HashSet<Place> = found.iter().map(|one| one.left).collect();
        let theirs: HashSet<Place> = found.iter().map(|one| one.right).collect();
        prop_assert_eq!((ours.len(), theirs.len()), (found.len(), found.len()));
        prop_assert!(found.is_sorted_by_key(|one| std::cmp::Reverse(one.confidence)));
        for one in &found {
            prop_assert!(one.confidence <= 100 && !one.reasons.is_empty());
            prop_assert!(left[one.left.product].variants[one.left.variant].open);
            prop_assert!(right[one.right.product].variants[one.right.variant].open);
        }
    }

    #[test]
    fn the_order_of_what_is_given_changes_nothing(
        left in any_goods(),
        right in any_goods(),
        turned in 0_usize..12,
    ) {
        let right = other_side(right);
        let before = by_ids(&left, &right, ["a", "b"]);
        let (mut left, mut right) = (left, right);
        left.reverse();
        let by = turned % right.len().max(1);
        right.rotate_left(by);
        prop_assert_eq!(by_ids(&left, &right, ["a", "b"]), before);
    }

    #[test]
    fn it_is_the_same_from_either_side(left in any_goods(), right in any_goods()) {
        let right = other_side(right);
        let found = by_ids(&left, &right, ["a", "b"]);
        let turned: Found =
            by_ids(&right, &left, ["b", "a"]).into_iter().map(|(l, r, sure, why)| (r, l, sure, why)).collect();
        prop_assert_eq!(turned, found);
    }

    #[test]
    fn links_have_one_of_each_channel_and_ending_all_pairs_leaves_none(
        joins in proptest::collection::vec((0_usize..8, 0_usize..4, 0_usize..8, 0_usize..4), 0..40),
    ) {
        let mut groups = Groups::default();
        let (mut made, mut pairs) = (0, Vec::new());
        for (a, of, b, other) in joins {
            let (a, b) = (key(&format!("{of}{a}")), key(&format!("{other}{b}")));
            let (of, other) = (format!("chn_{of}"), format!("chn_{other}"));
            let joined = groups.join((&a, &of), (&b, &other), || { made += 1; format!("lnk_{made:03}") });
            if joined.is_ok() {
                pairs.push((a, b));
            }
        }
        let members: Vec<(VariantKey, String, String)> = groups
            .changed()
            .map(|(key, channel, link)| (key.clone(), channel.to_owned(), link.to_owned()))
            .collect();
        let places: HashSet<(&str, &str)> = members.iter().map(|(_, channel, link)| (link.as_str(), channel.as_str())).collect();
        prop_assert_eq!(places.len(), members.len());
        // What hangs together by pairs is what has one link, and the other way round.
        let keys: Vec<VariantKey> = members.iter().map(|(key, ..)| key.clone()).collect();
        for part in parts(&keys, &pairs) {
            let links: HashSet<Option<&str>> = part.iter().map(|key| groups.link_of(key)).collect();
            prop_assert_eq!(links.len(), 1);
        }
        let links: HashSet<&str> = members.iter().map(|(.., link)| link.as_str()).collect();
        prop_assert_eq!(parts(&keys, &pairs).len(), links.len());
        prop_assert!(parts(&keys, &[]).is_empty());
    }
}
