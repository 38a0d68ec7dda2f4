//! What stands at Etsy already, and what was changed there.

use std::collections::BTreeSet;
use std::time::Duration;

use entrepot_listings::{ConflictReport, Decision, ListingChange, ListingReport, WhichConflicts};
use entrepot_test_support::etsy;
use entrepot_test_support::server::{Fault, Matcher};
use entrepot_tests::stock::catalogue;
use entrepot_tests::{App, both_engines};
use serde_json::json;

use super::super::TARGET;
use super::{CATEGORY, Crafts, plain, served};

impl Crafts {
    /// Those that are open.
    async fn conflicts(&self) -> Vec<ConflictReport> {
        let (listings, which) = (&self.app.host.app.listings, WhichConflicts::default());
        listings.conflicts(&self.app.host.tenant, which, ("", ""), 50).await.expect("conflicts")
    }
}

/// What somebody changed at Etsy is not written over unseen.
#[both_engines]
async fn what_was_changed_at_etsy_waits_for_a_decision(app: App) {
    let crafts = Crafts::of(app, &plain()).await;
    let ids = crafts.list().await;
    crafts.push().await;
    let id = crafts.target.listing_ids()[0];
    crafts.target.update(id, |listing| listing.title = "Changed at Etsy".into());
    crafts.set(&ids[0], json!({ "description": "<p>Another one.</p>" })).await;
    let listings = &crafts.app.host.app.listings;
    let open = crafts.conflicts().await;
    assert_eq!(open.iter().map(|of| of.field.as_str()).collect::<Vec<_>>(), ["title"], "{open:?}");
    assert_eq!(crafts.there(&ids[0]).await.title, "Changed at Etsy");
    listings.decide(&crafts.context(), &ids[0], "all", Decision::Ours, None).await.expect("decided");
    crafts.work().await;
    let there = crafts.there(&ids[0]).await;
    assert_eq!((there.title.contains("No."), there.description.as_str()), (true, "Another one."));
    crafts.assert_each_stands(1).await;
}

/// Pictures take their time, and each listing is looked at just before it is sent, however long those before it took.
#[both_engines]
async fn what_is_changed_while_the_pictures_of_another_are_fetched_is_seen(app: App) {
    let crafts = Crafts::of(app, &catalogue(3)).await;
    let ids = crafts.list().await;
    crafts.push().await;
    let slow = "/slow.jpg";
    crafts.pictures.inject(Matcher::path(slow), Fault::Delay(Duration::from_secs(3)));
    let images = json!({ "images": [format!("{}{slow}", crafts.pictures.base_url)] });
    for (at, id) in ids.iter().enumerate() {
        let set = if at == 0 { images.clone() } else { json!({ "description": "<p>Ours.</p>" }) };
        crafts.change(id, ListingChange { set: Some(set), ..ListingChange::default() }).await;
    }
    let theirs = async {
        tokio::time::sleep(Duration::from_millis(1_200)).await;
        for id in &ids[1..] {
            crafts.target.update(crafts.there(id).await.id, |listing| listing.title = "Theirs".into());
        }
    };
    tokio::join!(crafts.work(), theirs);
    let titles: Vec<String> = crafts.conflicts().await.into_iter().map(|of| of.field).collect();
    assert_eq!(titles, ["title"; 2]);
    for id in &ids[1..] {
        assert_eq!(crafts.there(id).await.title, "Theirs");
    }
}

#[both_engines]
async fn what_stands_there_already_is_adopted_and_not_doubled(app: App) {
    let goods = catalogue(4);
    let target = etsy::Store::from_seed(&goods[..2]);
    target.add_category(CATEGORY, "Quilts & Rugs", None);
    target.let_sell();
    let before: Vec<etsy::Listing> = target.listing_ids().iter().filter_map(|id| target.listing(*id)).collect();
    let served = served(&target);
    let crafts = Crafts::on(app, &goods, target, served).await;
    crafts.list().await;
    // Pushed without a look, they are refused, and the others are not.
    crafts.push().await;
    let reports = crafts.reports().await;
    let refused: Vec<_> = reports.iter().filter(|report| report.sync_status == "blocked").collect();
    assert_eq!((refused.len(), crafts.target.listing_ids().len()), (2, 4), "{reports:?}");
    let told = |of: &&ListingReport| of.sync_error.as_deref().is_some_and(|why| why.contains("Adopt it"));
    assert!(refused.iter().all(told), "{refused:?}");
    let done = crafts.app.host.app.listings.adopt(&crafts.context(), TARGET, true).await.expect("adopted");
    assert_eq!((done.found, done.adopted, done.doubtful.len()), (2, 2, 0), "{done:?}");
    let uploads = crafts.target.uploads().len();
    // What differs from what stood there is decided before it is written over.
    crafts.push().await;
    let open = crafts.conflicts().await;
    let undecided: BTreeSet<&str> = open.iter().map(|of| of.listing.as_str()).collect();
    assert_eq!(undecided.len(), 2, "{open:?}");
    for id in undecided {
        let listings = &crafts.app.host.app.listings;
        listings.decide(&crafts.context(), id, "all", Decision::Ours, None).await.expect("decided");
    }
    crafts.work().await;
    crafts.assert_each_stands(4).await;
    for listing in before {
        let after = crafts.target.listing(listing.id).expect("it is there");
        assert_eq!(after.images, listing.images, "its pictures are its own");
        assert_eq!(after.videos, listing.videos, "what nobody named was left alone");
    }
    assert_eq!(crafts.target.uploads().len(), uploads);
}

/// Somebody's own listing that says the same, has the same SKU, or no SKU at all, is not ours: it is left as it is.
#[both_engines]
async fn a_sellers_own_listing_is_not_written_over(app: App) {
    let crafts = Crafts::of(app, &plain()).await;
    let ids = crafts.list().await;
    crafts.push().await;
    for (round, (has_sku, path)) in [(true, "/variants/0/sku"), (false, "/title")].into_iter().enumerate() {
        // As ours would be, at another price, of other stuff.
        let mut own = crafts.there(&ids[0]).await;
        assert!(crafts.target.delete(own.id));
        (own.id, own.materials, own.tags, own.who_made) =
            (own.id + 100, vec!["gold".into()], vec!["mine".into()], Some("someone_else"));
        own.products.iter_mut().flatten().for_each(|product| {
            product.offering.amount = 9_900;
            if !has_sku {
                product.sku.clear();
            }
        });
        let own = crafts.target.insert(own);
        let before = crafts.target.listing(own);
        crafts.restock(0, 3 + round as i64).await;
        crafts.ask_again().await;
        assert_eq!(crafts.report(&ids[0]).await.external_id, None, "ours is gone");
        let writes = crafts.writes();
        crafts.push_by_id(&ids[0]).await;
        let report = crafts.report(&ids[0]).await;
        assert_eq!((report.sync_status.as_str(), crafts.writes()), ("blocked", writes), "{report:?}");
        assert!(report.sync_error.as_deref().is_some_and(|why| why.contains("entrepot listing adopt")), "{report:?}");
        assert_eq!(report.issues[0]["path"], path, "{report:?}");
        assert_eq!(crafts.target.listing(own), before);
        assert!(crafts.target.delete(own));
        crafts.push_by_id(&ids[0]).await;
        crafts.assert_each_stands(1).await;
    }
}
