//! Tokens: by HTTP Basic, to a name instead of an address, and renewed without another refresh token.

use base64::Engine as _;
use entrepot_test_support::ebay::Store;
use entrepot_test_support::server::{Request, Site as _, visit};
use http::{HeaderMap, Method};
use serde_json::Value;

use super::{Client, json};

const NAME: &str = "Simulated-Simulate-Simula-abcdefgh";

fn ask(store: &Store, pair: &str, fields: &[(&str, &str)]) -> (u16, Value) {
    let mut headers = HeaderMap::new();
    let basic = base64::engine::general_purpose::STANDARD.encode(pair);
    headers.insert("authorization", format!("Basic {basic}").parse().unwrap());
    headers.insert("content-type", "application/x-www-form-urlencoded".parse().unwrap());
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    let answer = store.answer(&Request {
        method: Method::POST,
        path: "/identity/v1/oauth2/token".to_owned(),
        query: String::new(),
        headers,
        tls: true,
        origin: "https://api.ebay.com".to_owned(),
        body: body.into(),
    });
    (answer.status.as_u16(), json(&answer))
}

#[test]
fn a_code_is_for_its_name_and_a_refresh_token_stays() {
    let store = Store::empty();
    let own = store.credentials();
    let pair = format!("{}:{}", own.client_id, own.client_secret);
    let consent = |redirect: &str| {
        let scope = "https://api.ebay.com/oauth/api_scope/sell.inventory";
        visit(
            &store,
            &format!(
                "https://auth.ebay.com/oauth2/authorize?client_id={}&response_type=code&redirect_uri={redirect}&scope={scope}&state=s",
                own.client_id
            ),
        )
    };
    assert_eq!(consent("https://host.example/oauth/callback").status.as_u16(), 400, "it is no address");
    let code = || {
        let answer = consent(NAME);
        let back = url::Url::parse(answer.header("Location").unwrap()).unwrap();
        back.query_pairs().find(|(name, _)| name == "code").unwrap().1.into_owned()
    };
    let exchange = |code: &str, pair: &str, redirect: &str| {
        ask(&store, pair, &[("grant_type", "authorization_code"), ("code", code), ("redirect_uri", redirect)])
    };
    assert_eq!(exchange(&code(), "other:secret", NAME).1["error"], "invalid_client");
    assert_eq!(exchange(&code(), &pair, "https://host.example/oauth/callback").1["error"], "invalid_grant");
    let twice = code().replace('^', "%5E");
    assert_eq!(exchange(&twice, &pair, NAME).1["error"], "invalid_grant", "encoded twice");
    let (status, tokens) = exchange(&code(), &pair, NAME);
    assert_eq!(
        (status, tokens["expires_in"].as_i64(), tokens["refresh_token_expires_in"].as_i64()),
        (200, Some(7_200), Some(47_304_000))
    );
    for _ in 0..2 {
        let refresh = tokens["refresh_token"].as_str().unwrap();
        let (status, renewed) = ask(&store, &pair, &[("grant_type", "refresh_token"), ("refresh_token", refresh)]);
        assert_eq!((status, renewed.get("refresh_token")), (200, None), "{renewed}");
    }
    store.revoke_tokens();
    let refresh = tokens["refresh_token"].as_str().unwrap();
    assert_eq!(
        ask(&store, &pair, &[("grant_type", "refresh_token"), ("refresh_token", refresh)]).1["error"],
        "invalid_grant"
    );
    let (_, application) =
        ask(&store, &pair, &[("grant_type", "client_credentials"), ("scope", "https://api.ebay.com/oauth/api_scope")]);
    assert_eq!(application["token_type"], "Application Access Token");
}

/// Categories are asked for in the app's own name, the inventory in the seller's, and scopes decide.
#[test]
fn each_token_is_for_its_own() {
    let store = Store::empty();
    let mut client = Client::of(&store);
    let tree = "/commerce/taxonomy/v1/get_default_category_tree_id?marketplace_id=EBAY_DE";
    let status = |client: &Client<'_>, target: &str| client.send(Method::GET, target, b"").status.as_u16();
    let items = "/sell/inventory/v1/inventory_item";
    assert_eq!((status(&client, tree), status(&client, items)), (403, 200));
    client.token = store.credentials().application_token;
    assert_eq!((status(&client, tree), status(&client, items)), (200, 403));
    client.token = "other".to_owned();
    assert_eq!((status(&client, tree), status(&client, items)), (401, 401));
    client.token = store.credentials().access_token;
    store.limit_scopes(&["sell.inventory.readonly"]);
    assert_eq!(status(&client, items), 200);
    assert_eq!(client.put("/inventory_item/A", &serde_json::json!({})).0, 403);
    store.expire_access_token();
    assert_eq!(status(&client, items), 401);
}
