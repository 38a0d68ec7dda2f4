//! What operators see of the host: how it does, tenants, plans, users; and what reviewers take along.

use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{Request, StatusCode, header};
use entrepot_tests::pages::Pages;
use entrepot_tests::people::{mails_to, send_mails};
use entrepot_tests::rest::{HOST, Web};
use entrepot_tests::tampering::execute;
use entrepot_tests::{App, Database, SmallShop, both_engines};
use entrepot_web::ClientLimits;
use futures_util::StreamExt;

#[both_engines]
async fn a_tenant_is_added_and_given_a_plan(app: App) {
    let pages = Pages::of(&app);
    let fields = [("plan", "small"), ("channels", "2"), ("skus", "1,000"), ("users", "")];
    let odd = pages.post("/host/plans", &[("plan", "small"), ("channels", "many")]).await;
    assert!(odd.status == StatusCode::BAD_REQUEST && odd.holds("value=\"many\""), "{}", odd.html);
    assert_eq!(pages.post("/host/plans", &fields).await.location(), "/host/plans");
    let plans = pages.shown("/host/plans").await;
    assert!(plans.holds("small") && plans.holds(">1,000<") && plans.holds("no limit"), "{}", plans.html);
    let made = pages.post("/host/tenants", &[("name", "berlin")]).await;
    assert!(made.location().starts_with("/host/tenants/ten_"), "{}", made.html);
    let taken = pages.post("/host/tenants", &[("name", "berlin")]).await;
    assert!(taken.status == StatusCode::CONFLICT && taken.holds("role=\"alert\""), "{}", taken.html);
    let given = pages.post(&format!("{}/plan", made.location()), &[("plan", "small")]).await;
    assert_eq!(given.location(), made.location());
    let tenant = pages.shown(made.location()).await;
    assert!(tenant.holds("<b>small</b>") && tenant.holds("<option value=\"small\" selected>"), "{}", tenant.html);
    let unknown = pages.post(&format!("{}/plan", made.location()), &[("plan", "gold")]).await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND, "{}", unknown.html);
    // A seller sees their own.
    let plan = pages.shown("/plan").await;
    assert!(plan.holds("SKUs") && !plan.holds("Give it another plan"), "{}", plan.html);
}

#[both_engines]
async fn users_are_added_disabled_and_reset(app: App) {
    let pages = Pages::of(&app);
    let new = "new@example.com";
    let added = pages.post("/host/users", &[("email", new), ("role", "reviewer")]).await;
    assert_eq!(added.location(), "/host/users", "{}", added.html);
    send_mails(&app).await;
    assert_eq!(mails_to(&app, new).len(), 1);
    let user = app.host.app.accounts.user(new).await.expect("a user").id;
    let list = pages.shown("/host/users").await;
    assert!(list.holds(new) && list.holds("reviewer") && list.holds("has not chosen a password"), "{}", list.html);
    for (action, shown) in [("disable", "disabled"), ("enable", "Disable new@"), ("reset", "Disable new@")] {
        let done = pages.post(&format!("/host/users/{user}/{action}"), &[]).await;
        assert_eq!(done.location(), "/host/users", "{action}: {}", done.html);
        assert!(pages.shown("/host/users").await.holds(shown), "{action}");
    }
    let odd = pages.post("/host/users", &[("email", "no address"), ("role", "reviewer")]).await;
    assert!(odd.status.is_client_error() && odd.holds("value=\"no address\""), "{}", odd.html);
}

#[both_engines]
async fn how_the_host_does_is_sampled_and_drawn(app: App) {
    let pages = Pages::of(&app);
    assert!(pages.shown("/host").await.holds("Nothing was measured yet"));
    let old =
        "INSERT INTO health_samples (at, fetched, failed, rate_limited, waiting, oldest_ms) VALUES (1, 0, 0, 0, 0, 0)";
    execute(&app, old).await;
    assert!(app.host.db.sample_health().await.expect("sampled"));
    assert_eq!(app.host.db.health_samples(0).await.expect("samples").len(), 1, "what is older than two weeks is gone");
    assert!(!app.host.db.sample_health().await.expect("looked"), "once in a quarter of an hour, whichever host does");
    let _shop = SmallShop::imported(&app).await;
    app.clock().advance(15 * 60_000);
    assert!(app.host.db.sample_health().await.expect("sampled"));
    let page = pages.shown("/host?days=14").await;
    assert!(page.holds("<b>Items fetched</b> 3") && page.holds("<path d=\"M"), "{}", page.html);
    // A clock that is weeks ahead takes none away.
    app.clock().advance(15 * 24 * 3_600_000);
    assert!(app.host.db.sample_health().await.expect("sampled"));
    assert_eq!(app.host.db.health_samples(0).await.expect("samples").len(), 3);
}

#[both_engines]
async fn the_audit_log_is_taken_along(app: App) {
    app.install().await;
    let export = Pages::of(&app).shown("/audit/export").await;
    let lines: Vec<serde_json::Value> =
        export.html.lines().map(|line| serde_json::from_str(line).expect("an entry")).collect();
    assert!(lines.len() >= 2 && lines[0]["seq"] == 1 && lines[0]["hash"].is_string(), "{}", export.html);
    assert!(export.headers["content-disposition"].to_str().expect("text").contains("audit.jsonl"));
}

/// Whoever uploads an adapter by the page holds as little, and for as short, as by the API.
#[tokio::test(flavor = "multi_thread")]
async fn an_upload_by_the_page_has_an_end() {
    let app = App::start(Database::Sqlite).await;
    let clients = ClientLimits { body: Duration::from_millis(50), ..ClientLimits::default() };
    let web = Web::with(&app, &app.host.tenant, Vec::new(), clients).await;
    let upload = |body: Body| {
        let request = Request::post("/adapters/install").header(header::HOST, HOST).header(header::ACCEPT, "text/html");
        let form = "multipart/form-data; boundary=x";
        request
            .header("sec-fetch-site", "same-origin")
            .header(header::CONTENT_TYPE, form)
            .body(body)
            .expect("a request")
    };
    let begun =
        Bytes::from_static(b"--x\r\ncontent-disposition: form-data; name=\"artifact\"; filename=\"a\"\r\n\r\nabc");
    let endless = futures_util::stream::iter([Ok::<_, std::io::Error>(begun)]).chain(futures_util::stream::pending());
    assert_eq!(web.send(upload(Body::from_stream(endless))).await.status, StatusCode::REQUEST_TIMEOUT);
    let large = web.send(upload(Body::from(vec![b'x'; 34 << 20]))).await;
    assert_eq!(large.status, StatusCode::PAYLOAD_TOO_LARGE);
    let whole = "--x\r\ncontent-disposition: form-data; name=\"artifact\"; filename=\"a\"\r\n\r\nabc\r\n--x--\r\n";
    let refused = web.send(upload(Body::from(whole))).await;
    assert!(refused.status.is_client_error() && refused.media().starts_with("text/html"), "it was read as a whole");
}
