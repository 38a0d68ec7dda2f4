//! The account itself: who it is, its policies and locations, and what is left of the day's requests.

use serde_json::{Value, json};

use super::answers::{Wrong, ok, wrong};
use super::options::Policy;
use super::store::State;
use crate::server::{Answer, Request};

pub(super) fn user(state: &State) -> Answer {
    ok(&json!({
        "userId": "Simulated0123", "username": state.options.username, "accountType": "BUSINESS",
        "registrationMarketplaceId": state.options.marketplace, "status": "CONFIRMED",
    }))
}

pub(super) fn privilege(state: &State) -> Answer {
    let limit = json!({"amount": {"currency": state.options.currency, "value": "100000.0"}, "quantity": 10_000});
    ok(&json!({"sellerRegistrationCompleted": state.options.registered, "sellingLimit": limit}))
}

pub(super) fn policies(state: &State, request: &Request, list: &str) -> Result<Answer, Wrong> {
    let options = &state.options;
    if options.without_policies {
        return Err(wrong(400, 20403, "Invalid request. The seller is not opted in to business policies."));
    }
    let market = request.parameter("marketplace_id").ok_or_else(|| wrong(400, 20400, "Missing marketplace_id."))?;
    let (known, id) = match list {
        "fulfillmentPolicies" => (&options.fulfillment, "fulfillmentPolicyId"),
        "paymentPolicies" => (&options.payment, "paymentPolicyId"),
        _ => (&options.returns, "returnPolicyId"),
    };
    let shown = |policy: &Policy| json!({id: policy.id, "name": policy.name, "marketplaceId": policy.marketplace});
    let found: Vec<Value> = known.iter().filter(|policy| policy.marketplace == market).map(shown).collect();
    Ok(ok(&json!({"total": found.len(), list: found})))
}

/// Here `offset` counts records.
pub(super) fn locations(state: &State, request: &Request) -> Answer {
    let number =
        |name: &str, default: usize| request.parameter(name).and_then(|text| text.parse().ok()).unwrap_or(default);
    let (limit, offset) = (number("limit", 100), number("offset", 0));
    let keys = &state.options.locations;
    let shown = |key: &String| {
        json!({
            "merchantLocationKey": key, "name": format!("Warehouse {key}"), "merchantLocationStatus": "ENABLED",
            "location": {"address": {"country": "US", "postalCode": "95125"}},
        })
    };
    let some: Vec<Value> = keys.iter().skip(offset).take(limit).map(shown).collect();
    ok(&json!({"href": request.target(), "limit": limit, "offset": offset, "total": keys.len(), "locations": some}))
}

pub(super) fn rates(state: &State) -> Answer {
    let options = &state.options;
    let rates: Vec<Value> = match options.per_day {
        0 => Vec::new(),
        limit => {
            let left = state.limits.left(options);
            vec![
                json!({"count": limit - left, "limit": limit, "remaining": left, "reset": "2026-12-02T08:00:00.000Z", "timeWindow": 86_400}),
            ]
        }
    };
    let resource = json!({"name": "sell.inventory", "rates": rates});
    ok(
        &json!({"rateLimits": [{"apiContext": "sell", "apiName": "inventory", "apiVersion": "v1", "resources": [resource]}]}),
    )
}
