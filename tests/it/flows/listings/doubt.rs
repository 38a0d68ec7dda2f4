//! Price and stock whose answer was lost, stock of listings whose content waits, goods that are said to be gone, and
//! workers that lost their lease.

use std::time::Duration;

use entrepot_domain::effective::{ChannelRule, PriceRule};
use entrepot_store::channel_work::ChannelWork;
use entrepot_test_support::server::{Fault, Matcher};
use entrepot_tests::{App, both_engines};

use super::{Seller, TARGET, posts};

fn batches() -> Matcher {
    Matcher::path("/wp-json/wc/v3/products/batch")
}

impl Seller {
    async fn pieces(&self, listing: &str) -> Option<i64> {
        self.product_there(listing).await.stock_quantity
    }
}

/// The shop did it, nobody heard of it, and by now the number is the old one again.
#[both_engines]
async fn stock_that_goes_back_after_a_lost_answer_is_sent_again(app: App) {
    let (seller, ids) = Seller::standing(app, 6).await;
    let id = seller.counted(&ids).await;
    seller.restock(&id, 10).await;
    let before = seller.pieces(&id).await.expect("a number");
    seller.shops.1.server.inject(batches().nth(1), Fault::Truncate(0));
    seller.restock(&id, 500).await;
    assert_eq!(seller.pieces(&id).await, Some(before + 490), "it arrived");
    seller.restock(&id, 10).await;
    seller.app.clock().advance(10_000);
    seller.work().await;
    assert_eq!(seller.pieces(&id).await, Some(before));
    assert_eq!(seller.report(&id).await.sync_status, "synced");
    // Nothing is in doubt any more, so nothing is sent.
    let sent = posts(&seller.shops.1);
    seller.push().await;
    assert_eq!(posts(&seller.shops.1), sent);
}

#[both_engines]
async fn a_price_that_goes_back_after_a_lost_answer_is_sent_again(app: App) {
    let (seller, ids) = Seller::standing(app, 6).await;
    let id = seller.counted(&ids).await;
    let before = seller.product_there(&id).await.regular_price;
    let minor = seller.report(&id).await.variants[0].told_price.clone().expect("a price").minor;
    seller.shops.1.server.inject(batches().nth(1), Fault::Truncate(0));
    seller.set_price(&id, 777).await;
    assert_eq!(&*seller.product_there(&id).await.regular_price, "7.77", "it arrived");
    seller.set_price(&id, minor).await;
    seller.app.clock().advance(10_000);
    seller.work().await;
    assert_eq!(seller.product_there(&id).await.regular_price, before);
    assert!(seller.open().await.is_empty(), "it was ours");
}

/// What keeps the content back keeps no stock back: it would be sold twice.
#[both_engines]
async fn stock_follows_while_the_content_waits(app: App) {
    let (seller, ids) = Seller::standing(app, 6).await;
    let id = seller.counted(&ids).await;
    seller.restock(&id, 10).await;
    let before = seller.pieces(&id).await.expect("a number");
    seller.edit_there_seen(&id, |product| product.name = "Theirs".into()).await;
    assert_eq!(seller.report(&id).await.sync_status, "conflict");
    seller.restock(&id, 3).await;
    assert_eq!((seller.pieces(&id).await, &*seller.product_there(&id).await.name), (Some(before - 7), "Theirs"));
    assert_eq!(seller.report(&id).await.sync_status, "conflict", "it still waits for a person");

    let price = Some(PriceRule { floor: Some(1_000_000_000), ..PriceRule::default() });
    let rule = ChannelRule { price, ..ChannelRule::default() };
    seller.app.host.app.listings.set_rule(&seller.context(), TARGET, &rule).await.expect("set");
    seller.work().await;
    assert_eq!(seller.report(&id).await.sync_status, "blocked");
    seller.restock(&id, 0).await;
    assert_eq!(seller.pieces(&id).await, Some(before - 10));
    let report = seller.report(&id).await;
    assert_eq!((report.sync_status.as_str(), report.variants[0].told_stock), ("blocked", Some(before - 10)));
}

/// A worker that was silent for too long sends nothing that another may be sending.
#[both_engines]
async fn a_worker_without_its_lease_sends_nothing_more(app: App) {
    let app = app.with(&[("ENTREPOT_IMPORT_LEASE_SECONDS", "3")]).await;
    let seller = Seller::of(app, 12).await;
    seller.list_all().await;
    seller.shops.1.server.inject(batches().nth(1), Fault::Delay(Duration::from_secs(4)));
    let (app, channel) = (&seller.app, &seller.channels[1]);
    app.host.app.listings.push(&seller.context(), TARGET, &[], false).await.expect("begun");
    let thief = async {
        let scoped = app.host.db.tenant(&app.host.tenant);
        // The request is on its way: it is logged when it is answered.
        tokio::time::sleep(Duration::from_millis(800)).await;
        let lease = scoped.listing_lane(channel).await.expect("a lane").lease.expect("a lease");
        let mut tx = scoped.begin().await.expect("begun");
        let taken = tx.lease_channel_work(ChannelWork::Listings, channel, "another", 60_000, Some(&lease)).await;
        tx.commit().await.expect("committed");
        assert!(taken.expect("an answer"), "the lease was there");
    };
    let (worked, ()) = tokio::join!(app.host.app.listings.sync(&app.host.tenant, channel), thief);
    worked.expect("no error: another goes on");
    // Some of these products have variations, which would have come next.
    let log = seller.shops.1.server.log().lines();
    let last = log.iter().rfind(|line| line.method == "POST").map(|line| line.path.clone());
    assert_eq!(last.as_deref(), Some("/wp-json/wc/v3/products/batch"), "but what was on its way");
    assert!(seller.reports().await.iter().all(|report| report.external_id.is_none()), "and nothing is written down");
}

#[both_engines]
async fn what_is_in_the_trash_is_not_put_on_sale_again(app: App) {
    let (seller, ids) = Seller::standing(app, 2).await;
    let there = seller.there(&ids[0]).await;
    assert!(seller.target.trash(there));
    seller.set_title(&ids[0], "Ours").await;
    seller.ask_again().await;
    let report = seller.report(&ids[0]).await;
    assert_eq!((report.status.as_str(), report.external_id.as_deref()), ("archived", None), "{report:?}");
    assert_eq!(seller.target.product(there).expect("in the trash").status, "trash");
}

/// One word of a marketplace that is not well ends nothing.
#[both_engines]
async fn what_is_gone_for_a_moment_is_kept(app: App) {
    let (seller, ids) = Seller::standing(app, 2).await;
    let there = seller.there(&ids[0]).await;
    assert!(seller.target.trash(there));
    seller.set_title(&ids[0], "Ours").await;
    let report = seller.report(&ids[0]).await;
    assert_eq!((report.status.as_str(), report.sync_status.as_str()), ("active", "failed"), "{report:?}");
    assert!(report.sync_error.is_some_and(|why| why.contains("asked once more")));
    assert!(seller.target.update(there, |product| product.status = "publish"));
    seller.ask_again().await;
    let report = seller.report(&ids[0]).await;
    assert_eq!((report.status.as_str(), report.sync_status.as_str()), ("active", "synced"), "{report:?}");
    assert_eq!(seller.title_there(&ids[0]).await, "Ours");
    // Another time it is asked twice again.
    assert!(seller.target.trash(there));
    seller.app.clock().advance(600_000);
    seller.set_title(&ids[0], "Ours again").await;
    assert_eq!(seller.report(&ids[0]).await.status, "active");
}
