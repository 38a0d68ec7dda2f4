//! The five simulated marketplaces, filled with one catalogue and served over TLS, and a host that trusts them.

use std::path::Path;

use entrepot_channels::NewChannel;
use entrepot_domain::{ChannelId, Secret};
use entrepot_policy::{Narrowing, Settings};
use entrepot_test_support::server::{Listen, Server};
use entrepot_test_support::{bigcommerce, ebay, etsy, seed, shopify, woocommerce};
use serde_json::{Value, json};

use crate::adapters_folder;
use crate::app::{App, SHOP};

/// A simulated shop and what a channel needs to read it.
pub struct Marketplace {
    pub id: &'static str,
    pub server: Server,
    settings: Value,
    secrets: Value,
}

fn listen() -> Listen {
    Listen { tls: true, ..Listen::default() }
}

impl Marketplace {
    pub fn bigcommerce(store: &bigcommerce::Store) -> Self {
        let (server, options) = (bigcommerce::serve_on(store, &listen()), store.options());
        Self {
            id: "bigcommerce",
            settings: json!({"store_hash": options.store_hash, "base_url": server.base_url}),
            secrets: json!({"access_token": options.access_token, "webhook_secret": options.client_secret}),
            server,
        }
    }

    pub fn ebay(store: &ebay::Store) -> Self {
        let (server, credentials) = (ebay::serve_on(store, &listen()), store.credentials());
        Self {
            id: "ebay",
            settings: json!({"marketplace": store.options().marketplace, "base_url": server.base_url}),
            secrets: json!({
                "client_id": credentials.client_id,
                "client_secret": credentials.client_secret,
                "access_token": credentials.access_token,
                "refresh_token": credentials.refresh_token,
                "application_token": credentials.application_token,
            }),
            server,
        }
    }

    pub fn etsy(store: &etsy::Store) -> Self {
        let (server, credentials) = (etsy::serve_on(store, &listen()), store.credentials());
        Self {
            id: "etsy",
            settings: json!({"shop_id": store.options().shop_id.to_string(), "base_url": server.base_url}),
            secrets: json!({
                "keystring": credentials.keystring,
                "shared_secret": credentials.shared_secret,
                "access_token": credentials.access_token,
                "refresh_token": credentials.refresh_token,
                "webhook_secret": credentials.webhook_secret,
            }),
            server,
        }
    }

    pub fn shopify(store: &shopify::Store) -> Self {
        let server = shopify::serve_on(store, &listen());
        Self {
            id: "shopify",
            settings: json!({"shop": store.options().shop, "base_url": server.base_url}),
            secrets: json!({"access_token": store.access_token(), "webhook_secret": store.webhook_secret()}),
            server,
        }
    }

    pub fn woocommerce(store: &woocommerce::Store) -> Self {
        let (server, key) = (woocommerce::serve_on(store, &listen()), store.key());
        Self {
            id: "woocommerce",
            settings: json!({"store_url": server.base_url}),
            secrets: json!({"consumer_key": key.consumer_key, "consumer_secret": key.consumer_secret}),
            server,
        }
    }

    pub fn all(products: &[seed::Product]) -> [Self; 5] {
        [
            Self::bigcommerce(&bigcommerce::Store::from_seed(products)),
            Self::ebay(&ebay::Store::from_seed(products)),
            Self::etsy(&etsy::Store::from_seed(products)),
            Self::shopify(&shopify::Store::from_seed(products)),
            Self::woocommerce(&woocommerce::Store::from_seed(products)),
        ]
    }

    pub fn settings(&self) -> Settings {
        Settings::clone(self.settings.as_object().expect("settings by name"))
    }

    /// Those of the shop with names like that.
    pub fn secrets(&self, named: impl Fn(&str) -> bool) -> Vec<(String, Secret)> {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let secrets = self.secrets.as_object().expect("secrets by name").iter().filter(|(name, _)| named(name));
        secrets.map(|(name, value)| (name.clone(), Secret::new(text(value)))).collect()
    }

    /// With other secrets than the shop's own first ones.
    #[must_use]
    pub fn with_secrets(mut self, secrets: Value) -> Self {
        self.secrets = secrets;
        self
    }

    /// With one more setting.
    #[must_use]
    pub fn with_setting(mut self, name: &str, value: &str) -> Self {
        self.settings[name] = json!(value);
        self
    }
}

impl App {
    /// The host with the adapter installed and the shop connected, under the name that every test gives its one channel.
    pub async fn connect_to(self, shop: &Marketplace) -> (Self, ChannelId) {
        let (app, mut ids) = self.connect_each(&[(SHOP, shop)]).await;
        (app, ids.remove(0))
    }

    /// The host with the adapters installed and the shops connected under these names.
    pub async fn connect_each(self, shops: &[(&str, &Marketplace)]) -> (Self, Vec<ChannelId>) {
        let app = self.trusting(&shops.iter().map(|(_, shop)| *shop).collect::<Vec<_>>()).await;
        let mut ids = Vec::new();
        for (name, shop) in shops {
            app.install_for(shop).await;
            ids.push(app.add_as(name, shop).await);
        }
        (app, ids)
    }

    /// The host with the adapter installed, and the shop's certificate trusted.
    #[must_use]
    pub async fn ready_for(self, shop: &Marketplace) -> Self {
        let app = self.trusting(&[shop]).await;
        app.install_for(shop).await;
        app
    }

    /// The host with trust in the certificates of these shops.
    #[must_use]
    pub async fn trusting(self, shops: &[&Marketplace]) -> Self {
        let file = self.data_dir().join("authority.pem");
        let authorities: Vec<&str> =
            shops.iter().map(|shop| shop.server.authority_pem().expect("it speaks TLS")).collect();
        std::fs::write(&file, authorities.join("\n")).expect("the certificates are written");
        self.with(&[("ENTREPOT_EGRESS_CA_FILE", path(&file))]).await
    }

    /// Installs and approves the shop's adapter.
    pub async fn install_for(&self, shop: &Marketplace) {
        let bytes = std::fs::read(adapters_folder().join(format!("{}.wasm", shop.id))).expect("the built adapter");
        let admission = self.host.app.services.admission();
        admission.install(bytes, "test").await.expect("the adapter installs");
        admission.approve(shop.id, &Narrowing::default(), "test").await.expect("the adapter is approved");
    }

    /// Connects the shop under this name.
    pub async fn add_as(&self, name: &str, shop: &Marketplace) -> ChannelId {
        let new = NewChannel {
            adapter: shop.id.into(),
            name: name.into(),
            settings: shop.settings(),
            secrets: shop.secrets(|_| true),
            untested: false,
        };
        let added = self.host.app.channels.add_channel(&self.host.tenant, new).await;
        added.unwrap_or_else(|error| panic!("{}: {error}", shop.id)).0
    }
}

fn path(file: &Path) -> &str {
    file.to_str().expect("a path that is text")
}
