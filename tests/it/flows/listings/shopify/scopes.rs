//! What the app may do: a shop that is only read goes on being read.

use entrepot_test_support::shopify;
use entrepot_tests::linking::import;
use entrepot_tests::stock::catalogue;
use entrepot_tests::{App, Marketplace, both_engines};

use super::super::{Seller, TARGET};
use super::shop;

#[both_engines]
async fn a_shop_that_is_only_read_says_what_is_missing_to_sell(app: App) {
    // With the scopes that an import needs.
    let seller = Seller::selling(app, &catalogue(2), shopify::Store::from_seed(&[])).await;
    import(&seller.app, TARGET).await;
    seller.list_all().await;
    seller.push().await;
    let reports = seller.reports().await;
    let lane =
        seller.app.host.db.tenant(&seller.app.host.tenant).listing_lane(&seller.channels[1]).await.expect("a lane");
    let said = lane.problem.clone().unwrap_or_default();
    for scope in ["write_products", "write_inventory", "read_publications", "write_publications"] {
        assert!(said.contains(scope), "{said} {reports:?}");
    }
    assert!(!said.contains("read_locations"), "{said}");
    assert!(reports.iter().all(|report| report.sync_status == "failed"), "{reports:?}");
    import(&seller.app, TARGET).await;
    seller.target.let_sell();
    seller.app.clock().advance(3_600_000);
    seller.work().await;
    seller.assert_each_stands(2).await;
}

#[both_engines]
async fn goods_are_published_where_the_seller_says(app: App) {
    let target = shop();
    let served = Marketplace::shopify(&target).with_setting("publication", "point of sale");
    let seller = Seller::selling_on(app, &catalogue(1), target, served).await;
    let ids = seller.list_all().await;
    seller.push().await;
    let there = seller.there(&ids[0]).await;
    assert_eq!((there.publications.len(), there.published_at), (1, None), "not in the online store");
}

#[both_engines]
async fn a_publication_that_is_not_there_is_said(app: App) {
    let target = shop();
    let served = Marketplace::shopify(&target).with_setting("publication", "Nowhere");
    let seller = Seller::selling_on(app, &catalogue(1), target, served).await;
    seller.list_all().await;
    seller.push().await;
    let report = seller.reports().await.remove(0);
    let said = report.sync_error.clone().unwrap_or_default();
    assert!(said.contains("\"Nowhere\"") && said.contains("Online Store, Point of Sale"), "{report:?}");
}
