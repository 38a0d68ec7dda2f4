//! Price and stock alone: several SKUs in one call.

use entrepot_test_support::ebay;
use entrepot_test_support::server::{Fault, Matcher};
use entrepot_tests::{App, both_engines};
use serde_json::json;

use super::{Auctions, plain, varied};

const CALL: &str = "bulk_update_price_quantity";

fn price(offer: &ebay::Offer) -> &str {
    offer.body["pricingSummary"]["price"]["value"].as_str().unwrap_or_default()
}

#[both_engines]
async fn price_and_stock_are_sent_alone(app: App) {
    let seller = Auctions::to_ebay(app, &varied(1)).await;
    let ids = seller.list().await;
    seller.push().await;
    let before = seller.writes("");
    seller.set(&ids[0], json!({ "price": { "minor": 4_321, "currency": "USD" } })).await;
    let skus = seller.skus(&ids[0]).await;
    for at in 0..skus.len() {
        let offer = seller.offer(&ids[0], at).await;
        assert_eq!((price(&offer), offer.body["availableQuantity"].as_i64()), ("43.21", Some(5)));
    }
    assert_eq!((seller.writes(CALL), seller.writes("") - before), (1, 1), "one call for all variations");
    seller.restock(0, 7).await;
    // The lower one counts, so both are set.
    let offer = seller.offer(&ids[0], 0).await;
    let item = seller.item(&ids[0], 0).await;
    assert_eq!(offer.body["availableQuantity"], 7);
    assert_eq!(item["availability"]["shipToLocationAvailability"]["quantity"], 7);
    assert_eq!((seller.writes(CALL), seller.writes("") - before), (2, 2));
    seller.assert_each_stands(1).await;
    // What is there already is not written again.
    seller.push().await;
    assert_eq!(seller.writes("") - before, 2);
    let listing = seller.target.listing(&seller.target.live()[0]).expect("a listing");
    assert_eq!(listing.revisions, skus.len() as u64 + 1, "each SKU counts, and no more");
}

/// Set in the item alone it would change nothing for buyers: the offer's own number is the lower one.
#[both_engines]
async fn an_offer_that_lacks_what_the_item_has_is_filled(app: App) {
    let seller = Auctions::to_ebay(app, &plain(1)).await;
    let ids = seller.list().await;
    seller.push().await;
    let sku = seller.skus(&ids[0]).await.remove(0);
    let (number, _) = seller.target.offers(&sku).remove(0);
    // Half of it was done by another program.
    seller.target.set_stock(&sku, 33);
    seller.target.change_offer(&number, |offer| offer.body["availableQuantity"] = json!(4));
    seller.restock(0, 33).await;
    assert_eq!(seller.offer(&ids[0], 0).await.body["availableQuantity"], 33);
    seller.assert_each_stands(1).await;
}

/// An account that sold one meanwhile says so, and its number is reckoned with.
#[both_engines]
async fn a_sale_at_the_same_moment_is_seen(app: App) {
    let seller = Auctions::to_ebay(app, &plain(1)).await;
    let ids = seller.list().await;
    seller.push().await;
    let sku = seller.skus(&ids[0]).await.remove(0);
    seller.target.set_stock(&sku, 19);
    let looks = || {
        let lines = seller.shops.1.server.log().lines();
        lines.iter().filter(|line| line.path.contains("bulk_get")).count()
    };
    let before = looks();
    seller.restock(0, 30).await;
    assert_eq!(looks() - before, 2, "once with what was expected, once with what is there");
    assert_eq!(seller.item(&ids[0], 0).await["availability"]["shipToLocationAvailability"]["quantity"], 30);
    seller.assert_each_stands(1).await;
}

#[both_engines]
async fn a_lost_answer_sets_stock_once(app: App) {
    let seller = Auctions::to_ebay(app, &plain(1)).await;
    let ids = seller.list().await;
    seller.push().await;
    for fault in [Fault::Drop, Fault::Truncate(0), Fault::Json(200, "{}"), Fault::Json(200, r#"{"responses":[]}"#)] {
        let (said, calls) = (format!("{fault:?}"), seller.writes(CALL));
        let stock = i64::try_from(calls).expect("a number") + 40;
        seller.shops.1.server.inject(Matcher::path(CALL).next(1), fault);
        seller.restock(0, stock).await;
        assert_eq!(seller.report(&ids[0]).await.sync_status, "failed", "{said}");
        seller.shops.1.server.heal();
        seller.wait().await;
        seller.assert_each_stands(1).await;
        let there = seller.item(&ids[0], 0).await["availability"]["shipToLocationAvailability"]["quantity"].clone();
        assert_eq!((there, seller.writes(CALL)), (json!(stock), calls + 1), "{said}: it was there");
    }
}

/// One row of a call is refused: 207 is no success, and no failure of the others.
#[both_engines]
async fn a_row_that_is_refused_is_its_own(app: App) {
    let seller = Auctions::to_ebay(app, &plain(3)).await;
    let ids = seller.list().await;
    seller.push().await;
    // Its offer was taken off and deleted by another program.
    let sku = seller.skus(&ids[1]).await.remove(0);
    let (number, _) = seller.target.offers(&sku).remove(0);
    seller.target.withdraw(&number);
    for id in &ids {
        let set = json!({ "price": { "minor": 1_234, "currency": "USD" } });
        seller.change(id, entrepot_listings::ListingChange { set: Some(set), ..Default::default() }).await;
    }
    seller.work().await;
    assert_eq!(price(&seller.offer(&ids[0], 0).await), "12.34");
    assert_eq!(price(&seller.offer(&ids[2], 0).await), "12.34");
    // What is not on sale gets its price too, and stays off.
    assert_eq!(price(&seller.offer(&ids[1], 0).await), "12.34");
    assert_eq!(seller.target.live().len(), 2);
    // A SKU that is gone is told of that listing alone.
    assert!(seller.target.delete_item(&sku));
    for id in &ids {
        let set = json!({ "price": { "minor": 2_345, "currency": "USD" } });
        seller.change(id, entrepot_listings::ListingChange { set: Some(set), ..Default::default() }).await;
    }
    seller.work().await;
    seller.wait().await;
    assert_eq!(price(&seller.offer(&ids[0], 0).await), "23.45");
    let report = seller.report(&ids[1]).await;
    assert!(report.sync_error.as_deref().is_some_and(|why| why.contains("no longer")), "{report:?}");
}
