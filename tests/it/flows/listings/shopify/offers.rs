//! Price and stock alone.

use entrepot_listings::{Decision, ListingChange};
use entrepot_test_support::shopify::Trick;
use entrepot_test_support::{bigcommerce, seed};
use entrepot_tests::linking::import;
use entrepot_tests::stock::catalogue;
use entrepot_tests::{App, Marketplace, both_engines};
use serde_json::json;

use super::super::Seller;
use super::shop;

/// One product with one variant that is counted.
fn counted_goods() -> Vec<seed::Product> {
    let mut goods = catalogue(20);
    goods.retain(|product| {
        product.options.is_empty() && product.status == seed::Status::Active && product.variants[0].stock.is_some()
    });
    goods.truncate(1);
    goods[0].variants[0].stock = Some([20, 0]);
    goods
}

/// The first product that is counted has this many.
fn restock(source: &bigcommerce::Store, available: i64) {
    let counted = |id: &u64| source.product(*id).filter(|product| product["inventory_tracking"] != "none");
    let product = source.product_ids().iter().find_map(counted).expect("a product that is counted");
    assert!(source.set_stock(product["variants"][0]["id"].as_u64().expect("an id"), 1, available));
}

#[both_engines]
async fn price_and_stock_are_sent_alone(app: App) {
    let mut goods = catalogue(4);
    let stocks =
        goods.iter_mut().flat_map(|product| &mut product.variants).filter_map(|variant| variant.stock.as_mut());
    stocks.for_each(|[_, second]| *second = 0);
    let seller = Seller::selling(app, &goods, shop()).await;
    let ids = seller.list_all().await;
    seller.push().await;
    let sets = seller.asked("ProductSet");
    let set = json!({ "price": { "minor": 4_321, "currency": "USD" } });
    seller.change(&ids[0], ListingChange { set: Some(set), ..ListingChange::default() }).await;
    restock(&seller.source, 7);
    import(&seller.app, "source").await;
    seller.work().await;
    assert_eq!(seller.asked("ProductSet"), sets, "no whole product is sent for that");
    assert!(seller.there(&ids[0]).await.variants.iter().all(|variant| variant.price == "43.21"));
    let stocks: Vec<i64> = {
        let products = seller.target.product_ids().into_iter().filter_map(|id| seller.target.product(id));
        products.flat_map(|product| product.variants).flat_map(|one| one.levels).map(|level| level.available).collect()
    };
    assert!(stocks.contains(&7), "{stocks:?}");
    assert_eq!((seller.asked("VariantsUpdate"), seller.asked("InventorySet")), (1, 1));
    seller.assert_each_stands(4).await;
    // What is there already is not written back.
    let before = seller.writes();
    seller.push().await;
    assert_eq!(seller.writes(), before);
}

/// A shop that sold one meanwhile says so, and its number is reckoned with.
#[both_engines]
async fn a_sale_at_the_same_moment_is_seen(app: App) {
    let seller = Seller::selling(app, &counted_goods(), shop()).await;
    let ids = seller.list_all().await;
    seller.push().await;
    let there = seller.there(&ids[0]).await;
    let location = there.variants[0].levels[0].location;
    let id = there.id;
    // After it was read, and before it is set.
    seller.target.meanwhile("InventorySet", move |shop| assert!(shop.set_stock(id, 0, location, 19)));
    restock(&seller.source, 30);
    import(&seller.app, "source").await;
    seller.work().await;
    seller.assert_each_stands(1).await;
    assert_eq!(seller.there(&ids[0]).await.variants[0].levels[0].available, 30);
    assert_eq!(seller.asked("InventorySet"), 2, "once in vain, and once with the number that is there");
    // And before it was read.
    assert!(seller.target.set_stock(id, 0, location, 25));
    restock(&seller.source, 40);
    import(&seller.app, "source").await;
    seller.work().await;
    assert_eq!(seller.there(&ids[0]).await.variants[0].levels[0].available, 40);
    assert_eq!(seller.asked("InventorySet"), 3, "what was read is not sent as if it were another number");
}

/// A change of stock whose answer was lost is known by its key, or by the number that is there.
#[both_engines]
async fn a_lost_answer_sets_stock_once(app: App) {
    let seller = Seller::selling(app, &counted_goods(), shop()).await;
    let ids = seller.list_all().await;
    seller.push().await;
    seller.target.play("InventorySet", Trick::Lost);
    restock(&seller.source, 3);
    import(&seller.app, "source").await;
    seller.work().await;
    seller.app.clock().advance(600_000);
    seller.work().await;
    seller.assert_each_stands(1).await;
    assert_eq!(seller.there(&ids[0]).await.variants[0].levels[0].available, 3);
    assert_eq!(seller.asked("InventorySet"), 1);
    // Another one is at work on the same change: it is asked again, later.
    seller.target.be_at_work(1);
    restock(&seller.source, 4);
    import(&seller.app, "source").await;
    seller.work().await;
    assert_eq!(seller.report(&ids[0]).await.sync_status, "failed");
    seller.app.clock().advance(600_000);
    seller.work().await;
    seller.assert_each_stands(1).await;
    assert_eq!(seller.there(&ids[0]).await.variants[0].levels[0].available, 4);
    // There and back again within a day: the same numbers are another change.
    for wanted in [3, 4, 3] {
        restock(&seller.source, wanted);
        import(&seller.app, "source").await;
        seller.work().await;
        assert_eq!(seller.there(&ids[0]).await.variants[0].levels[0].available, wanted);
    }
}

/// Stock is set where the seller says, also where the item did not lie before.
#[both_engines]
async fn stock_lies_where_the_seller_says(app: App) {
    let target = shop();
    target.add_location("Hamburg");
    let served = Marketplace::shopify(&target).with_setting("location", "Hamburg");
    let seller = Seller::selling_on(app, &counted_goods(), target, served).await;
    let ids = seller.list_all().await;
    seller.push().await;
    let hamburg = seller.target.locations().iter().find(|location| location.name == "Hamburg").expect("it").id;
    let levels = |product: &entrepot_test_support::shopify::Product| {
        product.variants[0].levels.iter().map(|level| (level.location, level.available)).collect::<Vec<_>>()
    };
    assert_eq!(levels(&seller.there(&ids[0]).await), [(hamburg, 20)]);
    // Somebody takes it away from there.
    let id = seller.there(&ids[0]).await.id;
    seller.target.update(id, |product| product.variants[0].levels.clear());
    restock(&seller.source, 5);
    import(&seller.app, "source").await;
    seller.work().await;
    seller.assert_each_stands(1).await;
    assert_eq!(levels(&seller.there(&ids[0]).await), [(hamburg, 5)]);
    assert_eq!(seller.asked("InventoryActivate"), 1);
    // Somebody switches counting off: the number means nothing, and is left alone.
    seller.target.update(id, |product| product.variants[0].tracked = false);
    restock(&seller.source, 6);
    import(&seller.app, "source").await;
    seller.work().await;
    seller.assert_each_stands(1).await;
    assert_eq!(levels(&seller.there(&ids[0]).await), [(hamburg, 5)]);
}

/// A variant that Shopify refuses costs the others of its product nothing.
#[both_engines]
async fn a_variant_that_is_gone_costs_the_others_nothing(app: App) {
    let mut goods = catalogue(30);
    goods.retain(|product| product.variants.len() > 2 && product.status == seed::Status::Active);
    let seller = Seller::selling(app, &goods[..1], shop()).await;
    let ids = seller.list_all().await;
    seller.push().await;
    let id = seller.there(&ids[0]).await.id;
    seller.target.update(id, |product| drop(product.variants.remove(0)));
    let set = json!({ "price": { "minor": 4_321, "currency": "USD" } });
    seller.change(&ids[0], ListingChange { set: Some(set), ..ListingChange::default() }).await;
    seller.work().await;
    let report = seller.report(&ids[0]).await;
    assert_eq!(report.issues[0]["code"], "variant-gone", "{report:?}");
    assert!(seller.there(&ids[0]).await.variants.iter().all(|variant| variant.price == "43.21"));
    // Whoever took it away is not overruled unasked.
    seller.push_by_id(&ids[0]).await;
    assert_eq!(seller.asked("ProductSet"), 1);
    let context = seller.context();
    seller.app.host.app.listings.decide(&context, &ids[0], "variants", Decision::Ours, None).await.expect("decided");
    seller.work().await;
    seller.assert_each_stands(1).await;
    assert_eq!(seller.there(&ids[0]).await.variants.len(), goods[0].variants.len());
}
