//! Members are what a plan counts, too.

use axum::http::StatusCode;
use entrepot_domain::account::TenantRole;
use entrepot_domain::plan::Limit;
use entrepot_tests::people::{PASSWORD, ask, link_token, person};
use entrepot_tests::rest::{Web, get};
use entrepot_tests::{App, both_engines};
use serde_json::json;

const BOB: &str = "bob@example.com";

async fn plan(app: &App, users: i64) {
    app.host.app.plans.set("small", &[(Limit::Users, Some(users))]).await.expect("set");
    app.host.app.plans.assign(&app.host.tenant, "small").await.expect("assigned");
}

#[both_engines]
async fn nobody_is_asked_in_or_comes_in_beyond_the_plan(app: App) {
    let web = Web::anonymous(&app);
    let ann = person(&app, &web, "ann@example.com", None, Some(("default", TenantRole::Owner))).await;
    let here = get(&app, "/api/v1/plan").await["used"]["users"].as_i64().expect("a number");
    plan(&app, here + 1).await;
    let invite =
        async |email: &str| ann.ask(&web, "POST", "/api/v1/members", json!({"email": email, "role": "seller"})).await;
    assert_eq!(invite(BOB).await.status, StatusCode::CREATED);
    assert_eq!(invite(BOB).await.status, StatusCode::CREATED, "the same once more takes no room");
    assert_eq!(get(&app, "/api/v1/plan").await["used"]["users"], here + 1);
    let refused = invite("cem@example.com").await;
    assert_eq!(refused.problem().as_deref(), Some("urn:entrepot:plan-limit"), "{}", refused.json());
    let detail = refused.json()["detail"].as_str().unwrap_or_default().to_owned();
    assert!(detail.contains(&format!("the plan small has room for {} users", here + 1)), "{detail}");
    // A smaller plan since then.
    let token = link_token(&app, BOB, "invite").await;
    plan(&app, here).await;
    let whole = json!({"token": token, "name": "Bob", "password": PASSWORD});
    let refused = ask(&web, None, "POST", "/api/v1/auth/accept", whole.clone()).await;
    assert_eq!(refused.problem().as_deref(), Some("urn:entrepot:plan-limit"), "{}", refused.json());
    plan(&app, here + 1).await;
    assert_eq!(ask(&web, None, "POST", "/api/v1/auth/accept", whole).await.status, StatusCode::NO_CONTENT);
}

/// Whether an address has an account, and whose, is not for whoever knows the address.
#[both_engines]
async fn an_invitation_tells_nothing_of_an_account(app: App) {
    let web = Web::anonymous(&app);
    let ann = person(&app, &web, "ann@example.com", None, Some(("default", TenantRole::Owner))).await;
    let accounts = &app.host.app.accounts;
    accounts.add_tenant("paris", "test").await.expect("a tenant");
    let bob = person(&app, &web, BOB, None, Some(("paris", TenantRole::Owner))).await;
    assert_eq!(
        bob.ask(&web, "PATCH", "/api/v1/me", json!({"name": "Robert Secret"})).await.status,
        StatusCode::NO_CONTENT
    );
    accounts.disable_user(BOB, "test").await.expect("disabled");
    for email in [BOB, "nobody@example.com"] {
        let invited = ann.ask(&web, "POST", "/api/v1/members", json!({"email": email, "role": "viewer"})).await.json();
        assert_eq!((&invited["name"], &invited["disabled"]), (&json!(""), &json!(false)), "{invited}");
    }
    let listed = ann.get(&web, "/api/v1/members").await;
    assert!(!String::from_utf8_lossy(&listed.body).contains("Robert"), "{}", listed.json());
}
