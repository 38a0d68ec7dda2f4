//! Members, keys and one's own account.

use axum::http::StatusCode;
use entrepot_tests::pages::Pages;
use entrepot_tests::people::{mails_to, send_mails};
use entrepot_tests::rest::HOST;
use entrepot_tests::{App, both_engines};

#[both_engines]
async fn an_owner_invites_and_removes(app: App) {
    let pages = Pages::of(&app);
    assert!(pages.shown("/members").await.holds("Invite somebody"));
    let odd = pages.post("/members", &[("email", "not an address"), ("role", "viewer")]).await;
    assert!(odd.status == StatusCode::UNPROCESSABLE_ENTITY && odd.holds("value=\"not an address\""), "{}", odd.html);
    assert_eq!(
        pages.post("/members", &[("email", "new@example.com"), ("role", "king")]).await.status,
        StatusCode::BAD_REQUEST
    );
    let invited = pages.post("/members", &[("email", "new@example.com"), ("role", "viewer")]).await;
    assert_eq!(invited.location(), "/members", "{}", invited.html);
    send_mails(&app).await;
    assert_eq!(mails_to(&app, "new@example.com").len(), 1);
    let members = pages.shown("/members").await;
    assert!(members.holds("new@example.com") && members.holds("invited"), "{}", members.html);
    let user = members.html.split("/members/").filter_map(|rest| rest.split_once("/remove")).map(|(user, _)| user);
    let user = user.last().expect("somebody to remove").to_owned();
    let _ = pages.post(&format!("/members/{user}/remove"), &[]).await;
}

#[both_engines]
async fn a_key_is_shown_once_and_revoked(app: App) {
    let pages = Pages::of(&app);
    let made = pages.post("/api-keys", &[("name", "stock <b>bot"), ("scope", "catalog:read"), ("days", "")]).await;
    assert_eq!(made.status, StatusCode::OK, "{}", made.html);
    let key = made
        .html
        .split("<pre tabindex=\"0\">")
        .nth(1)
        .and_then(|rest| rest.split_once("</pre>"))
        .expect("the key")
        .0
        .to_owned();
    assert!(key.starts_with("ent_"), "{key}");
    let list = pages.shown("/api-keys").await;
    assert!(!list.holds(&key) && !list.holds("<b>bot") && list.holds("catalog:read"), "{}", list.html);
    let ask = |key: String| {
        let request = axum::http::Request::get("/api/v1/products").header("host", HOST);
        request.header("authorization", format!("Bearer {key}")).body(axum::body::Body::empty()).expect("a request")
    };
    assert_eq!(pages.ask(ask(key.clone())).await.status, StatusCode::OK);
    let none = pages.post("/api-keys", &[("name", ""), ("scope", "catalog:read")]).await;
    assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", none.html);
    let id =
        list.html.split("/api-keys/").nth(1).and_then(|rest| rest.split_once("/revoke")).expect("a key").0.to_owned();
    assert_eq!(pages.post(&format!("/api-keys/{id}/revoke"), &[]).await.location(), "/api-keys");
    assert_eq!(pages.ask(ask(key)).await.status, StatusCode::UNAUTHORIZED);
}

#[both_engines]
async fn an_account_shows_its_sessions_and_changes_its_password(app: App) {
    let pages = Pages::of(&app);
    let page = pages.shown("/me").await;
    assert!(page.holds("this one") && page.holds("Change the password"), "{}", page.html);
    let wrong = pages.post("/me/password", &[("old", "not mine"), ("new", "long enough to be one")]).await;
    assert!(wrong.status.is_client_error() && !wrong.holds("long enough"), "{}", wrong.html);
}
