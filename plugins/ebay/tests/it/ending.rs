//! Deleted for good: the offers and the group go, and what is gone already is ended.

use std::cell::RefCell;

use entrepot_guest::blank;
use entrepot_guest::listing::{Intent, ListedVariant, Listing, ListingStatus, PushOutcome};
use entrepot_guest::prelude::*;
use entrepot_guest::testing::{TestHost, channel, json};
use entrepot_plugin_ebay::listings::end_listings;

fn listing(external: &str) -> Listing {
    let variant = |sku: &str| model::ProductVariant { sku: Some(sku.into()), ..blank::variant(sku) };
    let listed = |sku: &str| ListedVariant {
        variant_id: sku.into(),
        external_id: Some(sku.into()),
        item_id: None,
        sku: Some(sku.into()),
    };
    Listing {
        listing_id: "lst_1".into(),
        external_id: Some(external.into()),
        intent: Intent::Ended,
        product: model::Product { variants: vec![variant("S"), variant("M")], ..blank::product("prd_1", "Tee") },
        variants: vec![listed("S"), listed("M")],
        category: None,
        fields: "{}".into(),
        state: r#"{"offers":{"S":"1","M":"2"},"held":true}"#.into(),
    }
}

/// What was changed, and the outcome.
fn ended(external: &str, forget: bool, gone: bool) -> (Vec<String>, PushOutcome) {
    let changes = RefCell::new(Vec::new());
    let host = TestHost::new(|request: &Request| {
        let path = request.url.split("/v1").nth(1).unwrap_or_default();
        if request.method == Method::Get {
            return Ok(match path {
                _ if gone => json(404, r#"{"errors":[{"errorId":25705,"message":"not found"}]}"#),
                "/inventory_item_group/TEE" => json(200, r#"{"variantSKUs":["S","M"]}"#),
                "/offer?sku=S&limit=100" => json(
                    200,
                    r#"{"offers":[{"offerId":"1","marketplaceId":"EBAY_DE","format":"FIXED_PRICE","status":"PUBLISHED"}]}"#,
                ),
                _ => json(
                    200,
                    r#"{"offers":[{"offerId":"2","marketplaceId":"EBAY_DE","format":"FIXED_PRICE","status":"UNPUBLISHED"}]}"#,
                ),
            });
        }
        // Nothing to say is said all the same, or eBay answers 411.
        assert!(
            request.method == Method::Delete || request.body.as_ref().is_some_and(|body| !body.is_empty()),
            "{path}"
        );
        changes.borrow_mut().push(format!("{:?} {path}", request.method));
        Ok(Response { body: Vec::new(), ..json(204, "") })
    });
    let outcomes = end_listings(&host, &channel(r#"{"marketplace":"EBAY_DE"}"#), &[listing(external)], forget);
    let outcome = outcomes.expect("outcomes").remove(0);
    drop(host);
    (changes.into_inner(), outcome)
}

#[test]
fn a_group_is_withdrawn_or_deleted_with_its_offers() {
    let (changes, outcome) = ended("group:TEE", false, false);
    assert_eq!(changes, ["Method::Post /offer/withdraw_by_inventory_item_group"]);
    let PushOutcome::Done(receipt) = outcome else { panic!("{outcome:?}") };
    assert_eq!((receipt.external_id.as_str(), receipt.status), ("group:TEE", ListingStatus::Ended));
    assert_eq!(
        (receipt.state.as_str(), receipt.variants.len()),
        (r#"{"offers":{"M":"2","S":"1"}}"#, 2),
        "it may come back"
    );
    let (changes, _) = ended("group:TEE", true, false);
    let all = [
        "Method::Post /offer/withdraw_by_inventory_item_group",
        "Method::Delete /offer/1",
        "Method::Delete /offer/2",
        "Method::Delete /inventory_item_group/TEE",
    ];
    assert_eq!(changes, all);
}

#[test]
fn an_item_is_withdrawn_or_its_offer_deleted() {
    assert_eq!(ended("item:S", false, false).0, ["Method::Post /offer/1/withdraw"]);
    assert_eq!(ended("item:M", false, false).0, Vec::<String>::new(), "it is off");
    assert_eq!(ended("item:S", true, false).0, ["Method::Delete /offer/1"]);
    for external in ["item:S", "group:TEE"] {
        let (changes, outcome) = ended(external, true, true);
        assert!(
            changes.is_empty()
                && matches!(&outcome, PushOutcome::Done(receipt) if receipt.status == ListingStatus::Ended),
            "{outcome:?}"
        );
    }
}
