//! A shop small enough for a snapshot.

use entrepot_domain::ChannelId;
use entrepot_test_support::server::Server;
use entrepot_test_support::woocommerce::{Product, Store, serve};

use crate::App;

/// Two products, and one without a name, which cannot be imported.
pub struct SmallShop {
    pub store: Store,
    pub server: Server,
    pub channel: ChannelId,
}

impl SmallShop {
    /// Connected and imported once.
    pub async fn imported(app: &App) -> Self {
        let store = Store::empty();
        store.insert(Product::simple("Boots").priced("19.99"));
        store.insert(Product::simple("Shoes").priced("9.00"));
        store.insert(Product::simple("").priced("1.00"));
        let server = serve(&store);
        let channel = app.connect(&server.base_url, &store.key()).await;
        app.import().await;
        Self { store, server, channel }
    }
}
