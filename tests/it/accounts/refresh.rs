//! Refresh tokens: a chain that nobody can fork.

use axum::http::StatusCode;
use entrepot_domain::account::TenantRole;
use entrepot_tests::people::{ask, person};
use entrepot_tests::rest::{Answer, Web};
use entrepot_tests::{App, both_engines};
use serde_json::{Value, json};

const ANN: &str = "ann@example.com";

async fn refresh(web: &Web, token: &str) -> Answer {
    ask(web, None, "POST", "/api/v1/auth/refresh", json!({"refresh_token": token})).await
}

fn token(answer: &Answer, name: &str) -> String {
    answer.json()[name].as_str().unwrap_or_else(|| panic!("{}", answer.json())).to_owned()
}

async fn alive(web: &Web, access: &str) -> bool {
    ask(web, Some(access), "GET", "/api/v1/me", Value::Null).await.status == StatusCode::OK
}

#[both_engines]
async fn a_stolen_refresh_token_ends_its_session_whoever_is_first(app: App) {
    let web = Web::anonymous(&app);
    let ann = person(&app, &web, ANN, None, Some(("default", TenantRole::Seller))).await;
    let first = refresh(&web, &ann.refresh).await;
    assert_eq!(first.status, StatusCode::OK, "{}", first.json());
    let (access, second) = (token(&first, "access_token"), token(&first, "refresh_token"));
    assert!(alive(&web, &access).await && second != ann.refresh);
    app.clock().advance(60_000);
    // The thief comes with the old one, later.
    assert_eq!(refresh(&web, &ann.refresh).await.status, StatusCode::UNAUTHORIZED);
    assert!(!alive(&web, &access).await, "the whole family is over");
    assert_eq!(refresh(&web, &second).await.status, StatusCode::UNAUTHORIZED);
    // The thief was first: the owner's comes second.
    let ann = entrepot_tests::people::enter(&web, ANN).await;
    let thiefs = token(&refresh(&web, &ann.refresh).await, "refresh_token");
    let on = refresh(&web, &thiefs).await;
    assert_eq!(on.status, StatusCode::OK);
    assert_eq!(
        refresh(&web, &ann.refresh).await.status,
        StatusCode::UNAUTHORIZED,
        "within the grace, but somebody went on"
    );
    assert!(!alive(&web, &token(&on, "access_token")).await);
}

#[both_engines]
async fn two_threads_of_a_client_get_the_same_and_none_is_forked(app: App) {
    let web = Web::anonymous(&app);
    let ann = person(&app, &web, ANN, None, Some(("default", TenantRole::Seller))).await;
    let (one, other) = tokio::join!(refresh(&web, &ann.refresh), refresh(&web, &ann.refresh));
    assert_eq!((one.status, other.status), (StatusCode::OK, StatusCode::OK), "{} {}", one.json(), other.json());
    assert_eq!(token(&one, "refresh_token"), token(&other, "refresh_token"));
    // An answer that was lost is asked for again, by another host.
    let host = app.reopen().await;
    let again = host.app.accounts.refresh(&ann.refresh).await.expect("within ten seconds");
    assert_eq!(again.refresh.expose(), token(&one, "refresh_token"));
    let next = refresh(&web, &token(&one, "refresh_token")).await;
    assert_eq!(next.status, StatusCode::OK);
    assert!(alive(&web, &token(&next, "access_token")).await);
}

#[both_engines]
async fn access_tokens_live_for_a_quarter_of_an_hour_and_refresh_tokens_for_a_week(app: App) {
    let web = Web::anonymous(&app);
    let ann = person(&app, &web, ANN, None, Some(("default", TenantRole::Seller))).await;
    assert_eq!(ann.signed_in["tokens"]["expires_in"], 900);
    assert_eq!(ann.signed_in["tokens"]["refresh_expires_in"], 7 * 24 * 3_600);
    app.clock().advance(17 * 60_000);
    let late = ann.get(&web, "/api/v1/me").await;
    assert_eq!(late.status, StatusCode::UNAUTHORIZED);
    assert_eq!(late.headers["www-authenticate"], "Bearer realm=\"entrepot\"");
    let fresh = refresh(&web, &ann.refresh).await;
    assert_eq!(fresh.status, StatusCode::OK);
    app.clock().advance(7 * 24 * 3_600_000 + 1_000);
    assert_eq!(refresh(&web, &token(&fresh, "refresh_token")).await.status, StatusCode::UNAUTHORIZED);
    for junk in ["", "x", &"x".repeat(100_000)] {
        assert_eq!(refresh(&web, junk).await.status, StatusCode::UNAUTHORIZED);
    }
}
