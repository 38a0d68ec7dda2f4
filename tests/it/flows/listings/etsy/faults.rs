//! Answers that are lost at each step, goods that are refused, a shop that asks to wait.

use entrepot_test_support::server::{Fault, Matcher, RetryAfter};
use entrepot_tests::stock::catalogue;
use entrepot_tests::{App, both_engines};

use super::{Crafts, own_materials, varied};

/// Requests of the steps, one after the other. Lists have a question mark, and what is below a listing another end.
pub(super) fn steps() -> [(&'static str, Matcher); 5] {
    let shop = "/v3/application/shops/44400001/listings";
    [
        ("the draft", Matcher::path(shop).without("?").without("/listings/")),
        ("a picture", Matcher::path(shop).with("/images").without("variation")),
        ("the inventory", Matcher::path("/inventory").without("batch")),
        ("pictures of variants", Matcher::path(shop).with("/variation-images").after(1)),
        ("publishing", Matcher::path(shop).with("/listings/").without("/images").without("/variation-images")),
    ]
}

#[both_engines]
async fn an_answer_that_was_lost_is_found_again_at_each_step(app: App) {
    let crafts = Crafts::of(app, &varied()).await;
    let goods = varied();
    let ids = crafts.list().await;
    let server = &crafts.shops.1.server;
    for (_, matcher) in steps() {
        server.inject(matcher.next(1), Fault::Drop);
    }
    crafts.push().await;
    for _ in 0..steps().len() + 1 {
        crafts.app.clock().advance(3_600_000);
        crafts.work().await;
    }
    crafts.assert_each_stands(1).await;
    let there = crafts.there(&ids[0]).await;
    assert_eq!(there.images.len(), goods[0].images.len(), "no picture is there twice");
    assert_eq!((there.state, crafts.target.fees(), own_materials(&there).len()), ("active", 1, 0), "{there:?}");
    assert_eq!(crafts.target.uploads().len(), goods[0].images.len());
    // All of it is in the listing's history, and nothing was taken for done before it was.
    let history =
        crafts.app.host.app.listings.history(&crafts.app.host.tenant, &ids[0], "", 50).await.expect("history");
    let kinds: Vec<_> = history.iter().map(|event| event.kind.as_str()).collect();
    assert_eq!(kinds.iter().filter(|kind| **kind == "accepted").count(), 1, "{kinds:?}");
    assert!(kinds.contains(&"failed"), "{kinds:?}");
}

/// The answer to the last step was lost, so nobody here knows the listing's number: it is known by its mark.
#[both_engines]
async fn a_listing_that_was_published_without_an_answer_is_not_made_again(app: App) {
    let crafts = Crafts::of(app, &varied()).await;
    let ids = crafts.list().await;
    let (_, publishing) = steps()[4].clone();
    crafts.shops.1.server.inject(publishing.next(1), Fault::Drop);
    crafts.push().await;
    assert_eq!(crafts.report(&ids[0]).await.sync_status, "failed");
    assert_eq!((crafts.target.listing_ids().len(), crafts.target.fees()), (1, 1));
    let before = crafts.writes();
    crafts.app.clock().advance(3_600_000);
    crafts.work().await;
    crafts.assert_each_stands(1).await;
    assert_eq!((crafts.writes(), crafts.target.fees()), (before, 1), "it stood there as it was to stand");
}

#[both_engines]
async fn goods_that_are_refused_stop_no_others(app: App) {
    let crafts = Crafts::of(app, &catalogue(5)).await;
    let ids = crafts.list().await;
    // A category that is there no longer is known to Etsy alone.
    let change = entrepot_listings::ListingChange { category: Some(Some("999".into())), ..Default::default() };
    crafts.change(&ids[2], change).await;
    crafts.push().await;
    let reports = crafts.reports().await;
    let refused: Vec<_> = reports.iter().filter(|report| report.sync_status != "synced").collect();
    assert_eq!((refused.len(), crafts.target.listing_ids().len()), (1, 4), "{reports:?}");
    assert!(refused[0].sync_error.as_deref().is_some_and(|why| why.contains("taxonomy_id")), "{refused:?}");
    let before = crafts.writes();
    crafts.app.clock().advance(3_600_000);
    crafts.work().await;
    assert_eq!(crafts.writes(), before, "what was refused is not sent again by itself");
    let change = entrepot_listings::ListingChange { category: Some(Some("482".into())), ..Default::default() };
    crafts.change(&ids[2], change).await;
    crafts.work().await;
    crafts.assert_each_stands(5).await;
}

/// The second's limit in the middle of a batch: what was done stays done, and the others go on from there.
#[both_engines]
async fn a_rate_limit_in_the_middle_is_waited_for(app: App) {
    let mut crafts = Crafts::of(app, &catalogue(4)).await;
    crafts.list().await;
    let shop = "/v3/application/shops/44400001/listings";
    let limit = Fault::TooMany(Some(RetryAfter::Seconds(120)));
    crafts.shops.1.server.inject(Matcher::path(shop).without("?").without("/listings/").nth(3), limit);
    crafts.push().await;
    let reports = crafts.reports().await;
    let synced = reports.iter().filter(|report| report.sync_status == "synced").count();
    assert_eq!(synced, 2, "{reports:?}");
    let scoped = crafts.app.host.db.tenant(&crafts.app.host.tenant);
    let lane = scoped.listing_lane(&crafts.channels[1]).await.expect("a lane");
    let wait = lane.not_before - crafts.app.clock().now();
    assert!((100_000..=121_000).contains(&wait), "Etsy says how long: {wait}");
    let asked = crafts.shops.1.server.log().total();
    crafts.work().await;
    assert_eq!(crafts.shops.1.server.log().total(), asked, "nobody is asked before");
    // What this process remembers of the limit goes by the machine's own clock.
    crafts.app.clock().advance(121_000);
    crafts.seller.app.host = crafts.seller.app.reopen().await;
    crafts.work().await;
    crafts.assert_each_stands(4).await;
}

/// An access token that is refused, a shop that fails, a page in front of it: each is what it is, and none is a refusal of the goods.
#[both_engines]
async fn a_shop_that_is_not_to_be_had_is_waited_for(app: App) {
    let crafts = Crafts::of(app, &varied()).await;
    crafts.list().await;
    crafts.app.host.app.listings.push(&crafts.context(), super::TARGET, &[], false).await.expect("begun");
    let [(_, draft), .., (_, publishing)] = steps();
    // The last one is made there, and its answer is an error.
    for (step, fault, word) in [
        (&draft, Fault::Gateway(502), "502"),
        (&draft, Fault::Gateway(403), "web page"),
        (&draft, Fault::Json(500, r#"{"error":"An error occurred"}"#), "An error occurred"),
        (&publishing, Fault::Json(409, r#"{"error":"The listing is being edited"}"#), "being edited"),
    ] {
        crafts.shops.1.server.inject(step.clone().next(1), fault);
        crafts.work().await;
        let report = crafts.reports().await.remove(0);
        assert_eq!(report.sync_status, "failed", "{report:?}");
        assert!(report.sync_error.as_deref().is_some_and(|why| why.contains(word)), "{word}: {report:?}");
        assert!(report.next_try_at.is_some(), "{report:?}");
        crafts.shops.1.server.heal();
        crafts.app.clock().advance(3_600_000);
    }
    crafts.work().await;
    crafts.assert_each_stands(1).await;
}
