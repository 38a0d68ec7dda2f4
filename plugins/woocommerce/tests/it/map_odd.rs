//! Mapping is total: a product or issues, whatever the JSON holds.

use entrepot_guest::prelude::*;
use entrepot_plugin_woocommerce::map_product;
use serde_json::{Value, json};

use crate::map::{codes, mapped, raw, refused, with};
use crate::shop::channel;

const FIELDS: [&str; 30] = [
    "id",
    "name",
    "slug",
    "type",
    "status",
    "price",
    "regular_price",
    "sale_price",
    "date_on_sale_to_gmt",
    "on_sale",
    "manage_stock",
    "stock_quantity",
    "stock_status",
    "backorders",
    "weight",
    "dimensions",
    "categories",
    "tags",
    "brands",
    "images",
    "image",
    "attributes",
    "variations",
    "meta_data",
    "global_unique_id",
    "tax_class",
    "virtual",
    "permalink",
    "date_created_gmt",
    "sku",
];

#[test]
fn any_field_may_hold_anything() {
    let odd = [
        json!(null),
        json!(true),
        json!(-1.5),
        json!(1e300),
        json!(""),
        json!("x"),
        json!([]),
        json!({}),
        json!([null, 1, "a", [], {}]),
        json!({"0": {"id": 1}, "7": null}),
        json!([{"id": null, "name": 5, "options": 3, "src": [], "key": 1}]),
    ];
    for field in FIELDS {
        for value in &odd {
            for variations in [json!([]), json!([with(json!({"id": 8, (field): value}))])] {
                let item = raw(&with(json!({(field): value})), &variations);
                match map_product(&channel(), &item) {
                    Ok(product) => {
                        assert!(!product.title.is_empty() && serde_json::from_str::<Value>(&product.extras).is_ok())
                    }
                    Err(Error::Invalid(issues)) => assert!(!issues.is_empty(), "{field} = {value}"),
                    Err(error) => panic!("{field} = {value}: {error:?}"),
                }
            }
        }
    }
}

#[test]
fn any_body_gives_a_product_or_an_issue() {
    for body in [
        "",
        "null",
        "[]",
        "{}",
        "{\"product\":null}",
        "{\"product\":[]}",
        "{\"product\":{},\"variations\":null}",
        "\u{0}",
        "{\"product\":{\"id\":1,\"id\":2}}",
    ] {
        let item = RawItem { body: body.into(), ..raw(&json!({}), &json!([])) };
        assert!(matches!(map_product(&channel(), &item), Err(Error::Invalid(_))), "{body}");
    }
}

#[test]
fn a_title_is_needed() {
    for name in [json!(""), json!(null), json!("  "), json!("&nbsp;")] {
        assert_eq!(codes(&refused(json!({"name": name}))), ["title-missing"], "{name}");
    }
}

#[test]
fn php_objects_stand_for_lists() {
    let product = mapped(
        json!({"images": {"0": {"id": 1, "src": "https://x/1.jpg"}, "3": {"id": 2, "src": "https://x/2.jpg"}}, "dimensions": [], "meta_data": {}}),
    );
    assert_eq!((product.media.len(), product.variants[0].dimensions.is_none()), (2, true));
}

#[test]
fn what_is_amiss_is_said_and_does_not_stop_the_product() {
    let product = mapped(
        json!({"global_unique_id": "123", "weight": "1,5", "dimensions": {"length": "1", "width": "", "height": ""}, "date_created_gmt": "soon"}),
    );
    let variant = &product.variants[0];
    assert_eq!(codes(&product.warnings), ["gtin-invalid", "weight-invalid", "date-invalid"]);
    assert_eq!((variant.gtin.clone(), variant.weight, variant.dimensions.is_none()), (None, None, true));
    let extras: Value = serde_json::from_str(&variant.extras).unwrap();
    assert_eq!((&extras["global_unique_id"], &extras["dimensions"]["length"]), (&json!("123"), &json!("1")));
    assert_eq!(codes(&mapped(json!({"type": "variable", "variations": []})).warnings), ["variations-missing"]);
}

#[test]
fn nuls_and_lone_surrogates_are_gone() {
    let item = RawItem {
        body: r#"{"product":{"id":7,"name":"a\u0000b\ud83d","price":"1","purchase_note":"\ud83dx","meta_data":[{"key":"k","value":["\ud83d"]}]},"store":{"currency":"EUR"}}"#.into(),
        ..raw(&json!({}), &json!([]))
    };
    let product = map_product(&channel(), &item).unwrap();
    assert_eq!((product.title.as_str(), product.attributes[0].value.as_str()), ("ab\u{fffd}", "[\"\u{fffd}\"]"));
    assert!(serde_json::from_str::<Value>(&product.extras).is_ok());
}

#[test]
fn a_currency_is_needed_and_comes_from_the_shop_first() {
    let mut item = raw(&with(json!({})), &json!([]));
    item.body = item.body.replace("\"EUR\"", "null");
    assert!(
        matches!(map_product(&channel(), &item), Err(Error::Invalid(issues)) if issues[0].code == "currency-unknown")
    );
    let yen = Channel { currency: Some("JPY".into()), ..channel() };
    assert!(matches!(map_product(&yen, &item), Err(Error::Invalid(issues)) if issues[0].code == "price-too-precise"));
}

fn coloured(axis: Value, chosen: Value) -> model::Product {
    let mut attribute = json!({"position": 0, "variation": true, "options": ["Красный", "Синий"]});
    attribute.as_object_mut().unwrap().extend(axis.as_object().unwrap().clone());
    let variation = |id: u64, option: &str| {
        let mut own = chosen.clone();
        own["option"] = json!(option);
        json!({"id": id, "price": "1", "status": "publish", "attributes": [own]})
    };
    let product = with(json!({"type": "variable", "attributes": [attribute]}));
    let variations = json!([variation(71, "Красный"), variation(72, "%d1%81%d0%b8%d0%bd%d0%b8%d0%b9")]);
    map_product(&channel(), &raw(&product, &variations)).unwrap()
}

#[test]
fn slugs_of_other_scripts_are_the_same_however_they_are_written() {
    const SLUG: &str = "%d1%86%d0%b2%d0%b5%d1%82";
    for (axis, chosen) in [
        (
            json!({"id": 7, "name": "Цвет", "slug": "pa_цвет"}),
            json!({"id": 0, "name": SLUG, "slug": format!("pa_{SLUG}")}),
        ),
        (
            json!({"id": 7, "name": "Цвет", "slug": format!("pa_{SLUG}")}),
            json!({"id": 0, "name": "цвет", "slug": format!("pa_{}", SLUG.to_uppercase())}),
        ),
        (json!({"id": 0, "name": "Цвет", "slug": "Цвет"}), json!({"id": 0, "name": SLUG})),
    ] {
        let product = coloured(axis, chosen);
        let values: Vec<_> = product.variants.iter().map(|variant| variant.option_values.join("|")).collect();
        assert_eq!((values, codes(&product.warnings)), (vec!["Красный".into(), "Синий".into()], vec![]));
        assert_eq!(product.options[0].values, ["Красный", "Синий"]);
    }
    // A value nobody has heard of is at least readable.
    let product = coloured(json!({"id": 7, "name": "Цвет"}), json!({"id": 7, "name": "Цвет"}));
    assert_eq!(product.options[0].values.len(), 2);
}

#[test]
fn addresses_are_such_that_others_can_fetch_them() {
    let product = mapped(json!({"permalink": "/mug/", "images": [
        {"id": 1, "src": "https://x.example/Bla\u{30a}t krus, forside.jpg"},
        {"id": 2, "src": "//cdn.example/a.jpg"},
        {"id": 3, "src": "/wp-content/b.jpg"},
        {"id": 4, "src": "data:image/png;base64,AAAA"},
        {"id": 5, "src": ""}]}));
    let urls: Vec<_> = product.media.iter().map(|media| media.url.as_str()).collect();
    assert_eq!(
        urls,
        [
            "https://x.example/Bla%CC%8At%20krus,%20forside.jpg",
            "https://cdn.example/a.jpg",
            "https://shop.test/wp-content/b.jpg"
        ]
    );
    assert_eq!(product.url.as_deref(), Some("https://shop.test/mug/"));
    assert_eq!(codes(&product.warnings), ["address-invalid"]);
    assert!(product.warnings[0].message.contains("begins with data:"), "{}", product.warnings[0].message);
}

#[test]
fn words_that_are_not_known_are_never_the_generous_case() {
    let stock = |change: Value| {
        let product = mapped(change);
        (product.variants[0].inventory.clone(), codes(&product.warnings).join(","))
    };
    let none = model::Inventory::Untracked(false);
    assert_eq!(stock(json!({"manage_stock": "by-plugin"})), (none.clone(), "tracking-unknown".into()));
    let odd = json!({"manage_stock": false, "stock_status": "discontinued"});
    assert_eq!(stock(odd), (none, "stock-status-unknown".into()));
    assert_eq!(mapped(json!({"tax_status": "odd"})).variants[0].taxable, None);
    for (status, enabled, said) in [
        (json!("publish"), true, ""),
        (json!(null), true, ""),
        (json!("private"), false, ""),
        (json!("draft"), false, ""),
        (json!("pending"), false, ""),
        (json!("odd"), false, "status-unknown"),
    ] {
        let product = with(json!({"type": "variable"}));
        let product =
            map_product(&channel(), &raw(&product, &json!([{"id": 8, "price": "1", "status": status}]))).unwrap();
        assert_eq!(
            (product.variants[0].enabled, codes(&product.warnings).join(",").as_str()),
            (enabled, said),
            "{status}"
        );
    }
}

#[test]
fn stock_of_which_nobody_says_whether_it_is_counted_is_not_for_sale() {
    let stock = |change: Value| {
        let product = mapped(change);
        (product.variants[0].inventory.clone(), codes(&product.warnings).join(","))
    };
    let none = (model::Inventory::Untracked(false), "tracking-unknown".to_owned());
    for manage in [json!(null), json!(""), json!([])] {
        assert_eq!(stock(json!({"manage_stock": manage, "stock_quantity": 3})), none, "{manage}");
        let uncounted = json!({"manage_stock": manage, "stock_quantity": null, "stock_status": "instock"});
        assert_eq!(stock(uncounted), (model::Inventory::Untracked(true), String::new()), "{manage}");
    }
    assert_eq!(stock(json!({"stock_quantity": 3})), none);
    assert_eq!(stock(json!({"manage_stock": false, "stock_quantity": 3})).0, model::Inventory::Untracked(true));
    for (quantity, code) in [(json!(2.5), "stock-rounded"), (json!(""), "stock-missing"), (json!(2), "")] {
        assert_eq!(stock(json!({"manage_stock": true, "stock_quantity": quantity})).1, code, "{quantity}");
    }
    // What is told and is no number is not none: the product keeps what it had.
    for quantity in [json!("many"), json!([1])] {
        let item = raw(&with(json!({"manage_stock": true, "stock_quantity": quantity})), &json!([]));
        let refused = map_product(&channel(), &item);
        let Err(Error::Invalid(issues)) = refused else { panic!("{quantity}: {refused:?}") };
        assert_eq!(codes(&issues), ["stock-invalid"], "{quantity}");
    }
    for untold in [json!({"manage_stock": true, "stock_quantity": null}), json!({"manage_stock": true})] {
        assert_eq!(codes(&refused(untold)), ["stock-incomplete"]);
    }
}

#[test]
fn what_is_no_sale_and_no_address_is_left_out() {
    let product = mapped(json!({"price": "10", "regular_price": "10", "sale_price": "12", "on_sale": true}));
    assert_eq!((product.variants[0].sale.is_none(), codes(&product.warnings)), (true, vec!["sale-above-price"]));
    let extras = |product: &model::Product| serde_json::from_str::<Value>(&product.extras).unwrap();
    let product = mapped(json!({"external_url": "javascript:alert(1)"}));
    assert_eq!((&extras(&product)["external_url"], codes(&product.warnings)), (&Value::Null, vec!["address-invalid"]));
    let product = mapped(json!({"external_url": "https://other.example/a"}));
    assert_eq!(extras(&product)["external_url"], "https://other.example/a");
    let variation = json!([{"id": 8, "price": "1", "status": "publish", "permalink": "javascript:alert(1)"}]);
    let product = map_product(&channel(), &raw(&with(json!({"type": "variable"})), &variation)).unwrap();
    assert!(!product.variants[0].extras.contains("javascript"), "{}", product.variants[0].extras);
}

#[test]
fn amounts_beside_the_price_are_left_out_where_they_cannot_be_read() {
    let product = mapped(json!({"regular_price": "12,50", "sale_price": "a lot", "on_sale": true}));
    assert_eq!(codes(&product.warnings), ["price-invalid", "price-invalid"]);
    let variant = &product.variants[0];
    assert_eq!((variant.price.is_some(), variant.compare_at.is_some(), variant.sale.is_some()), (true, false, false));
}

#[test]
fn texts_are_those_that_buyers_see() {
    let stored = "Soft.\n\n[vc_row]Warm[/vc_row] & dry";
    let product = mapped(json!({"description": stored, "short_description": "One\nTwo"}));
    assert_eq!(product.description_html.as_deref(), Some("<p>Soft.</p><p>Warm & dry</p>"));
    assert_eq!(product.summary_html.as_deref(), Some("<p>One<br />\nTwo</p>"));
    let extras: Value = serde_json::from_str(&product.extras).unwrap();
    assert_eq!(
        (&extras["stored_description"], &extras["stored_short_description"]),
        (&json!(stored), &json!("One\nTwo"))
    );
    let variable = with(json!({"type": "variable"}));
    let variation = json!([{"id": 8, "price": "1", "status": "publish", "description": "A\n\nB"}]);
    let product = map_product(&channel(), &raw(&variable, &variation)).unwrap();
    let extras: Value = serde_json::from_str(&product.variants[0].extras).unwrap();
    assert_eq!((&extras["description"], &extras["stored_description"]), (&json!("<p>A</p><p>B</p>"), &json!("A\n\nB")));
}
