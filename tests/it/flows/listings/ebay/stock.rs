//! Nothing left: what was never published waits for stock, and what is on sale stays.

use entrepot_tests::linking::import;
use entrepot_tests::{App, both_engines};
use serde_json::json;

use super::{Auctions, TARGET, plain, varied};

#[both_engines]
async fn goods_without_stock_are_published_when_there_is_some(app: App) {
    let mut goods = plain(1);
    goods[0].variants[0].stock = Some([0, 0]);
    let seller = Auctions::to_ebay(app, &goods).await;
    let ids = seller.list().await;
    seller.push().await;
    seller.assert_all_are_synced(1).await;
    assert_eq!((seller.target.live().len(), seller.writes("publish")), (0, 0));
    assert_eq!(seller.report(&ids[0]).await.channel_status.as_deref(), Some("out-of-stock"));
    seller.restock(0, 9).await;
    seller.assert_each_stands(1).await;
    let offer = seller.offer(&ids[0], 0).await;
    assert_eq!((offer.body["availableQuantity"].as_i64(), offer.listing.is_some()), (Some(9), true));
    // From now on it is like any other.
    let before = seller.writes("");
    seller.restock(0, 4).await;
    assert_eq!((seller.writes("") - before, seller.target.live().len()), (1, 1));
}

#[both_engines]
async fn a_group_without_stock_is_published_when_there_is_some(app: App) {
    let mut goods = varied(1);
    goods[0].variants.iter_mut().for_each(|variant| variant.stock = Some([0, 0]));
    let seller = Auctions::to_ebay(app, &goods).await;
    let ids = seller.list().await;
    seller.push().await;
    seller.assert_all_are_synced(1).await;
    assert_eq!((seller.target.live().len(), seller.writes("publish")), (0, 0));
    seller.restock(1, 3).await;
    seller.assert_each_stands(1).await;
    let quantities = async |at: usize| {
        seller.item(&ids[0], at).await["availability"]["shipToLocationAvailability"]["quantity"].as_i64()
    };
    assert_eq!((quantities(0).await, quantities(1).await), (Some(0), Some(3)));
    assert_eq!(seller.writes("publish_by_inventory_item_group"), 1);
}

/// With out-of-stock control it stays, and comes back with stock under the same number.
#[both_engines]
async fn what_sells_out_stays_and_comes_back(app: App) {
    let seller = Auctions::to_ebay(app, &plain(1)).await;
    let ids = seller.list().await;
    seller.push().await;
    let numbers = seller.target.live();
    seller.restock(0, 0).await;
    seller.assert_each_stands(1).await;
    // As an import sees it: on sale, and nothing of it.
    import(&seller.app, TARGET).await;
    let there = seller.products(1).await.remove(0);
    let left: i64 = there.variants.iter().filter_map(entrepot_domain::effective::available).sum();
    assert_eq!((left, there.status), (0, entrepot_domain::catalog::ProductStatus::Active), "{there:?}");
    assert_eq!(there.url.as_deref(), Some(format!("https://www.ebay.com/itm/{}", numbers[0]).as_str()));
    // Nobody is asked about what nobody did.
    seller.set(&ids[0], json!({ "title": "Without stock" })).await;
    let which = entrepot_listings::WhichConflicts::default();
    let listings = &seller.app.host.app.listings;
    let open = listings.conflicts(&seller.app.host.tenant, which, ("", ""), 50).await.expect("conflicts");
    assert_eq!(open.len(), 0, "{open:?}");
    seller.restock(0, 6).await;
    assert_eq!(seller.target.live(), numbers);
    seller.assert_each_stands(1).await;
}

/// Whoever takes an offer off at eBay does not find it back by a change of its stock.
#[both_engines]
async fn what_the_seller_took_off_stays_off(app: App) {
    let seller = Auctions::to_ebay(app, &plain(1)).await;
    let ids = seller.list().await;
    seller.push().await;
    let sku = seller.skus(&ids[0]).await.remove(0);
    let (number, _) = seller.target.offers(&sku).remove(0);
    seller.target.withdraw(&number);
    seller.restock(0, 11).await;
    let offer = seller.offer(&ids[0], 0).await;
    assert_eq!((seller.target.live().len(), offer.body["availableQuantity"].as_i64()), (0, Some(11)));
}
