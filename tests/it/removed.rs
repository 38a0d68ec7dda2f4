//! Versions that are taken away, and limits that no manifest gets.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use entrepot_domain::grants::{Approval, ByteSize};
use entrepot_tests::{App, Entrepot, both_engines, edited, version, with_version};
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
    let admission = app.host.sync.admission();
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
    assert!(last.action == "remove" && last.actor == "api" && last.details.contains("999.0.0"), "{last:?}");
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
    let verified = app.host.sync.verify_audit().await.expect("readable");
    assert_eq!((verified.broken, verified.differs), (None, None));

    let entrepot = Entrepot::new(app.environment.clone());
    let refused = entrepot.run(&["adapter", "remove", "woocommerce@0.2.0"]);
    assert_eq!(refused.status.code(), Some(1), "it is in use");
    assert_eq!(entrepot.run(&["adapter", "remove", "woocommerce"]).status.code(), Some(2), "a version is missing");
    admission.revoke(ADAPTER, "test").await.expect("out of use");
    let (code, removed) = entrepot.json(&["adapter", "remove", "woocommerce@0.2.0"]);
    assert_eq!((code, removed["state"].as_str()), (0, Some("removed")), "{removed}");
}

#[both_engines]
async fn the_host_has_a_ceiling_for_every_limit(app: App) {
    let app =
        app.with(&[("ENTREPOT_CEILINGS_MEMORY_MIB", "300"), ("ENTREPOT_CEILINGS_REQUESTS_PER_SECOND", "3")]).await;
    let admission = app.host.sync.admission();
    let greedy = |number: &str| {
        edited(ADAPTER, |text| {
            with_version(text, number)
                .replace("memory = \"256MiB\"", "memory = \"1000000GiB\"\nwall_clock = \"10000000m\"")
        })
    };
    admission.install(greedy("0.1.0"), "test").await.expect("installs");
    let review = admission.review(ADAPTER).await.expect("a review");
    assert!(
        review.cut.contains(&"memory of a call: 300MiB instead of 1000000GiB".to_owned()) && review.cut.len() == 3,
        "{review:?}"
    );
    let approved = admission.approve_capped(ADAPTER, Approval::default(), "test").await.expect("approved");
    assert_eq!(approved.cut, review.cut);
    let active = admission.active(ADAPTER).await.expect("in use");
    assert_eq!(
        (active.grant.limits.memory, active.grant.rate_limit.requests_per_second),
        (Some(ByteSize(300 << 20)), 3.0)
    );
    assert!(app.host.db.audit_of(ADAPTER, 1).await.expect("entries")[0].details.contains("instead of 1000000GiB"));
    // A host that gives less later gives less of what was granted before.
    let lower = app.with(&[("ENTREPOT_CEILINGS_MEMORY_MIB", "200")]).await;
    let active = lower.host.sync.admission().active(ADAPTER).await.expect("in use");
    assert_eq!(active.grant.limits.memory, Some(ByteSize(200 << 20)));
    let (_, inspected) = Entrepot::new(lower.environment.clone()).json(&["adapter", "inspect", ADAPTER]);
    assert!(
        inspected["review"]["cut"][0].as_str().is_some_and(|cut| cut.starts_with("memory of a call: 200MiB")),
        "{inspected}"
    );
}

#[both_engines]
async fn which_version_is_in_use_is_said_after_a_rollback(app: App) {
    app.install().await;
    let admission = app.host.sync.admission();
    admission.install(version("0.2.0"), "test").await.expect("installs");
    admission.approve(ADAPTER, Approval::default(), "test").await.expect("approved");
    admission.rollback(ADAPTER, "test").await.expect("back");
    let entrepot = Entrepot::new(app.environment.clone());
    let (_, listed) = entrepot.json(&["adapter", "list"]);
    let in_use: Vec<_> =
        listed.as_array().into_iter().flatten().map(|row| (row["version"].as_str(), row["in_use"].as_bool())).collect();
    assert_eq!(in_use, [(Some("0.2.0"), Some(false)), (Some("0.1.0"), Some(true))], "{listed}");
    let (_, inspected) = entrepot.json(&["adapter", "inspect", ADAPTER]);
    assert_eq!((inspected["version"].as_str(), inspected["in_use"].as_str()), (Some("0.2.0"), Some("0.1.0")));
    let text = |words: &[&str]| String::from_utf8_lossy(&entrepot.run(words).stdout).into_owned();
    assert!(text(&["adapter", "inspect", ADAPTER]).contains("in use   0.1.0, and not this version"));
    let list = text(&["adapter", "list"]);
    assert!(list.contains("approved before") && list.contains("in use"), "{list}");
    let doctor = text(&["doctor"]);
    assert!(
        doctor.contains("woocommerce 0.1.0 is in use (generation 3); beside it: 0.2.0 approved before"),
        "{doctor}"
    );
}
