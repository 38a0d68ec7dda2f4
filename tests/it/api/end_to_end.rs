//! From an empty host to an imported catalogue, over REST alone.

use std::time::Duration;

use axum::body::Body;
use axum::http::StatusCode;
use entrepot_test_support::woocommerce::{Seed, Store, serve};
use entrepot_tests::rest::{call, get};
use entrepot_tests::{App, SHOP, adapters_folder, both_engines};
use serde_json::json;

#[both_engines]
async fn an_import_over_rest_alone(app: App) {
    let store = Store::generate(Seed { products: 120, variable_share: 0.1, seed: 61 });
    let server = serve(&store);
    let wasm = std::fs::read(adapters_folder().join("woocommerce.wasm")).expect("the adapter");
    let (status, _, installed) = call(&app, "POST", "/api/v1/adapters", Body::from(wasm)).await;
    assert_eq!((status, installed["adapter"].as_str()), (StatusCode::CREATED, Some("woocommerce")), "{installed}");
    let (status, _, _) = call(&app, "POST", "/api/v1/adapters/woocommerce/approve", Body::empty()).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(get(&app, "/api/v1/adapters").await["items"][0]["state"], "approved");

    let key = store.key();
    let channel = json!({
        "adapter": "woocommerce", "name": SHOP, "settings": {"store_url": server.base_url},
        "secrets": {"consumer_key": key.consumer_key, "consumer_secret": key.consumer_secret},
    });
    let (status, _, added) = call(&app, "POST", "/api/v1/channels", Body::from(channel.to_string())).await;
    assert_eq!(status, StatusCode::CREATED, "{added}");
    let (status, kind, problem) = call(&app, "POST", "/api/v1/channels", Body::from(channel.to_string())).await;
    assert_eq!((status, kind.as_str()), (StatusCode::CONFLICT, "application/problem+json"));
    assert_eq!(problem["type"], "urn:entrepot:conflict");
    let listed = get(&app, "/api/v1/channels").await.to_string();
    assert!(!listed.contains(&key.consumer_secret) && !listed.contains(&key.consumer_key), "no secret on any page");

    let workers = entrepot_server::workers::jobs(&app.host)
        .and_then(|jobs| jobs.start(&app.host.db, app.host.app.services.metrics()))
        .expect("workers");
    let (status, _, started) = call(&app, "POST", &format!("/api/v1/channels/{SHOP}/runs"), Body::empty()).await;
    assert_eq!(status, StatusCode::ACCEPTED, "{started}");
    let path = format!("/api/v1/runs/{}", started["run"].as_str().unwrap_or_default());
    let report = loop {
        let report = get(&app, &path).await;
        if report["finished_at"].is_i64() {
            break report;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    workers.stop().await;
    assert_eq!((report["state"].as_str(), report["fetched"].as_i64()), (Some("completed"), Some(120)), "{report}");

    let (mut seen, mut cursor) = (0, String::new());
    loop {
        let page = get(&app, &format!("/api/v1/products?channel={SHOP}&limit=50&cursor={cursor}")).await;
        seen += page["items"].as_array().map_or(0, Vec::len);
        let Some(next) = page["next"].as_str() else { break };
        cursor = next.to_owned();
    }
    let dead = get(&app, "/api/v1/dead-letters?limit=200").await["items"].as_array().map_or(0, Vec::len);
    assert_eq!(seen + dead, 120);
    let one = get(&app, "/api/v1/products?limit=1").await["items"][0]["id"].as_str().unwrap_or_default().to_owned();
    assert_eq!(get(&app, &format!("/api/v1/products/{one}")).await["id"], one.as_str());
}
