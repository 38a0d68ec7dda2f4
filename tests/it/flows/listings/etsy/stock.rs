//! Nothing left: Etsy keeps no inventory of nothing, so a listing is taken off, and comes back with stock.

use entrepot_listings::WhichConflicts;
use entrepot_tests::linking::import;
use entrepot_tests::{App, both_engines};
use serde_json::json;

use super::{Crafts, plain, varied};

async fn conflicts(crafts: &Crafts) -> usize {
    let listings = &crafts.app.host.app.listings;
    let open = listings.conflicts(&crafts.app.host.tenant, WhichConflicts::default(), ("", ""), 50).await;
    open.expect("conflicts").len()
}

#[both_engines]
async fn what_is_sold_out_here_is_taken_off_and_comes_back(app: App) {
    let crafts = Crafts::of(app, &varied()).await;
    let ids = crafts.list().await;
    crafts.push().await;
    let variants = crafts.there(&ids[0]).await.products.map_or(0, |all| all.len());
    let product = crafts.source.product(crafts.source.product_ids()[0]).expect("a product");
    for at in 0..product["variants"].as_array().map_or(0, Vec::len) {
        let variant = product["variants"][at]["id"].as_u64().expect("an id");
        assert!(crafts.source.set_stock(variant, 1, 0));
    }
    import(&crafts.app, "source").await;
    crafts.work().await;
    crafts.assert_each_stands(1).await;
    assert_eq!(crafts.there(&ids[0]).await.state, "inactive");
    // As an import sees it: on sale, and nothing of it.
    import(&crafts.app, super::TARGET).await;
    let there = crafts.products(1).await.remove(0);
    let left: i64 = there.variants.iter().filter_map(entrepot_domain::effective::available).sum();
    assert_eq!((left, there.status), (0, entrepot_domain::catalog::ProductStatus::Active), "{there:?}");
    assert!(there.attributes.iter().all(|one| one.key != "materials"), "the mark is no material: {there:?}");
    // A change of its words leaves it off, and nobody is asked about what nobody did.
    let set = json!({ "title": "Without stock", "price": { "minor": 4_321, "currency": "USD" } });
    crafts.set(&ids[0], set).await;
    let there = crafts.there(&ids[0]).await;
    assert_eq!((there.state, there.title.as_str(), conflicts(&crafts).await), ("inactive", "Without stock", 0));
    assert_eq!(crafts.report(&ids[0]).await.channel_status.as_deref(), Some("out-of-stock"));
    // One comes back, and only that one can be bought.
    crafts.restock(1, 4).await;
    crafts.assert_each_stands(1).await;
    let there = crafts.there(&ids[0]).await;
    let quantities: Vec<u64> = there.products.iter().flatten().map(|one| one.offering.quantity).collect();
    assert_eq!((there.state, quantities.iter().sum::<u64>(), quantities[1]), ("active", 4, 4), "{quantities:?}");
    assert_eq!((quantities.len(), there.materials.len(), crafts.target.fees()), (variants, 0, 1), "no fee for that");
    assert!(there.products.iter().flatten().all(|one| one.offering.amount == 4_321), "at the price of now: {there:?}");
    assert_eq!(conflicts(&crafts).await, 0);
}

/// Sold out by sales at Etsy, which takes it off by itself; its renewal costs, and the check says so.
#[both_engines]
async fn what_was_sold_out_at_etsy_is_renewed_with_its_stock(app: App) {
    let crafts = Crafts::of(app, &plain()).await;
    let ids = crafts.list().await;
    crafts.push().await;
    let id = crafts.there(&ids[0]).await.id;
    crafts.target.update(id, |listing| {
        listing.state = "sold_out";
        listing.products.iter_mut().flatten().for_each(|one| one.offering.quantity = 0);
    });
    // Its words are changed meanwhile: that Etsy took it off is nobody's decision.
    crafts.set(&ids[0], json!({ "description": "<p>Other words.</p>" })).await;
    assert_eq!(conflicts(&crafts).await, 0);
    let there = crafts.there(&ids[0]).await;
    let quantities: Vec<u64> = there.products.iter().flatten().map(|one| one.offering.quantity).collect();
    assert_eq!(
        (there.state, quantities, crafts.target.fees()),
        ("active", vec![20], 2),
        "as many as there are, not one"
    );
    // And by its stock alone.
    crafts.target.update(id, |listing| {
        listing.state = "sold_out";
        listing.products.iter_mut().flatten().for_each(|one| one.offering.quantity = 0);
    });
    crafts.restock(0, 6).await;
    let there = crafts.there(&ids[0]).await;
    let quantities: Vec<u64> = there.products.iter().flatten().map(|one| one.offering.quantity).collect();
    assert_eq!((there.state, quantities, crafts.target.fees()), ("active", vec![6], 3));
    crafts.assert_each_stands(1).await;
}

/// Nothing is paid for publishing what nobody can buy.
#[both_engines]
async fn goods_without_stock_are_published_when_there_is_some(app: App) {
    let mut goods = plain();
    goods[0].variants[0].stock = Some([0, 0]);
    let crafts = Crafts::of(app, &goods).await;
    let ids = crafts.list().await;
    crafts.push().await;
    let there = crafts.there(&ids[0]).await;
    assert_eq!((there.state, crafts.target.fees(), there.images.is_empty()), ("draft", 0, false));
    assert_eq!(crafts.report(&ids[0]).await.channel_status.as_deref(), Some("out-of-stock"));
    crafts.restock(0, 9).await;
    let there = crafts.there(&ids[0]).await;
    let quantities: Vec<u64> = there.products.iter().flatten().map(|one| one.offering.quantity).collect();
    assert_eq!((there.state, quantities, crafts.target.fees()), ("active", vec![9], 1));
    crafts.assert_each_stands(1).await;
}

/// What the seller took off at Etsy stays off, whatever its stock does.
#[both_engines]
async fn what_the_seller_took_off_stays_off(app: App) {
    let crafts = Crafts::of(app, &plain()).await;
    let ids = crafts.list().await;
    crafts.push().await;
    let id = crafts.there(&ids[0]).await.id;
    crafts.target.update(id, |listing| listing.state = "inactive");
    crafts.restock(0, 11).await;
    let there = crafts.there(&ids[0]).await;
    assert_eq!(
        (there.state, there.products.iter().flatten().next().map(|one| one.offering.quantity)),
        ("inactive", Some(11))
    );
    crafts.set(&ids[0], json!({ "title": "Another title" })).await;
    assert_eq!((crafts.there(&ids[0]).await.state, conflicts(&crafts).await), ("inactive", 1));
}

/// Taken off by its seller here, and wanted again when nothing is left of it: it comes back with its stock.
#[both_engines]
async fn what_is_wanted_again_without_stock_comes_back_with_it(app: App) {
    let crafts = Crafts::of(app, &plain()).await;
    let ids = crafts.list().await;
    crafts.push().await;
    crafts.app.host.app.listings.end(&crafts.context(), &ids[0]).await.expect("ended");
    crafts.work().await;
    crafts.restock(0, 0).await;
    let change = entrepot_listings::ListingChange {
        status: Some(entrepot_domain::listing::Status::Active),
        ..Default::default()
    };
    crafts.change(&ids[0], change).await;
    crafts.work().await;
    assert_eq!(crafts.there(&ids[0]).await.state, "inactive");
    crafts.restock(0, 8).await;
    let there = crafts.there(&ids[0]).await;
    let quantities: Vec<u64> = there.products.iter().flatten().map(|one| one.offering.quantity).collect();
    assert_eq!((there.state, quantities, crafts.target.fees()), ("active", vec![8], 1));
    crafts.assert_each_stands(1).await;
}
