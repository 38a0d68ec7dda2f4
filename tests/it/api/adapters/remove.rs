//! Versions of adapters that are taken away.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use entrepot_policy::Approval;
use entrepot_tests::{App, Entrepot, both_engines, version};
use tower::ServiceExt;

const ADAPTER: &str = "woocommerce";

async fn delete(app: &App, target: &str) -> (StatusCode, String) {
    let web = entrepot_tests::oauth::web(&app.host);
    let request = Request::builder().method("DELETE").uri(target).header("host", "localhost").body(Body::empty());
    let response = web.oneshot(request.expect("a request")).await.expect("an answer");
    let status = response.status();
    let body = axum::body::to_bytes(response.into_body(), usize::MAX).await.expect("a body");
    (status, String::from_utf8_lossy(&body).into_owned())
}

/// Nothing newer than it could ever come in.
#[both_engines]
async fn a_version_that_blocks_is_removed_unless_it_is_in_use(app: App) {
    app.install().await;
    let admission = app.host.app.services.admission();
    admission.install(version("999.0.0"), "test").await.expect("installs");
    assert!(admission.install(version("0.2.0"), "test").await.is_err(), "it is older");
    let path = |version: &str| format!("/api/v1/adapters/{ADAPTER}/versions/{version}");
    for (version, status, words) in [
        ("0.1.0", StatusCode::CONFLICT, "entrepot adapter revoke woocommerce"),
        ("7.7.7", StatusCode::NOT_FOUND, "is not installed"),
    ] {
        let (found, body) = delete(&app, &path(version)).await;
        assert!(found == status && body.contains(words), "{version}: {found} {body}");
    }
    assert_eq!(delete(&app, &path("999.0.0")).await.0, StatusCode::NO_CONTENT);
    let last = app.host.db.audit_of(ADAPTER, 1).await.expect("entries").remove(0);
    assert!(
        last.action == "remove" && last.actor == "usr_of_ten_default" && last.details.contains("999.0.0"),
        "{last:?}"
    );
    admission.install(version("0.2.0"), "test").await.expect("newer ones come in again");

    // Tried on some channels is in use, too; and there is no way back to what is gone.
    let half = Approval { share: Some(50), ..Approval::default() };
    admission.approve(ADAPTER, half, "test").await.expect("tried");
    let refused = admission.remove(ADAPTER, "0.2.0", "test").await.expect_err("it is tried").to_string();
    assert!(refused.contains("entrepot adapter rollback woocommerce"), "{refused}");
    admission.promote(ADAPTER, "test").await.expect("for all");
    let removed = admission.remove(ADAPTER, "0.1.0", "test").await.expect("not in use any more");
    assert_eq!(
        (removed.grants, admission.active(ADAPTER).await.expect("in use").manifest.version.as_str()),
        (1, "0.2.0")
    );
    assert!(admission.rollback(ADAPTER, "test").await.is_err());
    let verified = app.host.app.channels.verify_audit().await.expect("readable");
    assert_eq!((verified.broken, verified.differs), (None, None));

    let entrepot = Entrepot::new(app.environment.clone());
    let refused = entrepot.run(&["adapter", "remove", "woocommerce@0.2.0"]);
    assert_eq!(refused.status.code(), Some(1), "it is in use");
    assert_eq!(entrepot.run(&["adapter", "remove", "woocommerce"]).status.code(), Some(2), "a version is missing");
    admission.revoke(ADAPTER, "test").await.expect("out of use");
    let (code, removed) = entrepot.json(&["adapter", "remove", "woocommerce@0.2.0"]);
    assert_eq!((code, removed["state"].as_str()), (0, Some("removed")), "{removed}");
}
