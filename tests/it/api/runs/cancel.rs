//! `POST /runs/{run}/cancel`

use axum::body::Body;
use axum::http::StatusCode;
use entrepot_tests::rest::call;
use entrepot_tests::{App, SmallShop, assert_body, both_engines};

#[both_engines]
async fn a_run_that_has_ended_is_not_cancelled(app: App) {
    let _shop = SmallShop::imported(&app).await;
    let run = app.run().await.id;
    let (status, _, answer) = call(&app, "POST", &format!("/api/v1/runs/{run}/cancel"), Body::empty()).await;
    assert_eq!(status, StatusCode::OK);
    assert_body!("cancel_ended", answer);
    let (status, _, problem) = call(&app, "POST", "/api/v1/runs/run_nobody/cancel", Body::empty()).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    assert_body!("cancel_unknown", problem);
}
