//! An account from its beginning to its end.

use axum::http::StatusCode;
use entrepot_domain::account::{HostRole, TenantRole};
use entrepot_tests::people::{PASSWORD, Person, ask, enter, link_token, mails_to, person, send_mails, sign_in};
use entrepot_tests::rest::Web;
use entrepot_tests::{App, Entrepot, both_engines};
use serde_json::{Value, json};

const ANN: &str = "ann@example.com";

async fn post(web: &Web, path: &str, body: Value) -> StatusCode {
    ask(web, None, "POST", &format!("/api/v1/auth/{path}"), body).await.status
}

#[both_engines]
async fn somebody_registers_and_nobody_registers_in_their_name(app: App) {
    let app = app.with(&[("ENTREPOT_AUTH_REGISTRATION", "open")]).await;
    let web = Web::anonymous(&app);
    // Somebody else was first.
    let strange = json!({"email": ANN, "name": "Eve", "password": "a password of eve's own"});
    assert_eq!(post(&web, "register", strange).await, StatusCode::ACCEPTED);
    let eves = link_token(&app, ANN, "verify").await;
    let own = json!({"email": "Ann@Example.com", "name": "Ann", "password": PASSWORD});
    assert_eq!(post(&web, "register", own).await, StatusCode::ACCEPTED);
    let token = link_token(&app, ANN, "verify").await;
    assert_eq!(sign_in(&web, ANN, Value::Null).await.status, StatusCode::UNAUTHORIZED, "not before it is proved");
    for (token, password) in [(&eves, "a password of eve's own"), (&token, "another password of hers")] {
        let body = json!({"token": token, "password": password});
        assert_eq!(post(&web, "verify", body).await, StatusCode::UNPROCESSABLE_ENTITY);
    }
    let body = json!({"token": token, "password": PASSWORD});
    assert_eq!(post(&web, "verify", body.clone()).await, StatusCode::NO_CONTENT);
    assert_eq!(post(&web, "verify", body).await, StatusCode::UNPROCESSABLE_ENTITY, "once");
    let ann = enter(&web, ANN).await;
    let me = ann.get(&web, "/api/v1/me").await.json();
    assert_eq!((me["name"].as_str(), me["tenant"].as_str()), (Some("Ann"), None), "{me}");
    // Who belongs to no tenant sees nothing of any.
    assert_eq!(ann.get(&web, "/api/v1/channels").await.status, StatusCode::FORBIDDEN);
    // Registering again changes nothing, and its reader is told.
    let again = json!({"email": ANN, "name": "Eve", "password": "a password of eve's own"});
    assert_eq!(post(&web, "register", again).await, StatusCode::ACCEPTED);
    send_mails(&app).await;
    assert!(mails_to(&app, ANN).iter().any(|mail| mail.contains("there is one already")), "{:?}", mails_to(&app, ANN));
    enter(&web, ANN).await;
}

#[both_engines]
async fn registration_is_closed_unless_it_is_opened(app: App) {
    let web = Web::anonymous(&app);
    let body = json!({"email": ANN, "name": "Ann", "password": PASSWORD});
    assert_eq!(post(&web, "register", body).await, StatusCode::FORBIDDEN);
}

#[both_engines]
async fn a_password_is_reset_and_every_session_ends(app: App) {
    let web = Web::anonymous(&app);
    let ann = person(&app, &web, ANN, None, Some(("default", TenantRole::Seller))).await;
    assert_eq!(post(&web, "reset", json!({"email": ANN})).await, StatusCode::ACCEPTED);
    assert_eq!(post(&web, "reset", json!({"email": ANN})).await, StatusCode::ACCEPTED);
    let token = link_token(&app, ANN, "reset").await;
    let short = json!({"token": token, "password": "short"});
    assert_eq!(post(&web, "reset/confirm", short).await, StatusCode::UNPROCESSABLE_ENTITY);
    let body = json!({"token": token, "password": "another password of hers"});
    assert_eq!(post(&web, "reset/confirm", body.clone()).await, StatusCode::NO_CONTENT);
    assert_eq!(post(&web, "reset/confirm", body).await, StatusCode::UNPROCESSABLE_ENTITY, "once");
    assert_eq!(ann.get(&web, "/api/v1/me").await.status, StatusCode::UNAUTHORIZED);
    let refreshed = json!({"refresh_token": ann.refresh});
    assert_eq!(post(&web, "refresh", refreshed).await, StatusCode::UNAUTHORIZED);
    assert_eq!(sign_in(&web, ANN, Value::Null).await.status, StatusCode::UNAUTHORIZED);
    let new = sign_in(&web, ANN, json!({"password": "another password of hers"})).await;
    assert_eq!(new.status, StatusCode::OK);
    // A link that is late is over.
    assert_eq!(post(&web, "reset", json!({"email": ANN})).await, StatusCode::ACCEPTED);
    let token = link_token(&app, ANN, "reset").await;
    app.clock().advance(61 * 60_000);
    let late = json!({"token": token, "password": "a third password of hers"});
    assert_eq!(post(&web, "reset/confirm", late).await, StatusCode::UNPROCESSABLE_ENTITY);
}

#[both_engines]
async fn password_address_and_sessions_are_changed_by_their_owner(app: App) {
    let web = Web::anonymous(&app);
    let ann = person(&app, &web, ANN, None, Some(("default", TenantRole::Owner))).await;
    let other = enter(&web, ANN).await;
    let listed = ann.get(&web, "/api/v1/me/sessions").await.json();
    assert_eq!(listed.as_array().map(Vec::len), Some(2), "{listed}");
    let change = |old: &str| json!({"password": old, "new_password": "another password of hers"});
    let wrong = ann.ask(&web, "POST", "/api/v1/me/password", change("no password of hers")).await;
    assert_eq!(wrong.status, StatusCode::FORBIDDEN);
    let done = ann.ask(&web, "POST", "/api/v1/me/password", change(PASSWORD)).await;
    assert_eq!(done.status, StatusCode::NO_CONTENT, "{}", done.json());
    assert_eq!(other.get(&web, "/api/v1/me").await.status, StatusCode::UNAUTHORIZED, "the other device is out");
    assert_eq!(ann.get(&web, "/api/v1/me").await.status, StatusCode::OK);
    // The new address counts once its mailbox was read.
    let email = json!({"email": "ann@elsewhere.example", "password": "another password of hers"});
    assert_eq!(ann.ask(&web, "POST", "/api/v1/me/email", email).await.status, StatusCode::ACCEPTED);
    let token = link_token(&app, "ann@elsewhere.example", "change").await;
    assert_eq!(ann.get(&web, "/api/v1/me").await.json()["email"], ANN);
    assert_eq!(post(&web, "confirm-email", json!({"token": token})).await, StatusCode::NO_CONTENT);
    assert_eq!(ann.get(&web, "/api/v1/me").await.json()["email"], "ann@elsewhere.example");
    send_mails(&app).await;
    assert!(mails_to(&app, ANN).iter().any(|mail| mail.contains("another e-mail address")), "the old one is told");
    // One session, and then all.
    let second = sign_in(&web, "ann@elsewhere.example", json!({"password": "another password of hers"})).await.json();
    let path = format!("/api/v1/me/sessions/{}", second["session"].as_str().expect("an id"));
    assert_eq!(ann.ask(&web, "DELETE", &path, Value::Null).await.status, StatusCode::NO_CONTENT);
    assert_eq!(ann.ask(&web, "DELETE", &path, Value::Null).await.status, StatusCode::NOT_FOUND);
    let all = ann.ask(&web, "POST", "/api/v1/auth/sign-out", json!({"all": true})).await;
    assert_eq!(all.status, StatusCode::NO_CONTENT);
    assert_eq!(ann.get(&web, "/api/v1/me").await.status, StatusCode::UNAUTHORIZED);
}

async fn delete(web: &Web, person: &Person) -> StatusCode {
    person.ask(web, "POST", "/api/v1/me/delete", json!({"password": PASSWORD})).await.status
}

#[both_engines]
async fn an_account_is_deleted_and_no_tenant_is_left_without_an_owner(app: App) {
    let web = Web::anonymous(&app);
    app.host.app.accounts.add_tenant("berlin", "test").await.expect("a tenant");
    let ann = person(&app, &web, ANN, None, Some(("berlin", TenantRole::Owner))).await;
    let bob = person(&app, &web, "bob@example.com", None, Some(("berlin", TenantRole::Seller))).await;
    assert_eq!(delete(&web, &ann).await, StatusCode::CONFLICT, "the last owner");
    assert_eq!(ann.get(&web, "/api/v1/me").await.status, StatusCode::OK);
    let path = format!("/api/v1/members/{}", bob.signed_in["user"].as_str().expect("an id"));
    let made = ann.ask(&web, "PATCH", &path, json!({"role": "owner"})).await;
    assert_eq!(made.status, StatusCode::OK, "{}", made.json());
    assert_eq!(delete(&web, &ann).await, StatusCode::NO_CONTENT);
    assert_eq!(ann.get(&web, "/api/v1/me").await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(sign_in(&web, ANN, Value::Null).await.status, StatusCode::UNAUTHORIZED);
    let members = bob.get(&web, "/api/v1/members").await.json().to_string();
    assert!(!members.contains(ANN) && members.contains("bob@example.com"), "{members}");
    // What she did stays in the log, under an id that leads nowhere.
    let log = app.host.db.audit_page(0).await.expect("the log");
    let hers: Vec<_> =
        log.iter().filter(|entry| entry.details.contains(ann.signed_in["user"].as_str().expect("an id"))).collect();
    assert!(!hers.is_empty() && log.iter().all(|entry| !entry.details.contains(ANN)), "{}", hers.len());
}

#[both_engines]
async fn a_person_is_exported_and_erased(app: App) {
    let web = Web::anonymous(&app);
    let ann = person(&app, &web, ANN, None, Some(("default", TenantRole::Owner))).await;
    ann.ask(&web, "POST", "/api/v1/api-keys", json!({"name": "hers", "scopes": ["catalog:read"]})).await;
    post(&web, "reset", json!({"email": ANN})).await;
    send_mails(&app).await;
    let entrepot = Entrepot::new(app.environment.clone());
    let (code, kept) = entrepot.json(&["person", "export", ANN]);
    assert_eq!((code, kept["account"]["email"].as_str()), (0, Some(ANN)), "{kept}");
    for list in ["tenants", "sessions", "api_keys", "mails", "audit_log"] {
        assert!(kept[list].as_array().is_some_and(|list| !list.is_empty()), "{list}: {kept}");
    }
    assert!(!kept.to_string().contains("argon2"), "no hash is handed over: {kept}");
    let (code, erased) = entrepot.json(&["person", "erase", ANN]);
    assert_eq!((code, erased["erased"].as_bool()), (0, Some(true)), "{erased}");
    assert_eq!(ann.get(&web, "/api/v1/me").await.status, StatusCode::UNAUTHORIZED);
    assert_ne!(
        entrepot.json(&["user", "list"]).1.to_string().find("ten_default@example.com"),
        None,
        "others are there"
    );
    for (table, column, like) in [
        ("users", "email", "ann@%"),
        ("mails", "recipient", "ann@%"),
        ("api_keys", "made_by_name", "ann"),
        ("audit_log", "details", "%ann@%"),
    ] {
        let count = format!("SELECT CAST(COUNT(*) AS TEXT) FROM {table} WHERE {column} LIKE '{like}'");
        assert_eq!(entrepot_tests::tampering::text(&app, &count).await, "0", "{table}");
    }
}

#[both_engines]
async fn whoever_is_disabled_is_out_at_once_and_an_operator_remains(app: App) {
    let web = Web::anonymous(&app);
    let boss = person(&app, &web, "boss@example.com", Some(HostRole::Operator), None).await;
    let ann = person(&app, &web, ANN, None, Some(("default", TenantRole::Seller))).await;
    let disabled = boss.ask(&web, "POST", &format!("/api/v1/users/{ANN}/disable"), Value::Null).await;
    assert_eq!((disabled.status, disabled.json()["changed"].as_bool()), (StatusCode::OK, Some(true)));
    assert_eq!(ann.get(&web, "/api/v1/channels").await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(sign_in(&web, ANN, Value::Null).await.status, StatusCode::UNAUTHORIZED);
    let enabled = boss.ask(&web, "POST", &format!("/api/v1/users/{ANN}/enable"), Value::Null).await;
    assert_eq!(enabled.json()["changed"].as_bool(), Some(true));
    enter(&web, ANN).await;
    // The operator that every test has is there beside the boss.
    let accounts = &app.host.app.accounts;
    assert!(accounts.disable_user("ten_default@example.com", "test").await.expect("disabled"));
    let last = boss.ask(&web, "POST", "/api/v1/users/boss@example.com/disable", Value::Null).await;
    assert_eq!(last.status, StatusCode::CONFLICT, "{}", last.json());
    assert_eq!(boss.get(&web, "/api/v1/users").await.status, StatusCode::OK);
}

#[both_engines]
async fn a_change_of_address_that_an_intruder_began_ends_with_the_password(app: App) {
    let web = Web::anonymous(&app);
    let ann = person(&app, &web, ANN, None, Some(("default", TenantRole::Seller))).await;
    let begun = |email: &str, password: &str| json!({"email": email, "password": password});
    let confirmed = async |token: String| {
        ask(&web, None, "POST", "/api/v1/auth/confirm-email", json!({"token": token})).await.status
    };
    let eve = begun("eve@example.com", PASSWORD);
    assert_eq!(ann.ask(&web, "POST", "/api/v1/me/email", eve).await.status, StatusCode::ACCEPTED);
    let before_change = link_token(&app, "eve@example.com", "change").await;
    let changed = json!({"password": PASSWORD, "new_password": "another password of hers"});
    assert_eq!(ann.ask(&web, "POST", "/api/v1/me/password", changed).await.status, StatusCode::NO_CONTENT);
    assert_eq!(confirmed(before_change).await, StatusCode::UNPROCESSABLE_ENTITY, "her password was changed");

    let eve = begun("mallory@example.com", "another password of hers");
    assert_eq!(ann.ask(&web, "POST", "/api/v1/me/email", eve).await.status, StatusCode::ACCEPTED);
    let before_reset = link_token(&app, "mallory@example.com", "change").await;
    let asked = ask(&web, None, "POST", "/api/v1/auth/reset", json!({"email": ANN})).await;
    assert_eq!(asked.status, StatusCode::ACCEPTED);
    let token = link_token(&app, ANN, "reset").await;
    let reset = json!({"token": token, "password": "a third password of hers"});
    let reset = ask(&web, None, "POST", "/api/v1/auth/reset/confirm", reset).await;
    assert_eq!(reset.status, StatusCode::NO_CONTENT);
    assert_eq!(confirmed(before_reset).await, StatusCode::UNPROCESSABLE_ENTITY, "her password was reset");
}
