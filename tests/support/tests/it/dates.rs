//! `modified_after`: exclusive, by the second, and three ways to write it of which two are right.

use entrepot_test_support::woocommerce::{Product, Store, iso};

use crate::client::{Shop, products, shop};

const NOON: i64 = 1_795_176_000;

/// Three products, a second apart, in a shop an hour east of UTC.
fn three() -> (Store, Shop) {
    let store = Store::empty();
    store.configure(|options| options.gmt_offset = 3_600);
    for id in 1..=3 {
        let at = NOON + id as i64 - 1;
        store.insert(Product { id, created: at, modified: at, ..Product::simple("Dated") });
    }
    let shop = shop(&store);
    (store, shop)
}

fn found(shop: &Shop, query: &str) -> Vec<u64> {
    shop.get(&products(&format!("?orderby=id&order=asc&{query}"))).ids()
}

#[test]
fn bounds_are_exclusive_and_whole_seconds() {
    let (_store, shop) = three();
    let at = |seconds| iso(NOON + seconds);
    assert_eq!(found(&shop, &format!("dates_are_gmt=true&modified_after={}", at(0))), [2, 3]);
    assert_eq!(found(&shop, &format!("dates_are_gmt=true&modified_before={}", at(2))), [1, 2]);
    // Slices that meet at a whole second lose that second.
    assert_eq!(found(&shop, &format!("dates_are_gmt=1&modified_after={}&modified_before={}", at(0), at(2))), [2]);
    // A fraction is dropped.
    assert_eq!(found(&shop, &format!("dates_are_gmt=true&modified_after={}.999", at(0))), [2, 3]);
}

#[test]
fn a_z_and_the_flag_together_are_off_by_the_zone() {
    let (_store, shop) = three();
    let (gmt, local) = (iso(NOON), iso(NOON + 3_600));
    assert_eq!(found(&shop, &format!("modified_after={gmt}&dates_are_gmt=true")), [2, 3], "naive and the flag");
    assert_eq!(found(&shop, &format!("modified_after={gmt}Z")), [2, 3], "Z without the flag");
    assert_eq!(found(&shop, &format!("modified_after={local}")), [2, 3], "the shop's own time");
    assert_eq!(found(&shop, &format!("modified_after={gmt}")), [1, 2, 3], "read as the shop's own time");
    assert_eq!(found(&shop, &format!("modified_after={gmt}Z&dates_are_gmt=true")), Vec::<u64>::new(), "the trap");
    assert_eq!(found(&shop, &format!("modified_after={local}%2B01:00")), [2, 3], "an offset");
}

#[test]
fn changes_move_the_date_and_deletions_do_not_show() {
    let (store, shop) = three();
    store.configure(|options| options.now = Some(NOON + 600));
    let parent = store.insert(Product { modified: NOON, ..Product::variable("Parent") });
    let child = store.insert_variation(entrepot_test_support::woocommerce::Variation::of(parent, &[("Size", "S")]));
    store.configure(|options| options.now = Some(NOON + 700));
    let since = format!("dates_are_gmt=true&modified_after={}", iso(NOON + 650));
    assert_eq!(found(&shop, &since), Vec::<u64>::new());
    store.update(1, |product| product.regular_price = "5".into());
    store.update_variation(child, |variation| variation.regular_price = "6".into());
    store.trash(2);
    store.force_delete(3);
    assert_eq!(found(&shop, &since), [1, parent], "a variation bumps its parent");
    assert_eq!(shop.get(&products("/1")).json()["date_modified_gmt"], iso(NOON + 700));
    assert_eq!(found(&shop, &format!("{since}&status=trash")), [2]);
}
