//! Codes of an authenticator, and recovery codes.

use axum::http::StatusCode;
use entrepot_domain::account::{HostRole, TenantRole};
use entrepot_tests::people::{PASSWORD, Person, enter, link_token, person, sign_in};
use entrepot_tests::rest::Web;
use entrepot_tests::{App, both_engines};
use serde_json::{Value, json};
use totp_rs::{Builder, Secret};

const ANN: &str = "ann@example.com";

/// What an authenticator shows.
fn code(app: &App, secret: &str) -> String {
    let secret = Secret::try_from_base32(secret).expect("a secret");
    let totp = Builder::new().with_secret(secret).build().expect("an authenticator");
    totp.generate(app.clock().now() as u64 / 1_000).to_string()
}

/// Sets one up: the secret, and the recovery codes.
async fn set_up(app: &App, web: &Web, person: &Person) -> (String, Vec<String>) {
    let begun = person.ask(web, "POST", "/api/v1/me/totp", json!({"password": PASSWORD})).await;
    assert_eq!(begun.status, StatusCode::OK, "{}", begun.json());
    let secret = begun.json()["secret"].as_str().expect("a secret").to_owned();
    assert!(begun.json()["url"].as_str().expect("an address").contains(&format!("secret={secret}")));
    let wrong = person.ask(web, "POST", "/api/v1/me/totp/confirm", json!({"code": "000000"})).await;
    assert_eq!(wrong.status, StatusCode::UNAUTHORIZED);
    let done = person.ask(web, "POST", "/api/v1/me/totp/confirm", json!({"code": code(app, &secret)})).await;
    assert_eq!(done.status, StatusCode::OK, "{}", done.json());
    let codes = done.json()["recovery_codes"].as_array().expect("codes").clone();
    (secret, codes.iter().map(|code| code.as_str().expect("a code").to_owned()).collect())
}

#[both_engines]
async fn a_code_is_asked_for_and_good_once(app: App) {
    let web = Web::anonymous(&app);
    let ann = person(&app, &web, ANN, None, Some(("default", TenantRole::Owner))).await;
    let other = enter(&web, ANN).await;
    let (secret, recovery) = set_up(&app, &web, &ann).await;
    assert_eq!(recovery.len(), 10);
    assert_eq!(other.get(&web, "/api/v1/me").await.status, StatusCode::UNAUTHORIZED, "begun without it");
    assert_eq!(ann.get(&web, "/api/v1/me").await.json()["second_factor"], true);
    let asked = sign_in(&web, ANN, Value::Null).await;
    assert_eq!(
        (asked.status, asked.problem().as_deref()),
        (StatusCode::UNAUTHORIZED, Some("urn:entrepot:second-factor"))
    );
    // Not to those who do not know the password.
    let wrong = sign_in(&web, ANN, json!({"password": "no password of hers"})).await;
    assert_eq!(wrong.problem().as_deref(), Some("urn:entrepot:unauthenticated"));
    app.clock().advance(60_000);
    let right = code(&app, &secret);
    assert_eq!(sign_in(&web, ANN, json!({"code": right})).await.status, StatusCode::OK);
    assert_eq!(sign_in(&web, ANN, json!({"code": right})).await.status, StatusCode::UNAUTHORIZED, "once");
    app.clock().advance(60_000);
    let spaced = format!("{} {}", &code(&app, &secret)[..3], &code(&app, &secret)[3..]);
    assert_eq!(sign_in(&web, ANN, json!({"code": spaced})).await.status, StatusCode::OK);
    let lost = recovery[3].to_uppercase();
    assert_eq!(sign_in(&web, ANN, json!({"code": lost})).await.status, StatusCode::OK);
    assert_eq!(sign_in(&web, ANN, json!({"code": lost})).await.status, StatusCode::UNAUTHORIZED, "once");
    assert_eq!(ann.get(&web, "/api/v1/me").await.json()["recovery_codes_left"], 9);
    // What is stored is sealed.
    let row = app.host.app.accounts.user(ANN).await.expect("ann");
    let sealed = row.totp.expect("sealed");
    assert!(!sealed.windows(secret.len()).any(|window| window == secret.as_bytes()));
    let removed = ann.ask(&web, "POST", "/api/v1/me/totp/remove", json!({"password": PASSWORD})).await;
    assert_eq!(removed.status, StatusCode::NO_CONTENT);
    enter(&web, ANN).await;
}

#[both_engines]
async fn codes_are_not_guessed(app: App) {
    let web = Web::anonymous(&app);
    let ann = person(&app, &web, ANN, None, Some(("default", TenantRole::Owner))).await;
    set_up(&app, &web, &ann).await;
    let mut answers = Vec::new();
    for guess in 0..12 {
        answers.push(sign_in(&web, ANN, json!({"code": format!("{guess:06}")})).await.status.as_u16());
    }
    assert_eq!(answers.iter().filter(|status| **status == 401).count(), 10, "{answers:?}");
    assert_eq!(answers.last(), Some(&429));
}

#[both_engines]
async fn roles_of_the_host_need_one_where_the_host_says_so(app: App) {
    let app = app.with(&[("ENTREPOT_AUTH_REQUIRE_TOTP", "1")]).await;
    let web = Web::anonymous(&app);
    let boss =
        person(&app, &web, "boss@example.com", Some(HostRole::Operator), Some(("default", TenantRole::Owner))).await;
    assert_eq!(boss.signed_in["second_factor_missing"], true);
    let refused = boss.get(&web, "/api/v1/users").await;
    let detail = refused.json()["detail"].as_str().unwrap_or_default().to_owned();
    assert!(refused.status == StatusCode::FORBIDDEN && detail.contains("second factor"), "{detail}");
    assert_eq!(boss.get(&web, "/api/v1/channels").await.status, StatusCode::OK, "what is of the tenant stays");
    let (secret, _) = set_up(&app, &web, &boss).await;
    assert_eq!(boss.get(&web, "/api/v1/users").await.status, StatusCode::OK, "from now on");
    app.clock().advance(60_000);
    let again = sign_in(&web, "boss@example.com", json!({"code": code(&app, &secret)})).await;
    assert_eq!((again.status, again.json()["second_factor_missing"].as_bool()), (StatusCode::OK, Some(false)));
    // Another operator takes it from somebody who lost it, and a link leads back.
    let reset = boss.ask(&web, "POST", "/api/v1/users/boss@example.com/reset", Value::Null).await;
    assert_eq!(reset.status, StatusCode::OK, "{}", reset.json());
    assert!(!reset.json().to_string().contains("token"), "the link is for the mailbox alone: {}", reset.json());
    link_token(&app, "boss@example.com", "reset").await;
    assert_eq!(boss.get(&web, "/api/v1/me").await.status, StatusCode::UNAUTHORIZED);
}
