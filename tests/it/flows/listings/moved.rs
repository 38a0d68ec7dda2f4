//! A channel that leads to another address: the ids of before may be those of other goods there.

use entrepot_test_support::woocommerce::{Product, Store};
use entrepot_tests::{App, Marketplace, both_engines};
use serde_json::json;

use super::{Seller, TARGET};
use entrepot_listings::ListingChange;

/// The target's channel leads to that shop from now on.
async fn moved(seller: Seller, shop: &Marketplace) -> Seller {
    let app = seller.app.trusting(&[&seller.shops.0, &seller.shops.1, shop]).await;
    let secrets = shop.secrets(|_| true);
    let channels = &app.host.app.channels;
    channels.set_channel(&app.host.tenant, TARGET, shop.settings(), secrets).await.expect("moved");
    Seller { app, ..seller }
}

async fn changed(seller: &Seller) {
    for report in seller.reports().await {
        let set = json!({ "price": { "minor": 333, "currency": "USD" }, "title": format!("Anew {}", report.id) });
        seller.change(&report.id, ListingChange { set: Some(set), ..ListingChange::default() }).await;
    }
    seller.work().await;
}

#[both_engines]
async fn goods_of_others_are_left_alone(app: App) {
    let seller = Seller::of(app, 2).await;
    let ids = seller.list_all().await;
    seller.push().await;
    seller.assert_all_stand(2).await;
    let other = Store::empty();
    let foreign: Vec<u64> =
        (0..6).map(|number| other.insert(Product::simple(&format!("Foreign {number}")).priced("999.00"))).collect();
    let shop = Marketplace::woocommerce(&other);
    let seller = moved(seller, &shop).await;
    seller.app.host.app.listings.end(&seller.context(), &ids[0]).await.expect("ended");
    seller.work().await;
    changed(&seller).await;
    seller.ask_again().await;
    for id in foreign {
        let product = other.product(id).expect("there");
        assert!(product.name.starts_with("Foreign") && product.status == "publish", "{product:?}");
        assert_eq!(&*product.regular_price, "999.00");
    }
    let report = seller.reports().await.into_iter().find(|report| report.id == ids[1]).expect("a report");
    assert_eq!((report.status.as_str(), report.external_id.as_deref()), ("archived", None), "{report:?}");
    assert!(report.sync_error.is_some_and(|why| why.contains("leads to another address")));
}

#[both_engines]
async fn a_shop_that_has_another_address_goes_on(app: App) {
    let seller = Seller::of(app, 2).await;
    seller.list_all().await;
    seller.push().await;
    let shop = Marketplace::woocommerce(&seller.target);
    let seller = moved(seller, &shop).await;
    changed(&seller).await;
    seller.assert_all_stand(2).await;
    for id in seller.target.product_ids() {
        assert!(seller.target.product(id).is_some_and(|product| product.name.starts_with("Anew")));
    }
}
