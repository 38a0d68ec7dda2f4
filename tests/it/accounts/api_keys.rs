//! Keys for programs.

use axum::http::StatusCode;
use entrepot_domain::account::{HostRole, TenantRole};
use entrepot_tests::people::{ask, person, until};
use entrepot_tests::rest::Web;
use entrepot_tests::{App, SmallShop, both_engines};
use serde_json::{Value, json};

const ANN: &str = "ann@example.com";

async fn status(web: &Web, key: &str, method: &str, path: &str) -> u16 {
    ask(web, Some(key), method, &format!("/api/v1{path}"), Value::Null).await.status.as_u16()
}

#[both_engines]
async fn a_key_is_shown_once_and_does_what_its_scopes_say(app: App) {
    let _shop = SmallShop::imported(&app).await;
    let web = Web::anonymous(&app);
    let ann = person(&app, &web, ANN, None, Some(("default", TenantRole::Owner))).await;
    let wanted = json!({"name": "shop window", "scopes": ["catalog:read", "catalog:read"], "expires_in_days": 30});
    let made = ann.ask(&web, "POST", "/api/v1/api-keys", wanted).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.json());
    let made = made.json();
    let (key, prefix) = (made["key"].as_str().expect("a key"), made["prefix"].as_str().expect("a prefix"));
    assert!(key.starts_with(&format!("ent_{prefix}_")) && made["scopes"] == json!(["catalog:read"]), "{made}");
    assert_eq!(status(&web, key, "GET", "/products").await, 200);
    let refused = ask(&web, Some(key), "GET", "/api/v1/channels", Value::Null).await;
    let detail = refused.json()["detail"].as_str().expect("a detail").to_owned();
    assert!(refused.status == StatusCode::FORBIDDEN && detail.contains("the scope channels:read"), "{detail}");
    for (method, path) in
        [("GET", "/me"), ("POST", "/auth/sign-out"), ("POST", "/channels/shop/runs"), ("GET", "/users")]
    {
        assert_eq!(status(&web, key, method, path).await, 403, "{path}");
    }
    let listed = || async { ann.get(&web, "/api/v1/api-keys").await.json() };
    assert!(!listed().await.to_string().contains(&key[15..]), "it is not shown again");
    until("that it was used is written down", || async { listed().await["items"][0]["last_used_at"].is_i64() }).await;
    let stored = entrepot_tests::tampering::text(&app, "SELECT secret_hash FROM api_keys").await;
    assert!(!key.contains(&stored), "what is stored is a hash");
    // Another secret with the same prefix, and what is cut.
    let last = if key.ends_with('A') { 'B' } else { 'A' };
    for forged in [format!("{}{last}", &key[..key.len() - 1]), key[..key.len() - 1].to_owned(), format!("{key}A")] {
        assert_eq!(status(&web, &forged, "GET", "/products").await, 401);
    }
    app.clock().advance(31 * 24 * 3_600_000);
    assert_eq!(status(&web, key, "GET", "/products").await, 401, "it has run out");
}

#[both_engines]
async fn a_key_can_do_no_more_than_who_made_it(app: App) {
    let _shop = SmallShop::imported(&app).await;
    let web = Web::anonymous(&app);
    let ann = person(&app, &web, ANN, None, Some(("default", TenantRole::Owner))).await;
    let make =
        async |scopes: Value| ann.ask(&web, "POST", "/api/v1/api-keys", json!({"name": "k", "scopes": scopes})).await;
    assert_eq!(make(json!(["adapters:write"])).await.status, StatusCode::FORBIDDEN);
    for none in [json!([]), json!(["members:write"]), json!(["me"])] {
        assert_eq!(make(none.clone()).await.status, StatusCode::UNPROCESSABLE_ENTITY, "{none}");
    }
    assert_eq!(make(json!(["everything"])).await.status, StatusCode::BAD_REQUEST);
    let key = make(json!(["catalog:read", "catalog:write"])).await.json()["key"].as_str().expect("a key").to_owned();
    let replay =
        async || ask(&web, Some(&key), "POST", "/api/v1/dead-letters/replay", json!({"all": true})).await.status;
    assert_eq!(replay().await, StatusCode::ACCEPTED);
    // She becomes a viewer, and then nobody.
    let user = ann.signed_in["user"].as_str().expect("an id");
    let (accounts, tenant) = (&app.host.app.accounts, &app.host.tenant);
    accounts.change_role(tenant, user, TenantRole::Viewer, "test").await.expect("changed");
    assert_eq!((replay().await, status(&web, &key, "GET", "/products").await), (StatusCode::FORBIDDEN, 200));
    accounts.disable_user(user, "test").await.expect("disabled");
    assert_eq!(status(&web, &key, "GET", "/products").await, 403);
    accounts.enable_user(user, "test").await.expect("enabled");
    accounts.remove_member(tenant, user, "test").await.expect("removed");
    assert_eq!(status(&web, &key, "GET", "/products").await, 403);
}

#[both_engines]
async fn a_revoked_key_opens_nothing_and_another_tenants_is_not_there(app: App) {
    let web = Web::anonymous(&app);
    app.host.app.accounts.add_tenant("other", "test").await.expect("a tenant");
    let ann = person(&app, &web, ANN, None, Some(("default", TenantRole::Owner))).await;
    let bob = person(&app, &web, "bob@example.com", Some(HostRole::Operator), Some(("other", TenantRole::Owner))).await;
    let made =
        ann.ask(&web, "POST", "/api/v1/api-keys", json!({"name": "k", "scopes": ["channels:read"]})).await.json();
    let (key, prefix) = (made["key"].as_str().expect("a key"), made["prefix"].as_str().expect("a prefix"));
    let path = format!("/api/v1/api-keys/{prefix}");
    assert_eq!(bob.ask(&web, "DELETE", &path, Value::Null).await.status, StatusCode::NOT_FOUND);
    assert_eq!(status(&web, key, "GET", "/channels").await, 200);
    let revoked = ann.ask(&web, "DELETE", &path, Value::Null).await;
    assert!(revoked.status == StatusCode::OK && revoked.json()["revoked_at"].is_i64(), "{}", revoked.json());
    assert_eq!(status(&web, key, "GET", "/channels").await, 401);
    // An operator's key may look after adapters, whatever tenant it is of.
    let made = bob
        .ask(&web, "POST", "/api/v1/api-keys", json!({"name": "k", "scopes": ["adapters:read", "audit:read"]}))
        .await
        .json();
    let key = made["key"].as_str().expect("a key");
    assert_eq!(status(&web, key, "GET", "/audit/verification").await, 200);
    assert_eq!(status(&web, key, "POST", "/adapters/woocommerce/revoke").await, 403);
    // A tenant that is out of use has no keys that open anything.
    app.host.app.accounts.remove_tenant("other", "test").await.expect("removed");
    assert_eq!(status(&web, key, "GET", "/adapters").await, 401);
    assert_eq!(bob.get(&web, "/api/v1/channels").await.status, StatusCode::FORBIDDEN);
}
