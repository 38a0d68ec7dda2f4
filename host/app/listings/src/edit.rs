//! Making a listing, and changing what a person sets of it.

use entrepot_core::{AppError, RequestContext};
use entrepot_domain::{ChannelId, ListingId, ProductId, TenantId};
use entrepot_store::Scoped;
use entrepot_store::channels::ChannelRow;
use entrepot_store::listings::{Edit, ListingRow};
use entrepot_store::products::StoredProduct;
use serde_json::json;

use crate::Listings;
use crate::change::ListingChange;
use crate::overrides::{check_category, checked, merged, names_variants};
use crate::prepare::{Around, insert, prepare};
use crate::send::rule_of;

/// A product that is to stand on a channel.
#[derive(Clone, Debug, Default)]
pub struct NewListing {
    /// Its id or name.
    pub channel: String,
    /// prd_…, or CHANNEL:ID with the marketplace's id.
    pub product: String,
    pub change: ListingChange,
}

impl Listings {
    /// Makes a listing. Nothing is sent as long as it is a draft.
    pub async fn create(&self, context: &RequestContext, new: NewListing) -> Result<ListingId, AppError> {
        let scoped = self.services.db().tenant(&context.tenant);
        let channel = self.selling_channel(&context.tenant, &new.channel).await?;
        let product = product_of(&scoped, &new.product).await?;
        let around = Around::of(&scoped, &channel, &[product.id.as_str()]).await?;
        let prepared = prepare(&channel, &product, new.change, &around, self.services.db().clock().now())?;
        let mut tx = scoped.begin().await?;
        insert(&mut tx, &prepared, &context.actor).await?;
        tx.commit().await?;
        Ok(prepared.id)
    }

    /// The channel of that id or name; goods can be put on sale on it.
    pub(crate) async fn selling_channel(&self, tenant: &TenantId, channel: &str) -> Result<ChannelRow, AppError> {
        let row = self.channels.channel(tenant, channel).await?;
        if !self.channels.open_as_stored(tenant, &row.id).await?.generation.adapter.sells() {
            return Err(AppError::Listing(format!(
                "the adapter of {} puts nothing on sale; goods only come in from it",
                row.name
            )));
        }
        Ok(row)
    }

    /// Id and name of the channels that goods can be put on sale on.
    pub async fn channels_that_sell(&self, tenant: &TenantId) -> Result<Vec<(String, String)>, AppError> {
        let mut selling = Vec::new();
        for row in self.services.db().tenant(tenant).channels().await? {
            let id = ChannelId::from(row.id.as_str());
            let generation = self.services.admission().active_for(&row.adapter_id, &id).await;
            // One whose adapter is not in use sells nothing, and says so on its own page.
            if generation.is_ok_and(|generation| generation.adapter.sells()) {
                selling.push((row.id, row.name));
            }
        }
        selling.sort_by(|one, other| one.1.cmp(&other.1));
        Ok(selling)
    }

    /// Changes a listing. What stands at the marketplace follows.
    pub async fn change(&self, context: &RequestContext, id: &str, change: ListingChange) -> Result<(), AppError> {
        let scoped = self.services.db().tenant(&context.tenant);
        let row = self.listing_row(&scoped, id).await?;
        if change.version.is_some_and(|version| version != row.version) {
            return Err(AppError::ListingChanged(row.id));
        }
        let product = scoped.product(&ProductId::from(row.product_id.as_str())).await?;
        names_variants(change.set.as_ref(), product.as_ref())?;
        let overrides = checked(merged(&row.overrides, change.set.as_ref())?, product.as_ref())?;
        let fields = merged(&row.fields, change.fields.as_ref())?.to_string();
        let category = change.category.clone().unwrap_or_else(|| row.category_id.clone());
        check_category(category.as_deref())?;
        let status = change.status.map_or(row.status.as_str(), |status| status.as_str());
        let edit = Edit {
            status,
            overrides: &overrides,
            category: category.as_deref(),
            fields: &fields,
            version: row.version,
        };
        let mut tx = scoped.begin().await?;
        if !tx.edit_listing(&row.listing_id(), edit).await? {
            return Err(AppError::ListingChanged(row.id));
        }
        let detail =
            json!({ "status": change.status, "set": change.set, "category": change.category, "fields": change.fields });
        tx.note_listing(&row.listing_id(), "edited", &context.actor, &detail.to_string()).await?;
        Ok(tx.commit().await?)
    }

    /// Forgets a listing that stands nowhere, or is ended.
    pub async fn remove(&self, context: &RequestContext, id: &str) -> Result<(), AppError> {
        let scoped = self.services.db().tenant(&context.tenant);
        let row = self.listing_row(&scoped, id).await?;
        let rule = rule_of(&scoped.listing_lane(&ChannelId::from(row.channel_id.as_str())).await?)?;
        if !row.by_rule.is_empty() && rule.list.is_some() {
            let told = format!(
                "{} was made by the channel's rule, which would make it again; `entrepot listing end {}` keeps it off",
                row.id, row.id
            );
            return Err(AppError::Listing(told));
        }
        let mut tx = scoped.begin().await?;
        if !tx.delete_listing(&row.listing_id()).await? {
            let told = format!(
                "{} stands at the marketplace, or may: end it first with `entrepot listing end {}`; its history stays",
                row.id, row.id
            );
            return Err(AppError::Listing(told));
        }
        Ok(tx.commit().await?)
    }

    pub(crate) async fn listing_row(&self, scoped: &Scoped, id: &str) -> Result<ListingRow, AppError> {
        scoped.listing(&ListingId::from(id)).await?.ok_or_else(|| AppError::NoListing(id.to_owned()))
    }

    pub(crate) async fn channel_id(&self, tenant: &TenantId, channel: &str) -> Result<ChannelId, AppError> {
        let row = self.services.db().tenant(tenant).channel(channel).await?;
        row.map(|row| ChannelId::from(row.id)).ok_or_else(|| AppError::NoChannel(channel.to_owned()))
    }
}

pub(crate) async fn product_of(scoped: &Scoped, named: &str) -> Result<StoredProduct, AppError> {
    let none = || AppError::NoProduct(named.to_owned());
    let id = match named.split_once(':') {
        Some((channel, source)) => {
            let channel = scoped.channel(channel).await?.ok_or_else(none)?;
            let item = scoped.stored_item(&ChannelId::from(channel.id), source).await?;
            item.and_then(|item| item.product_id).ok_or_else(none)?
        }
        None => named.to_owned(),
    };
    scoped.product(&ProductId::from(id)).await?.ok_or_else(none)
}
