//! A listing that is not found for a moment is not gone.

use entrepot_test_support::server::{Fault, Matcher};
use entrepot_tests::{App, both_engines};
use serde_json::json;

use super::{Crafts, plain, varied};

const NOT_FOUND: Fault = Fault::Json(404, r#"{"error":"Resource not found"}"#);

/// Whatever is asked by a listing's id; lists are below the shop.
fn by_id() -> Matcher {
    Matcher::path("/v3/application/listings/")
}

impl Crafts {
    async fn assert_waits(&self, id: &str) {
        let report = self.report(id).await;
        assert_eq!((report.status.as_str(), report.sync_status.as_str()), ("active", "failed"), "{report:?}");
        assert!(report.external_id.is_some() && report.next_try_at.is_some(), "{report:?}");
    }

    async fn heal(&self) {
        self.shops.1.server.heal();
        self.app.clock().advance(3_600_000);
        self.work().await;
    }
}

#[both_engines]
async fn stock_waits_for_a_listing_that_is_not_found_for_a_moment(app: App) {
    let crafts = Crafts::of(app, &plain()).await;
    let ids = crafts.list().await;
    crafts.push().await;
    crafts.shops.1.server.inject(by_id(), NOT_FOUND);
    crafts.restock(0, 6).await;
    crafts.assert_waits(&ids[0]).await;
    crafts.heal().await;
    crafts.assert_each_stands(1).await;
    let there = crafts.there(&ids[0]).await;
    assert_eq!(there.products.iter().flatten().map(|one| one.offering.quantity).collect::<Vec<_>>(), [6]);
}

#[both_engines]
async fn words_wait_for_a_listing_that_is_not_found_for_a_moment(app: App) {
    let crafts = Crafts::of(app, &plain()).await;
    let ids = crafts.list().await;
    crafts.push().await;
    crafts.shops.1.server.inject(Matcher::path("/v3/application/listings/").without("/images"), NOT_FOUND);
    crafts.set(&ids[0], json!({ "title": "Another title" })).await;
    crafts.assert_waits(&ids[0]).await;
    crafts.heal().await;
    crafts.assert_each_stands(1).await;
    assert_eq!(crafts.there(&ids[0]).await.title, "Another title");
    // The look finds it, and the change does not.
    crafts.shops.1.server.inject(Matcher::path("/v3/application/shops/44400001/listings/"), NOT_FOUND);
    crafts.set(&ids[0], json!({ "title": "A third title" })).await;
    crafts.assert_waits(&ids[0]).await;
    crafts.heal().await;
    crafts.assert_each_stands(1).await;
}

#[both_engines]
async fn what_is_not_found_for_a_moment_is_not_ended(app: App) {
    let crafts = Crafts::of(app, &plain()).await;
    let ids = crafts.list().await;
    crafts.push().await;
    crafts.shops.1.server.inject(by_id(), NOT_FOUND);
    crafts.app.host.app.listings.end(&crafts.context(), &ids[0]).await.expect("ended");
    crafts.work().await;
    let report = crafts.report(&ids[0]).await;
    assert_eq!(report.sync_status, "failed", "{report:?}");
    assert_eq!(crafts.there(&ids[0]).await.state, "active");
    crafts.heal().await;
    assert_eq!(crafts.report(&ids[0]).await.sync_status, "synced");
    assert_eq!(crafts.there(&ids[0]).await.state, "inactive");
}

/// A list with fewer rows than it counts may have left out just that one.
#[both_engines]
async fn lists_that_are_not_whole_prove_nothing(app: App) {
    let crafts = Crafts::of(app, &plain()).await;
    let ids = crafts.list().await;
    crafts.push().await;
    crafts.target.delete(crafts.target.listing_ids()[0]);
    let lists = Matcher::path("/v3/application/shops/44400001/listings?state=expired");
    crafts.shops.1.server.inject(lists, Fault::Replaced("\"count\":0", "\"count\":1"));
    crafts.restock(0, 6).await;
    crafts.assert_waits(&ids[0]).await;
    crafts.heal().await;
    crafts.ask_again().await;
    let report = crafts.report(&ids[0]).await;
    assert_eq!((report.status.as_str(), report.external_id.as_deref()), ("archived", None), "{report:?}");
}

/// Nor is one made beside them.
#[both_engines]
async fn nothing_is_made_while_lists_are_not_whole(app: App) {
    let crafts = Crafts::of(app, &plain()).await;
    crafts.list().await;
    let lists = Matcher::path("/v3/application/shops/44400001/listings?state=draft");
    crafts.shops.1.server.inject(lists, Fault::Replaced("\"count\":0", "\"count\":1"));
    crafts.push().await;
    assert_eq!((crafts.reports().await[0].sync_status.as_str(), crafts.target.listing_ids().len()), ("failed", 0));
    crafts.heal().await;
    crafts.assert_each_stands(1).await;
}

/// An inventory that Etsy does not show for a moment says nothing of what variants there are.
#[both_engines]
async fn stock_waits_for_an_inventory_that_is_not_found_for_a_moment(app: App) {
    let crafts = Crafts::of(app, &varied()).await;
    let ids = crafts.list().await;
    crafts.push().await;
    let before = crafts.there(&ids[0]).await;
    crafts.shops.1.server.inject(Matcher::path("/listings/batch/inventory"), NOT_FOUND);
    crafts.restock(1, 3).await;
    crafts.assert_waits(&ids[0]).await;
    crafts.heal().await;
    crafts.assert_each_stands(1).await;
    let after = crafts.there(&ids[0]).await;
    assert_eq!(after.products.iter().flatten().nth(1).map(|one| one.offering.quantity), Some(3));
    assert_eq!(after.variation_images, before.variation_images);
}
