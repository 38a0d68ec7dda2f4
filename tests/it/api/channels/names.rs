//! Names of channels.

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use entrepot_tests::rest::{HOST, Web};
use entrepot_tests::{App, both_engines};
use serde_json::json;

#[both_engines]
async fn names_are_what_they_look_like(app: App) {
    app.install().await;
    let web = Web::of(&app);
    let long = "x".repeat(100_000);
    for name in [
        "",
        " ",
        ".",
        "..",
        " a",
        "a ",
        "a\nb",
        "a\tb",
        "a\u{202e}b",
        "a\u{2066}b",
        "a\u{200b}b",
        "a\u{1b}[2J",
        "chn_01",
        "--all",
        &long,
    ] {
        for (path, secrets) in [
            ("/api/v1/channels", json!({"consumer_key": "ck", "consumer_secret": "cs"})),
            ("/api/v1/connections", json!({})),
        ] {
            let body = json!({"adapter": "woocommerce", "name": name, "settings": {"store_url": "https://shop.example.com"}, "secrets": secrets});
            let mut body = body;
            if path.ends_with("channels") {
                body["untested"] = json!(true);
            }
            let request =
                Request::post(path).header(header::HOST, HOST).header(header::CONTENT_TYPE, "application/json");
            let answer = web.send(request.body(Body::from(body.to_string())).expect("a request")).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{path} {name:?}");
            let detail = answer.json()["detail"].as_str().unwrap_or_default().to_owned();
            assert!(detail.contains("name") && detail.len() < 500, "{path} {name:?}: {detail}");
        }
    }
    assert!(app.host.db.tenant(&app.host.tenant).channels().await.expect("channels").is_empty());
}
