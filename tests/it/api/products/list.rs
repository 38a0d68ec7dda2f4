//! `GET /products`

use axum::body::Body;
use axum::http::StatusCode;
use entrepot_tests::rest::{call, get};
use entrepot_tests::{App, SmallShop, assert_body, both_engines};

#[both_engines]
async fn products_are_listed_page_by_page(app: App) {
    let _shop = SmallShop::imported(&app).await;
    assert_body!("list", get(&app, "/api/v1/products?channel=shop").await);
    let first = get(&app, "/api/v1/products?channel=shop&limit=1").await;
    assert_body!("list_first_page", first);
}

#[both_engines]
async fn products_of_an_unknown_channel_are_not_found(app: App) {
    let (status, _, problem) = call(&app, "GET", "/api/v1/products?channel=nobody", Body::empty()).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    assert_body!("list_unknown_channel", problem);
}
