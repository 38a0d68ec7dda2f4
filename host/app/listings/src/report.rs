//! Listings as people and programs read them.

use std::collections::HashMap;

use entrepot_core::AppError;
use entrepot_domain::clock::Timestamp;
use entrepot_domain::{Money, TenantId};
use entrepot_store::Scoped;
use entrepot_store::listings::{ListedVariantRow, ListingFilter, ListingRow};
use serde::Serialize;
use serde_json::Value;

use crate::Listings;

/// Which listings. Empty: all.
#[derive(Clone, Debug, Default)]
pub struct Which {
    /// Its id or name.
    pub channel: String,
    pub product: String,
    /// draft, active, archived
    pub status: String,
    /// pending, blocked, sending, waiting, synced, failed, conflict
    pub sync: String,
}

/// A listing and how it stands.
#[derive(Clone, Debug, Serialize)]
pub struct ListingReport {
    pub id: String,
    pub channel: String,
    pub product: String,
    /// As it is listed; none where the product is gone.
    pub title: Option<String>,
    /// draft, active, archived: what the seller wants.
    pub status: String,
    /// pending, blocked, sending, waiting, synced, failed, conflict
    pub sync_status: String,
    /// How it stands at the marketplace.
    pub channel_status: Option<String>,
    /// Something was sent, and nobody said what became of it: it may stand there.
    pub in_doubt: bool,
    pub external_id: Option<String>,
    pub external_url: Option<String>,
    pub category: Option<String>,
    /// What a person set.
    pub set: Value,
    /// What the category asks for.
    pub fields: Value,
    /// What keeps it from being listed, and what the marketplace said of it.
    pub issues: Value,
    /// Why the last try failed.
    pub sync_error: Option<String>,
    /// When it is looked at again; none: nothing to do.
    pub next_try_at: Option<Timestamp>,
    pub last_synced_at: Option<Timestamp>,
    /// What a change is based on.
    pub version: i64,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub variants: Vec<ListingVariantReport>,
}

/// A variant as the marketplace knows it.
#[derive(Clone, Debug, Serialize)]
pub struct ListingVariantReport {
    pub variant: String,
    pub sku: Option<String>,
    pub external_id: Option<String>,
    pub told_price: Option<Money>,
    pub told_stock: Option<i64>,
    pub told_at: Option<Timestamp>,
}

/// Something that happened to a listing.
#[derive(Clone, Debug, Serialize)]
pub struct ListingEventReport {
    pub id: String,
    /// created, edited, adopted, accepted, offered, refused, failed, blocked, drift, decided, ended, gone
    pub kind: String,
    /// Who did it; host where nobody did.
    pub actor: String,
    pub detail: Value,
    pub at: Timestamp,
}

impl Listings {
    /// Newest first, from before `before`.
    pub async fn list(
        &self,
        tenant: &TenantId,
        which: Which,
        before: &str,
        limit: i64,
    ) -> Result<Vec<ListingReport>, AppError> {
        let scoped = self.services.db().tenant(tenant);
        let channel = match which.channel.as_str() {
            "" => String::new(),
            named => self.channel_id(tenant, named).await?.to_string(),
        };
        let filter =
            ListingFilter { channel: &channel, product: &which.product, status: &which.status, sync: &which.sync };
        let rows = scoped.listings(filter, before, limit).await?;
        self.reports(&scoped, rows).await
    }

    /// Those of these ids that are there, newest first.
    pub async fn list_these(&self, tenant: &TenantId, ids: &[&str]) -> Result<Vec<ListingReport>, AppError> {
        let scoped = self.services.db().tenant(tenant);
        let rows = scoped.listings_with_ids(ids).await?;
        self.reports(&scoped, rows).await
    }

    /// Those of a product, on whatever channel.
    pub async fn of_product(&self, tenant: &TenantId, product: &str) -> Result<Vec<ListingReport>, AppError> {
        let scoped = self.services.db().tenant(tenant);
        let rows = scoped.listings_of_products(&[product]).await?;
        self.reports(&scoped, rows).await
    }

    pub async fn show(&self, tenant: &TenantId, id: &str) -> Result<ListingReport, AppError> {
        let scoped = self.services.db().tenant(tenant);
        let row = self.listing_row(&scoped, id).await?;
        let mut reports = self.reports(&scoped, vec![row]).await?;
        reports.pop().ok_or_else(|| AppError::NoListing(id.to_owned()))
    }

    /// How many of each sync status.
    pub async fn counts(&self, tenant: &TenantId, channel: &str) -> Result<Vec<(String, i64)>, AppError> {
        let channel = match channel {
            "" => String::new(),
            named => self.channel_id(tenant, named).await?.to_string(),
        };
        Ok(self.services.db().tenant(tenant).count_listings(&channel).await?)
    }

    /// What happened to it, newest first.
    pub async fn history(
        &self,
        tenant: &TenantId,
        id: &str,
        before: &str,
        limit: i64,
    ) -> Result<Vec<ListingEventReport>, AppError> {
        let scoped = self.services.db().tenant(tenant);
        let row = self.listing_row(&scoped, id).await?;
        let events = scoped.listing_events(&row.listing_id(), before, limit).await?;
        let report = |event: entrepot_store::listings::ListingEvent| ListingEventReport {
            id: event.id,
            kind: event.kind,
            actor: event.actor,
            detail: json(&event.detail),
            at: event.at,
        };
        Ok(events.into_iter().map(report).collect())
    }

    pub(crate) async fn reports(&self, scoped: &Scoped, rows: Vec<ListingRow>) -> Result<Vec<ListingReport>, AppError> {
        let ids: Vec<&str> = rows.iter().map(|row| row.id.as_str()).collect();
        let mut variants: HashMap<String, Vec<ListingVariantReport>> = HashMap::new();
        for row in scoped.listed_variants(&ids).await? {
            variants.entry(row.listing_id.clone()).or_default().push(variant(row));
        }
        let products: Vec<&str> = rows.iter().map(|row| row.product_id.as_str()).collect();
        let titles: HashMap<String, String> = scoped.product_titles(&products).await?.into_iter().collect();
        Ok(rows
            .into_iter()
            .map(|row| {
                let in_doubt = row.is_in_doubt() && !["sending", "waiting"].contains(&row.sync_status.as_str());
                let set = json(&row.overrides);
                let own = set.get("title").and_then(Value::as_str).map(str::to_owned);
                ListingReport {
                    title: own.or_else(|| titles.get(&row.product_id).cloned()),
                    variants: variants.remove(&row.id).unwrap_or_default(),
                    set,
                    fields: json(&row.fields),
                    issues: json(&row.issues),
                    id: row.id,
                    channel: row.channel_id,
                    product: row.product_id,
                    status: row.status,
                    sync_status: row.sync_status,
                    in_doubt,
                    channel_status: row.channel_status,
                    external_id: row.external_id,
                    external_url: row.external_url,
                    category: row.category_id,
                    sync_error: row.sync_error,
                    next_try_at: row.not_before,
                    last_synced_at: row.last_synced_at,
                    version: row.version,
                    created_at: row.created_at,
                    updated_at: row.updated_at,
                }
            })
            .collect())
    }
}

fn variant(row: ListedVariantRow) -> ListingVariantReport {
    ListingVariantReport {
        told_price: row.price(),
        variant: row.variant_id,
        sku: row.sku,
        external_id: row.external_id,
        told_stock: row.told_stock,
        told_at: row.told_at,
    }
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_default()
}
