//! Making a listing, and changing what a person sets of it.

use entrepot_core::{AppError, RequestContext};
use entrepot_domain::listing::Status;
use entrepot_domain::{ChannelId, Id, ListingId, ProductId, TenantId};
use entrepot_store::channels::ChannelRow;
use entrepot_store::listings::{Edit, ListingRow};
use entrepot_store::products::StoredProduct;
use entrepot_store::{Scoped, ScopedTx};
use serde_json::{Value, json};

use crate::Listings;
use crate::overrides::{check_category, checked, merged};

/// A product that is to stand on a channel.
#[derive(Clone, Debug, Default)]
pub struct NewListing {
    /// Its id or name.
    pub channel: String,
    /// prd_…, or CHANNEL:ID with the marketplace's id.
    pub product: String,
    pub change: ListingChange,
}

/// What a person changes of a listing. What is `None` stays.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ListingChange {
    pub status: Option<Status>,
    /// A JSON object that is merged into what is set (RFC 7396): null takes a value back to the product's.
    pub set: Option<Value>,
    /// `Some(None)`: none any more.
    pub category: Option<Option<String>>,
    /// Likewise merged into what the category asks for.
    pub fields: Option<Value>,
    /// Refused where the listing has another version by now.
    pub version: Option<i64>,
}

/// A listing that can be made.
pub(crate) struct Prepared {
    pub(crate) id: ListingId,
    channel: ChannelId,
    product: ProductId,
    status: Status,
    overrides: String,
    category: Option<String>,
    fields: String,
    /// The marketplace's id of the product that it is linked with there.
    external: Option<String>,
}

impl Listings {
    /// Makes a listing. Nothing is sent as long as it is a draft.
    pub async fn create(&self, context: &RequestContext, new: NewListing) -> Result<ListingId, AppError> {
        let scoped = self.services.db().tenant(&context.tenant);
        let channel = self.selling_channel(&context.tenant, &new.channel).await?;
        let product = product_of(&scoped, &new.product).await?;
        let prepared = self.prepare(&scoped, &channel, &product, new.change).await?;
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

    pub(crate) async fn prepare(
        &self,
        scoped: &Scoped,
        channel: &ChannelRow,
        product: &StoredProduct,
        change: ListingChange,
    ) -> Result<Prepared, AppError> {
        let id = ChannelId::from(channel.id.as_str());
        if product.channel_id == id {
            let told = format!("{} came from {}: it stands there already", product.id, channel.name);
            return Err(AppError::Listing(told));
        }
        if let Some(row) = scoped.listing_of(&id, &product.id).await? {
            let told = format!(
                "{} is listed on {} already: {}; change it with `entrepot listing set {}`",
                product.id, channel.name, row.id, row.id
            );
            return Err(AppError::Listing(told));
        }
        let (overrides, fields) = (merged("{}", change.set.as_ref())?, merged("{}", change.fields.as_ref())?);
        let category = change.category.flatten();
        check_category(category.as_deref())?;
        Ok(Prepared {
            id: ListingId::make(self.services.db().clock().now()),
            overrides: checked(overrides, Some(product))?,
            status: change.status.unwrap_or(Status::Draft),
            external: self.linked_on(scoped, &id, &product.id).await?,
            fields: fields.to_string(),
            product: product.id.clone(),
            channel: id,
            category,
        })
    }

    /// Changes a listing. What stands at the marketplace follows.
    pub async fn change(&self, context: &RequestContext, id: &str, change: ListingChange) -> Result<(), AppError> {
        let scoped = self.services.db().tenant(&context.tenant);
        let row = self.listing_row(&scoped, id).await?;
        if change.version.is_some_and(|version| version != row.version) {
            return Err(AppError::ListingChanged(row.id));
        }
        let product = scoped.product(&ProductId::from(row.product_id.as_str())).await?;
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

    /// Forgets a listing that never stood anywhere.
    pub async fn remove(&self, context: &RequestContext, id: &str) -> Result<(), AppError> {
        let scoped = self.services.db().tenant(&context.tenant);
        let row = self.listing_row(&scoped, id).await?;
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

    /// The marketplace's id of the product of that channel that is linked with this one: it is not to stand there twice.
    async fn linked_on(
        &self,
        scoped: &Scoped,
        channel: &ChannelId,
        product: &ProductId,
    ) -> Result<Option<String>, AppError> {
        let members = scoped.link_members(&[product.as_str()]).await?;
        let Some(member) = members.iter().find(|member| member.channel_id == channel.as_str()) else { return Ok(None) };
        let linked = scoped.product(&ProductId::from(member.product_id.as_str())).await?;
        Ok(linked.map(|linked| linked.product.source_id))
    }
}

/// As it was prepared: refused where it stands there as another listing by now.
pub(crate) async fn insert(tx: &mut ScopedTx, new: &Prepared, actor: &str) -> Result<(), AppError> {
    if let Some(external) = &new.external
        && let Some(other) = tx.listing_with_external_id(&new.channel, external).await?
    {
        let told = format!(
            "{} is linked with {external} on {}, which is listed already: {other}; it is not to stand there twice",
            new.product, new.channel
        );
        return Err(AppError::Listing(told));
    }
    let row = entrepot_store::listings::NewListing {
        id: &new.id,
        channel: &new.channel,
        product: &new.product,
        status: new.status.as_str(),
        overrides: &new.overrides,
        category: new.category.as_deref(),
        fields: &new.fields,
        external: new.external.as_deref(),
    };
    match tx.insert_listing(row).await {
        Err(error) if error.is_conflict() => return Err(AppError::Contested),
        inserted => inserted?,
    }
    let detail = json!({ "product": new.product, "status": new.status, "adopted": new.external }).to_string();
    Ok(tx.note_listing(&new.id, "created", actor, &detail).await?)
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
