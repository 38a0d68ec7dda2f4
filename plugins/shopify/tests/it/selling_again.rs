//! What somebody changed in the shop behind our back, and what is taken off.

use entrepot_guest::listing::PushOutcome;
use entrepot_plugin_shopify::listings::end_listings;
use serde_json::json;

use crate::gate::listing;
use crate::selling::{beginning, listed, nodes, pushed, sent, set};
use crate::shop::{channel, data, shop};

/// Variants that are not known by their ids go with what is there; a variant that was deleted there makes us look once more.
#[test]
fn what_somebody_changed_there_is_looked_at() {
    let tried = std::cell::Cell::new(0);
    let host = shop(|name, _| match name {
        "ProductSet" => {
            tried.set(tried.get() + 1);
            let gone = json!([{ "field": ["input", "variants", "0", "id"], "code": "PRODUCT_VARIANT_DOES_NOT_EXIST", "message": "No" }]);
            if tried.get() == 1 { set(&gone) } else { set(&json!([])) }
        }
        "ProductThere" => {
            let other = json!({ "id": "gid://shopify/ProductVariant/92", "sku": "MUG-R", "selectedOptions": [{ "name": "Colour", "value": "Crimson" }] });
            data(json!({ "productByIdentifier": { "id": "gid://shopify/Product/9", "variants": nodes(&[other]) } }))
        }
        name => beginning(name).unwrap_or_else(listed),
    });
    let mut wanted = listing();
    wanted.external_id = Some("9".into());
    (wanted.variants[0].external_id, wanted.variants[1].external_id) = (Some("90".into()), Some("92".into()));
    assert!(matches!(pushed(&host, &[wanted])[0], PushOutcome::Done(_)));
    let second = &sent(&host, "ProductSet")[1]["input"]["variants"];
    assert_eq!((second[0].get("id"), second[1]["id"].as_str()), (None, Some("gid://shopify/ProductVariant/92")));
}

#[test]
fn what_was_never_made_is_ended_and_what_is_gone_too() {
    let host = shop(|name, _| beginning(name).expect("nothing else"));
    let outcomes = end_listings(&host, &channel(), &[listing()], false).expect("outcomes");
    assert!(matches!(&outcomes[0], PushOutcome::Done(receipt) if receipt.external_id == "lst_1"), "{outcomes:?}");
    let gone = json!([{ "field": ["id"], "message": "Product does not exist" }]);
    let host = shop(|name, _| {
        let payload = json!({ "userErrors": gone });
        beginning(name).unwrap_or_else(|| data(json!({ "productUpdate": payload, "productDelete": payload })))
    });
    let mut known = listing();
    known.external_id = Some("9".into());
    for forget in [false, true] {
        let outcomes = end_listings(&host, &channel(), &[known.clone()], forget).expect("outcomes");
        assert!(matches!(&outcomes[0], PushOutcome::Done(_)), "{outcomes:?}");
    }
}
