//! What the buttons of pages do: an import is watched, what was set aside is tried again, links are found and applied, an adapter is approved.

use axum::http::StatusCode;
use entrepot_domain::OperationId;
use entrepot_tests::operations::{carry, newest};
use entrepot_tests::pages::Pages;
use entrepot_tests::{App, SmallShop, adapters_folder, both_engines};

#[both_engines]
async fn an_import_begins_on_a_page_and_is_watched(app: App) {
    let shop = SmallShop::imported(&app).await;
    let pages = Pages::of(&app);
    let begun = pages.post(&format!("/channels/{}/import", shop.channel.as_str()), &[("scope", "full")]).await;
    assert_eq!(begun.status, StatusCode::SEE_OTHER, "{}", begun.html);
    let page = pages.shown(begun.location()).await;
    assert!(page.holds("queued") && page.holds("data-live=\"/live/runs/"), "{}", page.html);
    let cancelled = pages.post(&format!("{}/cancel", begun.location()), &[]).await;
    assert_eq!(cancelled.location(), begun.location());
    let page = pages.shown(begun.location()).await;
    assert!(page.holds("cancelled") && !page.holds("data-live"), "{}", page.html);
    // What is over is said once, and the stream ends.
    let live = pages.shown(&format!("/live{}", begun.location())).await;
    assert!(live.html.starts_with("event: last") && live.holds("cancelled"), "{}", live.html);
}

#[both_engines]
async fn what_was_set_aside_is_planned_and_tried_again(app: App) {
    let shop = SmallShop::imported(&app).await;
    let pages = Pages::of(&app);
    let list = pages.shown("/dead-letters").await;
    let reason = pages.shown(&list.link("item: ")).await;
    let plan = pages.shown(&reason.link("Try these again")).await;
    assert!(plan.holds("Try 1 dead letter again"), "{}", plan.html);
    for id in shop.store.product_ids() {
        shop.store.update(id, |product| product.name = "Mended".into());
    }
    app.import().await;
    assert!(pages.shown("/dead-letters").await.holds("Nothing was set aside"));
    let started = pages.post("/dead-letters/replay", &[("kind", "item")]).await;
    assert!(started.location().starts_with("/operations/"), "{}", started.html);
    let operation = newest(&app, "replay_dead_letters").await.expect("an operation");
    let operation = carry(&app, &app.host.tenant, &OperationId::from(operation.operation)).await;
    assert_eq!(operation.state, "done");
    assert!(pages.shown(started.location()).await.holds("What is left"));
}

#[both_engines]
async fn an_adapter_is_reviewed_narrowed_and_revoked(app: App) {
    let pages = Pages::of(&app);
    let bytes = std::fs::read(adapters_folder().join("etsy.wasm")).expect("the adapter");
    app.host.app.services.admission().install(bytes, "ann").await.expect("installed");
    let review = pages.shown(&pages.shown("/adapters").await.link("Review")).await;
    assert!(review.holds("openapi.etsy.com") && review.holds("It is not signed"), "{}", review.html);
    let asked =
        [("asked_rule", "open-api"), ("asked_rule", "other-base"), ("rule", "open-api"), ("requests_per_second", "2")];
    let approved = pages.post("/adapters/etsy/approve", &asked).await;
    assert_eq!(approved.location(), "/adapters/etsy", "{}", approved.html);
    let page = pages.shown("/adapters/etsy").await;
    assert!(page.holds("open-api") && !page.holds("other-base") && page.holds("at most 2 requests"), "{}", page.html);
    let odd = pages.post("/adapters/etsy/approve", &[("requests_per_second", "many")]).await;
    assert!(odd.status == StatusCode::BAD_REQUEST && odd.holds("not &#34;many&#34;"), "{}", odd.html);
    assert_eq!(pages.post("/adapters/etsy/revoke", &[]).await.location(), "/adapters/etsy");
    assert!(pages.shown("/adapters/etsy").await.holds("Nothing is granted"));
    assert!(pages.shown("/audit").await.holds("it holds"));
}

/// A page of another origin, as a browser sends it.
#[both_engines]
async fn forms_of_other_origins_are_refused(app: App) {
    let shop = SmallShop::imported(&app).await;
    let request = axum::http::Request::post(format!("/channels/{}/import", shop.channel.as_str()))
        .header("host", entrepot_tests::rest::HOST)
        .header("sec-fetch-site", "cross-site")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(axum::body::Body::from("scope=full"))
        .expect("a request");
    assert_eq!(Pages::of(&app).ask(request).await.status, StatusCode::FORBIDDEN);
}
