//! What belongs to a page's products and comes from elsewhere.

use entrepot_guest::prelude::*;
use entrepot_guest::testing;
use entrepot_plugin_bigcommerce::catalog::{fetch_items, fetch_page};
use entrepot_plugin_bigcommerce::map_product;
use model::Inventory;
use serde_json::{Value, json};

use crate::shop::{Run, Shop, channel, first, simple};

fn tracked(id: u64) -> Value {
    let mut product = simple(id);
    product["inventory_tracking"] = json!("variant");
    product["variants"][0]["inventory_level"] = json!(8);
    product
}

fn item(product: u64, variant: u64, levels: &[(u64, i64)]) -> Value {
    let location = |(id, available): &(u64, i64)| {
        json!({"location_id": id, "location_name": format!("Location {id}"), "available_to_sell": available,
            "total_inventory_onhand": available + 1, "location_enabled": true})
    };
    json!({"identity": {"sku": "x", "variant_id": variant, "product_id": product},
        "locations": levels.iter().map(location).collect::<Vec<_>>()})
}

fn levels(item: &RawItem) -> Vec<(String, i64, Option<String>)> {
    let product = map_product(&channel(), item).unwrap();
    let Inventory::Tracked(levels) = &product.variants[0].inventory else { panic!("not tracked") };
    levels.iter().map(|level| (level.location_id.clone(), level.available, level.item_id.clone())).collect()
}

#[test]
fn names_of_brands_and_categories() {
    let mut odd = simple(2);
    odd["brand_id"] = json!(77);
    odd["categories"] = json!([99, 21]);
    let run = Run::of(&Shop::new(vec![simple(1), odd])).unwrap();
    let product = map_product(&channel(), &run.items["1"]).unwrap();
    assert_eq!(product.brand.as_deref(), Some("Maison"));
    assert_eq!(product.collections[0].path, ["Home", "Kitchen", "Bowls & Plates"]);
    let odd = map_product(&channel(), &run.items["2"]).unwrap();
    assert_eq!((odd.brand, odd.collections.len(), odd.warnings[0].code.as_str()), (None, 1, "category-unknown"));
}

#[test]
fn what_changes_by_itself_is_not_kept() {
    let shop = Shop::of(1);
    let before = Run::of(&shop).unwrap();
    let body: Value = serde_json::from_str(&before.items["1"].body).unwrap();
    assert!(body["product"]["total_sold"].is_null() && body["product"]["view_count"].is_null());
    assert_eq!(body["product"]["images"][0]["url_tiny"], Value::Null);
    shop.products.borrow_mut()[0]["view_count"] = json!(10_000);
    assert_eq!(before.items["1"].body, Run::of(&shop).unwrap().items["1"].body);
}

#[test]
fn options_come_in_the_stores_order_with_values_no_variant_has() {
    let mut product = simple(1);
    product["base_variant_id"] = json!(null);
    let value = |id: u64, label: &str, option: u64, name: &str| json!({"id": id, "label": label, "option_id": option, "option_display_name": name});
    product["variants"] = json!([
        {"id": 1, "option_values": [value(1, "Large", 10, "Size"), value(4, "Red", 11, "Colour")]},
        {"id": 2, "option_values": [value(4, "Red", 11, "Colour"), value(2, "Small", 10, "Size")]},
    ]);
    product["options"] = json!([
        {"id": 10, "display_name": "Size", "sort_order": 1,
            "option_values": [{"id": 1, "label": "Large", "sort_order": 2}, {"id": 2, "label": "Small", "sort_order": 1}]},
        {"id": 11, "display_name": "Colour", "sort_order": 0,
            "option_values": [{"id": 3, "label": "Blue", "sort_order": 1}, {"id": 4, "label": "Red", "sort_order": 0}]},
    ]);
    product["modifiers"] = json!([{"id": 9, "display_name": "Engraving", "type": "text", "required": false}]);
    let run = Run::of(&Shop::new(vec![product])).unwrap();
    let product = map_product(&channel(), &run.items["1"]).unwrap();
    let axes: Vec<_> = product.options.iter().map(|axis| (axis.name.as_str(), axis.values.join(","))).collect();
    assert_eq!(axes, [("Colour", "Red,Blue".to_owned()), ("Size", "Small,Large".to_owned())]);
    assert_eq!(product.variants[0].option_values, ["Red", "Large"]);
    assert_eq!((product.variants[1].option_values.join("/"), product.variants.len()), ("Red/Small".to_owned(), 2));
    assert_eq!(product.variants[0].title.as_deref(), Some("Red / Large"));
    let extras: Value = serde_json::from_str(&product.extras).unwrap();
    assert_eq!(extras["modifiers"][0]["display_name"], "Engraving");
}

#[test]
fn stock_is_read_per_location_for_many_products_at_once() {
    let shop = Shop::new((1..=120).map(tracked).collect());
    *shop.stock.borrow_mut() = (1..=120).map(|id| item(id, id + 1000, &[(2, -1), (1, 5)])).collect();
    let run = Run::of(&shop).unwrap();
    assert_eq!(shop.asked_for("/v3/inventory/items"), 3, "120 products by 50, in pages of 100 and 20");
    let own = Some("1007".to_owned());
    assert_eq!(levels(&run.items["7"]), [("1".to_owned(), 5, own.clone()), ("2".to_owned(), -1, own)]);
}

#[test]
fn stock_pages_are_read_to_the_end() {
    let shop = Shop::new(vec![tracked(1), tracked(2)]);
    let mut items: Vec<_> = (0..2100).map(|n| item(2, 50_000 + n, &[(1, 1)])).collect();
    items.push(item(1, 1001, &[(1, 44)]));
    *shop.stock.borrow_mut() = items;
    assert_eq!(levels(&Run::of(&shop).unwrap().items["1"])[0].1, 44);
    assert_eq!(shop.asked_for("/v3/inventory/items"), 3);
}

#[test]
fn a_pool_of_the_whole_product_is_one() {
    let mut product = simple(1);
    product["inventory_tracking"] = json!("product");
    product["inventory_level"] = json!(3);
    product["variants"] = json!([{"id": 1, "option_values": [{"label": "a", "option_id": 1, "option_display_name": "x"}]},
        {"id": 2, "option_values": [{"label": "b", "option_id": 1, "option_display_name": "x"}]}]);
    let shop = Shop::new(vec![product]);
    let pool = |run: &Run| {
        let product = map_product(&channel(), &run.items["1"]).unwrap();
        let each = product.variants.iter().map(|variant| match &variant.inventory {
            Inventory::Tracked(levels) => (levels[0].item_id.clone().unwrap(), levels[0].available),
            Inventory::Untracked(_) => panic!("not tracked"),
        });
        each.collect::<Vec<_>>()
    };
    let both = |available: i64| vec![("product:1".to_owned(), available), ("product:1".to_owned(), available)];
    assert_eq!(pool(&Run::of(&shop).unwrap()), both(3), "without an item of stock, the catalogue's number");
    shop.stock.borrow_mut().push(json!({"identity": {"product_id": 1, "variant_id": null},
        "locations": [{"location_id": 1, "available_to_sell": 12}]}));
    assert_eq!(pool(&Run::of(&shop).unwrap()), both(12));
}

#[test]
fn locations_that_are_switched_off_sell_nothing() {
    let shop = Shop::new(vec![tracked(1)]);
    let mut stock = item(1, 1001, &[(1, 5), (2, 7)]);
    stock["locations"][1]["location_enabled"] = json!(false);
    shop.stock.borrow_mut().push(stock);
    assert_eq!(levels(&Run::of(&shop).unwrap().items["1"]).len(), 1);
}

#[test]
fn without_the_scope_the_default_location_counts() {
    let shop = Shop::new((1..=150).map(tracked).collect()).twisted(|_, asked| {
        (asked.path == "/v3/inventory/items").then(|| Ok(testing::json(403, r#"{"status":403,"title":"scope"}"#)))
    });
    let run = Run::of(&shop).unwrap();
    assert_eq!(levels(&run.items["1"]), [("default".to_owned(), 8, Some("1001".to_owned()))]);
    assert_eq!(
        shop.asked_for("/v3/inventory/items"),
        4,
        "one refusal is not believed, and after some it is asked no more"
    );
}

#[test]
fn what_cannot_be_read_beside_the_list_is_a_problem_of_its_products() {
    for (part, code) in [("/v3/inventory/items", "inventory-unreadable"), ("options", "options-unreadable")] {
        let shop = Shop::new(vec![tracked(1), simple(2)]).twisted(move |_, asked| {
            let hit = asked.path == part || asked.get("include").is_some_and(|include| include.contains(part));
            hit.then(|| Ok(testing::json(500, "")))
        });
        assert!(matches!(fetch_page(&shop, &channel(), &first()), Err(Error::Unavailable(_))));
        let run = Run::of(&shop).unwrap();
        assert_eq!(run.items["1"].problems[0].code, code);
        let items = fetch_items(&shop, &channel(), None, &["1".into()]).unwrap();
        assert_eq!(items[0].problems[0].code, code);
    }
    let waiting = Shop::of(1).twisted(|_, asked| {
        asked
            .get("include")
            .is_some_and(|include| include.contains("options"))
            .then_some(Err(Error::RateLimited(Some(9))))
    });
    let late = PageRequest { attempt: 4, ..first() };
    assert!(matches!(fetch_page(&waiting, &channel(), &late), Err(Error::RateLimited(Some(9)))));
}
