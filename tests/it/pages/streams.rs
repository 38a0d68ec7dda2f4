//! What pages show live ends for whoever may not see it any more.

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use entrepot_catalog::StartOptions;
use entrepot_domain::account::TenantRole;
use entrepot_domain::run::RunScope;
use entrepot_tests::pages::Pages;
use entrepot_tests::people::{PASSWORD, person};
use entrepot_tests::rest::{HOST, Web};
use entrepot_tests::{App, SHOP, SmallShop, both_engines};
use futures_util::StreamExt;
use std::time::Duration;
use tower::ServiceExt;

/// A stream lasts for a minute by itself.
const SOON: Duration = Duration::from_secs(30);

#[both_engines]
async fn a_stream_ends_with_the_account(app: App) {
    let _shop = SmallShop::imported(&app).await;
    let web = Web::anonymous(&app);
    person(&app, &web, "ann@example.com", None, Some(("default", TenantRole::Seller))).await;
    let pages = Pages::anonymous(&app);
    let page = pages.post("/sign-in", &[("email", "ann@example.com"), ("password", PASSWORD), ("next", "/")]).await;
    let cookie =
        page.headers[header::SET_COOKIE].to_str().expect("text").split(';').next().unwrap_or_default().to_owned();
    let started =
        app.host.app.imports.start_import(&app.host.tenant, SHOP, RunScope::Full, StartOptions::default()).await;
    let path = format!("/live/runs/{}", started.expect("started").run.as_str());
    let request = Request::get(path).header(header::HOST, HOST).header(header::COOKIE, cookie);
    let request = request.body(Body::empty()).expect("a request");
    let answer = web.router().oneshot(request).await.expect("an answer");
    assert_eq!(answer.status(), StatusCode::OK);
    let mut stream = answer.into_body().into_data_stream();
    let first = tokio::time::timeout(SOON, stream.next()).await.expect("at once");
    assert!(first.is_some_and(|part| part.is_ok()));
    app.host.app.accounts.disable_user("ann@example.com", "test").await.expect("disabled");
    let ends = async { while stream.next().await.is_some() {} };
    tokio::time::timeout(SOON, ends).await.expect("it ends long before its time");
}
