//! Making a listing: what is looked up for many products at once, and what is written of each.

use std::collections::HashMap;

use entrepot_core::AppError;
use entrepot_domain::clock::Timestamp;
use entrepot_domain::listing::Status;
use entrepot_domain::{ChannelId, Id, ListingId, ProductId};
use entrepot_store::channels::ChannelRow;
use entrepot_store::links::MemberRow;
use entrepot_store::listings::{ListingRow, OwnListing};
use entrepot_store::products::StoredProduct;
use entrepot_store::{Scoped, ScopedTx};
use serde_json::json;

use crate::change::ListingChange;
use crate::overrides::{check_category, checked, merged, names_variants};

/// A listing that can be made.
pub(crate) struct Prepared {
    pub(crate) id: ListingId,
    channel: ChannelId,
    product: ProductId,
    pub(crate) status: Status,
    overrides: String,
    category: Option<String>,
    fields: String,
    /// The marketplace's id of the product that it is linked with there.
    pub(crate) external: Option<String>,
}

/// What decides whether products can be listed on a channel.
pub(crate) struct Around {
    /// Those of the channel.
    listings: Vec<ListingRow>,
    /// What the products are linked with.
    members: Vec<MemberRow>,
    /// The marketplace's ids of what is linked with them on the channel.
    linked: HashMap<String, String>,
    /// Those of the products that are our own listings.
    own: Vec<OwnListing>,
}

impl Around {
    pub(crate) async fn of(scoped: &Scoped, channel: &ChannelRow, products: &[&str]) -> Result<Self, AppError> {
        let mut listings = scoped.listings_of_products(products).await?;
        listings.retain(|row| row.channel_id == channel.id);
        let members = scoped.link_members(products).await?;
        let there: Vec<&str> = members
            .iter()
            .filter(|member| member.channel_id == channel.id)
            .map(|member| member.product_id.as_str())
            .collect();
        let linked = scoped.products_with_ids(&there).await?;
        let linked = linked.into_iter().map(|stored| (stored.id.to_string(), stored.product.source_id)).collect();
        Ok(Self { listings, members, linked, own: scoped.own_listings(products).await? })
    }

    /// The marketplace's id of the product of the channel that is linked with this one: it is not to stand there twice.
    fn linked_with(&self, product: &ProductId) -> Option<String> {
        let mut of = self.members.iter().filter(|member| member.product_id == product.as_str());
        of.find_map(|own| {
            let mut same = self.members.iter().filter(|member| member.link_id == own.link_id);
            same.find_map(|member| self.linked.get(&member.product_id).cloned())
        })
    }
}

pub(crate) fn prepare(
    channel: &ChannelRow,
    product: &StoredProduct,
    change: ListingChange,
    around: &Around,
    now: Timestamp,
) -> Result<Prepared, AppError> {
    if product.channel_id.as_str() == channel.id {
        let told = format!("{} came from {}: it stands there already", product.id, channel.name);
        return Err(AppError::Listing(told));
    }
    if let Some(row) = around.listings.iter().find(|row| row.product_id == product.id.as_str()) {
        let told = format!(
            "{} is listed on {} already: {}; change it with `entrepot listing set {}`",
            product.id, channel.name, row.id, row.id
        );
        return Err(AppError::Listing(told));
    }
    // It would be listed back to where it came from, at a price that goes round in a circle, or twice elsewhere.
    if let Some(own) = around.own.iter().find(|own| own.id == product.id.as_str()) {
        let told =
            format!("{} is what your own listing {} put there; list {} instead", product.id, own.listing, own.origin);
        return Err(AppError::Listing(told));
    }
    let (overrides, fields) = (merged("{}", change.set.as_ref())?, merged("{}", change.fields.as_ref())?);
    names_variants(change.set.as_ref(), Some(product))?;
    let category = change.category.flatten();
    check_category(category.as_deref())?;
    Ok(Prepared {
        id: ListingId::make(now),
        overrides: checked(overrides, Some(product))?,
        status: change.status.unwrap_or(Status::Draft),
        external: around.linked_with(&product.id),
        fields: fields.to_string(),
        product: product.id.clone(),
        channel: ChannelId::from(channel.id.as_str()),
        category,
    })
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
