//! Taken off, back again under another number, and deleted by somebody.

use entrepot_domain::listing::Status;
use entrepot_listings::ListingChange;
use entrepot_test_support::server::{Fault, Matcher};
use entrepot_tests::{App, both_engines};
use serde_json::json;

use super::{Auctions, plain, varied};

#[both_engines]
async fn what_is_ended_is_withdrawn_and_comes_back(app: App) {
    let mut goods = plain(1);
    goods.extend(varied(1));
    let seller = Auctions::to_ebay(app, &goods).await;
    let ids = seller.list().await;
    seller.push().await;
    seller.assert_each_stands(2).await;
    let (numbers, offers) = (seller.target.live(), seller.target.offer_count());
    for id in &ids {
        seller.app.host.app.listings.end(&seller.context(), id).await.expect("ended");
    }
    seller.work().await;
    for id in &ids {
        let report = seller.report(id).await;
        assert_eq!(
            (report.status.as_str(), report.channel_status.as_deref()),
            ("archived", Some("ended")),
            "{report:?}"
        );
    }
    assert_eq!((seller.target.live().len(), seller.target.offer_count()), (0, offers), "the offers stay");
    // Ended again there is nothing left to do, and a push of all of the channel leaves it so.
    let before = seller.writes("");
    seller.app.host.app.listings.end(&seller.context(), &ids[0]).await.expect("ended");
    seller.work().await;
    seller.push().await;
    assert_eq!((seller.writes(""), seller.target.live().len()), (before, 0));
    for id in &ids {
        seller.change(id, ListingChange { status: Some(Status::Active), ..ListingChange::default() }).await;
    }
    seller.work().await;
    seller.assert_each_stands(2).await;
    assert!(seller.target.live().iter().all(|number| !numbers.contains(number)), "each has another number");
    assert_eq!(seller.target.offer_count(), offers);
    // Taken off by another program, deleted: that is ended, too.
    for sku in seller.target.skus() {
        assert!(seller.target.delete_item(&sku));
    }
    for id in &ids {
        seller.app.host.app.listings.end(&seller.context(), id).await.expect("ended");
    }
    seller.work().await;
    for id in &ids {
        assert_eq!(seller.report(id).await.sync_status, "synced");
    }
}

#[both_engines]
async fn a_withdrawal_without_an_answer_is_asked_again(app: App) {
    let seller = Auctions::to_ebay(app, &plain(1)).await;
    let ids = seller.list().await;
    seller.push().await;
    seller.shops.1.server.inject(Matcher::path("/withdraw").next(1), Fault::Drop);
    seller.app.host.app.listings.end(&seller.context(), &ids[0]).await.expect("ended");
    seller.work().await;
    assert_eq!((seller.target.live().len(), seller.report(&ids[0]).await.sync_status.as_str()), (0, "failed"));
    seller.wait().await;
    let report = seller.report(&ids[0]).await;
    assert_eq!(
        (report.channel_status.as_deref(), report.sync_status.as_str()),
        (Some("ended"), "synced"),
        "{report:?}"
    );
    assert_eq!(seller.writes("/withdraw"), 1, "it was off");
}

#[both_engines]
async fn what_somebody_deleted_there_is_made_anew_when_asked(app: App) {
    let mut goods = plain(1);
    goods.extend(varied(1));
    let seller = Auctions::to_ebay(app, &goods).await;
    let ids = seller.list().await;
    seller.push().await;
    for sku in seller.target.skus() {
        assert!(seller.target.delete_item(&sku));
    }
    seller.target.group_keys().iter().for_each(|key| assert!(seller.target.delete_group(key)));
    for id in &ids {
        seller.set(id, json!({ "title": format!("Another title {id}") })).await;
        // It is asked once more before that is believed.
        seller.wait().await;
        let report = seller.report(id).await;
        assert_eq!((report.status.as_str(), report.external_id.as_deref()), ("archived", None), "{report:?}");
    }
    seller.push().await;
    assert_eq!(seller.target.skus().len(), 0, "not by itself");
    for id in &ids {
        seller.push_by_id(id).await;
    }
    seller.assert_each_stands(2).await;
}

/// What is not shown in its own shop is an offer that is not published.
#[both_engines]
async fn a_draft_is_not_published(app: App) {
    let mut goods = plain(1);
    goods.extend(varied(1));
    goods.iter_mut().for_each(|product| product.status = entrepot_test_support::seed::Status::Draft);
    let seller = Auctions::to_ebay(app, &goods).await;
    let ids = seller.list().await;
    seller.push().await;
    seller.assert_all_are_synced(2).await;
    assert_eq!((seller.target.live().len(), seller.offer(&ids[0], 0).await.listing), (0, None));
    assert_eq!(seller.writes("publish"), 0);
    for id in &ids {
        assert_eq!(seller.report(id).await.channel_status.as_deref(), Some("draft"));
    }
}
