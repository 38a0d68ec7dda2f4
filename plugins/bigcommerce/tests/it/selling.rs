//! What goes out, and answers that are not what was promised: none of them counts as done.

use entrepot_guest::listing::{Listing, OfferOutcome, PushOutcome};
use entrepot_guest::prelude::*;
use entrepot_guest::testing;
use entrepot_plugin_bigcommerce::listings::{end_listings, find, push_listings, push_offers};
use entrepot_plugin_bigcommerce::taxonomy::{categories, suggest};
use serde_json::json;

use crate::goods::{is_done, mug, offer, tea, yes};
use crate::shop::{Asked, Shop, channel, simple};

/// Bodies that a proxy, a cache or a broken process may answer with a good status.
const ODD: [&str; 9] =
    ["", "{}", "null", "[]", "true", r#"{"data":null}"#, r#"{"data":{}}"#, r#"{"data":[]}"#, "<html>Sign in</html>"];

/// A route as it is asked for, with a number in place of its ids.
fn route(asked: &Asked) -> String {
    let part = |part: &str| if part.parse::<u64>().is_ok() { "N".to_owned() } else { part.to_owned() };
    let method = format!("{:?}", asked.method).trim_start_matches("Method::").to_owned();
    format!("{method} {}", asked.path.split('/').map(part).collect::<Vec<_>>().join("/"))
}

/// Products without options, as lists that are asked for them show them.
fn stocked_with(products: u64) -> Shop {
    let product = |id: u64| {
        let mut product = simple(id);
        product["options"] = json!([]);
        product
    };
    Shop::new((1..=products).map(product).collect())
}

fn odd(of: &'static str, status: u16, body: &'static str) -> Shop {
    stocked_with(1).twisted(move |shop, asked| {
        let is_it = route(asked) == of;
        is_it.then(|| Ok(testing::json(status, body))).or_else(|| yes(shop, asked))
    })
}

/// The product of [`simple`], as a listing that stands there.
fn standing() -> Listing {
    Listing { external_id: Some("1".into()), ..tea() }
}

fn push(shop: &Shop, listings: &[Listing]) -> Vec<PushOutcome> {
    push_listings(shop, &channel(), listings).unwrap_or_else(|error| vec![PushOutcome::Failed(error)])
}

#[test]
fn what_is_promised_counts_as_done() {
    let shop = stocked_with(1).twisted(yes);
    let outcomes = push(&shop, &[mug(), standing()]);
    assert!(outcomes.iter().all(is_done), "{outcomes:?}");
    // Stock goes by the inventory's own call alone, never through the catalogue.
    for asked in shop.asked.borrow().iter() {
        assert!(!asked.body.to_string().contains("inventory_level"), "{asked:?}");
    }
    let stock = |asked: &&Asked| asked.path.ends_with("/absolute");
    let asked = shop.asked.borrow();
    let items: Vec<_> = asked.iter().filter(stock).map(|asked| asked.body["items"].clone()).collect();
    let [first] = items.as_slice() else { panic!("{items:?}") };
    assert_eq!(first[0], json!({"location_id": 1, "variant_id": 7_700, "quantity": 5}));
    assert_eq!(first[2], json!({"location_id": 1, "product_id": 1, "quantity": 3}));
}

#[test]
fn no_other_answer_counts_as_done() {
    let routes = [
        "Post /v3/catalog/products",
        "Put /v3/catalog/products/N",
        "Put /v3/inventory/adjustments/absolute",
        "Put /v3/catalog/products/channel-assignments",
    ];
    for of in routes {
        for body in ODD {
            // An empty one is what is promised of an assignment, with another status.
            let outcomes = push(&odd(of, 200, body), &[mug(), standing()]);
            assert!(!outcomes.iter().all(is_done), "{of} {body:?}: {outcomes:?}");
            let refused = |outcome: &PushOutcome| matches!(outcome, PushOutcome::Refused(_));
            assert!(!outcomes.iter().any(refused), "{of} {body:?}: it is no refusal of the goods: {outcomes:?}");
        }
        // A web page is nobody's refusal, whatever its status.
        for status in [400, 404, 409, 422] {
            let outcomes = push(&odd(of, status, "<html>Not here</html>"), &[mug(), standing()]);
            let failed = |outcome: &PushOutcome| matches!(outcome, PushOutcome::Failed(Error::Unavailable(_)));
            assert!(outcomes.iter().any(failed), "{of} {status}: {outcomes:?}");
        }
    }
}

#[test]
fn no_other_answer_to_a_price_or_a_number_counts_as_done() {
    for of in ["Put /v3/catalog/products/N", "Put /v3/inventory/adjustments/absolute"] {
        for body in ODD {
            let outcomes = push_offers(&odd(of, 200, body), &channel(), &[offer(1, Some(500), Some(4))]).unwrap();
            assert!(!matches!(outcomes[0], OfferOutcome::Done), "{of} {body:?}: {outcomes:?}");
        }
    }
    for body in ODD {
        for forget in [false, true] {
            let of = if forget { "Delete /v3/catalog/products/N" } else { "Put /v3/catalog/products/N" };
            let outcomes = end_listings(&odd(of, 200, body), &channel(), &[standing()], forget).unwrap();
            assert!(!is_done(&outcomes[0]) || (forget && body.is_empty()), "{of} {body:?}: {outcomes:?}");
        }
    }
}

/// A request that is refused names nobody: it is halved until the culprit is alone.
#[test]
fn a_number_that_is_refused_is_found_among_many() {
    let words = "Product 5 was not found";
    let shop = stocked_with(9).twisted(move |shop, asked| {
        let is_culprit = asked.path.ends_with("/absolute") && asked.body.to_string().contains("\"product_id\":5,");
        let refusal = json!({"status": 422, "title": words, "errors": {}});
        is_culprit.then(|| Ok(testing::json(422, refusal.to_string()))).or_else(|| yes(shop, asked))
    });
    shop.products.borrow_mut().iter_mut().for_each(|product| product["inventory_tracking"] = json!("product"));
    let offers: Vec<_> = (1..=9).map(|product| offer(product, None, Some(4))).collect();
    let outcomes = push_offers(&shop, &channel(), &offers).unwrap();
    for (at, outcome) in outcomes.iter().enumerate() {
        match outcome {
            OfferOutcome::Refused(issues) if at == 4 => assert!(issues[0].message.contains(words)),
            OfferOutcome::Done if at != 4 => {}
            other => panic!("{at}: {other:?}"),
        }
    }
}

/// Somebody changes how a product is counted while its number is on its way: it is read anew, and no refusal.
#[test]
fn another_way_of_counting_is_tried_again() {
    let words = "[Item with product_id 1 is tracked by variant, please update stock by variant id]";
    let body = r#"{"status":422,"title":"[Item with product_id 1 is tracked by variant, please update stock by variant id]","errors":{}}"#;
    let shop = odd("Put /v3/inventory/adjustments/absolute", 422, body);
    let outcomes = push_offers(&shop, &channel(), &[offer(1, None, Some(4))]).unwrap();
    assert!(
        matches!(&outcomes[0], OfferOutcome::Failed(Error::Unavailable(why)) if why.contains(words)),
        "{outcomes:?}"
    );
}

#[test]
fn a_number_is_compared_before_it_is_set() {
    let shop = stocked_with(1).twisted(yes);
    shop.products.borrow_mut()[0]["inventory_tracking"] = json!("product");
    let item = |on_hand: i64| {
        json!({"identity": {"product_id": 1, "variant_id": 1_001}, "locations": [
        {"location_id": 1, "location_enabled": true, "available_to_sell": on_hand - 2, "total_inventory_onhand": on_hand}]})
    };
    *shop.stock.borrow_mut() = vec![item(9)];
    let wanted = |available: i64, expected: i64| {
        let offer = entrepot_guest::listing::Offer { expected: Some(expected), ..offer(1, None, Some(available)) };
        push_offers(&shop, &channel(), &[offer]).unwrap().remove(0)
    };
    assert!(matches!(wanted(4, 10), OfferOutcome::Stale(Some(9))));
    assert_eq!(shop.asked_for("/v3/inventory/adjustments/absolute"), 0, "nothing was set");
    assert!(matches!(wanted(4, 9), OfferOutcome::Done), "what is kept back is no sale");
    assert_eq!(shop.asked_for("/v3/inventory/adjustments/absolute"), 1);
    assert!(matches!(wanted(9, 4), OfferOutcome::Done), "it is there already");
    assert_eq!(shop.asked_for("/v3/inventory/adjustments/absolute"), 1);
}

#[test]
fn of_one_product_and_never_of_all() {
    let shop = stocked_with(1).twisted(yes);
    let outcomes = end_listings(&shop, &channel(), &[standing()], true).unwrap();
    assert!(is_done(&outcomes[0]), "{outcomes:?}");
    let never = Listing { external_id: Some("0".into()), listing_id: "lst_9".into(), ..tea() };
    let _ = end_listings(&shop, &channel(), &[never], true);
    let deleted: Vec<_> =
        shop.asked.borrow().iter().filter(|asked| asked.method == Method::Delete).map(route).collect();
    assert_eq!(deleted, ["Delete /v3/catalog/products/N"]);
    // Nor does the manifest grant it.
    let manifest = include_str!("../../adapter.toml");
    let rules = manifest.split("[[egress]]").filter(|rule| rule.contains("methods = [\"DELETE\"]"));
    for path in rules.flat_map(str::lines).map(str::trim).filter(|line| line.contains("/v3/catalog")) {
        let path = path.trim_end_matches([',', ']', '"', ' ']);
        assert!(path.ends_with("/*"), "{path}");
    }
}

/// BigCommerce would sell what is not counted without end.
#[test]
fn what_is_not_there_is_not_for_sale() {
    let shop = stocked_with(1).twisted(yes);
    let (mut plain, mut many) = (standing(), mug());
    plain.product.variants[0].inventory = model::Inventory::Untracked(false);
    many.product.variants.iter_mut().for_each(|of| of.inventory = model::Inventory::Untracked(true));
    many.product.variants[1].inventory = model::Inventory::Untracked(false);
    let outcomes = push(&shop, &[plain, many]);
    let asked = shop.asked.borrow();
    let body = |of: &str| asked.iter().find(|asked| route(asked) == of).expect("sent").body.clone();
    let (changed, made) = (body("Put /v3/catalog/products/N"), body("Post /v3/catalog/products"));
    assert_eq!((&changed["availability"], &changed["inventory_tracking"]), (&json!("disabled"), &json!("none")));
    let disabled: Vec<_> = made["variants"].as_array().unwrap().iter().map(|of| &of["purchasing_disabled"]).collect();
    assert_eq!((disabled, &made["availability"]), (vec![&json!(false), &json!(true)], &json!("available")));
    let PushOutcome::Done(receipt) = &outcomes[0] else { panic!("{outcomes:?}") };
    assert_eq!(receipt.status, entrepot_guest::listing::ListingStatus::OutOfStock);
}

/// What cannot become of what is there is refused before anything of it is changed.
#[test]
fn other_options_are_refused_before_anything_is_deleted() {
    let shop = stocked_with(1).twisted(yes);
    let value = |id: u64| json!({"id": id, "label": format!("L{id}")});
    shop.products.borrow_mut()[0]["options"] = json!([{"id": 5, "display_name": "Size", "option_values": [value(51)]}, {"id": 6, "display_name": "Wood", "option_values": [value(61)]}]);
    let of = |id: u64| {
        let values = json!([{"option_id": 5, "id": 51, "label": "L51"}, {"option_id": 6, "id": 61, "label": "L61"}]);
        json!({"id": id, "sku": format!("OLD-{id}"), "price": 1, "option_values": values})
    };
    shop.products.borrow_mut()[0]["variants"] = json!([of(1_001), of(1_002)]);
    let ours = Listing { external_id: Some("1".into()), state: r#"{"variants":[1001,1002]}"#.into(), ..mug() };
    let outcome = push(&shop, &[ours]).remove(0);
    let PushOutcome::Refused(issues) = &outcome else { panic!("{outcome:?}") };
    assert_eq!(issues[0].code, "options-changed");
    assert!(issues[0].message.contains("here Colour; there Size, Wood"), "{issues:?}");
    assert!(shop.asked.borrow().iter().all(|asked| asked.method == Method::Get), "nothing was changed");
}

#[test]
fn goods_are_found_by_sku_whatever_its_case() {
    let shop = Shop::new(vec![simple(1)]).twisted(|_, asked| {
        (asked.path == "/v3/catalog/variants").then(|| {
            let is_it = asked.get("sku").is_some_and(|sku| sku.eq_ignore_ascii_case("V,1"));
            let rows = if is_it { vec![json!({"id": 40, "sku": "v,1", "product_id": 4})] } else { Vec::new() };
            let pagination = json!({"total": rows.len(), "current_page": 1, "total_pages": 1});
            Ok(testing::json(200, json!({"data": rows, "meta": {"pagination": pagination}}).to_string()))
        })
    });
    let skus = ["s-1", "V,1", "", "nobody's"].map(str::to_owned);
    let found = find(&shop, &channel(), &skus).unwrap();
    assert_eq!(found, [("V,1".to_owned(), "4".to_owned()), ("s-1".to_owned(), "1".to_owned())]);
}

#[test]
fn categories_are_the_stores_own() {
    let shop = Shop::of(0);
    let ids = |of: Vec<entrepot_guest::taxonomy::Category>| of.into_iter().map(|of| of.id).collect::<Vec<_>>();
    let roots = categories(&shop, &channel(), None).unwrap();
    assert_eq!((roots[0].id.as_str(), roots[0].path.clone()), ("21", vec!["Home".to_owned()]));
    let below = categories(&shop, &channel(), Some("22")).unwrap();
    assert_eq!(below[0].path, ["Home", "Kitchen", "Bowls & Plates"]);
    assert_eq!(categories(&shop, &channel(), Some("99")), Err(Error::NotFound));
    assert_eq!(categories(&shop, &channel(), Some("Home")), Err(Error::NotFound));
    let path = ["home".to_owned(), "KITCHEN".to_owned()];
    assert_eq!(ids(suggest(&shop, &channel(), "Bowls, and plates", &path).unwrap()), ["22", "21", "23"]);
    assert_eq!(ids(suggest(&shop, &channel(), "Plates", &[]).unwrap()), Vec::<String>::new());
}

#[test]
fn a_location_is_found_by_its_name_or_said_to_be_missing() {
    let settings = testing::channel(r#"{"store_hash":"abcde","location":"Hamburg"}"#);
    let shop = |answer: &'static str, status: u16| {
        stocked_with(1).twisted(move |shop, asked| {
            let is_it = asked.path == "/v3/inventory/locations";
            is_it.then(|| Ok(testing::json(status, answer))).or_else(|| yes(shop, asked))
        })
    };
    let there = r#"{"data":[{"id":3,"code":"X","label":"Bremen","enabled":true},{"id":4,"label":"Hamburg","enabled":false},
        {"id":7,"code":"hamburg","label":"North","enabled":true}],"meta":{"pagination":{"current_page":1,"total_pages":1,"total":3}}}"#;
    let store = shop(there, 200);
    assert!(is_done(&push_listings(&store, &settings, &[tea()]).unwrap()[0]));
    let set = |asked: &&Asked| asked.path.ends_with("/absolute");
    assert_eq!(store.asked.borrow().iter().find(set).expect("set").body["items"][0]["location_id"], 7);
    let none = r#"{"data":[{"id":3,"label":"Bremen","enabled":true}],"meta":{"pagination":{"current_page":1,"total_pages":1,"total":1}}}"#;
    let outcome = push_listings(&shop(none, 200), &settings, &[tea()]).unwrap().remove(0);
    // The product is made by then: the next try finds it, and says the same as a refusal.
    let PushOutcome::Failed(Error::Other(why)) = &outcome else { panic!("{outcome:?}") };
    assert!(why.contains("\"Hamburg\"") && why.contains("Bremen"), "{why}");
    let outcome = push_listings(&shop(r#"{"status":403,"title":"no"}"#, 403), &settings, &[tea()]).unwrap().remove(0);
    let PushOutcome::Failed(Error::Unauthorized(why)) = &outcome else { panic!("{outcome:?}") };
    assert!(why.contains("Store locations, read-only"), "{why}");
}
