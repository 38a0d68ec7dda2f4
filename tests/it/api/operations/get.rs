//! `GET /operations/{operation}`

use axum::body::Body;
use axum::http::StatusCode;
use entrepot_domain::OperationId;
use entrepot_tests::operations::{carry, start};
use entrepot_tests::rest::{call, get};
use entrepot_tests::rows::{channel, other_tenant};
use entrepot_tests::tampering::execute;
use entrepot_tests::{App, assert_body, both_engines};
use serde_json::json;

#[both_engines]
async fn an_operation_is_told_of_from_its_start_to_its_end(app: App) {
    let (berlin, paris) =
        (channel(&app, &app.host.tenant, "berlin").await, channel(&app, &app.host.tenant, "paris").await);
    let wanted = json!({"channel": "berlin", "with": ["paris"]});
    let (location, accepted) = start(&app, "/api/v1/link-batches", &wanted).await;
    assert_body!("accepted", accepted);
    assert_body!("queued", get(&app, &location).await);
    let by_id = json!({"channel": berlin.as_str(), "with": [paris.as_str()]});
    let (same, joined) = start(&app, "/api/v1/link-batches", &by_id).await;
    assert_eq!((same, joined["joined"].as_bool()), (location.clone(), Some(true)), "however it is named");
    let (turned, _) = start(&app, "/api/v1/link-batches", &json!({"channel": "paris"})).await;
    assert_ne!(turned, location, "something else is an operation of its own");

    let id = OperationId::from(accepted["operation"].as_str().expect("an id"));
    carry(&app, &app.host.tenant, &id).await;
    let done = get(&app, &location).await;
    assert_body!("done", done);
    assert_eq!(done["result"]["channel"], berlin.as_str());
    let (again, accepted) = start(&app, "/api/v1/link-batches", &wanted).await;
    assert_eq!((again == location, accepted["joined"].as_bool()), (false, Some(false)), "it is over: {accepted}");
}

#[both_engines]
async fn a_failure_says_what_to_do(app: App) {
    let paris = channel(&app, &app.host.tenant, "paris").await;
    channel(&app, &app.host.tenant, "berlin").await;
    let (location, accepted) = start(&app, "/api/v1/link-batches", &json!({"channel": "berlin"})).await;
    execute(&app, &format!("UPDATE channels SET removed_at = 1 WHERE id = '{paris}'")).await;
    carry(&app, &app.host.tenant, &OperationId::from(accepted["operation"].as_str().expect("an id"))).await;
    assert_body!("failed", get(&app, &location).await);
}

#[both_engines]
async fn of_another_tenant_or_of_none_there_is_nothing(app: App) {
    let theirs = other_tenant(&app).await;
    channel(&app, &theirs, "berlin").await;
    channel(&app, &theirs, "paris").await;
    let links = &app.host.app.links;
    let started = links.start_proposing(&theirs, "berlin", &[], "eve").await.expect("it starts");
    for id in [started.id.as_str(), "opn_none"] {
        let (status, _, problem) = call(&app, "GET", &format!("/api/v1/operations/{id}"), Body::empty()).await;
        assert_eq!(status, StatusCode::NOT_FOUND, "{problem}");
        if id == "opn_none" {
            assert_body!("get_unknown", problem);
        }
    }
    assert_eq!(carry(&app, &theirs, &started.id).await.state, "done");
}
