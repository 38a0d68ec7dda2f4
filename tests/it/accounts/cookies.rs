//! A browser that is signed in.

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use entrepot_domain::account::TenantRole;
use entrepot_tests::people::{PASSWORD, enter, person};
use entrepot_tests::rest::{Answer, HOST, Web};
use entrepot_tests::{App, both_engines};
use entrepot_web::ClientLimits;
use serde_json::json;

const ANN: &str = "ann@example.com";

async fn ask(web: &Web, method: &str, path: &str, headers: &[(&str, &str)], body: String) -> Answer {
    let mut request = Request::builder().method(method).uri(path).header(header::HOST, HOST);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    if method == "POST" && headers.len() == 1 && headers[0].0 == "cookie" {
        request = request.header("sec-fetch-site", "same-origin");
    }
    let request = request.header(header::CONTENT_TYPE, "application/json").body(Body::from(body)).expect("a request");
    web.send(request).await
}

async fn sign_in(web: &Web, cookie: Option<&str>) -> (Answer, String) {
    let body = json!({"email": ANN, "password": PASSWORD, "kind": "browser"}).to_string();
    let headers: Vec<(&str, &str)> = cookie.map(|cookie| ("cookie", cookie)).into_iter().collect();
    let answer = ask(web, "POST", "/api/v1/auth/sign-in", &headers, body).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.json());
    let set = answer.headers[header::SET_COOKIE].to_str().expect("ASCII").to_owned();
    (answer, set)
}

fn pair(set: &str) -> &str {
    set.split(';').next().expect("a pair")
}

#[both_engines]
async fn a_cookie_is_the_browsers_alone_and_new_with_every_sign_in(app: App) {
    let web = Web::anonymous(&app);
    person(&app, &web, ANN, None, Some(("default", TenantRole::Seller))).await;
    // What somebody laid in the browser before does not become a session.
    let laid = "entrepot=laid-by-somebody-else-0123456789012345678901";
    let (answer, first) = sign_in(&web, Some(laid)).await;
    assert!(answer.json()["tokens"].is_null(), "scripts of a page see no token: {}", answer.json());
    assert!(first.contains("; HttpOnly; SameSite=Lax") && first.contains("Path=/"), "{first}");
    assert_ne!(pair(&first), laid);
    assert_eq!(
        ask(&web, "GET", "/api/v1/me", &[("cookie", laid)], String::new()).await.status,
        StatusCode::UNAUTHORIZED
    );
    let own = ask(&web, "GET", "/api/v1/me", &[("cookie", pair(&first))], String::new()).await;
    assert_eq!(own.status, StatusCode::OK);
    let (_, second) = sign_in(&web, Some(pair(&first))).await;
    assert_ne!(pair(&first), pair(&second));
    for (cookie, status) in [(pair(&first), StatusCode::UNAUTHORIZED), (pair(&second), StatusCode::OK)] {
        assert_eq!(ask(&web, "GET", "/api/v1/channels", &[("cookie", cookie)], String::new()).await.status, status);
    }
    // Two of the name: somebody laid one beside it.
    let both = format!("{}; {laid}", pair(&second));
    assert_eq!(
        ask(&web, "GET", "/api/v1/me", &[("cookie", &both)], String::new()).await.status,
        StatusCode::UNAUTHORIZED
    );
    // What is stored opens nothing.
    let hash = entrepot_accounts::hashed(pair(&second).split_once('=').expect("a value").1);
    let stored = format!("entrepot={hash}");
    assert_eq!(
        ask(&web, "GET", "/api/v1/me", &[("cookie", &stored)], String::new()).await.status,
        StatusCode::UNAUTHORIZED
    );
    let out = ask(&web, "POST", "/api/v1/auth/sign-out", &[("cookie", pair(&second))], String::new()).await;
    assert_eq!(out.status, StatusCode::NO_CONTENT);
    assert!(out.headers[header::SET_COOKIE].to_str().expect("ASCII").starts_with("entrepot=; "), "{:?}", out.headers);
    assert_eq!(
        ask(&web, "GET", "/api/v1/me", &[("cookie", pair(&second))], String::new()).await.status,
        StatusCode::UNAUTHORIZED
    );
}

#[both_engines]
async fn a_page_of_another_origin_changes_nothing_with_the_cookie(app: App) {
    let web = Web::anonymous(&app);
    person(&app, &web, ANN, None, Some(("default", TenantRole::Owner))).await;
    let (_, set) = sign_in(&web, None).await;
    let body = json!({"email": "eve@example.com", "role": "owner"}).to_string();
    for from in [
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
        ("origin", "https://evil.example"),
        ("origin", "null"),
    ] {
        let headers = [("cookie", pair(&set)), from];
        let answer = ask(&web, "POST", "/api/v1/members", &headers, body.clone()).await;
        assert_eq!(answer.problem().as_deref(), Some("urn:entrepot:foreign-origin"), "{from:?}");
    }
    // A browser says where it comes from; what does not is none of ours.
    let silent = [("cookie", pair(&set)), ("accept", "*/*")];
    let answer = ask(&web, "POST", "/api/v1/members", &silent, body.clone()).await;
    assert_eq!(answer.problem().as_deref(), Some("urn:entrepot:foreign-origin"));
    // A page that may use the API does so with a token, and not with what the browser adds.
    let named =
        Web::with(&app, &app.host.tenant, vec!["https://tool.example".to_owned()], ClientLimits::default()).await;
    let tool = ("origin", "https://tool.example");
    for (path, form) in [("/api/v1/members", &body), ("/sign-out", &String::new())] {
        let answer = ask(&named, "POST", path, &[("cookie", pair(&set)), tool], form.clone()).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path}");
    }
    let bearer = format!("Bearer {}", enter(&web, ANN).await.access);
    let with_token = [("authorization", bearer.as_str()), ("cookie", pair(&set)), tool];
    let other = json!({"email": "tool@example.com", "role": "viewer"}).to_string();
    assert_eq!(ask(&named, "POST", "/api/v1/members", &with_token, other).await.status, StatusCode::CREATED);
    let own = [("cookie", pair(&set)), ("sec-fetch-site", "same-origin")];
    assert_eq!(ask(&web, "POST", "/api/v1/members", &own, body).await.status, StatusCode::CREATED);
}

#[both_engines]
async fn where_there_is_tls_the_cookie_is_bound_to_the_host(app: App) {
    let app = app.with(&[("ENTREPOT_PUBLIC_URL", "https://entrepot.example.com")]).await;
    let web = Web::anonymous(&app);
    person(&app, &web, ANN, None, Some(("default", TenantRole::Seller))).await;
    let (_, set) = sign_in(&web, None).await;
    assert!(set.starts_with("__Host-entrepot=") && set.ends_with("; Secure") && !set.contains("Domain"), "{set}");
}

#[both_engines]
async fn a_session_that_is_used_lives_and_one_that_is_not_ends(app: App) {
    let web = Web::anonymous(&app);
    person(&app, &web, ANN, None, Some(("default", TenantRole::Seller))).await;
    let (_, set) = sign_in(&web, None).await;
    let look = async || ask(&web, "GET", "/api/v1/me", &[("cookie", pair(&set))], String::new()).await.status;
    let seen = async || {
        let user = app.host.app.accounts.user(ANN).await.expect("ann");
        let rows = app.host.app.accounts.sessions(&user.id.as_str().into()).await.expect("sessions");
        rows.into_iter().filter(|row| row.kind == "browser").map(|row| row.seen_at).max()
    };
    for _ in 0..5 {
        app.clock().advance(5 * 24 * 3_600_000);
        assert_eq!(look().await, StatusCode::OK);
        let now = app.clock().now();
        entrepot_tests::people::until("that it was used is written down", || async {
            seen().await.is_some_and(|seen| now - seen < 60_000)
        })
        .await;
    }
    app.clock().advance(6 * 24 * 3_600_000);
    assert_eq!(look().await, StatusCode::UNAUTHORIZED, "thirty days are all, however much it is used");
    let (_, set) = sign_in(&web, None).await;
    app.clock().advance(8 * 24 * 3_600_000);
    let late = ask(&web, "GET", "/api/v1/me", &[("cookie", pair(&set))], String::new()).await;
    assert_eq!(late.status, StatusCode::UNAUTHORIZED);
}
