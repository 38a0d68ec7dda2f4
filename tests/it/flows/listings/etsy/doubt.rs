//! Published, and nobody here heard of it: whatever changes before the next try, it is the same listing.

use entrepot_test_support::server::{Fault, Matcher};
use entrepot_tests::linking::import;
use entrepot_tests::{App, both_engines};
use serde_json::json;

use super::faults::steps;
use super::pictures::upload;
use super::{Crafts, own_materials, plain, varied};

impl Crafts {
    /// A listing that was published, and of which the answer was lost.
    async fn lost(&self) -> String {
        let ids = self.list().await;
        let [.., (_, publishing)] = steps();
        self.shops.1.server.inject(publishing.next(1), Fault::Drop);
        self.push().await;
        assert_eq!(self.report(&ids[0]).await.sync_status, "failed");
        assert_eq!(self.target.listing(self.target.listing_ids()[0]).expect("a listing").state, "active");
        ids.into_iter().next().expect("a listing")
    }

    /// The source's only product by now.
    async fn change_source(&self, sku: &str, title: &str) {
        self.source.change(self.source.product_ids()[0], |product| {
            product["name"] = json!(title);
            product["description"] = json!("<p>Other words.</p>");
            product["sku"] = json!(sku);
            for variant in product["variants"].as_array_mut().into_iter().flatten() {
                variant["sku"] = json!(sku);
            }
        });
        import(&self.app, "source").await;
    }

    async fn try_again(&self) {
        self.app.clock().advance(3_600_000);
        self.work().await;
    }
}

#[both_engines]
async fn what_was_published_unheard_is_found_again_whatever_was_changed(app: App) {
    let crafts = Crafts::of(app, &plain()).await;
    let id = crafts.lost().await;
    crafts.change_source("OTHER-1", "Another title").await;
    crafts.try_again().await;
    crafts.assert_each_stands(1).await;
    let there = crafts.there(&id).await;
    let skus: Vec<&str> = there.products.iter().flatten().map(|one| one.sku.as_str()).collect();
    assert_eq!((there.title.as_str(), skus, crafts.target.fees()), ("Another title", vec!["OTHER-1"], 1));
}

#[both_engines]
async fn what_was_published_unheard_is_ended(app: App) {
    let crafts = Crafts::of(app, &plain()).await;
    let id = crafts.lost().await;
    crafts.change_source("OTHER-1", "Another title").await;
    crafts.app.host.app.listings.end(&crafts.context(), &id).await.expect("ended");
    crafts.try_again().await;
    let report = crafts.report(&id).await;
    assert_eq!((report.status.as_str(), report.sync_status.as_str()), ("archived", "synced"), "{report:?}");
    assert!(report.external_id.is_some() && report.sync_error.is_none(), "{report:?}");
    assert_eq!(crafts.there(&id).await.state, "inactive");
    // Wanted again it is that one, and its marks are gone with it.
    let change = entrepot_listings::ListingChange {
        status: Some(entrepot_domain::listing::Status::Active),
        ..Default::default()
    };
    crafts.change(&id, change).await;
    crafts.work().await;
    crafts.assert_each_stands(1).await;
    let there = crafts.there(&id).await;
    assert_eq!((there.state, there.materials.len(), crafts.target.fees()), ("active", 0, 1), "{there:?}");
}

/// Pictures of then are no pictures of now.
#[both_engines]
async fn what_was_published_unheard_gets_the_pictures_of_now(app: App) {
    let crafts = Crafts::of(app, &varied()).await;
    let id = crafts.lost().await;
    let before = crafts.target.listing(crafts.target.listing_ids()[0]).expect("a listing").images;
    let images: Vec<String> = (1..=3).map(|n| format!("{}/new{n}.jpg", crafts.pictures.base_url)).collect();
    let set = json!({ "images": images, "price": { "minor": 4_321, "currency": "USD" } });
    crafts.change(&id, entrepot_listings::ListingChange { set: Some(set), ..Default::default() }).await;
    // One of them is taken and the next one is not: the first is not there twice.
    crafts.shops.1.server.inject(upload().nth(2), Fault::Gateway(502));
    crafts.try_again().await;
    // All of them are, and what follows is not: they are not sent again.
    let uploads = crafts.target.uploads().len();
    crafts.shops.1.server.inject(Matcher::path("/inventory").without("batch").next(1), Fault::Gateway(502));
    crafts.try_again().await;
    assert_eq!(crafts.report(&id).await.sync_status, "failed");
    crafts.try_again().await;
    assert_eq!(crafts.target.uploads().len(), uploads + 3);
    crafts.assert_each_stands(1).await;
    let there = crafts.there(&id).await;
    let old: Vec<u64> = before.iter().map(|image| image.id).collect();
    assert_eq!(there.images.len(), 3, "{there:?}");
    assert!(there.images.iter().all(|image| !old.contains(&image.id)), "{there:?}");
    assert_eq!((there.state, crafts.target.fees()), ("active", 1));
}

/// A seller's copy of it has its mark, too.
#[both_engines]
async fn a_copy_of_what_was_published_unheard_is_the_sellers(app: App) {
    let crafts = Crafts::of(app, &plain()).await;
    let id = crafts.lost().await;
    let original = crafts.target.listing(crafts.target.listing_ids()[0]).expect("a listing");
    let mut copy = original.clone();
    (copy.id, copy.state, copy.title) = (0, "draft", "Copy".into());
    let copy = crafts.target.insert(copy);
    crafts.try_again().await;
    crafts.assert_all_are_synced(1).await;
    assert_eq!(crafts.there(&id).await.id, original.id);
    assert_eq!(crafts.target.listing(copy).expect("a copy").title, "Copy");
}

/// Marks are seen by buyers, so they go as soon as there is something to change.
#[both_engines]
async fn marks_go_with_the_first_change(app: App) {
    let crafts = Crafts::of(app, &plain()).await;
    let ids = crafts.list().await;
    let all: Vec<String> = (0..13).map(|n| format!("Material {n}")).collect();
    let fields = Some(json!({ "materials": all }));
    crafts.change(&ids[0], entrepot_listings::ListingChange { fields, ..Default::default() }).await;
    crafts.push().await;
    crafts.assert_each_stands(1).await;
    let there = crafts.there(&ids[0]).await;
    assert_eq!((there.materials.len(), own_materials(&there)), (13, all[..11].to_vec()), "{there:?}");
    import(&crafts.app, super::TARGET).await;
    let imported = crafts.products(1).await.remove(0);
    let materials = imported.attributes.iter().find(|one| one.key == "materials").expect("materials");
    assert!(!materials.value.contains("entrepot"), "{materials:?}");
    let patches = crafts.sent("PATCH", "/listings/");
    crafts.restock(0, 3).await;
    assert_eq!((crafts.there(&ids[0]).await.materials, crafts.sent("PATCH", "/listings/")), (all, patches + 1));
    crafts.restock(0, 2).await;
    assert_eq!(crafts.sent("PATCH", "/listings/"), patches + 1, "they are gone");
    crafts.assert_each_stands(1).await;
}
