//! Goods that stood at the marketplace before: a draft changes nothing of them, and what differs is decided first.

use entrepot_domain::drift::{ConflictRule, Policy};
use entrepot_domain::effective::ChannelRule;
use entrepot_domain::listing::Status;
use entrepot_listings::{Decision, ListingChange, WhichConflicts};
use entrepot_test_support::woocommerce::Product;
use entrepot_tests::{App, both_engines};

use super::{Seller, TARGET, posts};

async fn adopted(app: App) -> (Seller, String, u64) {
    let seller = Seller::of(app, 1).await;
    let scoped = seller.app.host.db.tenant(&seller.app.host.tenant);
    let product = scoped.products_of(&seller.channels[0], "", 1).await.expect("products").remove(0).product;
    let sku = product.variants[0].sku.clone().expect("a SKU");
    let there = seller.target.insert(Product::simple("Made by hand").priced("99.00").with_sku(&sku));
    let listing = seller.list_all().await.remove(0);
    let adoption = seller.app.host.app.listings.adopt(&seller.context(), TARGET, true).await.expect("adopted");
    assert_eq!(adoption.adopted, 1, "{adoption:?}");
    seller.work().await;
    (seller, listing, there)
}

#[both_engines]
async fn a_draft_changes_nothing_of_what_stands_there(app: App) {
    let (seller, _, there) = adopted(app).await;
    let product = seller.target.product(there).expect("there");
    assert_eq!((&*product.name, product.status, &*product.regular_price), ("Made by hand", "publish", "99.00"));
    assert_eq!(posts(&seller.shops.1), 0);
}

#[both_engines]
async fn what_differs_is_decided_before_it_is_written_over(app: App) {
    let (seller, listing, there) = adopted(app).await;
    let publish = ListingChange { status: Some(Status::Active), ..ListingChange::default() };
    seller.change(&listing, publish).await;
    seller.work().await;
    let listings = &seller.app.host.app.listings;
    let which = WhichConflicts::default;
    let open = listings.conflicts(&seller.app.host.tenant, which(), ("", ""), 50).await.expect("conflicts");
    let fields: Vec<&str> = open.iter().map(|of| of.field.as_str()).collect();
    assert!(fields.contains(&"title") && fields.iter().any(|field| field.ends_with("/price")), "{fields:?}");
    assert_eq!(&*seller.target.product(there).expect("there").name, "Made by hand");
    for conflict in &open {
        let decision = if conflict.field == "title" { Decision::Theirs } else { Decision::Ours };
        listings.decide(&seller.context(), &listing, &conflict.field, decision, None).await.expect("decided");
    }
    seller.work().await;
    let product = seller.target.product(there).expect("there");
    assert_eq!(&*product.name, "Made by hand", "taken over");
    assert_ne!(&*product.regular_price, "99.00", "ours");
    seller.assert_all_stand(1).await;
}

#[both_engines]
async fn a_rule_decides_for_all_that_are_adopted(app: App) {
    let (seller, listing, there) = adopted(app).await;
    let conflicts = ConflictRule([("default".to_owned(), Policy::Ours)].into());
    let rule = ChannelRule { conflicts, ..ChannelRule::default() };
    seller.app.host.app.listings.set_rule(&seller.context(), TARGET, &rule).await.expect("set");
    seller.change(&listing, ListingChange { status: Some(Status::Active), ..ListingChange::default() }).await;
    seller.work().await;
    assert_ne!(&*seller.target.product(there).expect("there").name, "Made by hand");
    seller.assert_all_stand(1).await;
}
