//! Tries of one account are counted, wherever they come from and whether there is such an account.

use axum::http::StatusCode;
use entrepot_domain::account::TenantRole;
use entrepot_tests::people::{ask, enter, link_token, person, sign_in};
use entrepot_tests::rest::Web;
use entrepot_tests::{App, both_engines};
use serde_json::{Value, json};

const ANN: &str = "ann@example.com";

#[both_engines]
async fn ten_tries_are_all_and_a_quarter_of_an_hour_later_there_are_ten_more(app: App) {
    let web = Web::anonymous(&app);
    person(&app, &web, ANN, None, Some(("default", TenantRole::Seller))).await;
    let wrong = json!({"password": "no password of hers"});
    let mut said = Vec::new();
    for email in [ANN, "nobody@example.com"] {
        let mut answers = Vec::new();
        for _ in 0..12 {
            answers.push(sign_in(&web, email, wrong.clone()).await.status.as_u16());
        }
        assert_eq!(answers, [401, 401, 401, 401, 401, 401, 401, 401, 401, 401, 429, 429], "{email}");
        // The right one is not looked at, either, and the answer is the same.
        let right = sign_in(&web, email, Value::Null).await;
        let seconds = right.headers["retry-after"].to_str().expect("ASCII").parse::<i64>().expect("a number");
        assert!(right.status == StatusCode::TOO_MANY_REQUESTS && (600..=1_000).contains(&seconds), "{seconds}");
        let detail = right.json()["detail"].as_str().expect("a detail").to_owned();
        said.push(detail.replace(&seconds.to_string(), "N"));
    }
    assert_eq!(said[0], said[1]);
    app.clock().advance(17 * 60_000);
    enter(&web, ANN).await;
    // A success begins anew.
    for _ in 0..9 {
        sign_in(&web, ANN, wrong.clone()).await;
    }
    enter(&web, ANN).await;
    assert_eq!(sign_in(&web, ANN, wrong).await.status, StatusCode::UNAUTHORIZED);
}

#[both_engines]
async fn of_many_tries_at_once_ten_are_looked_at(app: App) {
    let web = Web::anonymous(&app);
    person(&app, &web, ANN, None, Some(("default", TenantRole::Seller))).await;
    let mut tries = tokio::task::JoinSet::new();
    let web = std::sync::Arc::new(web);
    for _ in 0..40 {
        let web = web.clone();
        tries.spawn(async move { sign_in(&web, ANN, json!({"password": "no password of hers"})).await.status });
    }
    let answers = tries.join_all().await;
    let looked_at = answers.iter().filter(|status| **status == StatusCode::UNAUTHORIZED).count();
    assert_eq!(looked_at, 10, "{answers:?}");
}

#[both_engines]
async fn whoever_is_locked_out_resets_the_password(app: App) {
    let web = Web::anonymous(&app);
    person(&app, &web, ANN, None, Some(("default", TenantRole::Seller))).await;
    for _ in 0..11 {
        sign_in(&web, ANN, json!({"password": "no password of hers"})).await;
    }
    assert_eq!(sign_in(&web, ANN, Value::Null).await.status, StatusCode::TOO_MANY_REQUESTS);
    ask(&web, None, "POST", "/api/v1/auth/reset", json!({"email": ANN})).await;
    let token = link_token(&app, ANN, "reset").await;
    let new = json!({"token": token, "password": "another password of hers"});
    assert_eq!(ask(&web, None, "POST", "/api/v1/auth/reset/confirm", new).await.status, StatusCode::NO_CONTENT);
    let answer = sign_in(&web, ANN, json!({"password": "another password of hers"})).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.json());
}
