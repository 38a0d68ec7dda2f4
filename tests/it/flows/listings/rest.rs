//! Listings over HTTP: made, read, changed with the version they were read at, checked, pushed, ended.

use axum::body::Body;
use entrepot_tests::rest::call;
use entrepot_tests::{App, both_engines};
use serde_json::{Value, json};

use super::Seller;

#[both_engines]
async fn a_listing_over_http(app: App) {
    let seller = Seller::of(app, 2).await;
    let scoped = seller.app.host.db.tenant(&seller.app.host.tenant);
    let product = scoped.products_of(&seller.channels[0], "", 1).await.expect("products").remove(0);
    let app = &seller.app;
    let json = async |method: &str, path: &str, body: Option<Value>| {
        let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
        let (status, _, answer) = call(app, method, path, body).await;
        (status.as_u16(), answer)
    };
    let body = json!({ "product": product.id, "set": { "title": "Over HTTP" } });
    let (status, made) = json("POST", "/api/v1/channels/target/listings", Some(body.clone())).await;
    assert_eq!(
        (status, made["status"].as_str(), made["title"].as_str()),
        (201, Some("draft"), Some("Over HTTP")),
        "{made}"
    );
    let (status, again) = json("POST", "/api/v1/channels/target/listings", Some(body)).await;
    assert_eq!(status, 422, "{again}");
    assert!(again["detail"].as_str().is_some_and(|why| why.contains("listed on target already")), "{again}");
    // An empty list is no "all".
    let none = json!({ "listings": [] });
    let (status, refused) = json("POST", "/api/v1/channels/target/listings/push", Some(none)).await;
    assert!(status == 400 && refused["detail"].as_str().is_some_and(|why| why.contains("empty")), "{refused}");
    let path = format!("/api/v1/listings/{}", made["id"].as_str().expect("an id"));
    let (status, checked) = json("GET", &format!("{path}/check"), None).await;
    assert_eq!(
        (status, checked["ok"].as_bool(), checked["shown"]["title"].as_str()),
        (200, Some(true), Some("Over HTTP")),
        "{checked}"
    );
    let (status, changed) =
        json("PATCH", &path, Some(json!({ "set": { "brand": "Own" }, "version": made["version"] }))).await;
    assert_eq!((status, changed["set"]["brand"].as_str()), (200, Some("Own")), "{changed}");
    let (status, stale) =
        json("PATCH", &path, Some(json!({ "set": { "brand": "Other" }, "version": made["version"] }))).await;
    assert_eq!(status, 409, "{stale}");
    for wrong in [
        json!({ "set": { "titel": "x" } }),
        json!({ "set": [] }),
        json!({ "set": { "price": { "minor": -1, "currency": "EUR" } } }),
    ] {
        let (status, said) = json("PATCH", &path, Some(wrong)).await;
        assert_eq!(status, 422, "{said}");
    }
    let (status, pushed) = json("POST", "/api/v1/channels/target/listings/push", None).await;
    assert_eq!(
        (status, pushed["listings"].as_u64(), pushed["published"].as_u64()),
        (202, Some(1), Some(1)),
        "{pushed}"
    );
    seller.work().await;
    let (_, shown) = json("GET", &path, None).await;
    assert_eq!(
        (shown["sync_status"].as_str(), shown["channel_status"].as_str()),
        (Some("synced"), Some("active")),
        "{shown}"
    );
    let (status, refused) = json("DELETE", &path, None).await;
    assert_eq!(status, 422, "{refused}");
    let (_, ended) = json("POST", &format!("{path}/end"), None).await;
    assert_eq!(ended["status"].as_str(), Some("archived"), "{ended}");
    seller.work().await;
    let (_, history) = json("GET", &format!("{path}/history"), None).await;
    let kinds: Vec<_> =
        history["items"].as_array().expect("items").iter().filter_map(|event| event["kind"].as_str()).collect();
    assert_eq!(kinds, ["ended", "edited", "accepted", "edited", "edited", "created"]);
    let (_, list) = json("GET", "/api/v1/listings?channel=target&status=archived", None).await;
    assert_eq!(list["items"].as_array().map(Vec::len), Some(1));
    assert_eq!(json("GET", "/api/v1/listings?sync=never", None).await.0, 400);
    let (status, rule) =
        json("PUT", "/api/v1/channels/target/rule", Some(json!({ "price": { "basis_points": 500 } }))).await;
    assert_eq!((status, rule["price"]["basis_points"].as_i64()), (200, Some(500)), "{rule}");
    let (status, plan) = json("POST", "/api/v1/channels/target/rule/plan", Some(json!({}))).await;
    assert_eq!((status, plan["listings"].as_u64()), (200, Some(1)), "{plan}");
    assert_eq!(json("PUT", "/api/v1/channels/target/rule", Some(json!({ "price": { "ending": 100 } }))).await.0, 422);
}
