//! Goods go out: made in the catalogue of one shop, put on sale in another, and kept true there.

mod adopted;
mod bigcommerce_out;
mod by_rule;
mod conflicts;
mod doubt;
mod ebay;
mod ending;
mod etsy;
mod faults;
mod linked;
mod moved;
mod own_stock;
mod prices;
mod rest;
mod shopify;

use entrepot_core::RequestContext;
use entrepot_domain::catalog::Product;
use entrepot_domain::effective::{ChannelRule, PriceRule, StockRule};
use entrepot_domain::{ChannelId, Money};
use entrepot_listings::{ListingChange, ListingReport, NewListing, Which};
use entrepot_queue::Outcome;
use entrepot_test_support::woocommerce::Store;
use entrepot_test_support::{bigcommerce, woocommerce};
use entrepot_tests::linking::import;
use entrepot_tests::stock::catalogue;
use entrepot_tests::{App, Marketplace, both_engines};
use serde_json::{Value, json};

pub(crate) const TARGET: &str = "target";

/// A seller whose goods are in one shop, and who wants them in another that is empty.
pub(crate) struct Seller<S = Store, O = bigcommerce::Store> {
    pub(crate) app: App,
    pub(crate) source: O,
    pub(crate) target: S,
    pub(crate) channels: Vec<ChannelId>,
    /// They are served as long as this is there.
    pub(crate) shops: (Marketplace, Marketplace),
}

impl Seller {
    pub(crate) async fn of(app: App, products: usize) -> Self {
        let (source, target) = (bigcommerce::Store::from_seed(&catalogue(products)), woocommerce::Store::empty());
        let shops = (Marketplace::bigcommerce(&source), Marketplace::woocommerce(&target));
        let (app, channels) = app.connect_each(&[("source", &shops.0), (TARGET, &shops.1)]).await;
        import(&app, "source").await;
        Self { app, source, target, channels, shops }
    }

    /// Nothing is wrong, and each product stands there once.
    pub(crate) async fn assert_all_stand(&self, products: usize) {
        self.assert_all_are_synced(products).await;
        assert_eq!(self.target.product_ids().len(), products);
        assert_eq!(self.target.unknown_parameters(), Vec::<String>::new());
    }
}

impl<S, O> Seller<S, O> {
    pub(crate) fn context(&self) -> RequestContext {
        RequestContext::new(self.app.host.tenant.clone(), "a seller")
    }

    /// Makes a draft of every product of the source.
    pub(crate) async fn list_all(&self) -> Vec<String> {
        let mut made = Vec::new();
        let scoped = self.app.host.db.tenant(&self.app.host.tenant);
        for stored in scoped.products_of(&self.channels[0], "", 1_000).await.expect("products") {
            let new = NewListing { channel: TARGET.into(), product: stored.id.to_string(), ..NewListing::default() };
            made.push(self.app.host.app.listings.create(&self.context(), new).await.expect("a listing").to_string());
        }
        made
    }

    pub(crate) async fn push(&self) {
        self.app.host.app.listings.push(&self.context(), TARGET, &[], false).await.expect("begun");
        self.work().await;
    }

    /// Works on the target's listings until nothing is due now.
    pub(crate) async fn work(&self) {
        for _ in 0..200 {
            let outcome =
                self.app.host.app.listings.sync(&self.app.host.tenant, &self.channels[1]).await.expect("a turn");
            match outcome {
                Outcome::Later(wait) if wait.is_zero() => {}
                Outcome::Later(wait) if wait.as_millis() < 1_500 => tokio::time::sleep(wait).await,
                _ => return,
            }
        }
        panic!("it does not end");
    }

    /// What was said to be gone is asked about once more.
    pub(crate) async fn ask_again(&self) {
        self.app.clock().advance(60_000);
        self.work().await;
    }

    pub(crate) async fn reports(&self) -> Vec<ListingReport> {
        let which = Which { channel: TARGET.into(), ..Which::default() };
        self.app.host.app.listings.list(&self.app.host.tenant, which, "", 1_000).await.expect("listings")
    }

    pub(crate) async fn report(&self, id: &str) -> ListingReport {
        self.app.host.app.listings.show(&self.app.host.tenant, id).await.expect("a report")
    }

    /// As somebody who asks for just this listing.
    pub(crate) async fn push_by_id(&self, id: &String) {
        let ids = std::slice::from_ref(id);
        self.app.host.app.listings.push(&self.context(), TARGET, ids, false).await.expect("begun");
        self.work().await;
    }

    /// What came in from the source (0) or the target (1).
    pub(crate) async fn products(&self, channel: usize) -> Vec<Product> {
        let scoped = self.app.host.db.tenant(&self.app.host.tenant);
        let stored = scoped.products_of(&self.channels[channel], "", 1_000).await.expect("products");
        stored.into_iter().map(|stored| stored.product).collect()
    }

    pub(crate) async fn change(&self, id: &str, change: ListingChange) {
        self.app.host.app.listings.change(&self.context(), id, change).await.expect("changed");
    }

    /// Sets values of a listing, and has it sent.
    pub(crate) async fn set(&self, id: &str, set: Value) {
        self.change(id, ListingChange { set: Some(set), ..ListingChange::default() }).await;
        self.work().await;
    }

    pub(crate) async fn assert_all_are_synced(&self, products: usize) {
        let reports = self.reports().await;
        for report in &reports {
            assert_eq!((report.sync_status.as_str(), &report.sync_error), ("synced", &None), "{report:?}");
        }
        assert_eq!(reports.len(), products);
    }
}

pub(crate) fn posts(shop: &Marketplace) -> usize {
    shop.server.log().lines().iter().filter(|line| line.method == "POST").count()
}

#[both_engines]
async fn goods_go_from_one_shop_to_another_and_in_again(app: App) {
    let seller = Seller::of(app, 12).await;
    seller.list_all().await;
    assert_eq!(seller.app.host.app.listings.sync_due().await.expect("a look"), 1);
    seller.work().await;
    assert_eq!(seller.target.product_ids().len(), 0, "drafts are sent nowhere");
    seller.push().await;
    seller.assert_all_stand(12).await;
    // What came out is what comes in.
    let (app, scoped) = (&seller.app, seller.app.host.db.tenant(&seller.app.host.tenant));
    import(app, TARGET).await;
    let sent = scoped.products_of(&seller.channels[0], "", 100).await.expect("products");
    let there = scoped.products_of(&seller.channels[1], "", 100).await.expect("products");
    for product in sent.into_iter().map(|stored| stored.product) {
        let same = there.iter().find(|other| other.product.title == product.title);
        let same = &same.unwrap_or_else(|| panic!("{} is not there", product.title)).product;
        let sold = |of: &entrepot_domain::catalog::Product| {
            let mut all: Vec<_> = of
                .variants
                .iter()
                .map(|variant| {
                    let stock = entrepot_domain::effective::available(variant);
                    (
                        variant.sku.clone(),
                        variant.price.clone(),
                        variant.compare_at.clone(),
                        stock,
                        variant.option_values.clone(),
                    )
                })
                .collect();
            all.sort_by(|a, b| a.0.cmp(&b.0));
            all
        };
        assert_eq!(sold(same), sold(&product), "{}", product.title);
        assert_eq!(same.media.len(), product.media.len(), "{}", product.title);
        assert_eq!(same.status, product.status);
    }
    // Nothing changed, so nothing is sent.
    let before = posts(&seller.shops.1);
    seller.push().await;
    assert_eq!(posts(&seller.shops.1), before);
}

#[both_engines]
async fn a_change_at_the_source_is_at_the_target_in_one_turn(app: App) {
    let seller = Seller::of(app, 6).await;
    seller.list_all().await;
    seller.push().await;
    let before = posts(&seller.shops.1);
    let id = seller.source.product_ids()[0];
    seller.source.change(id, |product| product["name"] = json!("Renamed"));
    import(&seller.app, "source").await;
    // As the host's own look finds it.
    assert_eq!(seller.app.host.app.listings.sync_due().await.expect("a look"), 1);
    seller.work().await;
    let names: Vec<_> =
        seller.target.product_ids().iter().filter_map(|id| seller.target.product(*id)).map(|p| p.name).collect();
    assert!(names.iter().any(|name| **name == *"Renamed"), "{names:?}");
    assert!(posts(&seller.shops.1) > before);
    seller.assert_all_stand(6).await;
}

#[both_engines]
async fn a_person_and_a_rule_decide_what_stands_there(app: App) {
    let seller = Seller::of(app, 4).await;
    let ids = seller.list_all().await;
    let rule = ChannelRule {
        price: Some(PriceRule { basis_points: 1_000, ending: Some(99), ..PriceRule::default() }),
        stock: Some(StockRule { buffer: 1, cap: Some(3) }),
        ..ChannelRule::default()
    };
    seller.app.host.app.listings.set_rule(&seller.context(), TARGET, &rule).await.expect("set");
    let set = json!({ "title": "Set by hand", "price": { "minor": 777, "currency": "USD" } });
    seller.change(&ids[0], ListingChange { set: Some(set), ..ListingChange::default() }).await;
    seller.push().await;
    seller.assert_all_stand(4).await;
    for report in seller.reports().await {
        for variant in &report.variants {
            let price = variant.told_price.clone().expect("a price");
            match report.id == ids[0] {
                true => assert_eq!(price, Money::new(777, "USD")),
                false => assert_eq!(price.minor % 100, 99),
            }
            assert!(variant.told_stock.is_none_or(|stock| (0..=3).contains(&stock)), "{variant:?}");
        }
    }
    assert!(
        seller
            .target
            .product_ids()
            .iter()
            .filter_map(|id| seller.target.product(*id))
            .any(|p| *p.name == *"Set by hand")
    );
    // Without the rule prices and stock alone are sent.
    seller.app.host.app.listings.set_rule(&seller.context(), TARGET, &ChannelRule::default()).await.expect("set");
    seller.work().await;
    seller.assert_all_stand(4).await;
    let history =
        seller.app.host.app.listings.history(&seller.app.host.tenant, &ids[1], "", 50).await.expect("history");
    let kinds: Vec<_> = history.iter().map(|event| event.kind.as_str()).collect();
    assert_eq!(kinds.first(), Some(&"offered"), "{kinds:?}");
}

#[both_engines]
async fn what_would_be_refused_is_not_sent_and_what_is_refused_is_sent_once(app: App) {
    let seller = Seller::of(app, 3).await;
    let ids = seller.list_all().await;
    // Below the channel's floor: nothing is sent.
    let rule = ChannelRule {
        price: Some(PriceRule { floor: Some(100_000_000), ..PriceRule::default() }),
        ..ChannelRule::default()
    };
    seller.app.host.app.listings.set_rule(&seller.context(), TARGET, &rule).await.expect("set");
    seller.push().await;
    let reports = seller.reports().await;
    assert!(reports.iter().all(|report| report.sync_status == "blocked"), "{reports:?}");
    assert!(reports[0].sync_error.as_deref().is_some_and(|why| why.contains("floor")), "{reports:?}");
    assert_eq!(posts(&seller.shops.1), 0);
    let check = seller.app.host.app.listings.check(&seller.app.host.tenant, &ids[0]).await.expect("a check");
    assert!(!check.ok && check.issues.iter().any(|issue| issue.code == "price-below-floor"));
    // A currency that the shop does not sell in is refused by the adapter, and not sent again by itself.
    seller.app.host.app.listings.set_rule(&seller.context(), TARGET, &ChannelRule::default()).await.expect("set");
    let set = json!({ "price": { "minor": 777, "currency": "JPY" } });
    seller.change(&ids[0], ListingChange { set: Some(set), ..ListingChange::default() }).await;
    seller.work().await;
    let report = seller.app.host.app.listings.show(&seller.app.host.tenant, &ids[0]).await.expect("a report");
    assert_eq!(report.sync_status, "blocked", "{report:?}");
    assert!(report.sync_error.as_deref().is_some_and(|why| why.contains("JPY")), "{report:?}");
    let asked = seller.shops.1.server.log().total();
    seller.work().await;
    assert_eq!(seller.shops.1.server.log().total(), asked);
    seller.change(&ids[0], ListingChange { set: Some(json!({ "price": null })), ..ListingChange::default() }).await;
    seller.work().await;
    seller.assert_all_stand(3).await;
}
