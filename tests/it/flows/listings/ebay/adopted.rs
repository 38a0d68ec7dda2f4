//! What stands there already: taken over where nobody sees it, adopted when somebody says so, and never doubled.

use entrepot_listings::{Decision, ListingReport};
use entrepot_test_support::ebay::{self, Offer};
use entrepot_test_support::server::{Fault, Matcher};
use entrepot_tests::stock::catalogue;
use entrepot_tests::{App, both_engines};
use serde_json::json;

use super::{Auctions, TARGET, account, plain, served, varied};

#[both_engines]
async fn what_is_on_sale_already_is_adopted_and_not_doubled(app: App) {
    let mut goods = plain(2);
    goods.extend(varied(1));
    let target = account();
    target.add(&goods);
    for sku in target.skus() {
        // Under other words, so that it cannot be an answer that was lost.
        target.change_item(&sku, |item| item["product"]["title"] = json!("Somebody's own words"));
    }
    let shop = served(&target);
    let seller = Auctions::to_ebay_on(app, &goods, target, shop).await;
    seller.list().await;
    let (skus, offers) = (seller.target.skus().len(), seller.target.offer_count());
    // Pushed without a look, they are refused.
    seller.push().await;
    let reports = seller.reports().await;
    let told = |of: &ListingReport| of.sync_error.as_deref().is_some_and(|why| why.contains("adopt it"));
    assert!(reports.iter().all(|of| of.sync_status == "blocked" && told(of)), "{reports:?}");
    assert_eq!(seller.writes(""), 0);
    let done = seller.app.host.app.listings.adopt(&seller.context(), TARGET, true).await.expect("adopted");
    assert_eq!((done.found, done.adopted, done.doubtful.len()), (3, 3, 0), "{done:?}");
    for _ in 0..2 {
        seller.push().await;
        for report in seller.reports().await {
            drop(seller.app.host.app.listings.decide(&seller.context(), &report.id, "all", Decision::Ours, None).await);
        }
    }
    seller.work().await;
    seller.assert_each_stands(3).await;
    assert_eq!((seller.target.skus().len(), seller.target.offer_count()), (skus, offers), "nothing is there twice");
}

/// The same words and the same SKU are not enough: at another price it is somebody's own.
#[both_engines]
async fn a_sellers_own_listing_of_the_same_title_is_left_alone(app: App) {
    let goods = plain(1);
    let target = account();
    target.add(&goods);
    let sku = target.skus().remove(0);
    let (id, _) = target.offers(&sku).remove(0);
    target.change_offer(&id, |offer| offer.body["pricingSummary"]["price"]["value"] = json!("9.99"));
    let shop = served(&target);
    let seller = Auctions::to_ebay_on(app, &goods, target, shop).await;
    let ids = seller.list().await;
    seller.push().await;
    let report = seller.report(&ids[0]).await;
    assert_eq!((report.sync_status.as_str(), seller.writes("")), ("blocked", 0), "{report:?}");
    assert!(report.sync_error.as_deref().is_some_and(|why| why.contains("adopt it")), "{report:?}");
    assert_eq!(seller.target.offers(&sku)[0].1.body["pricingSummary"]["price"]["value"], "9.99");
}

/// Published unheard, called otherwise, and ended: it is not called ended as long as it may be on sale.
#[both_engines]
async fn what_may_be_on_sale_under_another_title_is_not_called_ended(app: App) {
    let seller = Auctions::to_ebay(app, &plain(1)).await;
    let ids = seller.list().await;
    seller.shops.1.server.inject(Matcher::path("publish").nth(1), Fault::Truncate(0));
    seller.push().await;
    assert_eq!(seller.target.live().len(), 1, "it arrived");
    seller.set(&ids[0], json!({ "title": "Called otherwise" })).await;
    seller.app.host.app.listings.end(&seller.context(), &ids[0]).await.expect("to be ended");
    seller.app.clock().advance(60_000);
    seller.work().await;
    let report = seller.report(&ids[0]).await;
    assert_eq!((report.sync_status.as_str(), seller.target.live().len()), ("blocked", 1), "{report:?}");
    assert!(report.sync_error.as_deref().is_some_and(|why| why.contains("another title")), "{report:?}");
}

/// A second offer for a SKU is refused, and the answer names the first: that one is taken.
#[both_engines]
async fn an_offer_that_turns_out_to_be_there_is_adopted(app: App) {
    let seller = Auctions::to_ebay(app, &plain(1)).await;
    let ids = seller.list().await;
    let sku = plain(1)[0].variants[0].sku.clone();
    let made = sku.clone();
    // Another program makes one at the same moment, after it was looked for.
    seller.target.before_request(Matcher::path("bulk_create_offer"), 1, move |store: &ebay::Store| {
        let body =
            json!({"quantityLimitPerBuyer": 3, "pricingSummary": {"price": {"value": "1.00", "currency": "USD"}}});
        store.put_offer(Offer {
            sku: made,
            marketplace: "EBAY_US".into(),
            format: "FIXED_PRICE".into(),
            body,
            listing: None,
        });
    });
    seller.push().await;
    seller.assert_each_stands(1).await;
    let offer = seller.offer(&ids[0], 0).await;
    assert_eq!(offer.body["quantityLimitPerBuyer"], 3, "what the other one said of it stays");
    assert_ne!(offer.body["pricingSummary"]["price"]["value"], "1.00");
    assert_eq!(seller.target.offers(&sku).len(), 1);
}

/// What nobody sees is made to what it is to be.
#[both_engines]
async fn what_lies_there_without_an_offer_is_taken_over(app: App) {
    let goods = plain(1);
    let target = account();
    let sku = goods[0].variants[0].sku.clone();
    target.change_item(&sku, |item| {
        item["product"] = json!({"title": "Begun by hand", "subtitle": "Own words", "ean": ["4006381333931"]});
    });
    let shop = served(&target);
    let seller = Auctions::to_ebay_on(app, &goods, target, shop).await;
    let ids = seller.list().await;
    seller.push().await;
    seller.assert_each_stands(1).await;
    let product = seller.item(&ids[0], 0).await["product"].clone();
    assert_eq!((&product["title"], &product["subtitle"]), (&json!(goods[0].title), &json!("Own words")));
}

/// eBay lets no SKU join a group that is on sale by itself, or is another group's.
#[both_engines]
async fn a_sku_of_another_listing_is_not_taken_away(app: App) {
    let goods = varied(2);
    let (alone, grouped) = (goods[0].variants[0].sku.clone(), goods[1].variants[0].sku.clone());
    let target = account();
    let mut own = catalogue(1);
    (own[0].variants[0].sku, own[0].status) = (alone, entrepot_test_support::seed::Status::Active);
    own[0].options.clear();
    own[0].variants.truncate(1);
    own[0].variants[0].option_values.clear();
    target.add(&own);
    target.change_item(&grouped, |item| item["product"] = json!({"title": "A variation"}));
    target.put_group("THEIRS", json!({"variantSKUs": [grouped], "title": "Theirs"}));
    let shop = served(&target);
    let seller = Auctions::to_ebay_on(app, &goods, target, shop).await;
    let ids = seller.list().await;
    seller.push().await;
    let (one, two) = (seller.report(&ids[0]).await, seller.report(&ids[1]).await);
    let told = [&one, &two].map(|report| report.sync_error.clone().unwrap_or_default());
    assert!(told.iter().any(|why| why.contains("on sale by itself")), "{told:?}");
    assert!(told.iter().any(|why| why.contains("\"THEIRS\"")), "{told:?}");
    assert_eq!(seller.writes(""), 0);
}

/// The answer to publishing was lost, and the title changed meanwhile: it is not put on sale a second time.
#[both_engines]
async fn what_was_published_without_an_answer_is_not_made_again(app: App) {
    let seller = Auctions::to_ebay(app, &plain(1)).await;
    let ids = seller.list().await;
    seller.shops.1.server.inject(Matcher::path("bulk_publish_offer").next(1), Fault::Drop);
    seller.push().await;
    assert_eq!((seller.report(&ids[0]).await.sync_status.as_str(), seller.target.live().len()), ("failed", 1));
    let before = seller.writes("");
    seller.wait().await;
    seller.assert_each_stands(1).await;
    assert_eq!(seller.writes(""), before, "it stood there as it was to stand");
}
