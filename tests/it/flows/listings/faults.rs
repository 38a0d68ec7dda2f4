//! Lost answers, failures and refusals of single rows: nothing stands twice, and the others are not kept waiting.

use entrepot_domain::drift::{ConflictRule, Policy};
use entrepot_domain::effective::{ChannelRule, PriceRule};
use entrepot_listings::ListingChange;
use entrepot_test_support::server::{Fault, Matcher};
use entrepot_tests::tampering::execute;
use entrepot_tests::{App, both_engines};
use serde_json::json;

use super::{Seller, posts};

fn batches() -> Matcher {
    Matcher::path("/wp-json/wc/v3/products/batch")
}

#[both_engines]
async fn a_lost_answer_makes_no_second_product(app: App) {
    let seller = Seller::of(app, 5).await;
    seller.list_all().await;
    // The shop did it, and nobody heard of it.
    seller.shops.1.server.inject(batches().nth(1), Fault::Truncate(0));
    seller.push().await;
    assert_eq!(seller.target.product_ids().len(), 5);
    let failed = seller.reports().await;
    assert!(failed.iter().all(|report| report.sync_status == "failed" && report.next_try_at.is_some()), "{failed:?}");
    seller.app.clock().advance(10_000);
    seller.work().await;
    seller.assert_all_stand(5).await;
}

/// It may stand there, so it is looked for there before it is called ended, whatever was said to it meanwhile.
#[both_engines]
async fn what_may_stand_there_is_taken_off_too(app: App) {
    let seller = Seller::of(app, 3).await;
    let ids = seller.list_all().await;
    seller.shops.1.server.inject(batches().nth(1), Fault::Truncate(0));
    seller.push().await;
    let on_sale = |seller: &Seller| {
        let ids = seller.target.product_ids();
        ids.into_iter().filter(|id| seller.target.product(*id).is_some_and(|one| one.status == "publish")).count()
    };
    let before = on_sale(&seller);
    let listings = &seller.app.host.app.listings;
    for id in &ids {
        let refused = listings.remove(&seller.context(), id).await.expect_err("it may stand there");
        assert!(refused.to_string().contains("end it first"), "{refused}");
    }
    assert!(before > 0, "the shop did it");
    // What the host refuses by itself says nothing of what stands there.
    let rule = ChannelRule {
        price: Some(PriceRule { floor: Some(1_000_000_000), ..PriceRule::default() }),
        ..ChannelRule::default()
    };
    listings.set_rule(&seller.context(), super::TARGET, &rule).await.expect("set");
    seller.app.clock().advance(10_000);
    seller.work().await;
    assert!(seller.reports().await.iter().all(|report| report.sync_status == "blocked"));
    for id in &ids {
        listings.end(&seller.context(), id).await.expect("ended");
    }
    seller.work().await;
    assert_eq!(on_sale(&seller), 0);
    for report in seller.reports().await {
        let state = (report.status.as_str(), report.sync_status.as_str(), report.channel_status.as_deref());
        assert_eq!(state, ("archived", "synced", Some("ended")), "{report:?}");
        assert!(report.external_id.is_some(), "{report:?}");
    }
}

#[both_engines]
async fn what_never_came_there_is_ended_and_can_be_removed(app: App) {
    let seller = Seller::of(app, 2).await;
    let ids = seller.list_all().await;
    for at in 1..=40 {
        seller.shops.1.server.inject(batches().nth(at), Fault::Gateway(503));
    }
    seller.push().await;
    seller.shops.1.server.heal();
    let listings = &seller.app.host.app.listings;
    assert!(listings.remove(&seller.context(), &ids[0]).await.is_err(), "nobody knows whether it stands there");
    listings.end(&seller.context(), &ids[0]).await.expect("ended");
    seller.work().await;
    let report = listings.show(&seller.app.host.tenant, &ids[0]).await.expect("a report");
    assert_eq!((report.status.as_str(), report.external_id), ("archived", None));
    listings.remove(&seller.context(), &ids[0]).await.expect("it stands nowhere");
    assert_eq!(seller.reports().await.len(), 1);
}

#[both_engines]
async fn a_host_that_dies_in_the_middle_finds_what_it_made(app: App) {
    let seller = Seller::of(app, 5).await;
    seller.list_all().await;
    seller.app.host.app.listings.push(&seller.context(), super::TARGET, &[], false).await.expect("begun");
    // The call is dropped while the shop works on it, as with the process.
    seller.shops.1.server.inject(batches().nth(1), Fault::Stall);
    let turn = seller.app.host.app.listings.sync(&seller.app.host.tenant, &seller.channels[1]);
    assert!(tokio::time::timeout(std::time::Duration::from_secs(3), turn).await.is_err());
    let sending = seller.reports().await;
    assert!(sending.iter().all(|report| report.sync_status == "sending"), "{sending:?}");
    seller.app.clock().advance(120_000);
    seller.work().await;
    seller.work().await;
    seller.assert_all_stand(5).await;
}

#[both_engines]
async fn one_product_that_is_refused_stops_no_other(app: App) {
    let seller = Seller::of(app, 4).await;
    let ids = seller.list_all().await;
    let scoped = seller.app.host.db.tenant(&seller.app.host.tenant);
    let product = scoped.products_of(&seller.channels[0], "", 1).await.expect("products").remove(0).product;
    let taken = product.variants[0].sku.clone().expect("a SKU");
    // Somebody has it in the shop already.
    seller.target.insert(entrepot_test_support::woocommerce::Product::simple("Theirs").priced("1.00").with_sku(&taken));
    seller.push().await;
    let reports = seller.reports().await;
    let refused: Vec<_> = reports.iter().filter(|report| report.sync_status != "synced").collect();
    assert_eq!(refused.len(), 1, "{reports:?}");
    assert!(refused[0].sync_error.as_deref().is_some_and(|why| why.contains("SKU")), "{refused:?}");
    assert_eq!((seller.target.product_ids().len(), ids.len()), (4, 4));
    let before = posts(&seller.shops.1);
    seller.work().await;
    assert_eq!(posts(&seller.shops.1), before, "what was refused is not sent again by itself");
}

#[both_engines]
async fn a_shop_that_is_away_is_waited_for(app: App) {
    let seller = Seller::of(app, 3).await;
    seller.list_all().await;
    for at in 1..=40 {
        seller.shops.1.server.inject(batches().nth(at), Fault::Status(503));
    }
    seller.push().await;
    let reports = seller.reports().await;
    assert!(reports.iter().all(|report| report.sync_status == "failed" && report.next_try_at.is_some()), "{reports:?}");
    seller.shops.1.server.heal();
    seller.app.clock().advance(3_600_000);
    seller.work().await;
    seller.assert_all_stand(3).await;
}

#[both_engines]
async fn what_stands_there_already_is_adopted_and_not_doubled(app: App) {
    let seller = Seller::of(app, 5).await;
    seller.list_all().await;
    let scoped = seller.app.host.db.tenant(&seller.app.host.tenant);
    let products = scoped.products_of(&seller.channels[0], "", 100).await.expect("products");
    let plain: Vec<_> = products.iter().filter(|stored| stored.product.options.is_empty()).take(2).collect();
    let skus: Vec<_> = plain.iter().filter_map(|stored| stored.product.variants[0].sku.clone()).collect();
    assert_eq!(skus.len(), 2);
    let by_hand =
        |sku: &String| entrepot_test_support::woocommerce::Product::simple("By hand").priced("1.00").with_sku(sku);
    let ids: Vec<_> = skus.iter().map(|sku| seller.target.insert(by_hand(sku)).to_string()).collect();
    let (cases, context) = (&seller.app.host.app.listings, seller.context());
    let seen = cases.adopt(&context, super::TARGET, false).await.expect("a look");
    assert_eq!((seen.looked_at, seen.found, seen.adopted), (5, 2, 0), "{seen:?}");
    assert!(seller.reports().await.iter().all(|report| report.external_id.is_none()));
    let done = cases.adopt(&context, super::TARGET, true).await.expect("adopted");
    assert_eq!((done.found, done.adopted, done.doubtful.len()), (2, 2, 0), "{done:?}");
    // What differs there is to be as it is here.
    let conflicts = ConflictRule([("default".to_owned(), Policy::Ours)].into());
    let rule = ChannelRule { conflicts, ..ChannelRule::default() };
    cases.set_rule(&context, super::TARGET, &rule).await.expect("set");
    seller.push().await;
    seller.assert_all_stand(5).await;
    let adopted = seller
        .reports()
        .await
        .into_iter()
        .filter(|report| report.external_id.as_ref().is_some_and(|id| ids.contains(id)));
    assert_eq!(adopted.count(), 2);
}

/// A clock that was a year ahead wrote until when the channel waits, and when a listing is tried again.
#[both_engines]
async fn a_wait_that_no_clock_can_mean_is_none(app: App) {
    let seller = Seller::of(app, 2).await;
    seller.list_all().await;
    seller.push().await;
    for table in ["listing_lanes", "listings"] {
        execute(&seller.app, &format!("UPDATE {table} SET not_before = 4000000000000")).await;
    }
    assert_eq!(seller.app.host.app.listings.sync_due().await.expect("a look"), 1);
    seller.work().await;
    seller.assert_all_stand(2).await;
    assert!(seller.reports().await.iter().all(|report| report.next_try_at.is_none()));
}

/// They are made many at a time.
#[both_engines]
async fn many_tags_cost_few_requests(app: App) {
    let seller = Seller::of(app, 3).await;
    let ids = seller.list_all().await;
    let tags: Vec<String> = (0..300).map(|number| format!("tag {number}")).collect();
    let change = ListingChange { set: Some(json!({ "tags": tags })), ..ListingChange::default() };
    seller.change(&ids[0], change).await;
    seller.push().await;
    seller.assert_all_stand(3).await;
    let asked = seller.shops.1.server.log().lines().iter().filter(|line| line.path.contains("/tags")).count();
    assert!(asked <= 6, "{asked} requests");
}
