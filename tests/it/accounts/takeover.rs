//! A database from before there were accounts.

use axum::http::StatusCode;
use entrepot_domain::account::{HostRole, TenantRole};
use entrepot_tests::people::{enter, token_in};
use entrepot_tests::rest::Web;
use entrepot_tests::{App, Entrepot, SmallShop, both_engines};

/// Its rows are of the tenant `default`, and the first operator is asked for.
#[both_engines]
async fn what_was_there_is_of_the_tenant_default(app: App) {
    let _shop = SmallShop::imported(&app).await;
    entrepot_tests::tampering::execute(&app, "DELETE FROM users").await;
    let entrepot = Entrepot::new(app.environment.clone());
    let (_, doctor) = entrepot.json(&["doctor"]);
    let accounts: Vec<&str> = doctor["checks"]
        .as_array()
        .expect("checks")
        .iter()
        .filter(|check| check["what"] == "accounts")
        .filter_map(|check| check["detail"].as_str())
        .collect();
    assert!(accounts.len() == 1 && accounts[0].contains("entrepot user add EMAIL --role operator"), "{doctor}");
    let (code, tenants) = entrepot.json(&["tenant", "list"]);
    assert_eq!((code, tenants[0]["name"].as_str(), tenants[1].is_null()), (0, Some("default"), true), "{tenants}");
    let (code, added) = entrepot.json(&["user", "add", "ann@example.com", "--role", "operator", "--as", "owner"]);
    assert_eq!(code, 0, "{added}");
    let token = token_in(added["link"].as_str().expect("a link"), "reset").expect("a token");
    app.host.app.accounts.finish_reset(&token, entrepot_tests::people::PASSWORD).await.expect("a password");
    let web = Web::anonymous(&app);
    let ann = enter(&web, "ann@example.com").await;
    assert_eq!(ann.signed_in["tenants"][0]["name"], "default");
    let products = ann.get(&web, "/api/v1/products").await;
    assert_eq!(products.status, StatusCode::OK);
    assert_eq!(products.json()["items"].as_array().map(Vec::len), Some(2), "{}", products.json());
    let (_, doctor) = entrepot.json(&["doctor"]);
    assert!(doctor["checks"].to_string().contains("there is an operator"), "{doctor}");
    let roles = (HostRole::Operator.to_string(), TenantRole::Owner.to_string());
    let me = ann.get(&web, "/api/v1/me").await.json();
    assert_eq!((me["host_roles"][0].as_str(), me["role"].as_str()), (Some(roles.0.as_str()), Some(roles.1.as_str())));
}
