//! The shops there are, each with what an operator would enter to read it.

use anyhow::{Context as _, Result};
use entrepot_test_support::seed::{self, Seed};
use entrepot_test_support::server::{Fault, Matcher, RetryAfter, Server};
use entrepot_test_support::{bigcommerce, ebay, etsy, shopify, woocommerce};
use serde_json::{Value, json};

use super::arguments::Arguments;

/// A shop that is served.
pub(crate) struct Shop {
    pub(crate) server: Server,
    /// What is set for its channel, and the channel's secrets.
    settings: Value,
    secrets: Value,
    products: usize,
    variations: usize,
}

type Open = fn(&Arguments) -> Result<Shop>;

/// One line for each marketplace, and one function below.
pub(crate) const MARKETPLACES: [(&str, Open); 5] =
    [("bigcommerce", bigcommerce), ("ebay", ebay), ("etsy", etsy), ("shopify", shopify), ("woocommerce", woocommerce)];

pub(crate) fn open(arguments: &Arguments) -> Result<Shop> {
    let found = MARKETPLACES.iter().find(|(name, _)| *name == arguments.marketplace);
    let (_, open) = found.context("no such marketplace")?;
    let shop = open(arguments)?;
    if let Some(per_second) = arguments.bears {
        // Variations are read product by product, so that there is much to ask.
        shop.server.inject(Matcher::path("/wc/v3/variations"), Fault::Status(404));
        shop.server.inject(Matcher::any().above(per_second), Fault::TooMany(Some(RetryAfter::Seconds(1))));
    }
    Ok(shop)
}

impl Shop {
    pub(crate) fn announcement(&self) -> Value {
        let mut line = json!({
            "base_url": self.server.base_url,
            "settings": self.settings,
            "secrets": self.secrets,
            "products": self.products,
            "variations": self.variations,
        });
        // Beside the others too: that is where programs made for WooCommerce look.
        for name in ["consumer_key", "consumer_secret"] {
            if let Some(value) = self.secrets.get(name) {
                line[name] = value.clone();
            }
        }
        line
    }
}

/// The catalogue in nobody's shape, and how many variants are in it.
fn catalogue(arguments: &Arguments) -> (Vec<seed::Product>, usize) {
    let mut seed = Seed::default();
    seed.products = arguments.products.unwrap_or(seed.products);
    seed.variable_share = arguments.variable_share.unwrap_or(seed.variable_share);
    seed.seed = arguments.seed.unwrap_or(seed.seed);
    let products = seed::catalogue(seed);
    let variants = products.iter().map(|product| product.variants.len()).sum();
    (products, variants)
}

fn bigcommerce(arguments: &Arguments) -> Result<Shop> {
    let (products, variations) = catalogue(arguments);
    let store = bigcommerce::Store::from_seed(&products);
    let server = bigcommerce::serve_on(&store, &arguments.listen());
    let options = store.options();
    Ok(Shop {
        settings: json!({"store_hash": options.store_hash, "base_url": server.base_url}),
        secrets: json!({"access_token": options.access_token, "webhook_secret": options.client_secret}),
        products: products.len(),
        variations,
        server,
    })
}

fn ebay(arguments: &Arguments) -> Result<Shop> {
    let (products, variations) = catalogue(arguments);
    let store = ebay::Store::from_seed(&products);
    let server = ebay::serve_on(&store, &arguments.listen());
    let (options, credentials) = (store.options(), store.credentials());
    Ok(Shop {
        settings: json!({
            "marketplace": options.marketplace, "base_url": server.base_url,
            "fulfillment_policy": options.fulfillment[0].id, "payment_policy": options.payment[0].id,
            "return_policy": options.returns[0].id, "location": options.locations[0],
        }),
        secrets: json!({
            "client_id": credentials.client_id,
            "client_secret": credentials.client_secret,
            "access_token": credentials.access_token,
            "refresh_token": credentials.refresh_token,
            "application_token": credentials.application_token,
        }),
        products: products.len(),
        variations,
        server,
    })
}

fn etsy(arguments: &Arguments) -> Result<Shop> {
    let (products, variations) = catalogue(arguments);
    let store = etsy::Store::from_seed(&products);
    store.let_sell();
    let server = etsy::serve_on(&store, &arguments.listen());
    let credentials = store.credentials();
    Ok(Shop {
        settings: json!({"shop_id": store.options().shop_id.to_string(), "base_url": server.base_url}),
        secrets: json!({
            "keystring": credentials.keystring,
            "shared_secret": credentials.shared_secret,
            "access_token": credentials.access_token,
            "refresh_token": credentials.refresh_token,
            "webhook_secret": credentials.webhook_secret,
        }),
        products: products.len(),
        variations,
        server,
    })
}

fn shopify(arguments: &Arguments) -> Result<Shop> {
    let (products, variations) = catalogue(arguments);
    let store = shopify::Store::from_seed(&products);
    store.let_sell();
    let server = shopify::serve_on(&store, &arguments.listen());
    Ok(Shop {
        settings: json!({"shop": store.options().shop, "base_url": server.base_url}),
        secrets: json!({"access_token": store.access_token(), "webhook_secret": store.webhook_secret()}),
        products: products.len(),
        variations,
        server,
    })
}

fn woocommerce(arguments: &Arguments) -> Result<Shop> {
    let listen = arguments.listen();
    let (server, key, products, variations) = if arguments.recorded {
        let recorded = woocommerce::Recorded::open().context("no recording to serve")?;
        let (products, variations) = (recorded.product_count(), recorded.variation_count());
        (recorded.serve_on(&listen), recorded.key(), products, variations)
    } else {
        let mut seed = woocommerce::Seed::default();
        seed.products = arguments.products.unwrap_or(seed.products);
        seed.variable_share = arguments.variable_share.unwrap_or(seed.variable_share);
        seed.seed = arguments.seed.unwrap_or(seed.seed);
        let store = woocommerce::Store::generate(seed);
        let server = woocommerce::serve_on(&store, &listen);
        store.warm(&server.base_url);
        (server, store.key(), store.product_ids().len(), store.variation_ids().len())
    };
    Ok(Shop {
        settings: json!({"store_url": server.base_url}),
        secrets: json!({
            "consumer_key": key.consumer_key,
            "consumer_secret": key.consumer_secret,
            // The operator's own word: the shop is told it with each webhook.
            "webhook_secret": "simulatedwebhooksecret0123456789",
        }),
        products,
        variations,
        server,
    })
}
