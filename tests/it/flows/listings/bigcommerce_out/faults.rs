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

/// Somebody copied a product there with its mark: the copy is not the listing's, although it has the mark.
#[both_engines]
async fn a_mark_that_was_copied_is_none(app: App) {
    let mut goods = plain(2);
    goods[0].variants[0].sku.clear();
    let mut copy = plain(3).pop().expect("a third one");
    copy.title = "Copy of something".into();
    let seller = Seller::to_bigcommerce(app, &goods, Store::from_seed(&[copy])).await;
    let ids = seller.list_all().await;
    let theirs = seller.target.product_ids()[0];
    seller.target.change(theirs, |product| {
        product["search_keywords"] = json!(ids.iter().map(|id| format!("entrepot-{id}")).collect::<Vec<_>>().join(","));
    });
    let before = seller.target.product(theirs);
    seller.push().await;
    seller.assert_all_are_synced(2).await;
    assert_eq!((seller.target.product_count(), seller.target.product(theirs)), (3, before));
}

/// Each step of a product that is there may lose its answer: pushed again it stands once, with each part once.
#[both_engines]
async fn every_step_may_lose_its_answer(app: App) {
    let mut goods = with_options(1);
    goods[0].variants.iter_mut().for_each(|variant| variant.stock = Some([5, 0]));
    let seller = Seller::to_bigcommerce(app, &goods, Store::empty()).await;
    let ids = seller.list_all().await;
    seller.push().await;
    let (woo, before) = (seller.source.product_ids()[0], seller.there(&ids[0]).await);
    let variations = seller.source.variations_of(woo);
    let (first, last) = (variations[0], variations[variations.len() - 1]);
    let mut more = seller.source.variation(last).expect("it");
    let axis = more.options[0].1.clone();
    (more.id, more.sku, more.global_unique_id, more.options[0].2) =
        (0, "ONE-MORE".into(), "".into(), "Never seen".into());
    // Another title, picture, option value, variant, code and number, and one variant less.
    assert!(seller.source.update(woo, |product| {
        let mut picture = product.images[0].clone();
        (picture.id, picture.file, picture.alt) = (77_001, "https://pictures.example/new.jpg".into(), "New".into());
        product.images.push(picture);
        product.name = "Changed".into();
        let axis = product.attributes.iter_mut().find(|of| of.name == axis).expect("the option");
        axis.options.push("Never seen".into());
    }));
    assert!(seller.source.force_delete(last));
    seller.source.insert_variation(more);
    assert!(seller.source.update_variation(first, |of| {
        (of.sku, of.stock_quantity) = ("ANOTHER-SKU".into(), Some(77));
    }));
    // The product itself, its values, its variants, its pictures, its stock: the first answer to each of them.
    let id = seller.id_there(&ids[0]).await;
    let whole = format!("/v3/catalog/products/{id}");
    let parts = ["/values", "/variants", "/images", "/adjustments/"];
    let steps = parts.map(|part| Matcher::path("/v3/").with(part).without("?"));
    let steps = steps.into_iter().chain([Matcher::path(&whole).without("?").without(&format!("{whole}/"))]);
    steps.for_each(|step| seller.shops.1.server.inject(step.nth(1), Fault::Truncate(0)));
    entrepot_tests::linking::import(&seller.app, "source").await;
    seller.work().await;
    for _ in 0..4 {
        seller.wait().await;
    }
    seller.assert_each_stands(1).await;
    let lines = seller.shops.1.server.log().lines();
    for part in parts.into_iter().chain([whole.as_str()]) {
        assert!(lines.iter().any(|line| line.method != "GET" && line.path.contains(part)), "{part} lost nothing");
    }
    let after = seller.there(&ids[0]).await;
    let count = |of: &serde_json::Value, part: &str| of[part].as_array().map_or(0, Vec::len);
    assert_eq!(count(&after, "images"), count(&before, "images") + 1, "{after}");
    assert_eq!(
        (count(&after, "variants"), count(&after, "options")),
        (count(&before, "variants"), count(&before, "options"))
    );
    assert_eq!(
        (&after["name"], after.to_string().matches("\"Never seen\"").count()),
        (&json!("Changed"), 2),
        "{after}"
    );
    assert!(after.to_string().contains("ANOTHER-SKU"), "{after}");
}

/// The steps after a product was made, to the last one: it is put on sale once.
#[both_engines]
async fn the_last_step_may_lose_its_answer(app: App) {
    let seller = Seller::to_bigcommerce(app, &plain(1), Store::empty()).await;
    seller.list_all().await;
    for part in ["/adjustments/", "/channel-assignments"] {
        seller.shops.1.server.inject(Matcher::path(part).nth(1), Fault::Drop);
    }
    seller.push().await;
    for part in ["/adjustments/", "/channel-assignments"] {
        let report = seller.reports().await.remove(0);
        assert_eq!(report.sync_status, "failed", "{part}: {report:?}");
        seller.app.clock().advance(120_000);
        seller.work().await;
    }
    seller.assert_each_stands(1).await;
    assert_eq!((seller.writes("/adjustments/"), seller.writes("/channel-assignments")), (3, 2));
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
        // A verdict says at least that it is one.
        Fault::Json(400, "{}"),
        Fault::Json(404, r#"{"errors":{}}"#),
        Fault::Json(409, "{}"),
        Fault::Json(422, r#"{"status":502}"#),
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
