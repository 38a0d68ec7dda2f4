//! Headers of every answer: what browsers may do with it, who may read it, and how much may be asked.

use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode, header};
use entrepot_domain::account::TenantRole;
use entrepot_tests::people::person;
use entrepot_tests::rest::{HOST, Web, send};
use entrepot_tests::{App, both_engines};
use entrepot_web::ClientLimits;

const PAGE: &str = "https://app.example.com";

fn request(method: &str, path: &str) -> axum::http::request::Builder {
    Request::builder().method(method).uri(path).header(header::HOST, HOST)
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

#[both_engines]
async fn every_answer_says_what_browsers_may_do_with_it(app: App) {
    let paths =
        ["/api/v1/channels", "/api/v1/nothing", "/healthz", "/api/v1/openapi.json", "/oauth/callback", "/hooks/chn_1"];
    for path in paths {
        let answer = send(&app, request("GET", path).body(Body::empty()).expect("a request")).await;
        assert_eq!(text(&answer.headers, "x-content-type-options"), "nosniff", "{path}");
        let policy = text(&answer.headers, "content-security-policy");
        assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{path}: {policy}");
        assert_eq!(text(&answer.headers, "referrer-policy"), "no-referrer", "{path}");
        assert!(!answer.headers.contains_key(header::STRICT_TRANSPORT_SECURITY), "{path} came without TLS");
        assert!(!answer.headers.contains_key(header::ACCESS_CONTROL_ALLOW_ORIGIN), "{path}");
    }
    let app = app.with(&[("ENTREPOT_PUBLIC_URL", "https://entrepot.example.com")]).await;
    let answer = send(&app, request("GET", "/api/v1/channels").body(Body::empty()).expect("a request")).await;
    assert_eq!(text(&answer.headers, "strict-transport-security"), "max-age=31536000");
}

#[both_engines]
async fn pages_of_other_origins_use_the_api_where_an_operator_names_them(app: App) {
    let preflight = |origin: &str| {
        let asked = request("OPTIONS", "/api/v1/links").header(header::ORIGIN, origin);
        let asked = asked.header(header::ACCESS_CONTROL_REQUEST_METHOD, "POST");
        asked.header(header::ACCESS_CONTROL_REQUEST_HEADERS, "idempotency-key").body(Body::empty()).expect("a request")
    };
    let post = |origin: &str| {
        let asked =
            request("POST", "/api/v1/links").header(header::ORIGIN, origin).header("sec-fetch-site", "cross-site");
        asked.header(header::CONTENT_TYPE, "application/json").body(Body::from("{}")).expect("a request")
    };
    let alone = Web::of(&app);
    assert!(!alone.send(preflight(PAGE)).await.headers.contains_key(header::ACCESS_CONTROL_ALLOW_ORIGIN));
    assert_eq!(alone.send(post(PAGE)).await.status, StatusCode::FORBIDDEN);

    let open = Web::with(&app, &app.host.tenant, vec![PAGE.to_owned()], ClientLimits::default()).await;
    let answer = open.send(preflight(PAGE)).await;
    assert_eq!((answer.status, text(&answer.headers, "access-control-allow-origin")), (StatusCode::OK, PAGE));
    assert!(text(&answer.headers, "access-control-allow-headers").contains("idempotency-key"));
    assert!(!answer.headers.contains_key(header::ACCESS_CONTROL_ALLOW_CREDENTIALS), "no cookie goes with it");
    assert_eq!(
        open.send(post(PAGE)).await.status,
        StatusCode::FORBIDDEN,
        "what a browser adds by itself does not count"
    );
    let owner = Some(("default", TenantRole::Owner));
    let token = person(&app, &Web::anonymous(&app), "tool@example.com", None, owner).await.access;
    let mut with_token = post(PAGE);
    with_token.headers_mut().insert(header::AUTHORIZATION, format!("Bearer {token}").parse().expect("a header"));
    let answer = open.send(with_token).await;
    assert_eq!((answer.status, text(&answer.headers, "access-control-allow-origin")), (StatusCode::BAD_REQUEST, PAGE));
    assert!(text(&answer.headers, "access-control-expose-headers").contains("x-request-id"));
    for other in ["https://evil.example", "https://app.example.com.evil.example", "null"] {
        let answer = open.send(preflight(other)).await;
        assert!(!answer.headers.contains_key(header::ACCESS_CONTROL_ALLOW_ORIGIN), "{other}");
        assert_eq!(open.send(post(other)).await.status, StatusCode::FORBIDDEN, "{other}");
    }
}

#[both_engines]
async fn who_asks_too_much_is_told_when_to_ask_again(app: App) {
    let clients = ClientLimits { requests_per_minute: 3, ..ClientLimits::default() };
    let web = Web::with(&app, &app.host.tenant, Vec::new(), clients).await;
    let ask = || request("GET", "/api/v1/channels").body(Body::empty()).expect("a request");
    for left in [2, 1, 0] {
        let answer = web.send(ask()).await;
        assert_eq!(answer.status, StatusCode::OK);
        assert_eq!(text(&answer.headers, "ratelimit-policy"), "\"default\";q=3;w=60");
        assert!(text(&answer.headers, "ratelimit").starts_with(&format!("\"default\";r={left};t=")));
    }
    let refused = web.send(ask()).await;
    assert_eq!(refused.problem().as_deref(), Some("urn:entrepot:too-many-requests"));
    let wait: u64 = text(&refused.headers, "retry-after").parse().expect("seconds");
    assert!(refused.status == StatusCode::TOO_MANY_REQUESTS && (1..=21).contains(&wait));
    // Whoever is refused asks, too.
    let clients = ClientLimits { requests_per_minute: 3, ..ClientLimits::default() };
    let strict = Web::with(&app, &app.host.tenant, Vec::new(), clients).await;
    let guess = || {
        let guess = request("GET", "/api/v1/channels").header(header::AUTHORIZATION, "Bearer guessed");
        guess.body(Body::empty()).expect("a request")
    };
    for status in [StatusCode::UNAUTHORIZED; 3].into_iter().chain([StatusCode::TOO_MANY_REQUESTS]) {
        assert_eq!(strict.send(guess()).await.status, status);
    }
    let health = web.send(request("GET", "/hooks/chn_1").body(Body::empty()).expect("a request")).await;
    assert!(!health.headers.contains_key("ratelimit"), "webhooks have limits of their own");
    // Whoever keeps the host running asks from an address of others.
    for probe in ["/healthz", "/readyz"] {
        let answer = web.send(request("GET", probe).body(Body::empty()).expect("a request")).await;
        assert_eq!(answer.status, StatusCode::OK, "{probe}");
    }
    // Pages are of the same count.
    let page = request("GET", "/sign-in").header(header::ACCEPT, "text/html");
    let page = web.send(page.body(Body::empty()).expect("a request")).await;
    assert_eq!(page.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(page.media().starts_with("text/html") && page.headers.contains_key(header::RETRY_AFTER));
    let open = Web::of(&app).send(ask()).await;
    assert!(!open.headers.contains_key("ratelimit"), "where there is none, none is told of");
}
