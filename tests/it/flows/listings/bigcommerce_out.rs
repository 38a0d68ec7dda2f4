//! Goods go out to BigCommerce.

mod changes;
mod conflicts;
mod ending;
mod faults;
mod limits;
mod offers;
mod pictures;
mod refused;
mod round_trip;
mod taken;
mod values;

use entrepot_domain::drift::{ConflictRule, Policy};
use entrepot_domain::effective::ChannelRule;
use entrepot_test_support::{bigcommerce, seed, woocommerce};
use entrepot_tests::linking::import;
use entrepot_tests::{App, Marketplace};
use serde_json::{Value, json};

use super::{Seller, TARGET};

type OfWoo = Seller<bigcommerce::Store, woocommerce::Store>;

impl OfWoo {
    /// Goods of a WooCommerce shop, and a BigCommerce store to sell them in.
    async fn to_bigcommerce(app: App, goods: &[seed::Product], target: bigcommerce::Store) -> Self {
        let served = Marketplace::bigcommerce(&target);
        Self::to_bigcommerce_on(app, goods, target, served).await
    }

    async fn to_bigcommerce_on(
        app: App,
        goods: &[seed::Product],
        target: bigcommerce::Store,
        served: Marketplace,
    ) -> Self {
        let source = woocommerce::Store::from_seed(goods);
        let shops = (Marketplace::woocommerce(&source), served);
        let (app, channels) = app.connect_each(&[("source", &shops.0), (TARGET, &shops.1)]).await;
        import(&app, "source").await;
        Self { app, source, target, channels, shops }
    }

    /// Each product stands there once, for sale, and nothing is wrong.
    async fn assert_each_stands(&self, products: usize) {
        self.assert_all_are_synced(products).await;
        assert_eq!(self.target.product_count(), products);
        assert_eq!(self.target.assigned_to(1).len(), products, "assigned to the storefront");
        assert_eq!(self.target.unsimulated_parameters(), Vec::<String>::new());
    }

    async fn id_there(&self, listing: &str) -> u64 {
        self.report(listing).await.external_id.expect("it stands there").parse().expect("a number")
    }

    /// The product of a listing, as the store has it.
    async fn there(&self, listing: &str) -> Value {
        self.target.product(self.id_there(listing).await).expect("a product")
    }

    /// The source is read again, and what changed of it is sent.
    async fn reread(&self) {
        import(&self.app, "source").await;
        self.work().await;
    }

    /// What others changed in the store does not keep ours from being sent.
    async fn ours_counts(&self) {
        let rule = ChannelRule {
            conflicts: ConflictRule([("default".to_owned(), Policy::Ours)].into()),
            ..ChannelRule::default()
        };
        self.app.host.app.listings.set_rule(&self.context(), TARGET, &rule).await.expect("set");
    }

    /// A product of the source is of sizes by now, each with its SKU.
    fn give_options(&self, product: u64, sizes: &[(&'static str, &str)]) {
        assert!(self.source.update(product, |of| {
            (of.kind, of.sku, of.manage_stock) = ("variable", "".into(), false);
            let options = sizes.iter().map(|(size, _)| (*size).into()).collect();
            let name = "Size".into();
            of.attributes.push(woocommerce::Attribute { id: 0, name, visible: true, variation: true, options });
        }));
        for (size, sku) in sizes {
            let mut variation = woocommerce::Variation::of(product, &[("Size", size)]);
            (variation.sku, variation.regular_price) = ((*sku).into(), "12.00".into());
            self.source.insert_variation(variation);
        }
    }

    /// Time for another try passes, again and again.
    async fn wait(&self) {
        for _ in 0..4 {
            self.app.clock().advance(120_000);
            self.work().await;
        }
    }

    /// How many requests changed something there, of those whose address has this in it.
    fn writes(&self, part: &str) -> usize {
        let lines = self.shops.1.server.log().lines();
        lines.iter().filter(|line| line.method != "GET" && line.path.contains(part)).count()
    }
}

/// Goods with options, at least so many variants, for sale.
fn with_options(products: usize) -> Vec<seed::Product> {
    let mut goods = entrepot_tests::stock::catalogue(60);
    goods.retain(|product| product.variants.len() > 2 && product.status == seed::Status::Active);
    goods.truncate(products);
    goods
}

/// Goods without options that are counted, twenty of each, for sale.
fn plain(products: usize) -> Vec<seed::Product> {
    let mut goods = entrepot_tests::stock::catalogue(60);
    goods.retain(|product| {
        product.options.is_empty() && product.status == seed::Status::Active && product.variants[0].stock.is_some()
    });
    goods.truncate(products);
    goods.iter_mut().for_each(|product| product.variants[0].stock = Some([20, 0]));
    goods
}

/// Ids of a product's parts.
fn ids(of: &Value, part: &str) -> Vec<u64> {
    of[part].as_array().into_iter().flatten().filter_map(|one| one["id"].as_u64()).collect()
}

/// What buyers pay for each variant of a product of the store.
fn paid(product: &Value) -> Vec<f64> {
    let own = |variant: &Value, field: &str| variant[field].as_f64().or(product[field].as_f64()).unwrap_or(0.0);
    let paid =
        |variant: &Value| Some(own(variant, "sale_price")).filter(|sale| *sale > 0.0).unwrap_or(own(variant, "price"));
    product["variants"].as_array().expect("variants").iter().map(paid).collect()
}

/// A price as somebody sets it.
fn dollars(minor: i64) -> Value {
    json!({ "price": { "minor": minor, "currency": "USD" } })
}
