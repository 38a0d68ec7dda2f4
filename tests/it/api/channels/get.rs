//! `GET /channels/{channel}`

use axum::body::Body;
use axum::http::StatusCode;
use entrepot_tests::rest::{call, get};
use entrepot_tests::{App, SmallShop, assert_body, both_engines};

#[both_engines]
async fn a_channel_is_found_by_its_name_and_by_its_id(app: App) {
    let shop = SmallShop::imported(&app).await;
    let channel = get(&app, "/api/v1/channels/shop").await;
    assert_body!("get", channel);
    assert_eq!(get(&app, &format!("/api/v1/channels/{}", shop.channel)).await["id"], channel["id"]);
}

#[both_engines]
async fn an_unknown_channel_is_not_found(app: App) {
    let (status, _, problem) = call(&app, "GET", "/api/v1/channels/nobody", Body::empty()).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    assert_body!("get_unknown", problem);
}
