//! Price and stock alone: an inventory is read, changed and written whole, and what nobody named is as it was.

use entrepot_test_support::server::{Fault, Matcher};
use entrepot_tests::{App, both_engines};
use serde_json::json;

use super::{Crafts, plain, varied};

#[both_engines]
async fn price_and_stock_are_sent_alone(app: App) {
    let crafts = Crafts::of(app, &varied()).await;
    let ids = crafts.list().await;
    crafts.push().await;
    crafts.restock(0, 6).await;
    let (puts, patches) = (crafts.sent("PUT", "/inventory"), crafts.sent("PATCH", "/listings/"));
    let before = crafts.there(&ids[0]).await;
    crafts.set(&ids[0], json!({ "price": { "minor": 4_321, "currency": "USD" } })).await;
    let after = crafts.there(&ids[0]).await;
    let amounts: Vec<i64> = after.products.iter().flatten().map(|one| one.offering.amount).collect();
    assert!(amounts.iter().all(|amount| *amount == 4_321), "{amounts:?}");
    assert_eq!(after.price_on, before.price_on, "what varies by what is the seller's own setting");
    let rest = |of: &entrepot_test_support::etsy::Listing| -> Vec<_> {
        of.products.iter().flatten().map(|one| (one.sku.clone(), one.offering.quantity, one.offering.enabled)).collect()
    };
    assert_eq!((rest(&after), &after.images), (rest(&before), &before.images));
    crafts.restock(0, 7).await;
    let after = crafts.there(&ids[0]).await;
    let quantities: Vec<u64> = after.products.iter().flatten().map(|one| one.offering.quantity).collect();
    assert_eq!((quantities[0], quantities[1]), (7, 5), "{quantities:?}");
    let written = (crafts.sent("PUT", "/inventory"), crafts.sent("PATCH", "/listings/"));
    assert_eq!(written, (puts + 2, patches), "one inventory each, and nothing of the listing");
    crafts.assert_each_stands(1).await;
    // What is there already is not written again.
    let before = crafts.writes();
    crafts.push().await;
    assert_eq!(crafts.writes(), before);
}

/// Requests are dear at Etsy: what a change of stock costs is said, so it is held.
#[both_engines]
async fn a_change_of_stock_costs_few_requests(app: App) {
    let crafts = Crafts::of(app, &plain()).await;
    crafts.list().await;
    crafts.push().await;
    // The first one takes the marks away.
    crafts.restock(0, 4).await;
    let before = crafts.shops.1.server.log().total();
    crafts.restock(0, 3).await;
    assert_eq!(crafts.shops.1.server.log().total() - before, 2, "read, and written");
}

#[both_engines]
async fn a_change_of_stock_of_variants_costs_few_requests(app: App) {
    let crafts = Crafts::of(app, &varied()).await;
    crafts.list().await;
    crafts.push().await;
    crafts.restock(0, 4).await;
    let before = crafts.shops.1.server.log().total();
    crafts.restock(0, 3).await;
    let taken = crafts.shops.1.server.log().total() - before;
    assert!((3..=4).contains(&taken), "{taken}: and the links to pictures");
}

/// The divisor is whatever the data says: a yen has no hundredth.
#[both_engines]
async fn prices_are_those_of_the_shops_currency(app: App) {
    let target = super::shop();
    target.configure(|options| {
        options.currency = "JPY".into();
        options.divisor = 1;
    });
    let served = super::served(&target);
    let crafts = Crafts::on(app, &plain(), target, served).await;
    let ids = crafts.list().await;
    crafts.push().await;
    let report = crafts.report(&ids[0]).await;
    assert!(report.sync_error.as_deref().is_some_and(|why| why.contains("JPY")), "{report:?}");
    crafts.set(&ids[0], json!({ "price": { "minor": 4_321, "currency": "JPY" } })).await;
    crafts.push().await;
    crafts.assert_each_stands(1).await;
    let amount = async || crafts.there(&ids[0]).await.products.iter().flatten().next().map(|one| one.offering.amount);
    assert_eq!(amount().await, Some(4_321));
    crafts.set(&ids[0], json!({ "price": { "minor": 1_234, "currency": "JPY" } })).await;
    assert_eq!(amount().await, Some(1_234));
    crafts.assert_each_stands(1).await;
}

/// A write takes the links between variants and pictures away; they are the seller's.
#[both_engines]
async fn pictures_of_variants_outlive_a_change_of_stock(app: App) {
    let crafts = Crafts::of(app, &varied()).await;
    let ids = crafts.list().await;
    crafts.push().await;
    let id = crafts.there(&ids[0]).await.id;
    crafts.target.update(id, |listing| {
        let property = listing.products.iter().flatten().next().expect("a product").properties[0].clone();
        listing.variation_images = vec![(property.id, property.value_id, listing.images[0].id)];
    });
    let links = crafts.there(&ids[0]).await.variation_images;
    crafts.restock(0, 3).await;
    let there = crafts.there(&ids[0]).await;
    assert_eq!(
        (there.variation_images, there.products.iter().flatten().next().map(|one| one.offering.quantity)),
        (links, Some(3))
    );
    crafts.assert_each_stands(1).await;
}

/// What a seller set in Etsy's own tools stays: the processing time of a product, products that cannot be bought.
#[both_engines]
async fn what_is_not_ours_of_an_inventory_stays(app: App) {
    let crafts = Crafts::of(app, &varied()).await;
    let ids = crafts.list().await;
    crafts.push().await;
    let id = crafts.there(&ids[0]).await.id;
    crafts.target.update(id, |listing| {
        let last = listing.products.iter_mut().flatten().last().expect("a product");
        (last.offering.readiness, last.offering.enabled) = (Some(1_400_000_000_002), false);
    });
    crafts.restock(0, 2).await;
    let there = crafts.there(&ids[0]).await;
    let last = there.products.iter().flatten().last().expect("a product").offering.clone();
    assert_eq!((last.readiness, last.enabled), (Some(1_400_000_000_002), false), "{there:?}");
}

#[both_engines]
async fn a_lost_answer_sets_stock_once(app: App) {
    let crafts = Crafts::of(app, &plain()).await;
    let ids = crafts.list().await;
    crafts.push().await;
    let puts = crafts.sent("PUT", "/inventory");
    crafts.shops.1.server.inject(Matcher::path("/inventory").without("batch").next(1), Fault::Drop);
    crafts.restock(0, 3).await;
    assert_eq!(crafts.report(&ids[0]).await.sync_status, "failed");
    crafts.app.clock().advance(600_000);
    crafts.work().await;
    crafts.assert_each_stands(1).await;
    let there = crafts.there(&ids[0]).await;
    assert_eq!(there.products.iter().flatten().map(|one| one.offering.quantity).collect::<Vec<_>>(), [3]);
    assert_eq!(crafts.sent("PUT", "/inventory"), puts + 1, "it was there");
}

/// Between the look and the write somebody changes a price: that is what a look just before is for.
#[both_engines]
async fn a_price_that_was_changed_at_etsy_is_asked_about(app: App) {
    let crafts = Crafts::of(app, &plain()).await;
    let ids = crafts.list().await;
    crafts.push().await;
    let id = crafts.there(&ids[0]).await.id;
    crafts.target.update(id, |listing| listing.products.iter_mut().flatten().for_each(|one| one.offering.amount = 999));
    crafts.set(&ids[0], json!({ "price": { "minor": 4_321, "currency": "USD" } })).await;
    let which = entrepot_listings::WhichConflicts::default();
    let open =
        crafts.app.host.app.listings.conflicts(&crafts.app.host.tenant, which, ("", ""), 50).await.expect("conflicts");
    assert_eq!(open.len(), 1, "{open:?}");
    assert!(open[0].field.ends_with("/price"), "{open:?}");
    // Stock goes on, and the price stays as somebody set it.
    crafts.restock(0, 4).await;
    let there = crafts.there(&ids[0]).await;
    let product = there.products.iter().flatten().next().expect("a product");
    assert_eq!((product.offering.amount, product.offering.quantity), (999, 4));
}
