//! Asking people into a tenant.

use axum::http::StatusCode;
use entrepot_domain::account::TenantRole;
use entrepot_tests::people::{PASSWORD, ask, enter, link_token, mails_to, person, send_mails};
use entrepot_tests::rest::Web;
use entrepot_tests::{App, both_engines};
use serde_json::{Value, json};

const BOB: &str = "bob@example.com";

#[both_engines]
async fn an_owner_invites_and_the_mailbox_decides(app: App) {
    let web = Web::anonymous(&app);
    let accounts = &app.host.app.accounts;
    accounts.add_tenant("<b>Berlin & Co</b>", "test").await.expect("a tenant");
    accounts.add_tenant("paris", "test").await.expect("a tenant");
    let ann = person(&app, &web, "ann@example.com", None, Some(("<b>Berlin & Co</b>", TenantRole::Owner))).await;
    let invite = json!({"email": "Bob@Example.com", "role": "viewer"});
    let invited = ann.ask(&web, "POST", "/api/v1/members", invite.clone()).await;
    assert_eq!(invited.status, StatusCode::CREATED, "{}", invited.json());
    assert!(invited.json()["accepted_at"].is_null() && invited.json()["email"] == BOB, "{}", invited.json());
    let token = link_token(&app, BOB, "invite").await;
    let mail = mails_to(&app, BOB).pop().expect("a mail");
    assert!(mail.contains("&lt;b&gt;Berlin &amp; Co&lt;/b&gt;"), "names are text in HTML: {mail}");
    let accept = async |body: Value| ask(&web, None, "POST", "/api/v1/auth/accept", body).await;
    assert_eq!(accept(json!({"token": token})).await.status, StatusCode::UNPROCESSABLE_ENTITY, "a password is needed");
    let whole = json!({"token": token, "name": "Bob", "password": PASSWORD});
    assert_eq!(accept(whole.clone()).await.status, StatusCode::NO_CONTENT);
    assert_eq!(accept(whole).await.status, StatusCode::UNPROCESSABLE_ENTITY, "once");
    let bob = enter(&web, BOB).await;
    assert_eq!(bob.signed_in["tenants"][0]["role"], "viewer");
    let again = ann.ask(&web, "POST", "/api/v1/members", invite).await;
    assert_eq!(again.status, StatusCode::CONFLICT, "a member already");
    // Somebody who has an account needs no password, and is then of two tenants.
    let cem = person(&app, &web, "cem@example.com", None, Some(("paris", TenantRole::Owner))).await;
    cem.ask(&web, "POST", "/api/v1/members", json!({"email": BOB, "role": "seller"})).await;
    let token = link_token(&app, BOB, "invite").await;
    let other = json!({"token": token, "password": "a password to take over"});
    assert_eq!(accept(other).await.status, StatusCode::NO_CONTENT);
    let bob = enter(&web, BOB).await;
    assert!(bob.signed_in["tenant"].is_null(), "of several he chooses: {}", bob.signed_in);
    assert_eq!(bob.get(&web, "/api/v1/channels").await.status, StatusCode::FORBIDDEN);
    let choose = async |tenant: &str| bob.ask(&web, "POST", "/api/v1/auth/tenant", json!({"tenant": tenant})).await;
    assert_eq!(choose("paris").await.status, StatusCode::OK);
    assert_eq!(bob.get(&web, "/api/v1/me").await.json()["role"], "seller");
    assert_eq!(bob.get(&web, "/api/v1/channels").await.status, StatusCode::OK);
    for strange in ["default", "nowhere", "ten_default"] {
        assert_eq!(choose(strange).await.status, StatusCode::NOT_FOUND, "{strange}");
    }
    let named = entrepot_tests::people::sign_in(&web, BOB, json!({"tenant": "paris"})).await.json();
    assert!(named["tenant"].is_string(), "{named}");
    // Out of one, at once.
    let path = format!("/api/v1/members/{}", bob.signed_in["user"].as_str().expect("an id"));
    assert_eq!(cem.ask(&web, "DELETE", &path, Value::Null).await.status, StatusCode::NO_CONTENT);
    assert_eq!(bob.get(&web, "/api/v1/channels").await.status, StatusCode::FORBIDDEN);
    assert_eq!(choose("paris").await.status, StatusCode::NOT_FOUND);
    assert_eq!(choose("<b>Berlin & Co</b>").await.status, StatusCode::OK);
}

#[both_engines]
async fn an_invitation_that_was_taken_back_or_is_late_is_over(app: App) {
    let web = Web::anonymous(&app);
    let ann = person(&app, &web, "ann@example.com", None, Some(("default", TenantRole::Owner))).await;
    let invited = ann.ask(&web, "POST", "/api/v1/members", json!({"email": BOB, "role": "seller"})).await.json();
    let token = link_token(&app, BOB, "invite").await;
    let path = format!("/api/v1/members/{}", invited["user"].as_str().expect("an id"));
    assert_eq!(ann.ask(&web, "DELETE", &path, Value::Null).await.status, StatusCode::NO_CONTENT);
    let whole = json!({"token": token, "name": "Bob", "password": PASSWORD});
    let refused = ask(&web, None, "POST", "/api/v1/auth/accept", whole).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    ann.ask(&web, "POST", "/api/v1/members", json!({"email": BOB, "role": "seller"})).await;
    let token = link_token(&app, BOB, "invite").await;
    app.clock().advance(8 * 24 * 3_600_000);
    let whole = json!({"token": token, "name": "Bob", "password": PASSWORD});
    assert_eq!(ask(&web, None, "POST", "/api/v1/auth/accept", whole).await.status, StatusCode::UNPROCESSABLE_ENTITY);
}

/// Two hosts, the same invitation, the same moment.
#[both_engines]
async fn two_hosts_invite_at_once(app: App) {
    let web = Web::anonymous(&app);
    let ann = person(&app, &web, "ann@example.com", None, Some(("default", TenantRole::Owner))).await;
    let other = app.reopen().await;
    let by = ann.signed_in["user"].as_str().expect("an id");
    let invitation = entrepot_accounts::Invitation { email: BOB, role: TenantRole::Viewer, by, by_name: "Ann" };
    let tenant = &app.host.tenant;
    let (one, two) =
        tokio::join!(app.host.app.accounts.invite(tenant, invitation), other.app.accounts.invite(tenant, invitation));
    let (one, two) = (one.expect("invited"), two.expect("invited again"));
    assert_eq!(one.user_id, two.user_id, "one account");
    let (a, b) = tokio::join!(app.host.app.accounts.send_mails(), other.app.accounts.send_mails());
    assert_eq!(a.expect("sent") + b.expect("sent") + send_mails(&app).await, 2, "each mail once");
    assert_eq!(mails_to(&app, BOB).len(), 2);
}
