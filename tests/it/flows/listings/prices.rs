//! Prices and stock of listings that are changed on both sides.

use entrepot_domain::Money;
use entrepot_listings::{ConflictReport, Decision, ListingChange};
use entrepot_test_support::server::{Fault, Matcher};
use entrepot_test_support::woocommerce::Product;
use entrepot_tests::linking::import;
use entrepot_tests::{App, both_engines};
use serde_json::json;

use super::Seller;

impl Seller {
    /// A listing of one variant that is counted and costs what it always did.
    pub(super) async fn counted(&self, ids: &[String]) -> String {
        for id in ids {
            let there = self.product_there(id).await;
            if there.kind == "simple" && there.manage_stock && there.sale_price.is_empty() {
                return id.clone();
            }
        }
        panic!("none is counted");
    }

    pub(super) async fn product_there(&self, listing: &str) -> Product {
        self.target.product(self.there(listing).await).expect("there")
    }

    pub(super) async fn set_price(&self, listing: &str, minor: i64) {
        let set = json!({ "price": { "minor": minor, "currency": "USD" } });
        self.change(listing, ListingChange { set: Some(set), ..ListingChange::default() }).await;
        self.work().await;
    }

    /// The source has so many of the listing's only variant.
    pub(super) async fn restock(&self, listing: &str, available: i64) {
        let sku = self.report(listing).await.variants[0].sku.clone();
        for id in self.source.product_ids() {
            let product = self.source.product(id).expect("a product");
            let variant = &product["variants"][0];
            if variant["sku"].as_str() == sku.as_deref() {
                assert!(self.source.set_stock(variant["id"].as_u64().expect("an id"), 1, available));
            }
        }
        import(&self.app, "source").await;
        self.work().await;
    }
}

/// What buyers pay there.
fn price(of: &Product) -> &str {
    if of.sale_price.is_empty() { &of.regular_price } else { &of.sale_price }
}

/// The price, and what is counted there.
fn offer(of: &Product) -> (&str, Option<i64>) {
    (price(of), of.stock_quantity)
}

#[both_engines]
async fn a_price_that_was_changed_there_stays_until_somebody_decides(app: App) {
    let (seller, ids) = Seller::standing(app, 6).await;
    let mut single = Vec::new();
    for id in &ids {
        if seller.report(id).await.variants.len() == 1 {
            single.push(id.clone());
        }
    }
    let [one, two] = [&single[0], &single[1]];
    for id in [one, two] {
        seller.edit_there_seen(id, |product| product.regular_price = "3.33".into()).await;
        let price = |open: Vec<ConflictReport>| open.into_iter().find(|of| of.listing == *id).expect("a conflict");
        let conflict = price(seller.open().await);
        assert!(conflict.field.starts_with("variants/") && conflict.field.ends_with("/price"), "{conflict:?}");
        assert_eq!(conflict.theirs, json!({ "minor": 333, "currency": "USD" }));
        // What else changes goes on, and the price stays, though another is wanted by now.
        let told = Some(Money::new(777, "USD"));
        let set = json!({ "price": { "minor": 777, "currency": "USD" } });
        seller.change(id, ListingChange { set: Some(set), ..ListingChange::default() }).await;
        seller.push().await;
        let there = seller.target.product(seller.there(id).await).expect("there");
        assert_eq!(&*there.regular_price, "3.33");
        let decision = if id == one { Decision::Ours } else { Decision::Theirs };
        seller.decide(id, &conflict.field, decision).await;
        let there = seller.target.product(seller.there(id).await).expect("there");
        let report = seller.report(id).await;
        if id == one {
            assert_eq!(report.variants[0].told_price, told);
            assert_ne!(&*there.regular_price, "3.33");
        } else {
            assert_eq!(&*there.regular_price, "3.33");
            assert_eq!(report.set["variants"].as_object().map(serde_json::Map::len), Some(1), "{:?}", report.set);
        }
        assert_eq!(report.sync_status, "synced", "{report:?}");
    }
    seller.assert_all_stand(6).await;
}

/// What is as it was told is not told again: there it may have been changed since.
#[both_engines]
async fn stock_is_sent_without_the_price_and_the_price_without_stock(app: App) {
    let (seller, ids) = Seller::standing(app, 8).await;
    let id = seller.counted(&ids).await;
    let stock = seller.product_there(&id).await.stock_quantity.expect("counted");
    seller.edit_there(&id, |product| product.regular_price = "3.33".into()).await;
    seller.restock(&id, stock + 40).await;
    let there = seller.product_there(&id).await;
    let told = seller.report(&id).await.variants[0].told_stock;
    assert_eq!((offer(&there).0, there.stock_quantity), ("3.33", told));
    assert_ne!(told, Some(stock), "the number of there is the new one");
    assert_eq!(seller.report(&id).await.sync_status, "synced", "nobody looked at the price yet");
    // Somebody bought one, and another price is wanted: theirs is asked about, and nothing is counted anew.
    let left = there.stock_quantity.map(|stock| stock - 1);
    seller.edit_there(&id, |product| product.stock_quantity = left).await;
    seller.set_price(&id, 777).await;
    let open = seller.open().await;
    assert_eq!(
        open.iter().map(|of| of.theirs.clone()).collect::<Vec<_>>(),
        [json!({ "minor": 333, "currency": "USD" })]
    );
    assert_eq!(offer(&seller.product_there(&id).await), ("3.33", left));
    seller.decide(&id, &open[0].field, Decision::Ours).await;
    assert_eq!(offer(&seller.product_there(&id).await), ("7.77", left));
    seller.assert_all_stand(8).await;
}

#[both_engines]
async fn a_price_waits_for_a_look_and_stock_does_not(app: App) {
    let (seller, ids) = Seller::standing(app, 8).await;
    let id = seller.counted(&ids).await;
    let before = seller.product_there(&id).await;
    seller.edit_there(&id, |product| product.sku = "\u{1}".repeat(300).as_str().into()).await;
    let set = json!({ "price": { "minor": 777, "currency": "USD" } });
    seller.change(&id, ListingChange { set: Some(set), ..ListingChange::default() }).await;
    seller.edit_there(&id, |product| product.regular_price = "twelve".into()).await;
    seller.restock(&id, before.stock_quantity.expect("counted") + 40).await;
    let there = seller.product_there(&id).await;
    assert_eq!(&*there.regular_price, "twelve", "it cannot be read, so it is not overwritten");
    assert_ne!(there.stock_quantity, before.stock_quantity);
    let report = seller.report(&id).await;
    assert!(report.next_try_at.is_some(), "{report:?}");
    assert!(report.sync_error.is_some_and(|why| why.contains("nothing is sent over its price")));
    seller
        .edit_there(&id, |product| {
            (product.sku, product.regular_price) = (before.sku.clone(), before.regular_price.clone())
        })
        .await;
    seller.app.clock().advance(600_000);
    seller.work().await;
    assert_eq!(price(&seller.product_there(&id).await), "7.77");
    seller.assert_all_stand(8).await;
}

/// A shop that cannot be read at the moment keeps the price waiting, and says until when.
#[both_engines]
async fn a_price_waits_for_a_shop_that_cannot_be_read(app: App) {
    let (seller, ids) = Seller::standing(app, 8).await;
    let id = seller.counted(&ids).await;
    seller.edit_there(&id, |product| product.regular_price = "3.33".into()).await;
    let reads = Matcher::path("/wp-json/wc/v3/products").with("include=").next(200);
    seller.shops.1.server.inject(reads, Fault::Gateway(503));
    seller.set_price(&id, 777).await;
    assert_eq!(&*seller.product_there(&id).await.regular_price, "3.33");
    assert!(seller.report(&id).await.next_try_at.is_some());
    seller.shops.1.server.heal();
    seller.app.clock().advance(600_000);
    seller.work().await;
    assert_eq!(&*seller.product_there(&id).await.regular_price, "3.33");
    assert_eq!(seller.open().await.len(), 1);
}
