//! Products with very many variants: Shopify takes its time, and is asked.

use entrepot_listings::ListingChange;
use entrepot_test_support::seed;
use entrepot_test_support::shopify::Trick;
use entrepot_tests::linking::import;
use entrepot_tests::stock::catalogue;
use entrepot_tests::{App, both_engines};
use serde_json::json;

use super::super::{Seller, TARGET};
use super::shop;

/// One product with this many variants.
fn large(variants: usize) -> Vec<seed::Product> {
    let mut goods = catalogue(30);
    goods.retain(|product| product.variants.len() > 1 && product.status == seed::Status::Active);
    goods.truncate(1);
    let product = &mut goods[0];
    let sizes: Vec<String> = (0..variants).map(|at| format!("Size {at}")).collect();
    let pattern = product.variants[0].clone();
    product.options = vec![seed::Axis { name: "Size".into(), values: sizes.clone() }];
    let variant = |(at, size): (usize, &String)| seed::Variant {
        sku: format!("LARGE-{at}"),
        gtin: None,
        option_values: vec![size.clone()],
        stock: Some([at as i64, 0]),
        image: None,
        ..pattern.clone()
    };
    product.variants = sizes.iter().enumerate().map(variant).collect();
    goods
}

#[both_engines]
async fn a_large_product_is_pending_until_it_stands(app: App) {
    let seller = Seller::selling(app, &large(260), shop()).await;
    let ids = seller.list_all().await;
    seller.target.configure(|options| options.set_polls = 2);
    seller.app.host.app.listings.push(&seller.context(), TARGET, &[], false).await.expect("begun");
    seller.app.host.app.listings.sync(&seller.app.host.tenant, &seller.channels[1]).await.expect("a turn");
    let waiting = seller.report(&ids[0]).await;
    assert_eq!((waiting.sync_status.as_str(), &waiting.sync_error), ("waiting", &None));
    for _ in 0..6 {
        seller.app.clock().advance(120_000);
        seller.work().await;
    }
    seller.assert_each_stands(1).await;
    let there = seller.there(&ids[0]).await;
    assert_eq!((there.variants.len(), there.publications.len()), (260, 1));
    assert!((0..260).all(|at| there.variants[at].levels[0].available == at as i64));
    let report = seller.report(&ids[0]).await;
    assert_eq!(report.variants.len(), 260);
    let of = |at: usize| (Some(there.variants[at].id.to_string()), there.variants[at].sku.clone());
    assert!(report.variants.iter().any(|variant| (variant.external_id.clone(), variant.sku.clone()) == of(259)));
    assert_eq!(seller.asked("ProductSet"), 1);
}

/// What was changed while Shopify was at work is sent afterwards.
#[both_engines]
async fn a_price_that_changes_meanwhile_is_not_forgotten(app: App) {
    let seller = Seller::selling(app, &large(120), shop()).await;
    let ids = seller.list_all().await;
    seller.app.host.app.listings.push(&seller.context(), TARGET, &[], false).await.expect("begun");
    seller.app.host.app.listings.sync(&seller.app.host.tenant, &seller.channels[1]).await.expect("a turn");
    let waiting = seller.report(&ids[0]).await;
    assert_eq!((waiting.sync_status.as_str(), &waiting.sync_error), ("waiting", &None));
    let set = json!({ "price": { "minor": 4_321, "currency": "USD" } });
    seller.change(&ids[0], ListingChange { set: Some(set), ..ListingChange::default() }).await;
    for _ in 0..6 {
        seller.app.clock().advance(120_000);
        seller.work().await;
    }
    seller.assert_each_stands(1).await;
    assert!(seller.there(&ids[0]).await.variants.iter().all(|variant| variant.price == "43.21"));
}

/// The answer was lost, or Shopify forgot its operation: the product is found by its mark.
#[both_engines]
async fn a_lost_operation_makes_no_second_product(app: App) {
    let seller = Seller::selling(app, &large(120), shop()).await;
    seller.list_all().await;
    seller.target.play("ProductOperation", Trick::Body(json!({ "data": { "productOperation": null } }).to_string()));
    seller.target.play("ProductSet", Trick::Lost);
    seller.push().await;
    for _ in 0..8 {
        seller.app.clock().advance(600_000);
        seller.work().await;
    }
    seller.assert_each_stands(1).await;
}

/// A shop with few points at a time: reading goes on where it was.
#[both_engines]
async fn a_large_product_stands_in_a_small_shop_too(app: App) {
    let target = shop();
    target.configure(|options| (options.bucket, options.restore_rate) = (1_000.0, 500.0));
    let seller = Seller::selling(app, &large(700), target).await;
    let ids = seller.list_all().await;
    seller.push().await;
    for _ in 0..40 {
        seller.app.clock().advance(600_000);
        seller.work().await;
        if seller.report(&ids[0]).await.sync_status == "synced" {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(700)).await;
    }
    assert_eq!(seller.there(&ids[0]).await.variants.len(), 700);
    assert_eq!(seller.asked("ProductSet"), 1);
}

/// What cannot be read while somebody waits is compared as it was imported last, and stops nothing.
#[both_engines]
async fn a_product_too_large_to_be_read_at_once_is_sent_again_and_not_overwritten_unseen(app: App) {
    let seller = Seller::selling(app, &large(160), shop()).await;
    let ids = seller.list_all().await;
    seller.target.configure(|options| (options.bucket, options.restore_rate) = (1_600.0, 1_600.0));
    let title = |title: &str| ListingChange { set: Some(json!({ "title": title })), ..ListingChange::default() };
    // Its points come back in real time.
    let on = async || {
        for _ in 0..40 {
            seller.app.clock().advance(600_000);
            seller.work().await;
            if ["synced", "conflict"].contains(&seller.report(&ids[0]).await.sync_status.as_str()) {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        }
    };
    seller.push().await;
    on().await;
    seller.change(&ids[0], title("Ours")).await;
    on().await;
    let report = seller.report(&ids[0]).await;
    assert_eq!((report.sync_status.as_str(), &report.sync_error), ("synced", &None));
    let there = seller.there(&ids[0]).await;
    assert_eq!(there.title, "Ours");
    // Our own change comes in, and then somebody else's.
    import(&seller.app, TARGET).await;
    on().await;
    assert_eq!(seller.report(&ids[0]).await.sync_status, "synced");
    seller.app.clock().advance(60_000);
    assert!(seller.target.update(there.id, |product| product.title = "Theirs".into()));
    import(&seller.app, TARGET).await;
    seller.change(&ids[0], title("Ours again")).await;
    on().await;
    assert_eq!(seller.there(&ids[0]).await.title, "Theirs");
    assert_eq!(seller.report(&ids[0]).await.sync_status, "conflict");
}
