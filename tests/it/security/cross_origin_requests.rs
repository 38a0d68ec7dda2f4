//! Browsers that show pages of others: whatever these make them send, nothing changes.

use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use entrepot_tests::rest::{HOST, Web, operations};
use entrepot_tests::{App, Database};

const PUBLIC: &str = "https://Entrepot.example.com:443/path";

/// What browsers say of a page of somebody else's. With and without fetch metadata: they are left out where the page is not from a
/// place that can be trusted.
const FOREIGN: &[&[(&str, &str)]] = &[
    &[("sec-fetch-site", "cross-site"), ("origin", "https://evil.example")],
    // Another port of this machine.
    &[("sec-fetch-site", "same-site"), ("origin", "http://127.0.0.1:3000")],
    &[("sec-fetch-site", "cross-site")],
    &[("sec-fetch-site", "something-new")],
    &[("origin", "https://evil.example")],
    &[("origin", "http://127.0.0.1:3000")],
    &[("origin", "http://localhost:8080")],
    // Frames without an origin, files, and redirects on the way here.
    &[("origin", "null")],
    &[("origin", "file://")],
    &[("origin", "https://entrepot.example.com.evil.example")],
    // Said twice: no browser does, and which of them counts nobody knows.
    &[("sec-fetch-site", "same-origin"), ("sec-fetch-site", "cross-site")],
    &[("origin", "http://127.0.0.1:8080"), ("origin", "https://evil.example")],
];

const OWN: &[&[(&str, &str)]] = &[
    &[],
    &[("sec-fetch-site", "same-origin"), ("origin", "http://127.0.0.1:8080")],
    &[("sec-fetch-site", "none")],
    &[("origin", "http://127.0.0.1:8080")],
    // Through a proxy that hands on another name.
    &[("origin", "https://entrepot.example.com")],
];

fn request(method: &Method, path: &str, headers: &[(&str, &str)]) -> axum::http::request::Builder {
    let request = Request::builder().method(method.clone()).uri(path).header(header::HOST, HOST);
    headers.iter().fold(request, |request, (name, value)| request.header(*name, *value))
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_others_change_nothing() {
    let app = App::start_with(Database::Sqlite, &[("ENTREPOT_PUBLIC_URL", PUBLIC)]).await;
    let web = Web::of(&app);
    let mut changing = 0;
    for operation in operations().iter().filter(|operation| operation.method != Method::GET) {
        let (method, path) = (&operation.method, operation.address("nobody"));
        changing += 1;
        for headers in FOREIGN {
            let body = if operation.media().is_some() { Body::from("{}") } else { Body::empty() };
            let request =
                request(method, &path, headers).header(header::CONTENT_TYPE, operation.media().unwrap_or("text/plain"));
            let answer = web.send(request.body(body).expect("a request")).await;
            assert_eq!(answer.problem().as_deref(), Some("urn:entrepot:foreign-origin"), "{method} {path} {headers:?}");
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{method} {path} {headers:?}");
        }
        for headers in OWN {
            let request = request(method, &path, headers).body(Body::empty()).expect("a request");
            let answer = web.send(request).await;
            assert_ne!(answer.status, StatusCode::FORBIDDEN, "{method} {path} {headers:?}");
        }
    }
    assert!(changing > 15, "the document is read: {changing}");
}

/// Forms and `no-cors` send these without being asked whether they may, and older browsers do not say where they come from.
#[tokio::test(flavor = "multi_thread")]
async fn bodies_are_of_the_kind_that_is_documented() {
    let app = App::start(Database::Sqlite).await;
    let web = Web::of(&app);
    for operation in operations().iter().filter(|operation| operation.method != Method::GET) {
        let path = operation.address("nobody");
        let own = operation.media().unwrap_or("application/json");
        let other = if own == "application/wasm" { "application/json" } else { "application/wasm" };
        for media in ["", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", other] {
            let mut request = request(&operation.method, &path, &[]);
            if !media.is_empty() {
                request = request.header(header::CONTENT_TYPE, media);
            }
            let answer = web.send(request.body(Body::from("{}")).expect("a request")).await;
            assert_eq!(answer.status, StatusCode::UNSUPPORTED_MEDIA_TYPE, "{} {path} {media:?}", operation.method);
            if !media.is_empty() && media != other {
                // A form without fields has no body.
                let empty = self::request(&operation.method, &path, &[]).header(header::CONTENT_TYPE, media);
                let empty = web.send(empty.body(Body::empty()).expect("a request")).await;
                assert_eq!(empty.status, StatusCode::UNSUPPORTED_MEDIA_TYPE, "{} {path} {media:?}", operation.method);
            }
            assert!(answer.json()["detail"].as_str().is_some_and(|detail| detail.contains(own)), "{:?}", answer.json());
        }
        // Nobody would be signed in for what comes after.
        if operation.path.ends_with("/auth/sign-out") {
            continue;
        }
        let request = request(&operation.method, &path, &[])
            .header(header::CONTENT_TYPE, format!("{}; charset=utf-8", own.to_uppercase()));
        let answer = web.send(request.body(Body::from("{}")).expect("a request")).await;
        assert_ne!(answer.status, StatusCode::UNSUPPORTED_MEDIA_TYPE, "{} {path}", operation.method);
    }
}

/// Marketplaces deliver, and sellers' browsers come back, from wherever they are.
#[tokio::test(flavor = "multi_thread")]
async fn strangers_come_in_where_they_are_expected() {
    let app = App::start(Database::Sqlite).await;
    let web = Web::of(&app);
    for headers in FOREIGN {
        let delivery = request(&Method::POST, "/hooks/chn_nobody", headers).body(Body::from("{}")).expect("a request");
        assert_eq!(web.send(delivery).await.status, StatusCode::UNAUTHORIZED, "{headers:?}");
        let back =
            request(&Method::GET, "/oauth/callback?state=x&code=y", headers).body(Body::empty()).expect("a request");
        let answer = web.send(back).await;
        assert_eq!(
            (answer.status, answer.media()),
            (StatusCode::BAD_REQUEST, "text/html; charset=utf-8"),
            "{headers:?}"
        );
    }
    // What only begins like it is not open to them.
    for path in ["/hooks", "/hooks/../api/v1/adapters", "/api/v1/adapters?/hooks/", "/hooks/x/y"] {
        let request = request(&Method::POST, path, FOREIGN[0]).body(Body::empty()).expect("a request");
        let status = web.send(request).await.status;
        assert!(matches!(status, StatusCode::FORBIDDEN | StatusCode::NOT_FOUND), "{path}: {status}");
    }
}
