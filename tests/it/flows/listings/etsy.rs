//! Goods go out to Etsy: drafts that get their pictures as bytes, their inventory whole, and are published last.

mod answers;
mod doubt;
mod ending;
mod evidence;
mod faults;
mod limits;
mod offers;
mod pictures;
mod standing;
mod stock;
mod terms;

use entrepot_domain::catalog::Product;
use entrepot_domain::effective::available;
use entrepot_listings::ListingChange;
use entrepot_test_support::server::Server;
use entrepot_test_support::{bigcommerce, etsy, seed};
use entrepot_tests::linking::import;
use entrepot_tests::stock::catalogue;
use entrepot_tests::{App, Marketplace, both_engines};
use serde_json::json;

use super::{Seller, TARGET};

/// Of Etsy's tree.
const CATEGORY: u64 = 482;
const WHO: (&str, &str) = ("who_made", "i_did");
const WHEN: (&str, &str) = ("when_made", "made_to_order");
const SHIPPING: (&str, &str) = ("shipping_profile", "22200001");
const PROCESSING: (&str, &str) = ("processing_profile", "1400000000001");
const POLICY: (&str, &str) = ("return_policy", "1");

/// An empty shop in which the app may sell.
fn shop() -> etsy::Store {
    let target = etsy::Store::empty();
    target.add_category(480, "Home & Living", None);
    target.add_category(CATEGORY, "Quilts & Rugs", Some(480));
    target.let_sell();
    target
}

/// With what Etsy asks for beside the goods.
fn served(target: &etsy::Store) -> Marketplace {
    let all = [WHO, WHEN, SHIPPING, PROCESSING, POLICY];
    all.into_iter().fold(Marketplace::etsy(target), |shop, (name, value)| shop.with_setting(name, value))
}

/// A seller and the host of the pictures, which serves as long as this is there.
struct Crafts {
    seller: Seller<etsy::Store>,
    pictures: Server,
}

impl std::ops::Deref for Crafts {
    type Target = Seller<etsy::Store>;

    fn deref(&self) -> &Self::Target {
        &self.seller
    }
}

/// Goods whose pictures stand somewhere else than the shop.
fn pictured(goods: &[seed::Product], pictures: &Server) -> Vec<seed::Product> {
    let mut goods = goods.to_vec();
    for image in goods.iter_mut().flat_map(|product| &mut product.images) {
        image.url = image.url.replace("https://images.example", &pictures.base_url);
    }
    goods
}

/// One product without options that is counted and on sale.
fn plain() -> Vec<seed::Product> {
    let mut goods = catalogue(20);
    goods.retain(|product| {
        let stock = product.variants[0].stock;
        product.options.is_empty() && product.status == seed::Status::Active && stock.is_some()
    });
    goods.truncate(1);
    goods[0].variants[0].stock = Some([20, 0]);
    goods
}

/// One product with several variants, all of them counted and on sale.
fn varied() -> Vec<seed::Product> {
    let mut goods = catalogue(30);
    goods.retain(|product| product.variants.len() > 2 && product.status == seed::Status::Active);
    goods.truncate(1);
    goods[0].variants.iter_mut().for_each(|variant| variant.stock = Some([5, 0]));
    goods
}

impl Crafts {
    async fn of(app: App, goods: &[seed::Product]) -> Self {
        let target = shop();
        let served = served(&target);
        Self::on(app, goods, target, served).await
    }

    async fn on(app: App, goods: &[seed::Product], target: etsy::Store, served: Marketplace) -> Self {
        let pictures = entrepot_test_support::pictures::serve();
        let source = bigcommerce::Store::from_seed(&pictured(goods, &pictures));
        let shops = (Marketplace::bigcommerce(&source), served);
        let (app, channels) = app.connect_each(&[("source", &shops.0), (TARGET, &shops.1)]).await;
        import(&app, "source").await;
        Self { seller: Seller { app, source, target, channels, shops }, pictures }
    }

    /// Makes a draft of every product of the source, each in a category.
    async fn list(&self) -> Vec<String> {
        let ids = self.list_all().await;
        for id in &ids {
            self.change(id, ListingChange { category: Some(Some(CATEGORY.to_string())), ..ListingChange::default() })
                .await;
        }
        ids
    }

    /// The listing as the shop has it.
    async fn there(&self, id: &str) -> etsy::Listing {
        let external = self.report(id).await.external_id.expect("it stands there");
        self.target.listing(external.parse().expect("a number")).expect("a listing")
    }

    /// How many requests with this method changed something, or tried to.
    fn sent(&self, method: &str, part: &str) -> usize {
        let log = self.shops.1.server.log();
        log.lines().iter().filter(|line| line.method == method && line.path.contains(part)).count()
    }

    fn writes(&self) -> usize {
        ["POST", "PUT", "PATCH", "DELETE"].into_iter().map(|method| self.sent(method, "/v3/application/")).sum()
    }

    /// Each product stands there once, and nothing is wrong.
    async fn assert_each_stands(&self, products: usize) {
        self.assert_all_are_synced(products).await;
        assert_eq!(self.target.listing_ids().len(), products);
    }

    /// The stock of the source's only product, or of one of its variants.
    async fn restock(&self, at: usize, available: i64) {
        let product = self.source.product(self.source.product_ids()[0]).expect("a product");
        let variant = product["variants"][at]["id"].as_u64().expect("an id");
        assert!(self.source.set_stock(variant, 1, available));
        import(&self.app, "source").await;
        self.work().await;
    }
}

/// Those of the goods, without marks.
fn own_materials(there: &etsy::Listing) -> Vec<String> {
    there.materials.iter().filter(|material| !material.starts_with("entrepot ")).cloned().collect()
}

/// What Etsy can say of what is sold: no price from before, nothing above 999.
fn sold(of: &Product) -> Vec<impl PartialEq + std::fmt::Debug + use<>> {
    let counted = of.variants.iter().filter(|variant| variant.enabled);
    let mut all: Vec<_> = counted
        .map(|one| {
            (one.sku.clone(), one.price.clone(), available(one).unwrap_or(999).min(999), one.option_values.clone())
        })
        .collect();
    all.sort_by(|a, b| a.0.cmp(&b.0));
    all
}

#[both_engines]
async fn goods_go_to_etsy_and_in_again(app: App) {
    let crafts = Crafts::of(app, &catalogue(10)).await;
    let ids = crafts.list().await;
    crafts.work().await;
    assert_eq!(crafts.target.listing_ids().len(), 0, "drafts are sent nowhere");
    crafts.push().await;
    crafts.assert_each_stands(10).await;
    let mut published = 0;
    for report in crafts.reports().await {
        let there = crafts.there(&report.id).await;
        assert!(own_materials(&there).is_empty() && there.materials.len() == 2, "marks alone: {there:?}");
        published += u64::from(there.state == "active");
        assert!(matches!(there.state, "active" | "draft"), "{there:?}");
        assert_eq!(there.taxonomy, Some(CATEGORY));
    }
    assert_eq!(crafts.target.fees(), published, "each was published once");
    // What came out is what comes in.
    import(&crafts.app, TARGET).await;
    let (sent, there) = (crafts.products(0).await, crafts.products(1).await);
    for product in sent {
        let same = there.iter().find(|other| other.title == product.title);
        let same = same.unwrap_or_else(|| panic!("{} is not there", product.title));
        let left: i64 = product.variants.iter().filter_map(available).sum();
        if left > 0 {
            assert_eq!(sold(same), sold(&product), "{}", product.title);
            assert_eq!(same.status, product.status, "{}", product.title);
        }
        let alts = |of: &Product| of.media.iter().map(|media| media.alt.clone()).collect::<Vec<_>>();
        assert_eq!(alts(same), alts(&product), "{}", product.title);
        assert_eq!(same.description_html.as_deref().map(|html| html.contains("&amp; more")), Some(true));
    }
    // Nothing changed, so nothing is sent, and nothing is paid for.
    let before = crafts.writes();
    crafts.push().await;
    crafts.push().await;
    assert_eq!((crafts.writes(), crafts.target.fees(), ids.len()), (before, published, 10));
}

/// A push changes what differs, and leaves the rest of a listing alone.
#[both_engines]
async fn a_change_sends_what_differs(app: App) {
    let crafts = Crafts::of(app, &varied()).await;
    let ids = crafts.list().await;
    crafts.push().await;
    let before = crafts.there(&ids[0]).await;
    let uploads = crafts.target.uploads().len();
    assert_eq!(
        before.variation_images.len(),
        before.products.as_ref().map_or(0, |all| {
            let values: std::collections::BTreeSet<_> = all.iter().map(|one| one.properties[0].value_id).collect();
            if before.variation_images.is_empty() { 0 } else { values.len() }
        })
    );
    let (puts, patches) = (crafts.sent("PUT", "/inventory"), crafts.sent("PATCH", "/listings/"));
    let source = crafts.source.product_ids()[0];
    crafts.source.change(source, |product| product["name"] = json!("Renamed"));
    import(&crafts.app, "source").await;
    crafts.work().await;
    let after = crafts.there(&ids[0]).await;
    assert_eq!((after.title.as_str(), &after.images), ("Renamed", &before.images));
    assert_eq!(after.products, before.products, "the inventory was not written");
    assert_eq!(after.variation_images, before.variation_images);
    assert_eq!((crafts.sent("PUT", "/inventory"), crafts.sent("PATCH", "/listings/")), (puts, patches + 1));
    assert_eq!(crafts.target.uploads().len(), uploads, "no picture is sent twice");
    crafts.assert_each_stands(1).await;
    assert_eq!(crafts.target.fees(), 1);
}
