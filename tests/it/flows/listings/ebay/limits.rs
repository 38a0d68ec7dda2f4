//! How often: the app's requests of a day, and the changes of a listing in a day.

use entrepot_tests::{App, both_engines};
use serde_json::json;

use super::{Auctions, plain};

/// eBay does not say when the day is over: it is asked again later, and not every second.
#[both_engines]
async fn the_days_requests_are_waited_for(app: App) {
    let mut seller = Auctions::to_ebay(app, &plain(3)).await;
    seller.list().await;
    // What the connection asked was counted, too; a few are left.
    let inventory = |line: &&entrepot_test_support::server::Line| line.path.starts_with("/sell/inventory/");
    let spent = seller.shops.1.server.log().lines().iter().filter(inventory).count() as u64;
    seller.target.configure(|options| options.per_day = spent + 3);
    seller.push().await;
    let scoped = seller.app.host.db.tenant(&seller.app.host.tenant);
    let lane = scoped.listing_lane(&seller.channels[1]).await.expect("a lane");
    let wait = lane.not_before - seller.app.clock().now();
    assert!(wait >= 14 * 60_000, "{wait}: {lane:?}");
    let asked = seller.shops.1.server.log().total();
    seller.work().await;
    assert_eq!(seller.shops.1.server.log().total(), asked, "nobody is asked before");
    seller.target.next_day();
    seller.target.configure(|options| options.per_day = 0);
    seller.app.clock().advance(3_600_000);
    // What this process remembers of the limit goes by the machine's own clock.
    seller.app.host = seller.app.reopen().await;
    seller.wait().await;
    seller.assert_each_stands(3).await;
    assert_eq!(seller.target.offer_count(), 3, "what was done stayed done");
}

/// A listing that was changed too often today is changed tomorrow, and keeps no other from being changed.
#[both_engines]
async fn a_listing_that_was_changed_too_often_waits(app: App) {
    let seller = Auctions::to_ebay(app, &plain(2)).await;
    let ids = seller.list().await;
    seller.push().await;
    seller.target.configure(|options| options.revisions = 2);
    for (at, minor) in [1_000, 2_000, 3_000].into_iter().enumerate() {
        seller.set(&ids[0], json!({ "price": { "minor": minor, "currency": "USD" } })).await;
        let report = seller.report(&ids[0]).await;
        assert_eq!(report.sync_status == "synced", at < 2, "{report:?}");
    }
    let report = seller.report(&ids[0]).await;
    assert!(report.sync_error.as_deref().is_some_and(|why| why.contains("250 changes")), "{report:?}");
    assert!(report.next_try_at.is_some(), "{report:?}");
    seller.set(&ids[1], json!({ "price": { "minor": 4_000, "currency": "USD" } })).await;
    assert_eq!(seller.report(&ids[1]).await.sync_status, "synced");
    // So is its text.
    seller.set(&ids[0], json!({ "title": "Another title" })).await;
    assert_ne!(seller.report(&ids[0]).await.sync_status, "synced");
    seller.target.next_day();
    seller.wait().await;
    seller.wait().await;
    seller.assert_each_stands(2).await;
    assert_eq!(seller.offer(&ids[0], 0).await.body["pricingSummary"]["price"]["value"], "30.00");
    assert_eq!(seller.item(&ids[0], 0).await["product"]["title"], "Another title");
}
