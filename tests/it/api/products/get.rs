//! `GET /products/{product}`

use axum::body::Body;
use axum::http::StatusCode;
use entrepot_tests::rest::{call, get};
use entrepot_tests::{App, SmallShop, assert_body, both_engines};

#[both_engines]
async fn a_product_is_read_whole(app: App) {
    let _shop = SmallShop::imported(&app).await;
    let listed = get(&app, "/api/v1/products?channel=shop").await;
    let id = listed["items"][0]["id"].as_str().expect("an id");
    assert_body!("get", get(&app, &format!("/api/v1/products/{id}")).await);
    let (status, _, problem) = call(&app, "GET", "/api/v1/products/prd_nobody", Body::empty()).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    assert_body!("get_unknown", problem);
}
