//! Rows written straight into the store, for tests of the store itself.

use entrepot_domain::{ChannelId, Id, ListingId, ProductId, TenantId};
use entrepot_store::channels::ChannelRow;
use entrepot_store::listings::NewListing;
use serde_json::Map;

use crate::App;
use crate::tampering::execute;

/// A tenant beside the one that every host has.
pub async fn other_tenant(app: &App) -> TenantId {
    execute(app, "INSERT INTO tenants (id, name, created_at) VALUES ('ten_other', 'Other', 0)").await;
    TenantId::from("ten_other")
}

/// A draft of a product, which need not be there.
pub async fn listing(app: &App, tenant: &TenantId, channel: &ChannelId) -> ListingId {
    let (id, product) = (ListingId::make(app.clock().now()), ProductId::make(app.clock().now()));
    let new = NewListing {
        id: &id,
        channel,
        product: &product,
        status: "draft",
        overrides: "{}",
        category: None,
        fields: "{}",
        external: None,
    };
    let mut tx = app.host.db.tenant(tenant).begin().await.expect("begins");
    tx.insert_listing(new).await.expect("a listing");
    tx.commit().await.expect("committed");
    id
}

/// A channel of which nothing is known yet.
pub async fn channel(app: &App, tenant: &TenantId, name: &str) -> ChannelId {
    let (id, now) = (ChannelId::make(app.clock().now()), app.clock().now());
    let mut tx = app.host.db.tenant(tenant).begin().await.expect("begins");
    tx.insert_channel(&ChannelRow::new(&id, "woocommerce", name, Map::new(), now)).await.expect("a channel");
    tx.commit().await.expect("committed");
    id
}
