//! Taken off by a person, by its shop, or at the marketplace; and back again.

use entrepot_domain::listing::Status;
use entrepot_listings::ListingChange;
use entrepot_test_support::server::{Fault, Matcher};
use entrepot_tests::linking::import;
use entrepot_tests::{App, both_engines};
use serde_json::json;

use super::{Seller, TARGET};

#[both_engines]
async fn what_is_ended_stays_ended_and_comes_back_when_asked(app: App) {
    let seller = Seller::of(app, 2).await;
    let ids = seller.list_all().await;
    seller.push().await;
    seller.app.host.app.listings.end(&seller.context(), &ids[0]).await.expect("ended");
    seller.work().await;
    let report = seller.app.host.app.listings.show(&seller.app.host.tenant, &ids[0]).await.expect("a report");
    assert_eq!((report.status.as_str(), report.channel_status.as_deref()), ("archived", Some("ended")), "{report:?}");
    let id: u64 = report.external_id.expect("it stood").parse().expect("a number");
    assert_eq!(seller.target.product(id).expect("still there").status, "draft");
    // A push of all of the channel leaves it so.
    seller.push().await;
    assert_eq!(seller.target.product(id).expect("still there").status, "draft");
    seller.change(&ids[0], ListingChange { status: Some(Status::Active), ..ListingChange::default() }).await;
    seller.work().await;
    assert_eq!(seller.target.product(id).expect("still there").status, "publish");
    seller.assert_all_stand(2).await;
    // By its id it is pushed again.
    seller.app.host.app.listings.end(&seller.context(), &ids[0]).await.expect("ended");
    seller.work().await;
    let started = seller.app.host.app.listings.push(&seller.context(), TARGET, &ids[..1], false).await.expect("begun");
    assert_eq!(started.published, 1);
    seller.work().await;
    assert_eq!(seller.target.product(id).expect("still there").status, "publish");
}

#[both_engines]
async fn what_somebody_deleted_there_is_made_anew_when_asked(app: App) {
    let seller = Seller::of(app, 2).await;
    let ids = seller.list_all().await;
    seller.push().await;
    let shown =
        async |id: &str| seller.app.host.app.listings.show(&seller.app.host.tenant, id).await.expect("a report");
    let there: u64 = shown(&ids[0]).await.external_id.expect("it stands").parse().expect("a number");
    assert!(seller.target.force_delete(there));
    let set = json!({ "title": "Another title" });
    seller.change(&ids[0], ListingChange { set: Some(set), ..ListingChange::default() }).await;
    seller.work().await;
    seller.ask_again().await;
    let report = shown(&ids[0]).await;
    assert_eq!((report.status.as_str(), report.external_id.as_deref()), ("archived", None), "{report:?}");
    assert!(report.sync_error.as_deref().is_some_and(|why| why.contains("deleted it")), "{report:?}");
    seller.push().await;
    assert_eq!(seller.target.product_ids().len(), 1, "not by itself");
    seller.app.host.app.listings.push(&seller.context(), TARGET, &ids[..1], false).await.expect("begun");
    seller.work().await;
    seller.assert_all_stand(2).await;
}

/// A shop that was set up anew counts from the beginning.
#[both_engines]
async fn an_id_that_the_shop_gives_again_is_another_listings(app: App) {
    let seller = Seller::of(app, 2).await;
    let ids = seller.list_all().await;
    let listings = &seller.app.host.app.listings;
    // Tags would have ids of their own.
    for id in &ids {
        seller.change(id, ListingChange { set: Some(json!({ "tags": [] })), ..ListingChange::default() }).await;
    }
    listings.push(&seller.context(), TARGET, &ids[..1], false).await.expect("begun");
    seller.work().await;
    let first = listings.show(&seller.app.host.tenant, &ids[0]).await.expect("a report").external_id.expect("an id");
    seller.target.force_delete(first.parse().expect("a number"));
    seller.target.count_ids_from(first.parse::<u64>().expect("a number") - 1);
    listings.push(&seller.context(), TARGET, &ids[1..], false).await.expect("begun");
    seller.work().await;
    let (one, two) = (
        listings.show(&seller.app.host.tenant, &ids[0]).await.expect("a report"),
        listings.show(&seller.app.host.tenant, &ids[1]).await.expect("a report"),
    );
    assert_eq!(
        (one.external_id, two.external_id.as_deref(), two.sync_status.as_str()),
        (None, Some(first.as_str()), "synced"),
        "{:?}",
        two.sync_error
    );
}

#[both_engines]
async fn what_is_gone_at_its_source_is_sold_no_more(app: App) {
    let seller = Seller::of(app, 8).await;
    seller.list_all().await;
    seller.push().await;
    let shown = |seller: &Seller| {
        let there: Vec<_> = seller.target.product_ids().iter().filter_map(|id| seller.target.product(*id)).collect();
        there
            .into_iter()
            .filter(|product| product.status == "publish")
            .map(|product| product.name.to_string())
            .collect::<Vec<_>>()
    };
    let before = shown(&seller);
    let name = |id: &u64| seller.source.product(*id).expect("a product")["name"].as_str().expect("a name").to_owned();
    let id = *seller.source.product_ids().iter().find(|id| before.contains(&name(id))).expect("one that is shown");
    let title = name(&id);
    seller.source.delete(id);
    import(&seller.app, "source").await;
    seller.work().await;
    let after = shown(&seller);
    assert_eq!((after.contains(&title), after.len()), (false, before.len() - 1));
    assert_eq!(seller.target.product_ids().len(), 8, "taken off, not deleted");
}

/// An answer that knows no such address is not one that knows no such product.
#[both_engines]
async fn what_is_not_found_for_a_moment_is_not_ended(app: App) {
    let seller = Seller::of(app, 1).await;
    let ids = seller.list_all().await;
    seller.push().await;
    let there = seller.target.product_ids()[0];
    let fault = Fault::Json(404, r#"{"code":"not_found","message":"Not found","data":{"status":404}}"#);
    seller.shops.1.server.inject(Matcher::path(&format!("/products/{there}")), fault);
    seller.app.host.app.listings.end(&seller.context(), &ids[0]).await.expect("ended");
    seller.work().await;
    let report = seller.app.host.app.listings.show(&seller.app.host.tenant, &ids[0]).await.expect("a report");
    assert_eq!((report.sync_status.as_str(), report.external_id), ("failed", Some(there.to_string())));
    seller.shops.1.server.heal();
    seller.app.clock().advance(3_600_000);
    seller.work().await;
    seller.assert_all_are_synced(1).await;
    assert_eq!(seller.target.product(there).expect("still there").status, "draft");
}
