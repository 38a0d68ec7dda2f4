//! Stock alone: the levels that `map_product` gives, by the same names.

use std::collections::BTreeSet;

use entrepot_guest::prelude::*;
use entrepot_guest::testing;
use entrepot_plugin_bigcommerce::stock::fetch_stock;
use entrepot_plugin_bigcommerce::{catalog, map_product};
use serde_json::{Value, json};

use crate::shop::{Run, Shop, channel, first, simple};

type Levels = BTreeSet<(String, String, i64)>;

fn item(product: u64, variant: Option<u64>, levels: &[(u64, i64)]) -> Value {
    let at = |(location, available): &(u64, i64)| json!({"location_id": location, "location_name": "L", "location_enabled": *location < 9, "available_to_sell": available});
    let locations: Vec<_> = levels.iter().map(at).collect();
    json!({"identity": {"product_id": product, "variant_id": variant, "sku": "S"}, "locations": locations})
}

/// Counted by product, by variant, and not at all.
fn shop() -> Shop {
    let counted = |id: u64, tracking: &str| {
        let mut product = simple(id);
        product["inventory_tracking"] = json!(tracking);
        product
    };
    let mut many = counted(2, "variant");
    let size = |label: &str| json!([{"option_display_name": "Size", "label": label}]);
    many["variants"][0]["option_values"] = size("M");
    let second = json!({"id": 2002, "product_id": 2, "sku": "S-2-L", "price": null, "option_values": size("L")});
    many["variants"].as_array_mut().unwrap().push(second);
    let mut products = vec![counted(1, "product"), many, counted(3, "none"), counted(4, "variant")];
    products.extend((5..=120).map(|id| counted(id, "product")));
    let shop = Shop::new(products);
    let mut stock = vec![
        item(1, Some(1001), &[(1, 4), (2, 7), (9, 99)]),
        item(2, Some(1002), &[(1, 3)]),
        item(2, Some(2002), &[(1, 0), (2, -2)]),
        item(3, Some(1003), &[(1, 8)]),
    ];
    stock.extend((5..=120).map(|id| item(id, Some(id + 1000), &[(2, id.cast_signed())])));
    shop.stock.replace(stock);
    shop
}

fn told(shop: &Shop) -> Result<Levels, Error> {
    let (mut levels, mut request) = (Levels::new(), first());
    loop {
        let page = fetch_stock(shop, &channel(), &request)?;
        for StockLevel { item_id, location_id, available } in page.levels {
            assert!(levels.insert((item_id, location_id, available)), "a level twice");
        }
        let Some(next) = page.next else { return Ok(levels) };
        request = PageRequest { cursor: Some(next), ..request };
    }
}

#[test]
fn the_levels_are_those_of_the_products() {
    let shop = shop();
    let mapped: Levels = Run::of(&shop)
        .unwrap()
        .items
        .values()
        .flat_map(|item| map_product(&channel(), item).unwrap().variants)
        .filter_map(|variant| match variant.inventory {
            model::Inventory::Tracked(levels) => Some(levels),
            model::Inventory::Untracked(_) => None,
        })
        .flatten()
        // What no item of stock is there for has the catalogue's own number, which deltas show.
        .filter(|level| level.location_id != "default")
        .map(|level| (level.item_id.unwrap(), level.location_id, level.available))
        .collect();
    assert_eq!(told(&shop).unwrap(), mapped);
    assert_eq!(mapped.len(), 2 + 3 + 116);
    assert!(mapped.contains(&("product:1".into(), "2".into(), 7)) && mapped.contains(&("2002".into(), "2".into(), -2)));
}

#[test]
fn a_failing_page_asks_for_less_and_what_fails_alone_is_left_out() {
    let shop = shop().twisted(|_, asked| {
        let broken = asked.get("product_id:in").is_some_and(|ids| ids.split(',').any(|id| id == "7"));
        broken.then(|| Ok(testing::json(500, "{}")))
    });
    assert!(matches!(told(&shop), Err(Error::Unavailable(_))));
    let request = PageRequest { attempt: 3, cursor: Some(r#"{"after":6}"#.into()), ..first() };
    let page = fetch_stock(&shop, &channel(), &request).unwrap();
    assert!(page.levels.is_empty() && page.next.is_some(), "{page:?}");
    let asked = shop.asked.borrow();
    let list = asked.iter().rev().find(|asked| asked.path == "/v3/catalog/products").unwrap();
    assert_eq!((list.get("limit"), list.get("id:greater")), (Some("1"), Some("6")));
}

#[test]
fn without_the_scope_it_says_what_to_do() {
    let shop = shop().twisted(|_, asked| asked.path.contains("inventory").then(|| Ok(testing::json(403, "{}"))));
    let last = PageRequest { attempt: 3, ..first() };
    assert!(matches!(told(&shop), Err(Error::Unavailable(_))), "one refusal is not believed");
    let refused = fetch_stock(&shop, &channel(), &last);
    assert!(matches!(&refused, Err(Error::Unsupported(why)) if why.contains("Store inventory")), "{refused:?}");
    // The catalogue does without.
    assert!(!catalog::fetch_page(&shop, &channel(), &last).unwrap().items.is_empty());
}
