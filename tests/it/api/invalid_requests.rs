//! What cannot be read is a problem like any other, whatever it is, and nothing that is sent breaks the host.

use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use entrepot_tests::rest::{Answer, HOST, Operation, Web, operations};
use entrepot_tests::{App, both_engines};
use serde_json::{Value, json};

fn request(operation: &Operation, target: &str, body: Option<&str>) -> Request<Body> {
    let mut request = Request::builder().method(operation.method.clone()).uri(target).header(header::HOST, HOST);
    if let Some(media) = operation.media() {
        request = request.header(header::CONTENT_TYPE, media);
    }
    request.body(body.map_or_else(Body::empty, |body| Body::from(body.to_owned()))).expect("a request")
}

/// Nobody would be signed in for what comes after.
fn ends_the_session(operation: &Operation) -> bool {
    operation.path.ends_with("/auth/sign-out")
}

/// Documented, which sending has looked at, and no fault of the host.
fn assert_no_fault(answer: &Answer, what: &str) {
    assert!(!answer.status.is_server_error(), "{what} answered {}: {}", answer.status, answer.json());
}

fn assert_refused(answer: &Answer, what: &str, words: &str) {
    assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{what}: {}", answer.json());
    let detail = answer.json()["detail"].as_str().unwrap_or_default().to_owned();
    assert!(detail.contains(words) && detail.len() < 3_000, "{what}: {detail}");
}

/// One of the kind that the schema has, with a NUL or a very long text in it.
fn filled(schema: &Value, text: &str) -> Vec<Value> {
    let kind = schema["type"].as_str().or(schema["type"][0].as_str()).unwrap_or("object");
    match kind {
        "string" => vec![json!(text)],
        "array" => vec![json!([text])],
        "object" => vec![json!({text: "x"}), json!({"x": text}), json!({"x": [{"y": text}]})],
        _ => vec![json!(text)],
    }
}

#[both_engines]
async fn whatever_stands_in_a_path_or_a_query(app: App) {
    let web = Web::of(&app);
    let long = "x".repeat(5_000);
    for operation in operations().iter().filter(|operation| !operation.is_health() && !ends_the_session(operation)) {
        let body = (operation.media() == Some("application/json")).then_some("{}");
        for part in [
            "%00",
            "a%00b",
            "%ff",
            "%c0%80",
            "..",
            "%2e%2e",
            "a%2Fb",
            "%20",
            "%e2%80%ae",
            "%0a",
            "%27--",
            "%25%32%30",
            "%F0%9F%8E%81",
            &long,
        ] {
            let what = format!("{} {}", operation.method, operation.address(part));
            let answer = web.send(request(operation, &operation.address(part), body)).await;
            assert_no_fault(&answer, &what);
            if part.contains("%00") && operation.path.contains('{') {
                assert_refused(&answer, &what, "NUL");
            }
        }
        let address = operation.address("nobody");
        for query in ["search=x", "Limit=1", "limit%20=1", "a[]=1", "=", "%ff=1", "limit=1&serach=x"] {
            let what = format!("{} {address}?{query}", operation.method);
            let answer = web.send(request(operation, &format!("{address}?{query}"), body)).await;
            assert_refused(&answer, &what, "there is no parameter");
            let detail = answer.json()["detail"].as_str().unwrap_or_default().to_owned();
            assert!(
                operation.query().iter().all(|known| detail.contains(known)),
                "those that exist are named: {detail}"
            );
        }
        for name in operation.query() {
            let values = [
                "%00",
                "x%00",
                "",
                "-1",
                "0",
                "1e3",
                "99999999999999999999",
                "-9223372036854775808",
                "%ff",
                "%27%22%5c",
                "null",
                &long,
            ];
            for value in values {
                let what = format!("{} {address}?{name}={value:.30}", operation.method);
                let answer = web.send(request(operation, &format!("{address}?{name}={value}"), body)).await;
                assert_no_fault(&answer, &what);
                if value.contains("%00") {
                    assert_refused(&answer, &what, "NUL");
                }
            }
            let twice = web.send(request(operation, &format!("{address}?{name}=1&{name}=2"), body)).await;
            assert_eq!(twice.status, StatusCode::BAD_REQUEST, "{address} {name} twice");
        }
    }
}

#[both_engines]
async fn whatever_stands_in_a_body(app: App) {
    app.install().await;
    let web = Web::of(&app);
    let (deep, long) = ("[".repeat(100_000), "x".repeat(100_000));
    let mut fields = 0;
    for operation in operations().iter().filter(|operation| operation.media() == Some("application/json")) {
        let address = operation.address("woocommerce");
        for body in [
            "null",
            "[]",
            "1",
            "\"x\"",
            "{",
            "}",
            "{\"unknown\":1}",
            "{\"a\":1e999}",
            "\u{feff}{}",
            "{\"a\":\"\\ud800\"}",
            "\0",
            &deep,
        ] {
            let what = format!("{} {address} {body:.30}", operation.method);
            let answer = web.send(request(operation, &address, Some(body))).await;
            assert_no_fault(&answer, &what);
            assert!(answer.status.is_client_error() || body == "null", "{what}: {}", answer.status);
        }
        let too_large = format!("\"{}\"", "x".repeat(2 << 20));
        let answer = web.send(request(operation, &address, Some(&too_large))).await;
        assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE, "{address}");
        for (name, schema) in operation.properties() {
            for value in filled(schema, "a\0b") {
                let body = json!({name: value}).to_string();
                let answer = web.send(request(operation, &address, Some(&body))).await;
                assert_refused(&answer, &format!("{} {address} {body}", operation.method), "NUL");
                fields += 1;
            }
            for value in filled(schema, &long) {
                let answer = web.send(request(operation, &address, Some(&json!({name: value}).to_string()))).await;
                assert_no_fault(&answer, &format!("{} {address} {name}", operation.method));
                assert!(answer.body.len() < 10_000, "what was given is not given back whole");
            }
        }
    }
    assert!(fields > 30, "the document is read: {fields}");
}

/// What the document allows, and the first numbers beyond.
#[both_engines]
async fn numbers_have_bounds_and_the_document_says_them(app: App) {
    app.install().await;
    let web = Web::of(&app);
    let document: Value = serde_json::from_str(&entrepot_web::openapi_json()).expect("a document");
    let parameter = |path: &str, name: &str| {
        let all = document["paths"][path]["get"]["parameters"].as_array().expect("parameters");
        all.iter().find(|known| known["name"] == name).expect("the parameter")["schema"].clone()
    };
    let field = |body: &str, name: &str| document["components"]["schemas"][body]["properties"][name].clone();
    let (usage, proposals) = ("/api/v1/adapters/{adapter}/usage", "/api/v1/link-batches/{batch}/proposals");
    for (schema, least, most) in [
        (parameter(usage, "days"), 1, 400),
        (parameter(proposals, "min_confidence"), 0, 100),
        (parameter(proposals, "below"), 0, 100),
        (field("WhichLinks", "min_confidence"), 0, 100),
        (field("WhichLinks", "below"), 0, 100),
        (field("ChangeSchedule", "jitter_ms"), 0, 86_400_000),
    ] {
        assert_eq!((schema["minimum"].as_i64(), schema["maximum"].as_i64()), (Some(least), Some(most)), "{schema}");
    }
    assert!(document["components"]["schemas"]["Busy"].to_string().contains("queue"), "the words of when_busy");
    for (method, path, body) in [
        (Method::GET, "/api/v1/adapters/woocommerce/usage?days=0", None),
        (Method::GET, "/api/v1/adapters/woocommerce/usage?days=401", None),
        (Method::GET, "/api/v1/link-batches/lnb_1/proposals?min_confidence=101", None),
        (Method::GET, "/api/v1/link-batches/lnb_1/proposals?below=-1", None),
        (Method::POST, "/api/v1/link-batches/lnb_1/accept", Some(r#"{"below": 101}"#)),
        (Method::PATCH, "/api/v1/channels/shop/schedules/full", Some(r#"{"when_busy": "never"}"#)),
    ] {
        let request = Request::builder().method(method).uri(path).header(header::HOST, HOST);
        let request = request.header(header::CONTENT_TYPE, "application/json");
        let answer = web.send(request.body(body.map_or_else(Body::empty, Body::from)).expect("a request")).await;
        assert!(matches!(answer.status.as_u16(), 400 | 422), "{path}: {} {}", answer.status, answer.json());
    }
}

#[both_engines]
async fn unknown_methods_and_paths(app: App) {
    let web = Web::of(&app);
    for (method, path, status) in [
        (Method::PUT, "/api/v1/channels", 405),
        (Method::GET, "/api/v1/links", 405),
        (Method::OPTIONS, "/api/v1/channels", 405),
        (Method::TRACE, "/api/v1/channels", 405),
        (Method::GET, "/api/v1/", 404),
        (Method::GET, "/api/v1/channels/", 404),
        (Method::GET, "//api/v1/channels", 404),
        (Method::POST, "/hooks/a%00b", 400),
        (Method::GET, "/oauth/callback?state=%00", 400),
        (Method::GET, "/%00", 400),
        (Method::GET, "/readyz?x=%00", 400),
        (Method::HEAD, "/api/v1/channels?nothing=1", 400),
        (Method::HEAD, "/api/v1/channels", 200),
        (Method::GET, "/readyz?cache=1", 200),
    ] {
        let request = Request::builder().method(method.clone()).uri(path).header(header::HOST, HOST);
        let answer = web.send(request.body(Body::empty()).expect("a request")).await;
        assert_eq!(answer.status.as_u16(), status, "{method} {path}: {}", answer.json());
        let problem = status < 400 || method == Method::HEAD || answer.problem().is_some();
        assert!(problem, "{method} {path}: {:?}", answer.body);
        assert_eq!(answer.headers.contains_key(header::ALLOW), status == 405, "{method} {path}");
    }
}

/// Whoever checks one of two values may have let the other in.
#[both_engines]
async fn a_name_that_stands_twice_is_refused_wherever_it_stands(app: App) {
    let web = Web::of(&app);
    for body in [
        r#"{"adapter":"a","adapter":"b","name":"shop"}"#,
        r#"{"adapter":"a","name":"shop","settings":{"store_url":"https://a.example","store_url":"http://127.0.0.1"}}"#,
        r#"{"adapter":"a","name":"shop","secrets":{"key":"one","k\u0065y":"other"}}"#,
    ] {
        let request = Request::post("/api/v1/channels").header("host", HOST).header("content-type", "application/json");
        let answer = web.send(request.body(Body::from(body)).expect("a request")).await;
        assert_refused(&answer, body, "twice");
    }
}
