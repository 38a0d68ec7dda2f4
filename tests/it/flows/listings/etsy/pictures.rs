//! Pictures are bytes at Etsy: the host fetches and sends them, and the adapter sees none.

use entrepot_test_support::pictures::jpeg;
use entrepot_test_support::server::{Fault, Matcher};
use entrepot_tests::linking::import;
use entrepot_tests::{App, both_engines};
use serde_json::json;

use super::{Crafts, plain};

/// A picture that is sent.
pub(super) fn upload() -> Matcher {
    Matcher::path("/v3/application/shops/44400001/listings/").with("/images").without("/images/").without("variation")
}

#[both_engines]
async fn pictures_arrive_as_they_are_and_in_their_order(app: App) {
    let mut goods = plain();
    goods[0].images = (1..=4)
        .map(|n| entrepot_test_support::seed::Image {
            url: format!("https://images.example/{n}.jpg"),
            alt: format!("side {n}"),
        })
        .collect();
    let crafts = Crafts::of(app, &goods).await;
    let ids = crafts.list().await;
    crafts.push().await;
    crafts.assert_each_stands(1).await;
    let bytes: Vec<Vec<u8>> = crafts.target.uploads().into_iter().map(|(_, bytes)| bytes).collect();
    assert_eq!(bytes, (1..=4).map(|n| jpeg(&format!("/{n}.jpg"))).collect::<Vec<_>>());
    let before = crafts.there(&ids[0]).await.images;
    // Their host is told nothing of anybody's account.
    for line in crafts.pictures.log().lines() {
        assert_eq!((line.method.as_str(), line.query.contains("token")), ("GET", false));
    }
    // One less, one more, another order: those that stay are not sent again.
    let url = |n: u32| json!(format!("{}/{n}.jpg", crafts.pictures.base_url));
    crafts.set(&ids[0], json!({ "images": [url(3), url(9), url(1)] })).await;
    let after = crafts.there(&ids[0]).await.images;
    assert_eq!((after.len(), after[0].id, after[2].id), (3, before[2].id, before[0].id), "{after:?}");
    assert_eq!(crafts.target.uploads().len(), 5);
    crafts.assert_each_stands(1).await;
}

/// What is wrong with a picture is said of that listing, with its address, before anything is published.
#[both_engines]
async fn a_picture_that_is_none_is_said(app: App) {
    let crafts = Crafts::of(app, &plain()).await;
    let ids = crafts.list().await;
    let base = crafts.pictures.base_url.clone();
    for (address, word) in [
        (format!("{base}/page.jpg"), "no JPEG, PNG, GIF, WebP or AVIF picture"),
        (format!("{base}/gone.jpg"), "HTTP 404"),
        (format!("{base}/large.jpg"), "more than 20 MiB"),
        ("https://10.0.0.1/a.jpg".to_owned(), "a private address"),
        ("https://169.254.169.254/latest/meta-data/".to_owned(), "metadata"),
        (format!("{base}/to?https://10.1.2.3/a.jpg"), "a private address"),
        (format!("{base}/to?file:///etc/passwd"), "cannot be"),
    ] {
        crafts
            .change(
                &ids[0],
                entrepot_listings::ListingChange { set: Some(json!({ "images": [address] })), ..Default::default() },
            )
            .await;
        crafts.push().await;
        let report = crafts.report(&ids[0]).await;
        assert_eq!(report.sync_status, "blocked", "{address}: {report:?}");
        let said = report.sync_error.clone().unwrap_or_default();
        assert!(said.contains(word) && said.contains(&address), "{address}: {said}");
        assert_eq!(report.issues[0]["path"], "/media/0", "{report:?}");
    }
    assert_eq!((crafts.target.fees(), crafts.target.uploads().len()), (0, 0));
    assert_eq!(crafts.target.listing_ids().len(), 1, "the same draft each time");
    crafts.set(&ids[0], json!({ "images": [format!("{base}/good.jpg")] })).await;
    crafts.assert_each_stands(1).await;
}

/// A draft that was begun with other pictures is not published with one of those.
#[both_engines]
async fn pictures_of_a_draft_are_those_that_are_wanted_by_now(app: App) {
    let crafts = Crafts::of(app, &plain()).await;
    let ids = crafts.list().await;
    let base = crafts.pictures.base_url.clone();
    let set = async |names: &[&str]| {
        let images: Vec<String> = names.iter().map(|name| format!("{base}/{name}.jpg")).collect();
        let set = Some(json!({ "images": images }));
        crafts.change(&ids[0], entrepot_listings::ListingChange { set, ..Default::default() }).await;
        crafts.push().await;
    };
    // Etsy fails at the second one.
    crafts.shops.1.server.inject(upload().nth(2), Fault::Gateway(502));
    set(&["first", "second"]).await;
    assert_eq!((crafts.report(&ids[0]).await.sync_status.as_str(), crafts.target.uploads().len()), ("failed", 1));
    set(&["other"]).await;
    crafts.assert_each_stands(1).await;
    let sent: Vec<Vec<u8>> = crafts.target.uploads().into_iter().map(|(_, bytes)| bytes).collect();
    assert_eq!(sent, [jpeg("/first.jpg"), jpeg("/other.jpg")]);
    assert_eq!((crafts.there(&ids[0]).await.images.len(), crafts.target.fees()), (1, 1), "the first one is gone");
}

/// A host that is away, or too slow, is asked again later.
#[both_engines]
async fn a_host_of_pictures_that_is_away_is_waited_for(app: App) {
    let crafts = Crafts::of(app, &plain()).await;
    let ids = crafts.list().await;
    crafts.pictures.inject(Matcher::any(), Fault::Status(503));
    crafts.push().await;
    let report = crafts.report(&ids[0]).await;
    assert_eq!(report.sync_status, "failed", "{report:?}");
    assert!(
        report.sync_error.as_deref().is_some_and(|why| why.contains("HTTP 503 instead of the picture")),
        "{report:?}"
    );
    crafts.pictures.heal();
    crafts.app.clock().advance(3_600_000);
    crafts.work().await;
    crafts.assert_each_stands(1).await;
    assert_eq!(crafts.target.fees(), 1);
}

/// What somebody else put there is asked about, and ours are not doubled beside it.
#[both_engines]
async fn a_picture_that_was_added_at_etsy_is_asked_about(app: App) {
    let crafts = Crafts::of(app, &plain()).await;
    let ids = crafts.list().await;
    crafts.push().await;
    let (id, count) = (crafts.there(&ids[0]).await.id, crafts.there(&ids[0]).await.images.len());
    let theirs = entrepot_test_support::etsy::Image { id: 5, url: "https://i.etsystatic.com/5.jpg".into(), alt: None };
    crafts.target.update(id, |listing| listing.images.push(theirs.clone()));
    crafts.set(&ids[0], json!({ "title": "Another title" })).await;
    let listings = &crafts.app.host.app.listings;
    let which = entrepot_listings::WhichConflicts::default();
    let open = listings.conflicts(&crafts.app.host.tenant, which, ("", ""), 50).await.expect("conflicts");
    assert_eq!(open.iter().map(|of| of.field.as_str()).collect::<Vec<_>>(), ["images"], "{open:?}");
    assert_eq!(crafts.there(&ids[0]).await.images.len(), count + 1);
    listings.decide(&crafts.context(), &ids[0], "all", entrepot_listings::Decision::Ours, None).await.expect("decided");
    crafts.work().await;
    assert_eq!(crafts.there(&ids[0]).await.images.len(), count);
    import(&crafts.app, "source").await;
    crafts.assert_each_stands(1).await;
}

/// With one that cannot be had, or that Etsy does not take, the others are not there once more with each try.
#[both_engines]
async fn pictures_without_words_do_not_pile_up(app: App) {
    let crafts = Crafts::of(app, &plain()).await;
    let ids = crafts.list().await;
    let images = |names: &[&str]| {
        let all: Vec<String> = names.iter().map(|name| format!("{}/{name}.jpg", crafts.pictures.base_url)).collect();
        json!({ "images": all })
    };
    let again = async || {
        crafts.app.clock().advance(3_600_000);
        crafts.work().await;
    };
    crafts.set(&ids[0], images(&["a"])).await;
    crafts.push().await;
    let (first, uploads) = (crafts.there(&ids[0]).await.images, crafts.target.uploads().len());
    // Its host is away: found out before anything is changed.
    crafts.pictures.inject(Matcher::path("/d.jpg"), Fault::Status(503));
    crafts.set(&ids[0], images(&["a", "b", "c", "d"])).await;
    again().await;
    assert_eq!(crafts.report(&ids[0]).await.sync_status, "failed");
    assert_eq!((crafts.there(&ids[0]).await.images, crafts.target.uploads().len()), (first.clone(), uploads));
    crafts.pictures.heal();
    // Etsy fails at the third one, again and again.
    for _ in 0..3 {
        crafts.shops.1.server.inject(upload().nth(3), Fault::Gateway(502));
        again().await;
        assert_eq!(crafts.report(&ids[0]).await.sync_status, "failed");
        assert_eq!(crafts.there(&ids[0]).await.images.len(), 3, "the one of before, and the two that were taken");
        crafts.shops.1.server.heal();
    }
    again().await;
    crafts.assert_each_stands(1).await;
    let there = crafts.there(&ids[0]).await;
    assert_eq!((there.images.len(), there.images[0].id), (4, first[0].id), "{there:?}");
}
