//! No answer tells whether there is an account.

use std::time::{Duration, Instant};

use axum::http::StatusCode;
use entrepot_domain::account::TenantRole;
use entrepot_tests::people::{ask, mails_to, person, send_mails, sign_in};
use entrepot_tests::rest::Web;
use entrepot_tests::{App, both_engines};
use serde_json::{Value, json};

const ANN: &str = "ann@example.com";
const NOBODY: &str = "nob@example.com";

#[both_engines]
async fn known_and_unknown_addresses_are_answered_alike(app: App) {
    let app = app.with(&[("ENTREPOT_AUTH_REGISTRATION", "open")]).await;
    let web = Web::anonymous(&app);
    person(&app, &web, ANN, None, Some(("default", TenantRole::Seller))).await;
    app.host.app.accounts.disable_user(ANN, "test").await.expect("disabled");
    app.host.app.accounts.enable_user(ANN, "test").await.expect("enabled");
    let disabled = "dis@example.com";
    person(&app, &web, disabled, None, Some(("default", TenantRole::Seller))).await;
    app.host.app.accounts.disable_user(disabled, "test").await.expect("disabled");
    for (path, body) in [
        ("sign-in", json!({"password": "no password of hers"})),
        ("reset", json!({})),
        ("register", json!({"name": "Ann", "password": "a password to register with"})),
    ] {
        let mut answers = Vec::new();
        for email in [ANN, NOBODY, disabled] {
            let mut body = body.clone();
            body["email"] = email.into();
            let answer = ask(&web, None, "POST", &format!("/api/v1/auth/{path}"), body).await;
            answers.push((answer.status, String::from_utf8_lossy(&answer.body).replace(email, "EMAIL")));
        }
        assert!(answers.iter().all(|answer| *answer == answers[0]), "{path}: {answers:?}");
        // What is found out when a mail is sent is found out here.
        send_mails(&app).await;
    }
    // The right password of an account that is disabled says no more than a wrong one.
    assert_eq!(sign_in(&web, disabled, Value::Null).await.status, StatusCode::UNAUTHORIZED);
    // Only the mailbox tells.
    assert!(mails_to(&app, ANN).iter().any(|mail| mail.contains("/account/reset?token=")));
    assert!(mails_to(&app, NOBODY).iter().all(|mail| !mail.contains("/account/reset")), "{:?}", mails_to(&app, NOBODY));
    assert!(mails_to(&app, disabled).is_empty(), "{:?}", mails_to(&app, disabled));
    // Ann's password is as it was.
    assert_eq!(sign_in(&web, ANN, Value::Null).await.status, StatusCode::OK);
}

/// The quicker quarter of enough tries, which a busy machine disturbs least: a hash that is left out would make one of them many times
/// quicker.
#[both_engines]
async fn known_and_unknown_addresses_take_as_long(app: App) {
    let web = Web::anonymous(&app);
    person(&app, &web, ANN, None, Some(("default", TenantRole::Seller))).await;
    let (mut known, mut unknown) = (Vec::new(), Vec::new());
    for number in 0..30 {
        let other = format!("nob{number}@example.com");
        for (email, times) in [(ANN, &mut known), (other.as_str(), &mut unknown)] {
            let began = Instant::now();
            let answer = sign_in(&web, email, json!({"password": "no password of hers"})).await;
            times.push(began.elapsed());
            assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
        }
        // Or the known one would be locked.
        app.clock().advance(3 * 60_000);
    }
    let quick = |times: &mut Vec<Duration>| {
        times.sort_unstable();
        times[times.len() / 4].as_secs_f64()
    };
    let (known, unknown) = (quick(&mut known), quick(&mut unknown));
    let ratio = known / unknown;
    assert!((0.5..2.0).contains(&ratio), "{known:.4} s and {unknown:.4} s");
}

#[both_engines]
async fn what_is_no_address_and_no_password_is_said_or_let_be(app: App) {
    let web = Web::anonymous(&app);
    let megabyte = "x".repeat(1_000_000);
    for email in ["", "ann", "\u{430}nn@example.com", "an\u{202e}n@example.com", &megabyte] {
        let answer = sign_in(&web, email, Value::Null).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{email:.40}");
        let reset = ask(&web, None, "POST", "/api/v1/auth/reset", json!({"email": email})).await;
        assert_eq!(reset.status, StatusCode::UNPROCESSABLE_ENTITY, "{email:.40}: {}", reset.json());
        assert!(reset.body.len() < 2_000, "what was given is not given back whole");
    }
    for password in ["", "\u{1}", &megabyte] {
        let answer = sign_in(&web, ANN, json!({"password": password})).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{password:.40}");
    }
    let nul = sign_in(&web, "ann\0@example.com", Value::Null).await;
    assert_eq!(nul.status, StatusCode::BAD_REQUEST);
}
