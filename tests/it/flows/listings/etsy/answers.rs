//! Good statuses with something else than what was promised: nothing of it counts as done.

use entrepot_test_support::server::{Fault, Matcher};
use entrepot_tests::{App, both_engines};
use serde_json::json;

use super::{Crafts, varied};

const SHAPES: [&[u8]; 6] = [
    b"{}",
    b"null",
    b"[]",
    b"",
    b"<!DOCTYPE html><html>Sign in</html>",
    b"{\"listing_id\":0,\"products\":null,\"results\":{}}",
];

#[both_engines]
async fn what_says_nothing_is_not_done(app: App) {
    let crafts = Crafts::of(app, &varied()).await;
    let ids = crafts.list().await;
    let shop = "/v3/application/shops/44400001/listings";
    let steps = [
        Matcher::path(shop).without("?").without("/listings/"),
        Matcher::path(shop).with("/images").without("variation"),
        Matcher::path("/inventory").without("batch"),
        Matcher::path(shop).with("/listings/").without("/images").without("/variation-images"),
    ];
    let pictures = varied()[0].images.len();
    for (at, step) in steps.into_iter().enumerate() {
        for shape in SHAPES {
            let (fees, shown) = (crafts.target.fees(), String::from_utf8_lossy(shape));
            // What stood there before is gone, and that is found out.
            crafts.target.listing_ids().into_iter().for_each(|id| assert!(crafts.target.delete(id)));
            crafts.set(&ids[0], json!({ "title": format!("Title {at} {}", shape.len()) })).await;
            crafts.ask_again().await;
            crafts.shops.1.server.inject(step.clone(), Fault::Body(shape.to_vec()));
            crafts.push_by_id(&ids[0]).await;
            let report = crafts.report(&ids[0]).await;
            assert_eq!(report.sync_status, "failed", "{at} {shown}: {report:?}");
            assert!(
                report.external_id.is_none() && report.channel_status.as_deref() != Some("active"),
                "{at} {shown}: {report:?}"
            );
            crafts.shops.1.server.heal();
            crafts.app.clock().advance(3_600_000);
            crafts.work().await;
            crafts.assert_each_stands(1).await;
            let there = crafts.there(&ids[0]).await;
            assert_eq!((there.state, there.images.len()), ("active", pictures), "{at} {shown}: {there:?}");
            assert_eq!(crafts.target.fees(), fees + 1, "{at} {shown}: published once");
        }
    }
}

/// Lists that are no lists decide nothing: taken for empty ones, everything would be made a second time.
#[both_engines]
async fn a_shop_whose_lists_cannot_be_read_gets_nothing_new(app: App) {
    let crafts = Crafts::of(app, &varied()).await;
    crafts.list().await;
    let lists = Matcher::path("/v3/application/shops/44400001/listings?");
    for shape in SHAPES {
        crafts.shops.1.server.inject(lists.clone(), Fault::Body(shape.to_vec()));
        crafts.push().await;
        assert_eq!(crafts.target.listing_ids().len(), 0, "{}", String::from_utf8_lossy(shape));
        assert_eq!(crafts.reports().await[0].sync_status, "failed");
        crafts.shops.1.server.heal();
        crafts.app.clock().advance(3_600_000);
    }
    crafts.work().await;
    crafts.assert_each_stands(1).await;
}
