//! `GET /runs/{run}`

use axum::body::Body;
use axum::http::StatusCode;
use entrepot_tests::rest::{call, get};
use entrepot_tests::{App, SmallShop, assert_body, both_engines};

#[both_engines]
async fn a_run_tells_what_it_did(app: App) {
    let _shop = SmallShop::imported(&app).await;
    let run = app.run().await.id;
    assert_body!("get", get(&app, &format!("/api/v1/runs/{run}")).await);
    let (status, _, problem) = call(&app, "GET", "/api/v1/runs/run_nobody", Body::empty()).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    assert_body!("get_unknown", problem);
}
