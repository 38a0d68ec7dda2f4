//! From a request to an answer.

use serde_json::Value;

use super::answers::{Wrong, wrong};
use super::store::{State, Store};
use super::{account, auth, groups, items, oauth, offers, publish, quantities, taxonomy};
use crate::server::{Answer, Request, Site};

impl Site for Store {
    fn answer(&self, request: &Request) -> Answer {
        self.comes(request);
        let mut state = self.state();
        match request.path.as_str() {
            "/oauth2/authorize" => oauth::authorize(&mut state, request),
            "/identity/v1/oauth2/token" => oauth::tokens(&mut state, request),
            _ => api(&mut state, request).unwrap_or_else(|wrong| wrong.answer()),
        }
    }
}

fn api(state: &mut State, request: &Request) -> Result<Answer, Wrong> {
    let parts: Vec<String> = request.path.trim_start_matches('/').split('/').map(decoded).collect();
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    let method = request.method.as_str();
    match parts.as_slice() {
        ["commerce", "taxonomy", "v1", rest @ ..] => {
            auth::anybody(state, request)?;
            categories(state, request, rest)
        }
        ["sell", "metadata", "v1", "marketplace", _, "get_item_condition_policies"] if method == "GET" => {
            auth::anybody(state, request)?;
            Ok(taxonomy::conditions(state, request))
        }
        ["commerce", "identity", "v1", "user", ""] if method == "GET" => {
            auth::seller(state, request, &["commerce.identity.readonly"])?;
            Ok(account::user(state))
        }
        ["developer", "analytics", "v1_beta", "user_rate_limit", ""] if method == "GET" => {
            auth::seller(state, request, &["sell.inventory"])?;
            Ok(account::rates(state))
        }
        ["sell", "account", "v1", rest @ ..] if method == "GET" => {
            auth::seller(state, request, &["sell.account", "sell.account.readonly"])?;
            match rest {
                ["privilege"] => Ok(account::privilege(state)),
                ["fulfillment_policy"] => account::policies(state, request, "fulfillmentPolicies"),
                ["payment_policy"] => account::policies(state, request, "paymentPolicies"),
                ["return_policy"] => account::policies(state, request, "returnPolicies"),
                _ => Err(nowhere()),
            }
        }
        ["sell", "inventory", "v1", rest @ ..] => {
            let reads = method == "GET" || rest == ["bulk_get_inventory_item"];
            let scopes: &[&str] =
                if reads { &["sell.inventory", "sell.inventory.readonly"] } else { &["sell.inventory"] };
            auth::seller(state, request, scopes)?;
            let State { limits, options, .. } = state;
            limits.take(options)?;
            match method {
                "GET" => read(state, request, rest),
                "DELETE" => delete(state, rest),
                _ => write(state, request, method, rest),
            }
        }
        _ => Err(nowhere()),
    }
}

fn decoded(part: &str) -> String {
    let mut bytes = Vec::with_capacity(part.len());
    let mut rest = part.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let hex = |byte: Option<&u8>| byte.and_then(|byte| char::from(*byte).to_digit(16));
        match (first, hex(after.first()), hex(after.get(1))) {
            (b'%', Some(high), Some(low)) => {
                bytes.push(u8::try_from(high * 16 + low).unwrap_or(b'?'));
                rest = &after[2..];
            }
            _ => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn nowhere() -> Wrong {
    wrong(404, 2002, "Resource not found")
}

fn categories(state: &State, request: &Request, rest: &[&str]) -> Result<Answer, Wrong> {
    let is_known = |id: &str| taxonomy::TREES.iter().any(|(_, own)| *own == id);
    match rest {
        ["get_default_category_tree_id"] => taxonomy::default_tree(request),
        ["category_tree", id] if is_known(id) => Ok(taxonomy::tree(state, id)),
        ["category_tree", id, "get_category_suggestions"] if is_known(id) => taxonomy::suggestions(state, request, id),
        ["category_tree", id, "get_item_aspects_for_category"] if is_known(id) => taxonomy::aspects(state, request),
        _ => Err(nowhere()),
    }
}

fn read(state: &State, request: &Request, rest: &[&str]) -> Result<Answer, Wrong> {
    match rest {
        ["inventory_item"] => items::list(state, request),
        ["inventory_item", sku] => items::one(state, sku),
        ["inventory_item_group", key] => groups::one(state, key),
        ["offer"] => offers::list(state, request),
        ["offer", id] => offers::one(state, id),
        ["location"] => Ok(account::locations(state, request)),
        _ => Err(nowhere()),
    }
}

fn delete(state: &mut State, rest: &[&str]) -> Result<Answer, Wrong> {
    match rest {
        ["inventory_item", sku] => items::delete_one(state, sku),
        ["inventory_item_group", key] => groups::delete(state, key),
        ["offer", id] => offers::delete(state, id),
        _ => Err(nowhere()),
    }
}

fn write(state: &mut State, request: &Request, method: &str, rest: &[&str]) -> Result<Answer, Wrong> {
    if request.body.is_empty() {
        // Also where there is nothing to say.
        return Err(wrong(411, 2004, "Length Required"));
    }
    let json = request.headers.get("content-type").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let body: Option<Value> = serde_json::from_slice(&request.body).ok().filter(Value::is_object);
    let Some(body) = body.filter(|_| json.starts_with("application/json")) else {
        return Err(wrong(400, 2004, "Invalid request: the body is no JSON object."));
    };
    let in_language = || match request.headers.get("content-language").and_then(|value| value.to_str().ok()) {
        Some(language) if language.len() == 5 && language.as_bytes()[2] == b'-' => Ok(()),
        _ => Err(wrong(400, 25709, "Invalid request. Invalid value for header Content-Language.")),
    };
    match (method, rest) {
        ("PUT", ["inventory_item", sku]) => in_language().and_then(|()| items::put(state, sku, &body)),
        ("PUT", ["inventory_item_group", key]) => in_language().and_then(|()| groups::put(state, key, &body)),
        ("PUT", ["offer", id]) => in_language().and_then(|()| offers::update(state, id, &body)),
        ("POST", ["bulk_get_inventory_item"]) => items::some(state, &body),
        ("POST", ["bulk_create_or_replace_inventory_item"]) => {
            in_language().and_then(|()| items::put_some(state, &body))
        }
        ("POST", ["bulk_create_offer"]) => in_language().and_then(|()| offers::create_some(state, &body)),
        ("POST", ["offer"]) => in_language().and_then(|()| offers::create(state, &body)),
        ("POST", ["bulk_publish_offer"]) => publish::some(state, &body),
        ("POST", ["offer", "publish_by_inventory_item_group"]) => publish::group(state, &body),
        ("POST", ["offer", "withdraw_by_inventory_item_group"]) => publish::withdraw_group(state, &body),
        ("POST", ["offer", id, "publish"]) => publish::one(state, id),
        ("POST", ["offer", id, "withdraw"]) => publish::withdraw(state, id),
        ("POST", ["bulk_update_price_quantity"]) => quantities::update(state, &body),
        _ => Err(nowhere()),
    }
}
