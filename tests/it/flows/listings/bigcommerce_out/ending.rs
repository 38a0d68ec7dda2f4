//! Taken off, and back again.

use entrepot_domain::listing::Status;
use entrepot_listings::ListingChange;
use entrepot_test_support::bigcommerce::Store;
use entrepot_test_support::server::{Fault, Matcher};
use entrepot_tests::{App, both_engines};
use serde_json::json;

use super::{Seller, plain};

#[both_engines]
async fn what_is_ended_is_hidden_and_comes_back(app: App) {
    let seller = Seller::to_bigcommerce(app, &plain(3), Store::empty()).await;
    let ids = seller.list_all().await;
    seller.push().await;
    for id in &ids[..2] {
        seller.app.host.app.listings.end(&seller.context(), id).await.expect("ended");
    }
    seller.work().await;
    let report = seller.report(&ids[0]).await;
    assert_eq!((report.status.as_str(), report.channel_status.as_deref()), ("archived", Some("ended")), "{report:?}");
    assert_eq!(seller.there(&ids[0]).await["is_visible"], json!(false));
    // A push of all of the channel leaves it so; by itself it comes back.
    seller.push().await;
    assert_eq!(seller.there(&ids[0]).await["is_visible"], json!(false));
    seller.change(&ids[0], ListingChange { status: Some(Status::Active), ..ListingChange::default() }).await;
    seller.work().await;
    assert_eq!(seller.there(&ids[0]).await["is_visible"], json!(true));
    assert_eq!(seller.target.product_count(), 3, "hidden, not deleted");
    // Deleted there while we looked away: there is nothing left to do, and that is no error.
    assert!(seller.target.delete(seller.id_there(&ids[0]).await));
    seller.app.host.app.listings.end(&seller.context(), &ids[0]).await.expect("ended");
    seller.work().await;
    assert_eq!(seller.report(&ids[0]).await.sync_status, "synced");
    assert_eq!(seller.target.product_count(), 2);
}

#[both_engines]
async fn what_somebody_deleted_there_is_made_anew_when_asked(app: App) {
    let seller = Seller::to_bigcommerce(app, &plain(2), Store::empty()).await;
    let ids = seller.list_all().await;
    seller.push().await;
    assert!(seller.target.delete(seller.id_there(&ids[0]).await));
    seller.set(&ids[0], json!({ "title": "Another title" })).await;
    seller.ask_again().await;
    let report = seller.report(&ids[0]).await;
    assert_eq!((report.status.as_str(), report.external_id.as_deref()), ("archived", None), "{report:?}");
    assert!(report.sync_error.as_deref().is_some_and(|why| why.contains("deleted it")), "{report:?}");
    seller.push().await;
    assert_eq!(seller.target.product_count(), 1, "not by itself");
    seller.push_by_id(&ids[0]).await;
    seller.assert_all_are_synced(2).await;
    assert_eq!(seller.target.product_count(), 2);
}

/// It was made without an answer, and is taken off before it was found again.
#[both_engines]
async fn what_may_stand_there_is_taken_off_too(app: App) {
    let seller = Seller::to_bigcommerce(app, &plain(2), Store::empty()).await;
    let ids = seller.list_all().await;
    let made = Matcher::path("/v3/catalog/products").without("?").without("/products/");
    (1..=2).for_each(|at| seller.shops.1.server.inject(made.clone().nth(at), Fault::Truncate(0)));
    seller.push().await;
    seller.shops.1.server.heal();
    assert_eq!(seller.target.product_count(), 2);
    for id in &ids {
        seller.app.host.app.listings.end(&seller.context(), id).await.expect("ended");
    }
    seller.wait().await;
    for id in seller.target.product_ids() {
        assert_eq!(seller.target.product(id).expect("still there")["is_visible"], json!(false));
    }
    for report in seller.reports().await {
        assert_eq!((report.status.as_str(), report.sync_status.as_str()), ("archived", "synced"), "{report:?}");
    }
}

/// The number of a product in the answer to many does not say that it is hidden.
#[both_engines]
async fn what_is_not_said_to_be_hidden_is_sent_again(app: App) {
    let seller = Seller::to_bigcommerce(app, &plain(2), Store::empty()).await;
    let ids = seller.list_all().await;
    seller.push().await;
    for id in &ids {
        seller.change(id, ListingChange { status: Some(Status::Archived), ..ListingChange::default() }).await;
    }
    let (batch, alone) =
        (Matcher::path("/v3/catalog/products").without("?").without("/products/"), "/catalog/products/");
    let before = seller.writes(alone);
    seller.shops.1.server.inject(batch.nth(1), Fault::Replaced("\"is_visible\":false", "\"is_featured\":false"));
    seller.work().await;
    assert_eq!(seller.writes(alone) - before, 2, "each is asked by itself");
    for id in &ids {
        assert_eq!(seller.report(id).await.sync_status, "synced");
    }
}

/// It was read a moment ago: a change that does not find it proves nothing.
#[both_engines]
async fn what_is_not_found_for_a_moment_is_not_gone(app: App) {
    let seller = Seller::to_bigcommerce(app, &plain(1), Store::empty()).await;
    let ids = seller.list_all().await;
    seller.push().await;
    let id = seller.target.product_ids()[0];
    for set in [json!({ "title": "Another title" }), json!({ "price": { "minor": 4_321, "currency": "USD" } })] {
        let change = Matcher::path(&format!("/v3/catalog/products/{id}")).without("?").without(&format!("{id}/"));
        seller.shops.1.server.inject(change, Fault::Json(404, r#"{"status":404,"title":"Not found"}"#));
        seller.set(&ids[0], set).await;
        let report = seller.report(&ids[0]).await;
        assert_eq!((report.status.as_str(), report.sync_status.as_str()), ("active", "failed"), "{report:?}");
        seller.shops.1.server.heal();
        seller.wait().await;
        seller.assert_each_stands(1).await;
    }
}
