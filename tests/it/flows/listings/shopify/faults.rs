//! Lost answers, throttling, refusals: nothing stands twice, and one listing's trouble is its own.

use entrepot_domain::effective::{ChannelRule, PriceRule};
use entrepot_listings::ListingChange;
use entrepot_test_support::shopify::Trick;
use entrepot_tests::stock::catalogue;
use entrepot_tests::{App, both_engines};
use serde_json::json;

use super::super::{Seller, TARGET};
use super::shop;

#[both_engines]
async fn a_lost_answer_makes_no_second_product(app: App) {
    let seller = Seller::selling(app, &catalogue(4), shop()).await;
    seller.list_all().await;
    // Shopify did it, and nobody heard of it.
    seller.target.play("ProductSet", Trick::Lost);
    seller.target.play("ProductSet", Trick::Lost);
    seller.target.play("Publish", Trick::Lost);
    seller.push().await;
    for _ in 0..3 {
        seller.app.clock().advance(120_000);
        seller.work().await;
    }
    seller.assert_each_stands(4).await;
    for report in seller.reports().await {
        assert_eq!(seller.target.marked(&report.id).map(|id| id.to_string()), report.external_id);
    }
}

/// The search by SKU lags behind, and goods without a SKU are in no search: the mark is what counts.
#[both_engines]
async fn what_has_no_sku_is_found_again_by_its_mark(app: App) {
    let mut goods = catalogue(2);
    goods.iter_mut().flat_map(|product| &mut product.variants).for_each(|variant| variant.sku.clear());
    let seller = Seller::selling(app, &goods, shop()).await;
    seller.list_all().await;
    seller.target.play("ProductSet", Trick::Lost);
    seller.push().await;
    seller.app.clock().advance(120_000);
    seller.work().await;
    seller.assert_each_stands(2).await;
}

#[both_engines]
async fn a_host_that_dies_in_the_middle_finds_what_it_made(app: App) {
    let seller = Seller::selling(app, &catalogue(3), shop()).await;
    seller.list_all().await;
    let listings = &seller.app.host.app.listings;
    listings.push(&seller.context(), TARGET, &[], false).await.expect("begun");
    // The call is dropped while the shop works on it, as with the process.
    seller.target.meanwhile("Publish", |_| std::thread::sleep(std::time::Duration::from_secs(8)));
    let turn = listings.sync(&seller.app.host.tenant, &seller.channels[1]);
    assert!(tokio::time::timeout(std::time::Duration::from_secs(5), turn).await.is_err());
    let sending = seller.reports().await;
    assert!(sending.iter().all(|report| report.sync_status == "sending"), "{sending:?}");
    for _ in 0..3 {
        seller.app.clock().advance(120_000);
        seller.work().await;
    }
    seller.assert_each_stands(3).await;
}

#[both_engines]
async fn one_product_that_is_refused_stops_no_other(app: App) {
    let seller = Seller::selling(app, &catalogue(4), shop()).await;
    let ids = seller.list_all().await;
    // Another product has the handle; Shopify says so with status 200.
    let theirs = entrepot_test_support::shopify::Product::simple("Taken", "1.00");
    seller.target.insert(theirs);
    let set = json!({ "seo_slug": "taken" });
    seller.change(&ids[1], ListingChange { set: Some(set), ..ListingChange::default() }).await;
    seller.push().await;
    let reports = seller.reports().await;
    let refused: Vec<_> = reports.iter().filter(|report| report.sync_status != "synced").collect();
    assert_eq!((refused.len(), seller.target.product_count()), (1, 4), "{reports:?}");
    assert_eq!(
        (refused[0].id.as_str(), refused[0].issues[0]["path"].as_str()),
        (ids[1].as_str(), Some("/handle")),
        "{refused:?}"
    );
    let before = seller.shops.1.server.log().total();
    seller.work().await;
    assert_eq!(seller.shops.1.server.log().total(), before, "what was refused is not sent again by itself");
    seller.change(&ids[1], ListingChange { set: Some(json!({ "seo_slug": null })), ..ListingChange::default() }).await;
    seller.work().await;
    seller.assert_all_are_synced(4).await;
}

/// What would be refused is not sent, and what is on sale in another currency never.
#[both_engines]
async fn the_gate_is_before_the_shop(app: App) {
    let seller = Seller::selling(app, &catalogue(1), shop()).await;
    let ids = seller.list_all().await;
    let rule = ChannelRule {
        price: Some(PriceRule { floor: Some(100_000_000), ..PriceRule::default() }),
        ..ChannelRule::default()
    };
    let listings = &seller.app.host.app.listings;
    listings.set_rule(&seller.context(), TARGET, &rule).await.expect("set");
    seller.push().await;
    assert_eq!((seller.reports().await[0].sync_status.as_str(), seller.asked("ProductSet")), ("blocked", 0));
    listings.set_rule(&seller.context(), TARGET, &ChannelRule::default()).await.expect("set");
    let set = json!({ "price": { "minor": 777, "currency": "JPY" } });
    seller.change(&ids[0], ListingChange { set: Some(set), ..ListingChange::default() }).await;
    seller.work().await;
    let report = seller.report(&ids[0]).await;
    assert!(report.sync_error.as_deref().is_some_and(|why| why.contains("JPY")), "{report:?}");
    assert_eq!(seller.asked("ProductSet"), 0);
}

/// Throttling is HTTP 200; what was done stays done, and the others go on when the points have come back.
#[both_engines]
async fn a_shop_with_few_points_gets_all_of_them_in_the_end(app: App) {
    let target = shop();
    target.configure(|options| (options.bucket, options.restore_rate) = (1_000.0, 400.0));
    let seller = Seller::selling(app, &catalogue(12), target).await;
    seller.list_all().await;
    seller.push().await;
    for _ in 0..30 {
        seller.app.clock().advance(5_000);
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        seller.work().await;
    }
    seller.assert_each_stands(12).await;
}

/// Frozen, locked, forbidden, away: each is what it is, and nothing is taken for a refusal of the goods.
#[both_engines]
async fn a_shop_that_is_not_to_be_had_is_waited_for(app: App) {
    let seller = Seller::selling(app, &catalogue(1), shop()).await;
    seller.list_all().await;
    seller.app.host.app.listings.push(&seller.context(), TARGET, &[], false).await.expect("begun");
    let internal = json!({ "errors": [{ "message": "Sorry", "extensions": { "code": "INTERNAL_SERVER_ERROR" } }] });
    let tricks = [
        (Trick::Status(402), "frozen"),
        (Trick::Status(423), "locked"),
        (Trick::Status(504), "504"),
        (Trick::Body(internal.to_string()), "could not answer"),
    ];
    for (trick, word) in tricks {
        seller.target.play("ProductSet", trick);
        seller.work().await;
        let report = seller.reports().await.remove(0);
        assert_eq!(report.sync_status, "failed", "{report:?}");
        assert!(report.sync_error.as_deref().is_some_and(|why| why.contains(word)), "{word}: {report:?}");
        assert!(report.next_try_at.is_some(), "{report:?}");
        seller.app.clock().advance(3_600_000);
    }
    seller.work().await;
    seller.assert_each_stands(1).await;
}

/// The product stands, and Shopify does not publish it: it is nobody's orphan, and can be taken off.
#[both_engines]
async fn what_was_made_before_a_refusal_is_not_forgotten(app: App) {
    let mut goods = catalogue(6);
    goods.retain(|product| product.status == entrepot_test_support::seed::Status::Active);
    goods.truncate(1);
    let seller = Seller::selling(app, &goods, shop()).await;
    let ids = seller.list_all().await;
    let refused = json!({ "publishable": null, "userErrors": [{ "field": ["id"], "message": "It is refused" }] });
    let refused = json!({ "data": { "publishablePublish": refused } }).to_string();
    seller.target.play("Publish", Trick::Body(refused.clone()));
    seller.target.play("Publish", Trick::Body(refused));
    seller.push().await;
    let report = seller.report(&ids[0]).await;
    assert_eq!((report.sync_status.as_str(), report.next_try_at.is_some()), ("failed", true), "{report:?}");
    assert!(report.sync_error.as_deref().is_some_and(|why| why.contains("It is refused")), "{report:?}");
    // The second time it is a refusal, and waits for somebody to change something.
    seller.app.clock().advance(120_000);
    seller.work().await;
    assert_eq!((seller.report(&ids[0]).await.sync_status.as_str(), seller.target.product_count()), ("blocked", 1));
    seller.app.host.app.listings.end(&seller.context(), &ids[0]).await.expect("ended");
    seller.work().await;
    let there = seller.target.product(seller.target.product_ids()[0]).expect("still there");
    assert_eq!(there.status, "ARCHIVED");
}
