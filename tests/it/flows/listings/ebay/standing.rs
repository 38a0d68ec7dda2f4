//! Goods that change what they are: hidden in their shop, under another SKU, under one that another listing has.

use entrepot_tests::linking::import;
use entrepot_tests::{App, both_engines};
use serde_json::json;

use super::{Auctions, plain, varied};

/// What is hidden in its own shop is taken off, and comes back with it.
#[both_engines]
async fn what_is_hidden_in_its_shop_is_taken_off(app: App) {
    let mut goods = plain(1);
    goods.extend(varied(1));
    let seller = Auctions::to_ebay(app, &goods).await;
    let ids = seller.list().await;
    seller.push().await;
    seller.assert_each_stands(2).await;
    let offers = seller.target.offer_count();
    for visible in [false, true] {
        for id in seller.source.product_ids() {
            assert!(seller.source.change(id, |product| product["is_visible"] = json!(visible)));
        }
        import(&seller.app, "source").await;
        seller.work().await;
        seller.assert_all_are_synced(2).await;
        assert_eq!((seller.target.live().len(), seller.target.offer_count()), (if visible { 2 } else { 0 }, offers));
        let status = seller.report(&ids[0]).await.channel_status;
        assert_eq!(status.as_deref(), Some(if visible { "active" } else { "draft" }));
    }
}

/// eBay knows goods by their SKU: under another one they would be other goods.
#[both_engines]
async fn a_sku_cannot_change(app: App) {
    let seller = Auctions::to_ebay(app, &plain(1)).await;
    let ids = seller.list().await;
    seller.push().await;
    let id = seller.source.product_ids()[0];
    assert!(seller.source.change(id, |product| {
        product["sku"] = json!("ANOTHER");
        product["variants"][0]["sku"] = json!("ANOTHER");
    }));
    import(&seller.app, "source").await;
    seller.work().await;
    let report = seller.report(&ids[0]).await;
    assert_eq!(
        (report.sync_status.as_str(), report.issues[0]["code"].as_str()),
        ("blocked", Some("sku-changed")),
        "{report:?}"
    );
    assert_eq!((seller.target.skus().len(), seller.target.live().len()), (1, 1), "what stands stays as it is");
}

#[both_engines]
async fn a_sku_is_one_listings(app: App) {
    let mut goods = plain(2);
    let sku = goods[0].variants[0].sku.clone();
    goods[1].variants[0].sku.clone_from(&sku);
    let seller = Auctions::to_ebay(app, &goods).await;
    seller.list().await;
    seller.push().await;
    let reports = seller.reports().await;
    let refused: Vec<_> = reports.iter().filter(|report| report.sync_status != "synced").collect();
    assert_eq!((refused.len(), seller.target.live().len()), (1, 1), "{reports:?}");
    assert!(refused[0].sync_error.as_deref().is_some_and(|why| why.contains(&sku)), "{refused:?}");
    // Sent by itself it finds the other one, and does not take it.
    let id = refused[0].id.clone();
    seller.push_by_id(&id).await;
    let report = seller.report(&id).await;
    assert_eq!(
        (report.sync_status.as_str(), report.issues[0]["code"].as_str()),
        ("blocked", Some("sku-taken")),
        "{report:?}"
    );
}
