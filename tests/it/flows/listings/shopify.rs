//! Goods go out to Shopify.

mod faults;
mod large;
mod offers;
mod round_trip;
mod scopes;

use entrepot_domain::catalog::Product;
use entrepot_domain::effective::available;
use entrepot_domain::listing::Status;
use entrepot_listings::{Decision, ListingChange, WhichConflicts};
use entrepot_test_support::{bigcommerce, seed, shopify};
use entrepot_tests::linking::import;
use entrepot_tests::stock::catalogue;
use entrepot_tests::{App, Marketplace, both_engines};
use serde_json::json;

use super::{Seller, TARGET};

/// Operations that change something.
const WRITES: [&str; 9] = [
    "BulkRun",
    "InventoryActivate",
    "InventorySet",
    "ListingMarkCreate",
    "ProductArchive",
    "ProductSet",
    "Publish",
    "Unpublish",
    "VariantsUpdate",
];

/// An empty shop in which the app may sell, and which has time for it.
fn shop() -> shopify::Store {
    let target = shopify::Store::from_seed(&[]);
    target.let_sell();
    target.configure(|options| (options.bucket, options.restore_rate) = (20_000.0, 1_000.0));
    target
}

impl Seller<shopify::Store> {
    async fn selling(app: App, goods: &[seed::Product], target: shopify::Store) -> Self {
        let served = Marketplace::shopify(&target);
        Self::selling_on(app, goods, target, served).await
    }

    async fn selling_on(app: App, goods: &[seed::Product], target: shopify::Store, served: Marketplace) -> Self {
        let source = bigcommerce::Store::from_seed(goods);
        let shops = (Marketplace::bigcommerce(&source), served);
        let (app, channels) = app.connect_each(&[("source", &shops.0), (TARGET, &shops.1)]).await;
        import(&app, "source").await;
        Self { app, source, target, channels, shops }
    }

    /// Each product stands there once, nothing is wrong, and nothing was asked for that the shop does not know.
    async fn assert_each_stands(&self, products: usize) {
        self.assert_all_are_synced(products).await;
        assert_eq!(self.target.product_count(), products);
        assert_eq!(self.target.unsimulated(), Vec::<String>::new());
    }

    /// The product of a listing, as the shop has it.
    async fn there(&self, id: &str) -> shopify::Product {
        let external = self.report(id).await.external_id.expect("it stands there");
        self.target.product(external.parse().expect("a number")).expect("a product")
    }

    fn asked(&self, operation: &str) -> usize {
        self.target.asked().iter().filter(|name| *name == operation).count()
    }

    /// How many requests changed something.
    fn writes(&self) -> usize {
        WRITES.iter().map(|operation| self.asked(operation)).sum()
    }
}

/// What a buyer sees of a product, and what is counted.
fn sold(of: &Product) -> Vec<impl PartialEq + std::fmt::Debug + use<>> {
    let variant = |variant: &entrepot_domain::catalog::Variant| {
        let (price, before) = (variant.price.clone(), variant.compare_at.clone());
        let stock = available(variant);
        (variant.sku.clone(), price, before, stock, variant.option_values.clone(), variant.gtin.clone())
    };
    let mut all: Vec<_> = of.variants.iter().map(variant).collect();
    all.sort_by(|a, b| a.0.cmp(&b.0));
    all
}

#[both_engines]
async fn goods_go_to_shopify_and_in_again(app: App) {
    let seller = Seller::selling(app, &catalogue(10), shop()).await;
    let ids = seller.list_all().await;
    seller.work().await;
    assert_eq!(seller.target.product_count(), 0, "drafts are sent nowhere");
    seller.push().await;
    seller.assert_each_stands(10).await;
    let published = seller.target.options().shop;
    for report in seller.reports().await {
        let there = seller.there(&report.id).await;
        // Active alone sells nothing: a product has to be published, too.
        assert_eq!(there.status == "ACTIVE", !there.publications.is_empty(), "{there:?}");
        assert_eq!(seller.target.marked(&report.id), Some(there.id));
        let url = format!("https://{published}.myshopify.com/products/{}", there.handle);
        assert_eq!(report.external_url, (there.status == "ACTIVE").then_some(url));
    }
    // What came out is what comes in.
    import(&seller.app, TARGET).await;
    let (sent, there) = (seller.products(0).await, seller.products(1).await);
    for product in sent {
        let same = there.iter().find(|other| other.title == product.title);
        let same = same.unwrap_or_else(|| panic!("{} is not there", product.title));
        assert_eq!(sold(same), sold(&product), "{}", product.title);
        assert_eq!((same.media.len(), same.status), (product.media.len(), product.status), "{}", product.title);
        assert!(
            same.attributes.iter().all(|attribute| attribute.key != "entrepot_listing"),
            "the mark is no attribute"
        );
    }
    // Nothing changed, so nothing is sent.
    let before = seller.writes();
    seller.push().await;
    assert_eq!(seller.writes(), before);
    assert_eq!(ids.len(), 10);
}

/// Lists are whole ones: what is left out of them would be deleted.
#[both_engines]
async fn a_change_keeps_what_is_there(app: App) {
    let mut goods = catalogue(6);
    goods.retain(|product| product.variants.len() > 1);
    let seller = Seller::selling(app, &goods[..1], shop()).await;
    let ids = seller.list_all().await;
    seller.push().await;
    let before = seller.there(&ids[0]).await;
    let source = seller.source.product_ids()[0];
    seller.source.change(source, |product| product["name"] = json!("Renamed"));
    import(&seller.app, "source").await;
    assert_eq!(seller.app.host.app.listings.sync_due().await.expect("a look"), 1);
    seller.work().await;
    let after = seller.there(&ids[0]).await;
    let variants = |of: &shopify::Product| of.variants.iter().map(|one| (one.id, one.item)).collect::<Vec<_>>();
    let media = |of: &shopify::Product| of.media.iter().map(|one| one.id).collect::<Vec<_>>();
    assert_eq!((after.title.as_str(), variants(&after), media(&after)), ("Renamed", variants(&before), media(&before)));
    assert_eq!(after.metafields.len(), before.metafields.len());
    assert_eq!(seller.asked("Publish"), 1, "what is published is not published again");
    // A variant that is gone in its shop is gone here, and the others are the same.
    let kept = before.variants[0].sku.clone();
    seller.source.change(source, |product| {
        let variants = product["variants"].as_array_mut().expect("variants");
        let at = variants.iter().position(|one| one["sku"].as_str() != kept.as_deref()).expect("another one");
        variants.remove(at);
    });
    import(&seller.app, "source").await;
    seller.work().await;
    let fewer = seller.there(&ids[0]).await;
    assert_eq!(fewer.variants.len(), before.variants.len() - 1);
    assert!(fewer.variants.iter().all(|one| variants(&before).contains(&(one.id, one.item))));
    seller.assert_each_stands(1).await;
}

#[both_engines]
async fn what_is_ended_is_archived_and_published_no_longer(app: App) {
    let seller = Seller::selling(app, &catalogue(2), shop()).await;
    let ids = seller.list_all().await;
    seller.push().await;
    seller.app.host.app.listings.end(&seller.context(), &ids[0]).await.expect("ended");
    seller.work().await;
    let report = seller.report(&ids[0]).await;
    assert_eq!((report.status.as_str(), report.channel_status.as_deref()), ("archived", Some("ended")), "{report:?}");
    let there = seller.there(&ids[0]).await;
    assert_eq!((there.status.as_str(), there.publications.len()), ("ARCHIVED", 0));
    // A push of all of the channel leaves it so; by itself it comes back.
    seller.push().await;
    assert_eq!(seller.there(&ids[0]).await.status, "ARCHIVED");
    seller.change(&ids[0], ListingChange { status: Some(Status::Active), ..ListingChange::default() }).await;
    seller.work().await;
    let there = seller.there(&ids[0]).await;
    assert_eq!((there.status.as_str(), there.publications.len()), ("ACTIVE", 1));
    seller.assert_each_stands(2).await;
    // Ended there while we looked away: there is nothing left to do, and that is no error.
    seller.target.delete(there.id);
    seller.app.host.app.listings.end(&seller.context(), &ids[0]).await.expect("ended");
    seller.work().await;
    assert_eq!(seller.report(&ids[0]).await.sync_status, "synced");
}

#[both_engines]
async fn what_somebody_deleted_there_is_made_anew_when_asked(app: App) {
    let seller = Seller::selling(app, &catalogue(2), shop()).await;
    let ids = seller.list_all().await;
    seller.push().await;
    let there = seller.there(&ids[0]).await.id;
    assert!(seller.target.delete(there));
    let set = json!({ "title": "Another title" });
    seller.change(&ids[0], ListingChange { set: Some(set), ..ListingChange::default() }).await;
    seller.work().await;
    seller.ask_again().await;
    let report = seller.report(&ids[0]).await;
    assert_eq!((report.status.as_str(), report.external_id.as_deref()), ("archived", None), "{report:?}");
    assert!(report.sync_error.as_deref().is_some_and(|why| why.contains("deleted it")), "{report:?}");
    seller.push().await;
    assert_eq!(seller.target.product_count(), 1, "not by itself");
    seller.push_by_id(&ids[0]).await;
    seller.assert_each_stands(2).await;
    // As long as only price or stock differ it is found out by these.
    let there = seller.there(&ids[0]).await.id;
    assert!(seller.target.delete(there));
    let set = json!({ "price": { "minor": 4_321, "currency": "USD" } });
    seller.change(&ids[0], ListingChange { set: Some(set), ..ListingChange::default() }).await;
    seller.work().await;
    seller.ask_again().await;
    let report = seller.report(&ids[0]).await;
    assert_eq!((report.status.as_str(), report.external_id.as_deref()), ("archived", None), "{report:?}");
}

#[both_engines]
async fn what_stands_there_already_is_adopted_and_not_doubled(app: App) {
    let goods = catalogue(4);
    let target = shopify::Store::from_seed(&goods[..2]);
    target.let_sell();
    target.configure(|options| (options.bucket, options.restore_rate) = (20_000.0, 1_000.0));
    let seller = Seller::selling(app, &goods, target).await;
    seller.list_all().await;
    // Pushed without a look, they are refused, and the others are not.
    seller.push().await;
    let reports = seller.reports().await;
    let refused: Vec<_> = reports.iter().filter(|report| report.sync_status == "blocked").collect();
    assert_eq!((refused.len(), seller.target.product_count()), (2, 4), "{reports:?}");
    assert!(
        refused.iter().all(|of| of.sync_error.as_deref().is_some_and(|why| why.contains("Adopt it"))),
        "{refused:?}"
    );
    let before: Vec<_> = seller.target.product_ids()[..2].to_vec();
    let ids =
        |of: u64| seller.target.product(of).expect("it is there").variants.iter().map(|one| one.id).collect::<Vec<_>>();
    let variants: Vec<_> = before.iter().map(|of| ids(*of)).collect();
    let done = seller.app.host.app.listings.adopt(&seller.context(), TARGET, true).await.expect("adopted");
    assert_eq!((done.found, done.adopted, done.doubtful.len()), (2, 2, 0), "{done:?}");
    seller.push().await;
    seller.assert_each_stands(4).await;
    // They are what they were: their variants were found by SKU, and not made anew.
    let after: Vec<_> = before.iter().map(|of| ids(*of)).collect();
    assert_eq!(after, variants);
    let metafields = |of: &u64| seller.target.product(*of).expect("it is there").metafields.len();
    assert!(before.iter().any(|of| metafields(of) > 0), "what nobody named was left alone");
}

/// Lists are whole ones at Shopify: what is left out of them is deleted.
#[both_engines]
async fn variants_that_nobody_here_knows_are_not_deleted_unasked(app: App) {
    let goods = catalogue(4);
    let target = shopify::Store::from_seed(&goods[..1]);
    target.let_sell();
    target.configure(|options| (options.bucket, options.restore_rate) = (20_000.0, 1_000.0));
    let there = target.product_ids()[0];
    let seller = Seller::selling(app, &goods, target).await;
    assert!(seller.target.update(there, |product| {
        let mut more = product.variants[0].clone();
        (more.id, more.item, more.sku) = (77_001, 77_002, Some("MADE-BY-HAND".into()));
        more.values = product.options.iter().map(|_| "By hand".into()).collect();
        product.variants.push(more);
    }));
    let many = seller.target.product(there).expect("there").variants.len();
    seller.list_all().await;
    let listings = &seller.app.host.app.listings;
    assert_eq!(listings.adopt(&seller.context(), TARGET, true).await.expect("adopted").adopted, 1);
    seller.push().await;
    let which = WhichConflicts::default();
    let open = listings.conflicts(&seller.app.host.tenant, which, ("", ""), 50).await.expect("conflicts");
    let variants = open.iter().find(|of| of.field == "variants").unwrap_or_else(|| panic!("{open:?}"));
    assert!(variants.theirs.to_string().contains("MADE-BY-HAND") && !variants.ours.to_string().contains("MADE-BY"));
    let listing = variants.listing.clone();
    let theirs = listings.decide(&seller.context(), &listing, "variants", Decision::Theirs, None).await;
    assert!(theirs.expect_err("they are the product's").to_string().contains("the variants of its product"));
    seller.push().await;
    assert_eq!(seller.target.product(there).expect("there").variants.len(), many);
    listings.decide(&seller.context(), &listing, "all", Decision::Ours, None).await.expect("decided");
    seller.work().await;
    assert_eq!(seller.target.product(there).expect("there").variants.len(), many - 1);
}
