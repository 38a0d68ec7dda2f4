//! `GET /operations`

use axum::body::Body;
use axum::http::StatusCode;
use entrepot_domain::OperationId;
use entrepot_tests::operations::{carry, start};
use entrepot_tests::rest::{call, get};
use entrepot_tests::rows::channel;
use entrepot_tests::{App, assert_body, both_engines};
use serde_json::json;

#[both_engines]
async fn operations_are_listed_newest_first(app: App) {
    for name in ["berlin", "paris", "rome"] {
        channel(&app, &app.host.tenant, name).await;
    }
    for name in ["berlin", "paris", "rome"] {
        start(&app, "/api/v1/link-batches", &json!({"channel": name})).await;
    }
    let (_, replay) = start(&app, "/api/v1/dead-letters/replay", &json!({"all": true})).await;
    carry(&app, &app.host.tenant, &OperationId::from(replay["operation"].as_str().expect("an id"))).await;
    let page = get(&app, "/api/v1/operations?limit=2").await;
    assert_body!("list", page);
    let next = page["next"].as_str().expect("more");
    let rest = get(&app, &format!("/api/v1/operations?limit=2&cursor={next}")).await;
    let kinds = |page: &serde_json::Value| -> Vec<String> {
        let items = page["items"].as_array().expect("items");
        items.iter().map(|item| item["kind"].as_str().unwrap_or_default().to_owned()).collect()
    };
    assert_eq!(kinds(&page), ["replay_dead_letters", "propose_links"]);
    assert_eq!(kinds(&rest), ["propose_links", "propose_links"]);
    let (status, _, problem) = call(&app, "GET", "/api/v1/operations?cursor=run_1", Body::empty()).await;
    assert_eq!(status, StatusCode::BAD_REQUEST, "{problem}");
}
