//! Lost answers, refusals, limits, a store that is away: nothing stands twice, and one listing's trouble is its own.

use entrepot_listings::ListingReport;
use entrepot_test_support::bigcommerce::{Quota, Store};
use entrepot_test_support::server::{Fault, Matcher, RetryAfter};
use entrepot_tests::{App, both_engines};
use serde_json::json;

use super::{Seller, plain, with_options};

/// Requests that make a product, or change ten.
fn products() -> Matcher {
    Matcher::path("/v3/catalog/products").without("?").without("/products/")
}

#[both_engines]
async fn a_lost_answer_makes_no_second_product(app: App) {
    let mut goods = plain(2);
    goods.extend(with_options(1));
    let seller = Seller::to_bigcommerce(app, &goods, Store::empty()).await;
    let ids = seller.list_all().await;
    // The store made them, and nobody heard of it.
    (1..=3).for_each(|at| seller.shops.1.server.inject(products().nth(at), Fault::Truncate(0)));
    seller.push().await;
    assert_eq!(seller.target.product_count(), 3);
    let failed = seller.reports().await;
    assert!(failed.iter().all(|report| report.sync_status == "failed" && report.next_try_at.is_some()), "{failed:?}");
    // The second answer is lost, too; the title was changed meanwhile.
    seller.shops.1.server.heal();
    seller.set(&ids[0], json!({ "title": "Another title" })).await;
    seller.wait().await;
    seller.assert_each_stands(3).await;
    assert_eq!(seller.there(&ids[0]).await["name"], "Another title");
}

/// What has no SKU is known by its mark, whatever it is called by now.
#[both_engines]
async fn what_has_no_sku_is_found_again_by_its_mark(app: App) {
    let mut goods = plain(2);
    goods.iter_mut().for_each(|product| product.variants[0].sku.clear());
    let seller = Seller::to_bigcommerce(app, &goods, Store::empty()).await;
    let ids = seller.list_all().await;
    (1..=2).for_each(|at| seller.shops.1.server.inject(products().nth(at), Fault::Truncate(0)));
    seller.push().await;
    seller.shops.1.server.heal();
    seller.set(&ids[0], json!({ "title": "Another title" })).await;
    seller.wait().await;
    seller.assert_each_stands(2).await;
}

/// Each step of a product that is there may lose its answer: pushed again it stands once, with each part once.
#[both_engines]
async fn every_step_may_lose_its_answer(app: App) {
    let goods = with_options(1);
    let seller = Seller::to_bigcommerce(app, &goods, Store::empty()).await;
    let ids = seller.list_all().await;
    seller.push().await;
    let before = seller.there(&ids[0]).await;
    let woo = seller.source.product_ids()[0];
    let parts = ["/options/", "/variants", "/images", "/adjustments/", "/channel-assignments"];
    for part in parts {
        let lost = Matcher::path("/v3/").with(part).without("?").nth(1);
        seller.shops.1.server.inject(lost, Fault::Truncate(0));
    }
    // Another picture, another price of one variant, another value of an option.
    assert!(seller.source.update(woo, |product| {
        let mut picture = product.images[0].clone();
        (picture.id, picture.file, picture.alt) = (77_001, "https://pictures.example/new.jpg".into(), "New".into());
        product.images.push(picture);
        product.name = "Changed".into();
    }));
    entrepot_tests::linking::import(&seller.app, "source").await;
    seller.work().await;
    seller.wait().await;
    seller.wait().await;
    seller.assert_each_stands(1).await;
    let after = seller.there(&ids[0]).await;
    let count = |of: &serde_json::Value, part: &str| of[part].as_array().map_or(0, Vec::len);
    assert_eq!(count(&after, "images"), count(&before, "images") + 1, "{after}");
    assert_eq!(
        (count(&after, "variants"), count(&after, "options")),
        (count(&before, "variants"), count(&before, "options"))
    );
    assert_eq!(after["name"], "Changed");
}

#[both_engines]
async fn one_product_that_is_refused_stops_no_other(app: App) {
    let store = Store::empty();
    store.configure(|options| options.unreachable_pictures = vec!["/2-".into()]);
    let mut goods = plain(3);
    // The address of its picture leads nowhere.
    goods[1].images[0].url = "https://images.example/2-gone.jpg".into();
    let seller = Seller::to_bigcommerce(app, &goods, store).await;
    seller.list_all().await;
    seller.push().await;
    let reports = seller.reports().await;
    let refused: Vec<_> = reports.iter().filter(|report| report.sync_status != "synced").collect();
    assert_eq!((refused.len(), seller.target.product_count()), (1, 2), "{reports:?}");
    assert_eq!(refused[0].issues[0]["path"], "/media", "{refused:?}");
    // In BigCommerce's words.
    assert!(refused[0].sync_error.as_deref().is_some_and(|why| why.contains("could not be downloaded")), "{refused:?}");
    let asked = seller.shops.1.server.log().total();
    seller.wait().await;
    assert_eq!(seller.shops.1.server.log().total(), asked, "what was refused is not sent again by itself");
    seller.target.configure(|options| options.unreachable_pictures.clear());
    let id = refused[0].id.clone();
    seller.push_by_id(&id).await;
    seller.assert_each_stands(3).await;
}

/// A batch that fails names nobody: its rows are sent one by one, and the culprit says what is wrong with it.
#[both_engines]
async fn a_batch_that_fails_is_taken_apart(app: App) {
    let seller = Seller::to_bigcommerce(app, &plain(3), Store::empty()).await;
    let ids = seller.list_all().await;
    seller.push().await;
    for (id, set) in ids.iter().zip(["A", "B", "C"]) {
        seller
            .change(id, entrepot_listings::ListingChange { set: Some(json!({ "title": set })), ..Default::default() })
            .await;
    }
    // A category that is gone is a conflict, as BigCommerce sees it.
    seller
        .change(
            &ids[1],
            entrepot_listings::ListingChange { category: Some(Some("99999".into())), ..Default::default() },
        )
        .await;
    seller.work().await;
    let reports = [seller.report(&ids[0]).await, seller.report(&ids[1]).await, seller.report(&ids[2]).await];
    let states = reports.each_ref().map(|report| report.sync_status.as_str());
    assert_eq!(states, ["synced", "blocked", "synced"], "{reports:?}");
    assert!(reports[1].sync_error.as_deref().is_some_and(|why| why.contains("category 99999")), "{reports:?}");
    assert_eq!(
        (&seller.there(&ids[0]).await["name"], &seller.there(&ids[2]).await["name"]),
        (&json!("A"), &json!("C"))
    );
}

/// The quota ends in the middle: what is done stays done, and the rest comes when the window is over.
#[both_engines]
async fn a_quota_that_ends_in_the_middle_is_waited_for(app: App) {
    let seller = Seller::to_bigcommerce(app, &plain(12), Store::empty()).await;
    seller.list_all().await;
    // The store asks for more patience than a call has.
    seller.shops.1.server.inject(products().nth(11), Fault::TooMany(Some(RetryAfter::Seconds(8))));
    seller.push().await;
    let states = |reports: &[ListingReport], state: &str| reports.iter().filter(|of| of.sync_status == state).count();
    let reports = seller.reports().await;
    assert_eq!((states(&reports, "synced"), states(&reports, "failed")), (10, 2), "{reports:?}");
    let said = |report: &&ListingReport| report.sync_error.as_deref().is_some_and(|why| why.contains("slow down"));
    assert_eq!(reports.iter().filter(said).count(), 2, "{reports:?}");
    tokio::time::sleep(std::time::Duration::from_secs(8)).await;
    seller.wait().await;
    seller.assert_each_stands(12).await;
    assert_eq!(seller.writes("/adjustments/"), 2, "those that stood were not sent again");
}

/// A store of few requests gets all of them in the end.
#[both_engines]
async fn a_small_quota_is_kept(app: App) {
    let seller = Seller::to_bigcommerce(app, &plain(4), Store::empty()).await;
    seller.list_all().await;
    seller.target.configure(|options| options.quota = Some(Quota { requests: 4, window_ms: 2_000 }));
    seller.push().await;
    for _ in 0..10 {
        seller.app.clock().advance(120_000);
        tokio::time::sleep(std::time::Duration::from_millis(500)).await;
        seller.work().await;
    }
    seller.assert_each_stands(4).await;
}

/// Away, shedding load, forbidden, a page of HTML, an answer of another shape: each is what it is, nothing counts as done, and nothing is taken
/// for a refusal of the goods.
#[both_engines]
async fn a_store_that_is_not_to_be_had_is_waited_for(app: App) {
    let seller = Seller::to_bigcommerce(app, &plain(1), Store::empty()).await;
    seller.list_all().await;
    seller.app.host.app.listings.push(&seller.context(), super::TARGET, &[], false).await.expect("begun");
    let faults = [
        Fault::Gateway(503),
        Fault::Json(423, r#"{"status":423,"title":"Locked"}"#),
        Fault::TooMany(None),
        Fault::Json(403, r#"{"status":403,"title":"You don't have a required scope to access the endpoint"}"#),
        Fault::Json(200, "{}"),
        Fault::Json(200, "null"),
        Fault::Json(200, r#"{"data":{},"meta":{}}"#),
        Fault::Json(200, r#"{"data":[],"meta":{}}"#),
        Fault::HtmlError,
        Fault::LoginPage,
    ];
    for fault in faults {
        let said = format!("{fault:?}");
        seller.shops.1.server.inject(products().nth(1), fault);
        seller.app.clock().advance(7_200_000);
        seller.work().await;
        let report = seller.reports().await.remove(0);
        assert_ne!(report.sync_status, "synced", "{said}: {report:?}");
        assert!(
            report.next_try_at.is_some() && report.issues.as_array().is_none_or(Vec::is_empty),
            "{said}: {report:?}"
        );
        seller.shops.1.server.heal();
    }
    seller.app.clock().advance(7_200_000);
    seller.wait().await;
    seller.assert_each_stands(1).await;
}
