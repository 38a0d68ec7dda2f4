//! Whole products on their way out: what is sent, and what `userErrors` say of it.

use entrepot_guest::listing::{Listing, PushOutcome};
use entrepot_guest::prelude::*;
use entrepot_guest::testing::TestHost;
use entrepot_plugin_shopify::listings::{find, push_listings};
use serde_json::{Value, json};

use crate::gate::listing;
use crate::shop::{channel, data, names, read, shop, status};

/// What every push begins with, in a shop that sells in euros; nothing is there.
pub(crate) fn beginning(name: &str) -> Option<Response> {
    Some(data(match name {
        "Selling" => {
            let scopes = ["write_products", "write_inventory", "read_locations", "write_publications"];
            let scopes: Vec<Value> = scopes.iter().map(|scope| json!({ "handle": scope })).collect();
            json!({ "shop": { "currencyCode": "EUR" }, "currentAppInstallation": { "accessScopes": scopes } })
        }
        "SellingPlaces" => json!({
            "publications": { "nodes": [{ "id": "gid://shopify/Publication/1", "name": "Online Store" }] },
            "locations": { "nodes": [{ "id": "gid://shopify/Location/7", "name": "Berlin", "isActive": true }] },
            "location": { "id": "gid://shopify/Location/7", "isActive": true },
        }),
        "ListingMark" => json!({ "metafieldDefinition": { "id": "gid://shopify/MetafieldDefinition/1" } }),
        "VariantsBySku" => json!({ "productVariants": nodes(&[]) }),
        "ProductThere" => json!({ "productByIdentifier": null }),
        "ProductMark" => json!({ "productByIdentifier": null }),
        "Publish" => {
            json!({ "publishablePublish": { "publishable": { "onlineStoreUrl": "https://acme.example/mug" }, "userErrors": [] } })
        }
        _ => return None,
    }))
}

pub(crate) fn nodes(nodes: &[Value]) -> Value {
    json!({ "nodes": nodes, "pageInfo": { "hasNextPage": false, "endCursor": null } })
}

/// The product as it stands, with the variants of [`listing`].
pub(crate) fn listed() -> Response {
    let variant = |id: u64, sku: &str, value: &str| {
        json!({
            "id": format!("gid://shopify/ProductVariant/{id}"), "sku": sku,
            "selectedOptions": [{ "name": "Colour", "value": value }],
            "inventoryItem": { "id": format!("gid://shopify/InventoryItem/{}", id + 100), "tracked": true,
                "inventoryLevel": { "updatedAt": "2026-11-30T10:00:00Z", "quantities": [{ "name": "available", "quantity": 5 }] } },
        })
    };
    data(json!({ "product": {
        "id": "gid://shopify/Product/9", "status": "ACTIVE", "updatedAt": "2026-11-30T10:00:00Z", "onlineStoreUrl": null,
        "publishedOnPublication": false, "media": { "nodes": [] },
        "variants": nodes(&[variant(91, "MUG-B", "Blue"), variant(92, "MUG-R", "Red")]),
    } }))
}

pub(crate) fn set(errors: &Value) -> Response {
    let product = if errors.as_array().is_some_and(Vec::is_empty) {
        json!({ "id": "gid://shopify/Product/9" })
    } else {
        Value::Null
    };
    data(json!({ "productSet": { "product": product, "productSetOperation": null, "userErrors": errors } }))
}

pub(crate) fn pushed(host: &TestHost<'_>, listings: &[Listing]) -> Vec<PushOutcome> {
    push_listings(host, &channel(), listings).expect("outcomes")
}

pub(crate) fn sent(host: &TestHost<'_>, operation: &str) -> Vec<Value> {
    let bodies = host.asked().into_iter().filter_map(|request| serde_json::from_slice::<Value>(&request.body?).ok());
    let named = bodies.filter(|body| body["query"].as_str().is_some_and(|query| crate::shop::name(query) == operation));
    named.map(|body| body["variables"].clone()).collect()
}

#[test]
fn a_product_is_set_whole_under_its_mark_and_published() {
    let host = shop(|name, _| {
        beginning(name).unwrap_or_else(|| if name == "ProductSet" { set(&json!([])) } else { listed() })
    });
    let mut wanted = listing();
    wanted.category = Some("hg-11-10".into());
    let PushOutcome::Done(receipt) = pushed(&host, &[wanted]).remove(0) else { panic!("it stands") };
    assert_eq!((receipt.external_id.as_str(), receipt.url.as_deref()), ("9", Some("https://acme.example/mug")));
    let ids = |of: &entrepot_guest::listing::ListedVariant| {
        (of.variant_id.clone(), of.external_id.clone(), of.item_id.clone())
    };
    let known = |variant: &str, id: &str, item: &str| (variant.to_owned(), Some(id.to_owned()), Some(item.to_owned()));
    assert_eq!(
        receipt.variants.iter().map(ids).collect::<Vec<_>>(),
        [known("v1", "91", "191"), known("v2", "92", "192")]
    );
    let set = sent(&host, "ProductSet").remove(0);
    assert_eq!(set["identifier"], json!({ "customId": { "key": "entrepot_listing", "value": "lst_1" } }));
    let input = &set["input"];
    assert_eq!(
        (input["status"].as_str(), input["category"].as_str()),
        (Some("ACTIVE"), Some("gid://shopify/TaxonomyCategory/hg-11-10"))
    );
    assert_eq!(
        input["productOptions"],
        json!([{ "name": "Colour", "position": 1, "values": [{ "name": "Blue" }, { "name": "Red" }] }])
    );
    let first = &input["variants"][0];
    // Null, or a reduction that ended would stay.
    assert_eq!((first["price"].as_str(), first.get("compareAtPrice")), (Some("12.50"), Some(&Value::Null)));
    let stock = json!([{ "locationId": "gid://shopify/Location/7", "name": "available", "quantity": 5 }]);
    assert_eq!((&first["inventoryQuantities"], first.get("id")), (&stock, None));
    // Lists that nobody speaks of stay as they are.
    assert!(input.get("metafields").is_none() && input.get("collections").is_none());
    assert_eq!(sent(&host, "Publish").len(), 1);
}

#[test]
fn a_product_that_is_known_is_set_by_its_id_with_its_variants() {
    let host = shop(|name, _| {
        beginning(name).unwrap_or_else(|| if name == "ProductSet" { set(&json!([])) } else { listed() })
    });
    let mut wanted = listing();
    wanted.external_id = Some("9".into());
    (wanted.variants[0].external_id, wanted.variants[1].external_id) = (Some("91".into()), Some("92".into()));
    assert!(matches!(pushed(&host, &[wanted])[0], PushOutcome::Done(_)));
    let set = sent(&host, "ProductSet").remove(0);
    assert_eq!(set["identifier"], json!({ "id": "gid://shopify/Product/9" }));
    for (at, id) in [(0, 91), (1, 92)] {
        let variant = &set["input"]["variants"][at];
        assert_eq!(variant["id"], format!("gid://shopify/ProductVariant/{id}"));
        assert!(variant.get("inventoryQuantities").is_none(), "stock of what is there is set by itself");
    }
    assert!(
        !names(&host).iter().any(|name| matches!(name.as_str(), "InventorySet" | "ProductThere" | "ListingMark")),
        "{:?}",
        names(&host)
    );
}

#[test]
fn user_errors_are_refusals_at_their_field() {
    let cases = [
        (
            json!({ "field": ["input", "variants", "1", "price"], "code": "INVALID_VARIANT", "message": "No" }),
            "/variants/1/price",
            "refused",
        ),
        (
            json!({ "field": ["input", "variants", "1"], "code": "INVALID_VARIANT", "message": "No" }),
            "/variants/1",
            "refused",
        ),
        (
            json!({ "field": ["input", "variants", "0", "barcode"], "code": null, "message": "No" }),
            "/variants/0/gtin",
            "refused",
        ),
        (
            json!({ "field": ["input", "productOptions", "0"], "code": "DUPLICATED_OPTION_VALUE", "message": "No" }),
            "/options/0",
            "refused",
        ),
        (json!({ "field": ["input", "title"], "code": "INVALID_PRODUCT", "message": "No" }), "/title", "refused"),
        (
            json!({ "field": ["input", "handle"], "code": "HANDLE_NOT_UNIQUE", "message": "No" }),
            "/handle",
            "handle-taken",
        ),
        (
            json!({ "field": ["input", "descriptionHtml"], "code": "INVALID_PRODUCT", "message": "No" }),
            "/description_html",
            "refused",
        ),
        (json!({ "field": null, "code": "PRODUCT_SUSPENDED", "message": "No" }), "", "suspended"),
        (
            json!({ "field": ["identifier", "id"], "code": "PRODUCT_DOES_NOT_EXIST", "message": "No" }),
            "",
            "listing-gone",
        ),
    ];
    for (error, path, code) in cases {
        let host = shop(|name, _| beginning(name).unwrap_or_else(|| set(&json!([error]))));
        let PushOutcome::Refused(issues) = pushed(&host, &[listing()]).remove(0) else { panic!("{error}") };
        assert_eq!((issues[0].path.as_str(), issues[0].code.as_str()), (path, code), "{issues:?}");
    }
    // A variant that is left out of what is sent does not move the places of the others.
    let host = shop(|name, _| {
        let error =
            json!([{ "field": ["input", "variants", "0", "price"], "code": "INVALID_VARIANT", "message": "No" }]);
        beginning(name).unwrap_or_else(|| set(&error))
    });
    let mut wanted = listing();
    wanted.product.variants[0].enabled = false;
    let PushOutcome::Refused(issues) = pushed(&host, &[wanted]).remove(0) else { panic!("refused") };
    assert_eq!(issues[0].path, "/variants/1/price");
    // What went wrong there is no fault of the goods.
    for code in ["GENERIC_ERROR", "JOB_ERROR"] {
        let error = json!([{ "field": null, "code": code, "message": "Sorry" }]);
        let host = shop(|name, _| beginning(name).unwrap_or_else(|| set(&error)));
        assert!(matches!(pushed(&host, &[listing()])[0], PushOutcome::Failed(Error::Unavailable(_))), "{code}");
    }
}

#[test]
fn throttling_says_until_when_and_ends_the_call() {
    let made = r#"{"errors":[{"message":"Throttled","extensions":{"code":"THROTTLED"}}],"extensions":{"cost":{"requestedQueryCost":752,
        "actualQueryCost":null,"throttleStatus":{"maximumAvailable":1000.0,"currentlyAvailable":666,"restoreRate":50.0}}}}"#;
    let throttled = read("responses/throttled-http200.json").unwrap_or_else(|| made.to_owned());
    let host = shop(|name, _| beginning(name).unwrap_or_else(|| status(200, throttled.clone())));
    let mut second = listing();
    second.listing_id = "lst_2".into();
    second.product.variants.iter_mut().for_each(|variant| variant.sku = None);
    let outcomes = pushed(&host, &[listing(), second]);
    for outcome in &outcomes {
        assert!(matches!(outcome, PushOutcome::Failed(Error::RateLimited(Some(1_720)))), "{outcome:?}");
    }
    assert_eq!(sent(&host, "ProductSet").len(), 1, "the next one would fare no better");
}

#[test]
fn a_sku_of_another_product_is_refused_and_near_misses_are_not() {
    let carrying = |sku: &str| {
        let node = json!({ "sku": sku, "product": { "id": "gid://shopify/Product/5" } });
        data(json!({ "productVariants": nodes(&[node]) }))
    };
    let answer = |sku: &'static str| {
        shop(move |name, _| match name {
            "VariantsBySku" => carrying(sku),
            "ProductSet" => set(&json!([])),
            name => beginning(name).unwrap_or_else(listed),
        })
    };
    let host = answer("MUG-R");
    let PushOutcome::Refused(issues) = pushed(&host, &[listing()]).remove(0) else { panic!("refused") };
    assert_eq!((issues[0].path.as_str(), issues[0].code.as_str()), ("/variants/1/sku", "sku-taken"));
    assert!(issues[0].message.contains("number 5") && issues[0].message.contains("adopt"), "{issues:?}");
    assert!(sent(&host, "ProductSet").is_empty());
    // A search finds words, and in any case.
    for near in ["mug-r", "MUG-R-2", "MUG R"] {
        assert!(matches!(pushed(&answer(near), &[listing()])[0], PushOutcome::Done(_)), "{near}");
    }
    let found = find(&answer("MUG-R"), &channel(), &["MUG-R".into(), "MUG-B".into()]).expect("found");
    assert_eq!(found, [("MUG-R".to_owned(), "5".to_owned())]);
}

/// A filter that is misunderstood returns everything: that must not look like "nobody has it", nor like "somebody has it".
#[test]
fn a_search_that_is_not_understood_is_an_error() {
    let made = r#"{"data":{"productVariants":{"nodes":[],"pageInfo":{"hasNextPage":false}}},"extensions":{"search":[{"warnings":[
        {"field":"sku","message":"Invalid search field for this query."}]}]}}"#;
    let host =
        shop(|name, _| if name == "VariantsBySku" { status(200, made) } else { beginning(name).expect("known") });
    let error = push_listings(&host, &channel(), &[listing()]).expect_err("refused");
    assert!(matches!(error, Error::Other(ref why) if why.contains("Invalid search field")), "{error:?}");
    assert!(sent(&host, "ProductSet").is_empty());
}

#[test]
fn scopes_that_are_missing_are_named() {
    let host = shop(|_, _| {
        let scopes =
            json!([{ "handle": "read_products" }, { "handle": "read_inventory" }, { "handle": "read_locations" }]);
        data(json!({ "shop": { "currencyCode": "EUR" }, "currentAppInstallation": { "accessScopes": scopes } }))
    });
    let Err(Error::Unauthorized(why)) = push_listings(&host, &channel(), &[listing()]) else { panic!("refused") };
    assert!(why.contains("write_products, write_inventory, read_publications, write_publications"), "{why}");
}

#[test]
fn another_currency_is_refused_before_anything_is_sent() {
    let host = shop(|name, _| beginning(name).expect("nothing else"));
    let mut wanted = listing();
    wanted.product.variants.iter_mut().for_each(|of| of.price = Some(Money { minor: 1, currency: "USD".into() }));
    let PushOutcome::Refused(issues) = pushed(&host, &[wanted]).remove(0) else { panic!("refused") };
    assert_eq!((issues[0].path.as_str(), issues[0].code.as_str()), ("/variants/0/price", "currency-other"));
}
