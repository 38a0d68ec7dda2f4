//! What was delivered, over REST.

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use entrepot_tests::rest::send;
use entrepot_tests::webhooks::{shop, web_server, work};
use entrepot_tests::{App, SHOP, assert_body, both_engines};
use serde_json::{Value, json};

async fn call(app: &App, method: &str, path: &str, body: Value) -> (StatusCode, Value) {
    let request = Request::builder().method(method).uri(path).header(header::HOST, "127.0.0.1");
    let request = request.header(header::CONTENT_TYPE, "application/json").body(Body::from(body.to_string()));
    let answer = send(app, request.expect("a request")).await;
    (answer.status, answer.json())
}

#[both_engines]
async fn deliveries_are_listed_shown_and_replayed(app: App) {
    let shop = shop(&app, 10).await;
    for id in &shop.store.product_ids()[..5] {
        shop.store.update(*id, |product| product.name = "Listed".into());
    }
    web_server(&app.host).deliver_all(&shop).await;
    let path = format!("/api/v1/channels/{SHOP}/deliveries");
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let (status, page) =
            call(&app, "GET", &format!("{path}?state=pending&limit=2&cursor={cursor}"), json!(null)).await;
        assert_eq!(status, StatusCode::OK, "{page}");
        seen.extend(page["items"].as_array().cloned().unwrap_or_default());
        let Some(next) = page["next"].as_str() else { break };
        cursor = next.to_owned();
    }
    assert_eq!(seen.len(), 5);
    let id = seen[0]["id"].as_str().expect("an id").to_owned();
    work(&app.host, &shop.channel).await;
    let (_, page) = call(&app, "GET", &format!("{path}?state=pending"), json!(null)).await;
    assert_eq!(page["items"], json!([]));
    let (_, page) = call(&app, "GET", &format!("{path}?limit=1"), json!(null)).await;
    assert_body!("list", page);
    let (status, whole) = call(&app, "GET", &format!("/api/v1/deliveries/{id}"), json!(null)).await;
    assert_eq!((status, whole["state"].as_str()), (StatusCode::OK, Some("done")), "{whole}");
    assert!(whole["body"].as_str().is_some_and(|body| body.contains("Listed")), "{whole}");
    assert!(whole["events"][0]["changed"].is_string(), "{whole}");
    assert_body!("get", whole);
    let (status, problem) = call(&app, "GET", "/api/v1/deliveries/dlv_nobody", json!(null)).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    assert_body!("get_unknown", problem);

    let replay = format!("{path}/replay");
    for (wanted, expected, replayed) in [
        (json!({"ids": [id]}), StatusCode::ACCEPTED, json!(1)),
        (json!({}), StatusCode::ACCEPTED, json!(0)),
        (json!({"all": true}), StatusCode::ACCEPTED, json!(5)),
        (json!({"ids": ["dlv_nobody"]}), StatusCode::NOT_FOUND, json!(null)),
        (json!({"ids": [id], "all": true}), StatusCode::BAD_REQUEST, json!(null)),
        (json!({"everything": true}), StatusCode::BAD_REQUEST, json!(null)),
    ] {
        let (status, answer) = call(&app, "POST", &replay, wanted.clone()).await;
        assert_eq!((status, &answer["replayed"]), (expected, &replayed), "{wanted}: {answer}");
    }
}
