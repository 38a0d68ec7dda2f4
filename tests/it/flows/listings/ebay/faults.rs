//! Answers that are lost at each step, and an account that is not to be had: nothing stands twice.

use entrepot_test_support::server::{Fault, Matcher, RetryAfter};
use entrepot_tests::{App, both_engines};
use serde_json::json;

use super::{Auctions, TARGET, plain, varied};

const STEPS: [&str; 5] = [
    "bulk_create_or_replace_inventory_item",
    "/inventory_item_group/lst",
    "bulk_create_offer",
    "publish_by_inventory_item_group",
    "bulk_publish_offer",
];

/// A request that changes something: a question about a group has the same address.
fn step(part: &str) -> Matcher {
    // A group is looked at first.
    if part.contains("_group/") { Matcher::path(part).after(1) } else { Matcher::path(part) }
}

#[both_engines]
async fn an_answer_that_was_lost_is_found_again_at_each_step(app: App) {
    let mut goods = plain(1);
    goods.extend(varied(1));
    let seller = Auctions::to_ebay(app, &goods).await;
    let ids = seller.list().await;
    for part in STEPS {
        seller.shops.1.server.inject(step(part).next(1), Fault::Drop);
    }
    seller.push().await;
    seller.wait().await;
    seller.wait().await;
    seller.assert_each_stands(2).await;
    let variants = goods.iter().map(|product| product.variants.len()).sum::<usize>();
    assert_eq!(
        (seller.target.skus().len(), seller.target.offer_count(), seller.target.group_keys().len()),
        (variants, variants, 1)
    );
    for id in &ids {
        let history = seller.app.host.app.listings.history(&seller.app.host.tenant, id, "", 50).await.expect("history");
        let kinds: Vec<_> = history.iter().map(|event| event.kind.as_str()).collect();
        assert_eq!(kinds.iter().filter(|kind| **kind == "accepted").count(), 1, "{kinds:?}");
        assert!(kinds.contains(&"failed"), "{kinds:?}");
    }
}

/// Each step of a change may lose its answer, too: done again it is done once.
#[both_engines]
async fn a_change_whose_answer_was_lost_is_done_once(app: App) {
    let mut goods = plain(1);
    goods.extend(varied(1));
    let seller = Auctions::to_ebay(app, &goods).await;
    let ids = seller.list().await;
    seller.push().await;
    seller.assert_each_stands(2).await;
    let (numbers, offers) = (seller.target.live(), seller.target.offer_count());
    // Another condition is the items', a description the offer's of one and the group's of the other.
    let steps = ["bulk_create_or_replace_inventory_item", "/inventory_item_group/lst", "/offer/7"];
    for part in steps {
        seller.shops.1.server.inject(step(part).next(1), Fault::Drop);
    }
    for id in &ids {
        let (set, fields) = (json!({ "description": "<p>Other words.</p>" }), json!({ "condition": "USED_GOOD" }));
        let change = entrepot_listings::ListingChange { set: Some(set), fields: Some(fields), ..Default::default() };
        seller.change(id, change).await;
    }
    seller.work().await;
    seller.wait().await;
    seller.assert_each_stands(2).await;
    assert_eq!((seller.target.live(), seller.target.offer_count()), (numbers, offers));
    for id in &ids {
        assert_eq!(seller.item(id, 0).await["condition"], "USED_GOOD");
    }
    assert_eq!(seller.offer(&ids[0], 0).await.body["listingDescription"], "<p>Other words.</p>");
    let key = seller.target.group_keys().remove(0);
    assert_eq!(seller.target.group(&key).expect("a group")["description"], "<p>Other words.</p>");
    let dropped = seller.shops.1.server.log().lines().iter().filter(|line| line.status == 0).count();
    assert_eq!(dropped, steps.len(), "each of them was lost");
}

/// Nothing of a good status that says something else counts as done.
#[both_engines]
async fn what_says_nothing_is_not_done(app: App) {
    let seller = Auctions::to_ebay(app, &plain(1)).await;
    let ids = seller.list().await;
    let shapes: [&[u8]; 6] = [
        b"{}",
        b"null",
        b"[]",
        b"<!DOCTYPE html><html>Sign in</html>",
        b"{\"responses\":[]}",
        b"{\"responses\":[{\"sku\":\"X\",\"statusCode\":200}]}",
    ];
    for (at, part) in
        ["bulk_create_or_replace_inventory_item", "bulk_create_offer", "bulk_publish_offer"].into_iter().enumerate()
    {
        for shape in shapes {
            let shown = String::from_utf8_lossy(shape);
            seller.target.skus().iter().for_each(|sku| assert!(seller.target.delete_item(sku)));
            seller.set(&ids[0], json!({ "title": format!("Title {at} {}", shape.len()) })).await;
            // That it is gone is asked once more before it is believed.
            seller.wait().await;
            seller.shops.1.server.inject(Matcher::path(part), Fault::Body(shape.to_vec()));
            seller.push_by_id(&ids[0]).await;
            let report = seller.report(&ids[0]).await;
            assert_eq!(report.sync_status, "failed", "{part} {shown}: {report:?}");
            assert!(report.external_id.is_none(), "{part} {shown}: {report:?}");
            seller.shops.1.server.heal();
            seller.wait().await;
            seller.assert_each_stands(1).await;
        }
    }
}

/// Away, in trouble, forbidden, a page of HTML: each is what it is, and none is a refusal of the goods.
#[both_engines]
async fn an_account_that_is_not_to_be_had_is_waited_for(app: App) {
    let seller = Auctions::to_ebay(app, &plain(1)).await;
    seller.list().await;
    seller.app.host.app.listings.push(&seller.context(), TARGET, &[], false).await.expect("begun");
    let system = r#"{"errors":[{"errorId":25001,"domain":"API_INVENTORY","category":"APPLICATION","message":"A system error has occurred."}]}"#;
    let concurrent = r#"{"errors":[{"errorId":25025,"category":"APPLICATION","message":"Concurrent access of Inventory or InventoryItemGroup. Please try again later"}]}"#;
    let row = r#"{"responses":[{"sku":"S-000000","statusCode":500,"errors":[{"errorId":25001,"message":"A system error has occurred."}]}]}"#;
    for (fault, word) in [
        (Fault::Gateway(503), "503"),
        (Fault::Json(500, system), "system error"),
        (Fault::Json(400, concurrent), "Concurrent access"),
        (Fault::Json(207, row), "without a word of"),
        (Fault::HtmlError, "web page"),
        (Fault::TooMany(None), "slow down"),
    ] {
        let said = format!("{fault:?}");
        // What was made although its answer was an error.
        seller.target.skus().iter().for_each(|sku| assert!(seller.target.delete_item(sku)));
        seller.shops.1.server.inject(Matcher::path("bulk_create_or_replace").next(1), fault);
        seller.app.clock().advance(7_200_000);
        seller.work().await;
        let report = seller.reports().await.remove(0);
        assert!(report.next_try_at.is_some() && report.sync_status != "synced", "{said}: {report:?}");
        assert!(report.issues.as_array().is_none_or(Vec::is_empty), "{said}: {report:?}");
        assert!(report.sync_error.as_deref().is_some_and(|why| why.contains(word)), "{said}: {report:?}");
        seller.shops.1.server.heal();
    }
    seller.app.clock().advance(7_200_000);
    seller.wait().await;
    seller.assert_each_stands(1).await;
}

/// In the middle of a batch eBay asks to wait: what was done stays done.
#[both_engines]
async fn a_wait_in_the_middle_is_kept(app: App) {
    let seller = Auctions::to_ebay(app, &varied(3)).await;
    seller.list().await;
    let limit = Fault::TooMany(Some(RetryAfter::Seconds(8)));
    seller.shops.1.server.inject(Matcher::path("publish_by_inventory_item_group").nth(2), limit);
    seller.push().await;
    let synced =
        |reports: &[entrepot_listings::ListingReport]| reports.iter().filter(|of| of.sync_status == "synced").count();
    assert!(synced(&seller.reports().await) < 3 && seller.target.live().len() < 3);
    tokio::time::sleep(std::time::Duration::from_secs(8)).await;
    seller.wait().await;
    seller.assert_each_stands(3).await;
    assert_eq!(
        seller.writes("bulk_create_offer"),
        1 + usize::from(seller.target.offer_count() > 25),
        "what stood was not made again"
    );
}
