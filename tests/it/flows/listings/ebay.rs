//! Goods go out to eBay: items, groups of them, offers, and publishing last.

mod adopted;
mod ending;
mod faults;
mod kept;
mod limits;
mod offers;
mod refused;
mod standing;
mod stock;
mod terms;
mod tokens;

use entrepot_domain::catalog::Product;
use entrepot_domain::effective::available;
use entrepot_listings::ListingChange;
use entrepot_test_support::{bigcommerce, ebay, seed};
use entrepot_tests::linking::import;
use entrepot_tests::stock::catalogue;
use entrepot_tests::{App, Marketplace, both_engines};
use serde_json::{Value, json};

use super::{Seller, TARGET};

/// A leaf of eBay's tree.
const CATEGORY: &str = "15687";
const SETTINGS: [(&str, &str); 4] = [
    ("fulfillment_policy", "6000000010"),
    ("payment_policy", "6000000020"),
    ("return_policy", "6000000030"),
    ("location", "warehouse-1"),
];

type Auctions = Seller<ebay::Store>;

/// An account without goods.
fn account() -> ebay::Store {
    let target = ebay::Store::empty();
    target.add_category("15680", "Home & Garden", None);
    target.add_category(CATEGORY, "Quilts & Rugs", Some("15680"));
    target
}

/// With what eBay asks for beside the goods.
fn served(target: &ebay::Store) -> Marketplace {
    SETTINGS.into_iter().fold(Marketplace::ebay(target), |shop, (name, value)| shop.with_setting(name, value))
}

/// So many products without options that are counted, twenty of each, for sale.
fn plain(products: usize) -> Vec<seed::Product> {
    let mut goods = catalogue(60);
    goods.retain(|product| {
        product.options.is_empty() && product.status == seed::Status::Active && product.variants[0].stock.is_some()
    });
    goods.truncate(products);
    goods.iter_mut().for_each(|product| product.variants[0].stock = Some([20, 0]));
    goods
}

/// Products with several variants, all of them counted and on sale.
fn varied(products: usize) -> Vec<seed::Product> {
    let mut goods = catalogue(60);
    goods.retain(|product| product.variants.len() > 2 && product.status == seed::Status::Active);
    goods.truncate(products);
    goods.iter_mut().flat_map(|product| &mut product.variants).for_each(|variant| variant.stock = Some([5, 0]));
    goods
}

impl Auctions {
    async fn to_ebay(app: App, goods: &[seed::Product]) -> Self {
        let target = account();
        let served = served(&target);
        Self::to_ebay_on(app, goods, target, served).await
    }

    async fn to_ebay_on(app: App, goods: &[seed::Product], target: ebay::Store, served: Marketplace) -> Self {
        let source = bigcommerce::Store::from_seed(goods);
        let shops = (Marketplace::bigcommerce(&source), served);
        let (app, channels) = app.connect_each(&[("source", &shops.0), (TARGET, &shops.1)]).await;
        import(&app, "source").await;
        Self { app, source, target, channels, shops }
    }

    /// Makes a draft of every product of the source, each in a category.
    async fn list(&self) -> Vec<String> {
        let ids = self.list_all().await;
        for id in &ids {
            let category = Some(Some(CATEGORY.to_owned()));
            self.change(id, ListingChange { category, ..ListingChange::default() }).await;
        }
        ids
    }

    /// Each product stands there once, on sale, and nothing is wrong.
    async fn assert_each_stands(&self, products: usize) {
        self.assert_all_are_synced(products).await;
        assert_eq!(self.target.live().len(), products, "{:?}", self.target.live());
    }

    /// The SKUs of a listing, as eBay has them.
    async fn skus(&self, id: &str) -> Vec<String> {
        self.report(id).await.variants.iter().filter_map(|variant| variant.external_id.clone()).collect()
    }

    async fn item(&self, id: &str, at: usize) -> Value {
        self.target.item(&self.skus(id).await[at]).expect("an item")
    }

    async fn offer(&self, id: &str, at: usize) -> ebay::Offer {
        let offers = self.target.offers(&self.skus(id).await[at]);
        assert_eq!(offers.len(), 1, "{offers:?}");
        offers.into_iter().next().expect("an offer").1
    }

    /// The source has so many of this variant of its first product.
    async fn restock(&self, at: usize, available: i64) {
        let product = self.source.product(self.source.product_ids()[0]).expect("a product");
        let variant = product["variants"][at]["id"].as_u64().expect("an id");
        assert!(self.source.set_stock(variant, 1, available));
        import(&self.app, "source").await;
        self.work().await;
    }

    /// Requests that change something, of those whose address has this in it.
    fn writes(&self, part: &str) -> usize {
        let lines = self.shops.1.server.log().lines();
        let looks = |path: &str| path.contains("bulk_get") || path.contains("oauth2");
        lines.iter().filter(|line| line.method != "GET" && !looks(&line.path) && line.path.contains(part)).count()
    }

    /// Time for another try passes, again and again.
    async fn wait(&self) {
        for _ in 0..4 {
            self.app.clock().advance(3_600_000);
            self.work().await;
        }
    }
}

/// What eBay can say of what is sold: everything is counted.
fn sold(of: &Product) -> Vec<impl PartialEq + std::fmt::Debug + use<>> {
    let one = |one: &entrepot_domain::catalog::Variant| {
        (one.sku.clone(), one.price.clone(), available(one).unwrap_or(10), one.option_values.clone(), one.gtin.clone())
    };
    let mut all: Vec<_> = of.variants.iter().map(one).collect();
    all.sort_by(|a, b| a.0.cmp(&b.0));
    all
}

#[both_engines]
async fn goods_go_to_ebay_and_in_again(app: App) {
    let seller = Auctions::to_ebay(app, &catalogue(12)).await;
    seller.list().await;
    seller.work().await;
    assert_eq!(seller.target.skus().len(), 0, "drafts are sent nowhere");
    seller.push().await;
    seller.assert_all_are_synced(12).await;
    let sent = seller.products(0).await;
    let left = |of: &Product| of.variants.iter().map(|one| available(one).unwrap_or(10)).sum::<i64>();
    let is_shown = |of: &&Product| of.status == entrepot_domain::catalog::ProductStatus::Active && left(of) > 0;
    assert_eq!(seller.target.live().len(), sent.iter().filter(is_shown).count());
    // What came out is what comes in.
    import(&seller.app, TARGET).await;
    let there = seller.products(1).await;
    assert_eq!(there.len(), 12);
    for product in &sent {
        let same = there.iter().find(|other| other.title == product.title);
        let same = same.unwrap_or_else(|| panic!("{} is not there", product.title));
        assert_eq!(sold(same), sold(product), "{}", product.title);
        assert_eq!(
            same.status == entrepot_domain::catalog::ProductStatus::Active,
            is_shown(&product),
            "{}",
            product.title
        );
        assert_eq!(
            (&same.brand, &same.description_html),
            (&product.brand, &product.description_html),
            "{}",
            product.title
        );
        let urls = |of: &Product| of.media.iter().map(|media| media.url.clone()).collect::<Vec<_>>();
        assert_eq!(urls(same), urls(product), "{}", product.title);
        let weights = |of: &Product| of.variants.iter().map(|one| one.weight.is_some()).collect::<Vec<_>>();
        assert_eq!(weights(same), weights(product), "{}", product.title);
    }
    // Nothing changed, so nothing is sent.
    let before = seller.writes("");
    seller.push().await;
    seller.push().await;
    assert_eq!(seller.writes(""), before);
}

/// Twenty-five rows in a call: a batch of goods costs few requests.
#[both_engines]
async fn a_batch_goes_in_bulk(app: App) {
    let seller = Auctions::to_ebay(app, &plain(8)).await;
    seller.list().await;
    seller.push().await;
    seller.assert_each_stands(8).await;
    let calls = ["bulk_create_or_replace_inventory_item", "bulk_create_offer", "bulk_publish_offer"];
    assert_eq!((calls.map(|call| seller.writes(call)), seller.writes("")), ([1, 1, 1], 3));
    for report in seller.reports().await {
        let (id, number) = (report.external_id.unwrap_or_default(), report.external_url.unwrap_or_default());
        assert!(id.starts_with("item:S-") && number.starts_with("https://www.ebay.com/itm/110"), "{id} {number}");
    }
}

#[both_engines]
async fn a_change_sends_what_differs(app: App) {
    let mut goods = plain(1);
    goods.extend(varied(1));
    let seller = Auctions::to_ebay(app, &goods).await;
    let ids = seller.list().await;
    seller.push().await;
    seller.assert_each_stands(2).await;
    let numbers = seller.target.live();
    let before = seller.writes("");
    for id in &ids {
        seller.set(id, json!({ "title": format!("Renamed {id}") })).await;
    }
    // One item, and one group; nothing of an offer.
    assert_eq!((seller.writes("") - before, seller.writes("/offer/")), (2, 1), "the group was published once");
    assert_eq!(seller.item(&ids[0], 0).await["product"]["title"], json!(format!("Renamed {}", ids[0])));
    let key = seller.target.group_keys().remove(0);
    assert!(
        seller.target.group(&key).expect("a group")["title"].as_str().is_some_and(|title| title.starts_with("Renamed"))
    );
    assert_eq!(seller.target.live(), numbers, "they are the same listings");
    // Other words are the offers' and the group's.
    let before = seller.writes("/inventory_item");
    seller.set(&ids[0], json!({ "description": "<p>Other words.</p>" })).await;
    assert_eq!(seller.offer(&ids[0], 0).await.body["listingDescription"], "<p>Other words.</p>");
    assert_eq!(seller.writes("/inventory_item"), before);
    // Of a listing with variations they are the group's: one change, however many variations there are.
    let listing =
        || seller.target.live().iter().filter_map(|number| seller.target.listing(number)).find(|of| of.group.is_some());
    let revisions = listing().expect("a listing").revisions;
    seller.set(&ids[1], json!({ "description": "<p>Words of a group.</p>" })).await;
    assert_eq!(seller.target.group(&key).expect("a group")["description"], "<p>Words of a group.</p>");
    assert_eq!(listing().expect("a listing").revisions, revisions + 1);
    seller.assert_each_stands(2).await;
    assert!(seller.target.application_tokens() <= 2, "once to try the account out, and once to keep");
}
