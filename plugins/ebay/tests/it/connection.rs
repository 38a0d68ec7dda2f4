//! What `check` says of an account: who it is, and in plain words what is wrong.

use entrepot_guest::prelude::*;
use entrepot_guest::testing::{TestHost, channel, json};
use entrepot_plugin_ebay::connection::check;

const SET: &str =
    r#"{"marketplace":"EBAY_DE","fulfillment_policy":"1","payment_policy":"2","return_policy":"3","location":"lager"}"#;

fn answer(request: &Request) -> Response {
    let url = request.url.as_str();
    assert_eq!(request.credential.as_deref(), Some("user"));
    let of = |list: &str, id: &str, number: &str| {
        json(200, format!(r#"{{"{list}":[{{"{id}":"{number}","name":"Standard","marketplaceId":"EBAY_DE"}}]}}"#))
    };
    match url {
        _ if url.contains("fulfillment_policy") => of("fulfillmentPolicies", "fulfillmentPolicyId", "1"),
        _ if url.contains("payment_policy") => of("paymentPolicies", "paymentPolicyId", "2"),
        _ if url.contains("return_policy") => of("returnPolicies", "returnPolicyId", "3"),
        _ if url.contains("/location") => {
            json(200, r#"{"total":1,"locations":[{"merchantLocationKey":"lager","name":"Lager"}]}"#)
        }
        "https://apiz.ebay.com/commerce/identity/v1/user/" => json(200, r#"{"username":"seller-1"}"#),
        _ if url.ends_with("/privilege") => json(200, r#"{"sellerRegistrationCompleted":true}"#),
        _ if url.contains("user_rate_limit") => {
            json(200, r#"{"rateLimits":[{"resources":[{"rates":[{"limit":5000,"remaining":40}]}]}]}"#)
        }
        _ if url.contains("/inventory_item?") => json(200, r#"{"total":300,"inventoryItems":[{"sku":"A"}]}"#),
        _ => json(404, "{}"),
    }
}

fn refused(part: &'static str, status: u16, body: &'static str) -> TestHost<'static> {
    TestHost::new(move |request| Ok(if request.url.contains(part) { json(status, body) } else { answer(request) }))
}

#[test]
fn an_account_says_who_it_is_and_what_it_takes() {
    let host = TestHost::new(|request| Ok(answer(request)));
    let account = check(&host, &channel(SET)).expect("an account");
    assert_eq!((account.name.as_str(), account.currency.as_deref()), ("seller-1", Some("EUR")));
    assert_eq!(account.url.as_deref(), Some("https://www.ebay.de/usr/seller-1"));
    let detail = |name: &str| account.details.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
    assert_eq!(
        (detail("items"), detail("language"), detail("requests left today")),
        (Some("300"), Some("de-DE"), Some("40"))
    );
    let [dear] = account.warnings.as_slice() else { panic!("{:?}", account.warnings) };
    assert!(dear.contains("28992 requests") && dear.contains("allows 5000"), "{dear}");
    assert!(host.asked().iter().any(|request| request.url.contains("fulfillment_policy?marketplace_id=EBAY_DE")));
}

#[test]
fn what_is_wrong_is_said_with_what_to_do() {
    let expired = r#"{"errors":[{"errorId":1001,"domain":"OAuth","message":"Invalid access token"}]}"#;
    let scope = r#"{"errors":[{"errorId":1100,"domain":"ACCESS","message":"Access denied"}]}"#;
    let error = |host: &TestHost<'_>, settings: &str| {
        format!("{:?}", check(host, &channel(settings)).expect_err("it is refused"))
    };
    let said = error(&refused("/inventory_item?", 401, expired), SET);
    assert!(said.contains("Unauthorized(") && said.contains("Connect the account again"), "{said}");
    let said = error(&refused("/privilege", 403, scope), SET);
    assert!(said.contains("Unauthorized(") && said.contains("agree to all"), "{said}");
    let opted_out = r#"{"errors":[{"errorId":20403,"message":"The seller is not opted in to business policies."}]}"#;
    let said = error(&refused("return_policy", 400, opted_out), SET);
    assert!(said.contains("Unsupported(") && said.contains("switch business policies on"), "{said}");
    // Whoever only imports needs none.
    let account =
        check(&refused("_policy", 400, opted_out), &channel(r#"{"marketplace":"EBAY_DE"}"#)).expect("an account");
    assert_eq!(account.warnings.iter().filter(|said| said.contains("switch business policies on")).count(), 3);
    let host = TestHost::new(|request| Ok(answer(request)));
    let said = error(&host, &SET.replace(r#""fulfillment_policy":"1""#, r#""fulfillment_policy":"9""#));
    assert!(said.contains("no \\\"9\\\" on EBAY_DE") && said.contains("1 (Standard)"), "{said}");
    let said = error(&host, &SET.replace("lager", "keller"));
    assert!(said.contains("lager (Lager)") && said.contains("/location"), "{said}");
    let said = error(&host, &SET.replace("EBAY_DE", "EBAY_XX"));
    assert!(said.contains("EBAY_XX") && said.contains("/marketplace"), "{said}");
}

#[test]
fn what_is_missing_to_sell_is_a_warning() {
    let account = check(&refused("identity", 403, "{}"), &channel(r#"{"marketplace":"EBAY_DE"}"#)).expect("an account");
    let said = account.warnings.join("\n");
    for word in [
        "Fulfilment policy: none",
        "Payment policy: none",
        "Return policy: none",
        "Set location to",
        "identity.readonly",
    ] {
        assert!(said.contains(word), "{word}: {said}");
    }
    assert_eq!(account.name, "eBay seller on EBAY_DE");
}
