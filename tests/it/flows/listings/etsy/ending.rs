//! Taken off and back, and deleted by somebody.

use entrepot_domain::listing::Status;
use entrepot_listings::ListingChange;
use entrepot_tests::stock::catalogue;
use entrepot_tests::{App, both_engines};
use serde_json::json;

use super::Crafts;

#[both_engines]
async fn what_is_ended_is_inactive_and_comes_back_without_a_fee(app: App) {
    let crafts = Crafts::of(app, &super::plain()).await;
    let ids = crafts.list().await;
    crafts.push().await;
    crafts.app.host.app.listings.end(&crafts.context(), &ids[0]).await.expect("ended");
    crafts.work().await;
    let report = crafts.report(&ids[0]).await;
    assert_eq!((report.status.as_str(), report.channel_status.as_deref()), ("archived", Some("ended")), "{report:?}");
    assert_eq!(crafts.there(&ids[0]).await.state, "inactive");
    // Ended again there is nothing left to do, and a push of all of the channel leaves it so.
    let before = crafts.writes();
    crafts.app.host.app.listings.end(&crafts.context(), &ids[0]).await.expect("ended");
    crafts.work().await;
    crafts.push().await;
    assert_eq!((crafts.writes(), crafts.there(&ids[0]).await.state), (before, "inactive"));
    crafts.change(&ids[0], ListingChange { status: Some(Status::Active), ..ListingChange::default() }).await;
    crafts.work().await;
    assert_eq!((crafts.there(&ids[0]).await.state, crafts.target.fees()), ("active", 1));
    crafts.assert_each_stands(1).await;
    // Deleted there while we looked away: that is ended, too.
    crafts.target.delete(crafts.target.listing_ids()[0]);
    crafts.app.host.app.listings.end(&crafts.context(), &ids[0]).await.expect("ended");
    crafts.work().await;
    assert_eq!(crafts.report(&ids[0]).await.sync_status, "synced");
}

#[both_engines]
async fn what_somebody_deleted_there_is_made_anew_when_asked(app: App) {
    let crafts = Crafts::of(app, &catalogue(2)).await;
    let ids = crafts.list().await;
    crafts.push().await;
    let there = crafts.there(&ids[0]).await.id;
    crafts.target.delete(there);
    crafts.set(&ids[0], json!({ "title": "Another title" })).await;
    crafts.ask_again().await;
    let report = crafts.report(&ids[0]).await;
    assert_eq!((report.status.as_str(), report.external_id.as_deref()), ("archived", None), "{report:?}");
    crafts.push().await;
    assert_eq!(crafts.target.listing_ids().len(), 1, "not by itself");
    crafts.push_by_id(&ids[0]).await;
    crafts.assert_each_stands(2).await;
}

/// What is no longer shown in its own shop is taken off.
#[both_engines]
async fn a_draft_costs_nothing(app: App) {
    let mut goods = super::plain();
    goods[0].status = entrepot_test_support::seed::Status::Draft;
    let crafts = Crafts::of(app, &goods).await;
    let ids = crafts.list().await;
    crafts.push().await;
    let there = crafts.there(&ids[0]).await;
    assert_eq!((there.state, crafts.target.fees(), there.images.is_empty()), ("draft", 0, false));
    assert_eq!(super::own_materials(&there), Vec::<String>::new());
    crafts.assert_each_stands(1).await;
}
