//! What is granted is shown wherever it is given, looked at and judged; and no rollback gives more than is in force, or comes back to
//! what one left.

use axum::body::Body;
use axum::http::StatusCode;
use entrepot_adapters::AdmissionError;
use entrepot_policy::{Approval, Narrowing};
use entrepot_tests::rest::call;
use entrepot_tests::{App, Operator, both_engines, edited, version, with_version};
use serde_json::json;

const ADAPTER: &str = "woocommerce";

fn narrow(number: &str) -> Vec<u8> {
    edited(ADAPTER, |text| with_version(text, number).replace("memory = \"256MiB\"", "memory = \"128MiB\""))
}

async fn in_use(app: &App) -> String {
    app.host.app.services.admission().active(ADAPTER).await.expect("in use").manifest.version.clone()
}

#[both_engines]
async fn limits_pace_and_end_are_shown_wherever_a_grant_is(app: App) {
    app.install().await;
    let operator = Operator::of(&app);
    let (code, approved) = operator.reads(&[
        "adapter",
        "approve",
        ADAPTER,
        "--limit",
        "memory=64MiB",
        "--limit",
        "cpu=5s",
        "--requests-per-second",
        "2",
        "--expires-in-days",
        "90",
    ]);
    let (_, inspected) = operator.reads(&["adapter", "inspect", ADAPTER]);
    let (_, audited) = operator.reads(&["adapter", "audit", ADAPTER]);
    assert_eq!(code, 0, "{approved}");
    for (what, text) in [("approve", &approved), ("inspect", &inspected), ("audit", &audited)] {
        let terms = ["64MiB memory", "5s computing", "2 requests per second", "expires  20"];
        assert!(terms.iter().all(|term| text.contains(term)), "{what}: {text}");
    }
    let note = audited.lines().find(|line| line.contains("approve") && line.contains("64MiB")).unwrap_or_default();
    assert!(note.contains("2 requests per second") && note.contains("; until 20"), "{audited}");

    let (_, document) = operator.0.json(&["adapter", "inspect", ADAPTER]);
    let granted = &document["granted"][0];
    assert_eq!(
        (granted["limits"]["memory"].as_str(), granted["limits"]["log"].as_str()),
        (Some("64MiB"), Some("64KiB")),
        "{document}"
    );
    assert!(granted["expires_at"].as_i64() > Some(app.clock().now()), "{document}");
    let (_, document) = operator.0.json(&["adapter", "audit", ADAPTER]);
    assert_eq!(document["usage"]["granted"][0]["rate_limit"]["requests_per_second"], 2.0, "{document}");
    for path in ["", "/usage"] {
        let (status, _, shown) = call(&app, "GET", &format!("/api/v1/adapters/{ADAPTER}{path}"), Body::empty()).await;
        assert_eq!(
            (status, shown["granted"][0]["limits"]["cpu"].as_str()),
            (StatusCode::OK, Some("5s")),
            "{path}: {shown}"
        );
    }
}

#[both_engines]
async fn a_version_that_is_not_in_use_can_be_looked_at(app: App) {
    app.install().await;
    app.host.app.services.admission().install(narrow("0.2.0"), "test").await.expect("installs");
    app.host.app.services.admission().approve(ADAPTER, Approval::default(), "test").await.expect("approved");
    let operator = Operator::of(&app);
    let (code, old) = operator.reads(&["adapter", "inspect", "woocommerce@0.1.0"]);
    assert!(
        code == 0 && old.contains("in use   0.2.0, and not this version") && old.contains("granted  to 0.2.0 for all"),
        "{old}"
    );
    assert!(old.contains("+ memory of a call: 256MiB instead of 128MiB"), "what approving it would change: {old}");
    let (code, none) = operator.reads(&["adapter", "inspect", "woocommerce@7.7.7"]);
    assert!(code == 1 && none.contains("woocommerce 7.7.7 is not installed"), "{none}");
    let path = format!("/api/v1/adapters/{ADAPTER}?version=0.1.0");
    let (_, _, shown) = call(&app, "GET", &path, Body::empty()).await;
    assert_eq!(
        (shown["version"].as_str(), shown["in_use"].as_str(), shown["share"].as_i64()),
        (Some("0.1.0"), Some("0.2.0"), None),
        "{shown}"
    );
    let (_, _, review) =
        call(&app, "GET", &format!("/api/v1/adapters/{ADAPTER}/review?version=0.1.0"), Body::empty()).await;
    assert_eq!((review["version"].as_str(), review["in_use"].as_str()), (Some("0.1.0"), Some("0.2.0")), "{review}");
}

#[both_engines]
async fn a_second_rollback_does_not_bring_the_bad_version_back(app: App) {
    app.install().await;
    let admission = app.host.app.services.admission();
    admission.install(version("0.2.0"), "test").await.expect("installs");
    admission.approve(ADAPTER, Approval::default(), "test").await.expect("approved");
    let slow = Narrowing { requests_per_second: Some(1.0), ..Narrowing::default() };
    admission.approve(ADAPTER, &slow, "test").await.expect("narrowed");
    assert_eq!(admission.rollback_with(ADAPTER, true, "test").await.expect("its grant before").version, "0.2.0");
    assert_eq!(admission.rollback(ADAPTER, "test").await.expect("the version before").version, "0.1.0");
    let (code, refused) = Operator::of(&app).reads(&["adapter", "rollback", ADAPTER]);
    assert!(
        code == 1
            && refused.contains("was rolled back before")
            && refused.contains("entrepot adapter approve woocommerce@0.2.0"),
        "{refused}"
    );
    assert_eq!(in_use(&app).await, "0.1.0");

    // Whoever insists says so by approving, and may go back once more.
    let again = Approval { version: Some("0.2.0".into()), ..Approval::default() };
    admission.approve(ADAPTER, again, "test").await.expect("approved");
    assert_eq!(admission.rollback(ADAPTER, "test").await.expect("back").version, "0.1.0");
    let (status, _, problem) = call(&app, "POST", &format!("/api/v1/adapters/{ADAPTER}/rollback"), Body::empty()).await;
    assert!(
        status == StatusCode::CONFLICT
            && problem["detail"].as_str().is_some_and(|why| why.contains("rolled back before")),
        "{problem}"
    );
    let verified = app.host.app.channels.verify_audit().await.expect("readable");
    assert_eq!((verified.broken, verified.differs), (None, None));
}

#[both_engines]
async fn a_rollback_widens_nothing_in_silence(app: App) {
    app.install().await;
    let admission = app.host.app.services.admission();
    admission.install(narrow("0.2.0"), "test").await.expect("installs");
    let ending = Narrowing { expires_at: Some(app.clock().now() + 86_400_000), ..Narrowing::default() };
    admission.approve(ADAPTER, &ending, "test").await.expect("approved");
    let operator = Operator::of(&app);
    let (code, refused) = operator.reads(&["adapter", "rollback", ADAPTER]);
    for words in
        ["+ memory of a call: 256MiB instead of 128MiB", "+ it does not expire", "--accept-wider", "woocommerce@0.1.0"]
    {
        assert!(code == 1 && refused.contains(words), "{words}: {refused}");
    }
    assert!(matches!(admission.rollback(ADAPTER, "test").await, Err(AdmissionError::WiderBefore { .. })));
    let path = format!("/api/v1/adapters/{ADAPTER}/rollback");
    let (status, _, problem) = call(&app, "POST", &path, Body::empty()).await;
    assert!(
        status == StatusCode::CONFLICT && problem["detail"].as_str().is_some_and(|why| why.contains("256MiB")),
        "{problem}"
    );
    assert_eq!(in_use(&app).await, "0.2.0");
    let (status, _, back) = call(&app, "POST", &path, Body::from(json!({"accept_wider": true}).to_string())).await;
    assert_eq!(
        (status, back["version"].as_str(), back["limits"]["memory"].as_str()),
        (StatusCode::OK, Some("0.1.0"), Some("256MiB")),
        "{back}"
    );
    let last = app.host.db.audit_of(ADAPTER, 1).await.expect("entries").remove(0);
    assert!(
        last.action == "rollback" && last.details.contains("256MiB instead of 128MiB"),
        "the log says it, too: {last:?}"
    );
}

#[both_engines]
async fn what_has_no_effect_is_said(app: App) {
    app.install().await;
    let operator = Operator::of(&app);
    let (code, approved) = operator.reads(&["adapter", "approve", ADAPTER, "--accept-narrower"]);
    assert!(code == 0 && approved.contains("has no effect") && approved.contains("is not signed"), "{approved}");
    let (code, limit) = operator.reads(&["adapter", "approve", ADAPTER, "--limit", "cpu=0"]);
    assert!(
        code == 1 && limit.contains("cpu=0") && limit.contains("500ms") && limit.contains("the least is 10ms"),
        "{limit}"
    );
    let (code, nobody) = operator.reads(&["adapter", "inspect", "nobody"]);
    assert!(code == 1 && nobody.contains("entrepot adapter approve") && !nobody.contains("--approve"), "{nobody}");
}

#[both_engines]
async fn a_key_that_is_not_trusted_any_more_is_said_to_be_so(app: App) {
    let admission = app.host.app.services.admission();
    let key = entrepot_artifact::SecretKey::generate("entrepot").expect("a key");
    admission.trust(&key.public().to_string(), "test").await.expect("trusted");
    let signed = entrepot_artifact::sign(version("0.1.0"), &key).expect("signed");
    admission.install(signed, "test").await.expect("installs");
    admission.approve(ADAPTER, Approval::default(), "test").await.expect("approved");
    let operator = Operator::of(&app);
    let id = key.public().id();
    assert!(operator.reads(&["adapter", "inspect", ADAPTER]).1.contains(&format!("by the trusted key {id}")));
    admission.untrust(&id, "test").await.expect("untrusted");
    let (_, inspected) = operator.reads(&["adapter", "inspect", ADAPTER]);
    assert!(inspected.contains(&format!("by the key {id} of entrepot, which is not trusted any more")), "{inspected}");
    let (_, _, shown) = call(&app, "GET", &format!("/api/v1/adapters/{ADAPTER}"), Body::empty()).await;
    assert_eq!(
        (shown["signer"].as_str(), shown["signer_trusted"].as_bool()),
        (Some(id.as_str()), Some(false)),
        "{shown}"
    );
}
