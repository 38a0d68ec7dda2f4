use super::*;
use entrepot_guest::blank;
use model::{Inventory, OptionAxis};

/// As Etsy shows it, with what a write must not hold.
const SHOWN: &str = r#"{"products":[
    {"product_id":1,"sku":"RED-S","is_deleted":false,"offerings":[{"offering_id":2,"quantity":3,"is_enabled":true,"is_deleted":false,
        "price":{"amount":2200,"divisor":100,"currency_code":"EUR"},"readiness_state_id":9}],
     "property_values":[{"property_id":200,"property_name":"Primary color","scale_id":null,"scale_name":null,"value_ids":[1213],"values":["Red"]},
        {"property_id":100,"property_name":"Size","scale_id":326,"scale_name":"Letter","value_ids":[2042],"values":["S"]}]},
    {"product_id":3,"sku":"","is_deleted":true,"offerings":[],"property_values":[]}],
    "price_on_property":[100],"quantity_on_property":[100,200],"sku_on_property":[],"readiness_state_on_property":[]}"#;

fn variant(sku: &str, values: &[&str], minor: i64, stock: i64) -> model::ProductVariant {
    let level = model::Level {
        location_id: "a".into(),
        location_name: None,
        available: stock,
        item_id: None,
        backorder: false,
    };
    model::ProductVariant {
        sku: Some(sku.to_owned()),
        option_values: values.iter().map(|value| (*value).to_owned()).collect(),
        price: Some(Money { minor, currency: "EUR".into() }),
        inventory: Inventory::Tracked(vec![level]),
        enabled: true,
        ..blank::variant(sku)
    }
}

fn product(options: &[&str], variants: Vec<model::ProductVariant>) -> model::Product {
    let axis = |name: &&str| OptionAxis { name: (*name).to_owned(), values: Vec::new() };
    model::Product { options: options.iter().map(axis).collect(), variants, ..blank::product("p", "P") }
}

#[test]
fn what_is_shown_is_not_sent_back_as_it_is() {
    let table = Table::read(7, SHOWN).expect("a table");
    assert_eq!((table.lines.len(), table.lines[0].id.as_str()), (1, "7-100.2042_200.1213"));
    let body = table.body().expect("a body");
    let text = body.to_string();
    for never in ["product_id", "offering_id", "is_deleted", "scale_name", "amount"] {
        assert!(!text.contains(never), "{never}: {text}");
    }
    let product = &body["products"][0];
    assert_eq!(
        (&product["offerings"][0]["price"], &product["property_values"][1]["scale_id"]),
        (&json!(22.0), &json!(326))
    );
    assert_eq!((&body["price_on_property"], &body["sku_on_property"]), (&json!([100]), &json!([])));
}

#[test]
fn properties_that_are_there_keep_their_numbers() {
    let there = Table::read(7, SHOWN).expect("a table");
    let goods = product(
        &["Primary color", "Size"],
        vec![variant("RED-S", &["Red", "S"], 2200, 3), variant("RED-M", &["Red", "M"], 2400, 1)],
    );
    let table = wanted(&goods, &there, 9, "lst_1");
    let choices: Vec<_> = table.lines.iter().map(|line| line.choices[1].value_ids.clone()).collect();
    assert_eq!(choices, [vec![2042], vec![]]);
    assert_eq!(table.lines[1].choices[0].value_ids, [1213]);
    // Prices vary by size as before, and SKUs do now.
    assert_eq!(
        (table.on.price.as_slice(), table.on.quantity.as_slice(), table.on.sku.as_slice()),
        (&[100][..], &[100, 200][..], &[100][..])
    );
    let first = Table { lines: vec![table.lines[0].clone()], ..there.clone() };
    assert!(first.is_as(&there), "{first:?}");
}

#[test]
fn combinations_that_nobody_sells_are_there_and_cannot_be_bought() {
    let goods =
        product(&["Colour", "Size"], vec![variant("a", &["Red", "S"], 900, 1), variant("b", &["Blue", "M"], 800, 2)]);
    let table = wanted(&goods, &Table::default(), 9, "lst_1");
    let filled: Vec<_> = table.lines[2..].iter().map(|line| (line.enabled, line.quantity, line.sku.as_str())).collect();
    assert_eq!(filled, [(false, 0, ""), (false, 0, "")]);
    assert_eq!(table.lines.iter().map(|line| line.choices[0].property).collect::<Vec<_>>(), [513; 4]);
    assert_eq!((table.stock(), &table.on.sku), (3, &vec![513, 514]));
}

#[test]
fn lists_are_empty_where_nothing_varies() {
    let goods = product(&["Size"], vec![variant("a", &["S"], 900, 5), variant("a", &["M"], 900, 5)]);
    assert_eq!(wanted(&goods, &Table::default(), 9, "lst_1").on, On::default());
    let one = product(&[], vec![variant("a", &[], 900, 2_000)]);
    let table = wanted(&one, &Table::default(), 9, "lst_1");
    assert_eq!((table.on.clone(), table.lines[0].quantity), (On::default(), MOST_QUANTITY));
    assert_eq!(table.body().expect("a body")["products"][0]["property_values"], json!([]));
}

/// Without any SKU nobody could find it again.
#[test]
fn the_first_variant_without_a_sku_has_the_listings_id() {
    let goods = product(&["Size"], vec![variant("", &["S"], 900, 5), variant("", &["M"], 900, 5)]);
    let table = wanted(&goods, &Table::default(), 9, "lst_1");
    assert_eq!(table.lines.iter().map(|line| line.sku.as_str()).collect::<Vec<_>>(), ["lst_1", ""]);
    assert_eq!(table.on.sku, [513]);
}

#[test]
fn money_is_divided_by_what_etsy_says() {
    let of = |json: &str| price(&Raw::of(json).fields());
    assert_eq!(of(r#"{"amount":2200,"divisor":1,"currency_code":"JPY"}"#).map(|money| money.minor), Some(2200));
    assert_eq!(of(r#"{"amount":2200,"divisor":1000,"currency_code":"EUR"}"#).map(|money| money.minor), Some(220));
    assert_eq!(of(r#"{"amount":2205,"divisor":1000,"currency_code":"EUR"}"#), None);
}

#[test]
fn answers_that_are_none_are_no_inventory() {
    for wrong in ["{}", "null", "[]", r#"{"products":null}"#, r#"{"products":[{"offerings":[{}]}]}"#] {
        assert!(matches!(Table::read(7, wrong), Err(Error::Unavailable(_))), "{wrong}");
    }
}
