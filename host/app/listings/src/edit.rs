//! Making a listing, and changing what a person sets of it.

use entrepot_catalog::clean_html;
use entrepot_core::{AppError, RequestContext};
use entrepot_domain::catalog::web_address;
use entrepot_domain::effective::Overrides;
use entrepot_domain::listing::Status;
use entrepot_domain::money::exponent;
use entrepot_domain::{ChannelId, Id, ListingId, Money, ProductId, TenantId};
use entrepot_store::Scoped;
use entrepot_store::listings::{Edit, ListingRow};
use entrepot_store::products::StoredProduct;
use serde_json::{Map, Value, json};

use crate::Listings;

/// Characters of a title; no marketplace shows as many.
const MAX_TITLE: usize = 1_000;
/// Bytes of what is set for one listing.
const MAX_SET: usize = 1 << 20;
const MAX_IMAGES: usize = 250;

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

impl Listings {
    /// Makes a listing. Nothing is sent as long as it is a draft.
    pub async fn create(&self, context: &RequestContext, new: NewListing) -> Result<ListingId, AppError> {
        let scoped = self.services.db().tenant(&context.tenant);
        let channel = self.channel_id(&context.tenant, &new.channel).await?;
        let adapter = self.channels.open_as_stored(&context.tenant, channel.as_str()).await?.generation.adapter.clone();
        if !adapter.sells() {
            return Err(AppError::Listing(format!(
                "the adapter of {} puts nothing on sale; goods only come in from it",
                new.channel
            )));
        }
        let product = product_of(&scoped, &new.product).await?;
        if product.channel_id == channel {
            let told = format!("{} came from {}: it stands there already", product.id, new.channel);
            return Err(AppError::Listing(told));
        }
        if let Some(row) = scoped.listing_of(&channel, &product.id).await? {
            let told = format!(
                "{} is listed on {} already: {}; change it with `entrepot listing set {}`",
                product.id, new.channel, row.id, row.id
            );
            return Err(AppError::Listing(told));
        }
        let change = new.change;
        let (overrides, fields) = (merged("{}", change.set.as_ref())?, merged("{}", change.fields.as_ref())?);
        let overrides = checked(overrides, Some(&product))?;
        let status = change.status.unwrap_or(Status::Draft);
        let external = self.linked_on(&scoped, &channel, &product.id).await?;
        let id = ListingId::make(self.services.db().clock().now());
        let category = change.category.flatten();
        let row = entrepot_store::listings::NewListing {
            id: &id,
            channel: &channel,
            product: &product.id,
            status: status.as_str(),
            overrides: &overrides,
            category: category.as_deref(),
            fields: &fields.to_string(),
            external: external.as_deref(),
        };
        let mut tx = scoped.begin().await?;
        tx.insert_listing(row).await?;
        let detail = json!({ "product": product.id, "status": status, "adopted": external }).to_string();
        tx.note_listing(&id, "created", &context.actor, &detail).await?;
        tx.commit().await?;
        Ok(id)
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

/// RFC 7396.
fn merged(stored: &str, change: Option<&Value>) -> Result<Value, AppError> {
    let mut all: Value = serde_json::from_str(stored).unwrap_or_else(|_| Value::Object(Map::new()));
    match change {
        None => {}
        Some(change @ Value::Object(_)) => merge(&mut all, change),
        Some(other) => return Err(AppError::Listing(format!("{other} is no JSON object of fields and their values"))),
    }
    if all.to_string().len() > MAX_SET {
        return Err(AppError::Listing(format!("what is set for the listing is larger than {MAX_SET} bytes")));
    }
    Ok(all)
}

fn merge(into: &mut Value, change: &Value) {
    let Value::Object(change) = change else { return into.clone_from(change) };
    if !into.is_object() {
        *into = Value::Object(Map::new());
    }
    let Value::Object(into) = into else { return };
    for (key, value) in change {
        match value {
            Value::Null => drop(into.remove(key)),
            value => merge(into.entry(key.clone()).or_insert(Value::Null), value),
        }
    }
}

/// What is set, as it is stored. `product`: none where it is gone.
fn checked(set: Value, product: Option<&StoredProduct>) -> Result<String, AppError> {
    let wrong = |why: String| AppError::Listing(why);
    let mut set: Overrides = serde_json::from_value(set).map_err(|error| {
        wrong(format!("what is set for the listing cannot be read: {error}; amounts are written {{\"minor\": 1299, \"currency\": \"EUR\"}}"))
    })?;
    let known =
        |id: &String| product.is_none_or(|of| of.product.variants.iter().any(|variant| variant.source_id == *id));
    if let Some(id) = set.variants.keys().find(|id| !known(id)) {
        return Err(wrong(format!(
            "the product has no variant {id:?}; `entrepot listing preview` and the product's page show its variants"
        )));
    }
    if let Some(slug) =
        set.seo_slug.as_deref().filter(|slug| !slug.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_')))
    {
        return Err(wrong(format!("seo_slug is {slug:?}; it has letters, digits and hyphens")));
    }
    if let Some(title) = &set.title {
        let length = title.chars().count();
        if title.trim().is_empty() || length > MAX_TITLE {
            return Err(wrong(format!("the title has {length} characters; it needs one, and may have {MAX_TITLE}")));
        }
    }
    if let Some(html) = &set.description {
        let clean = clean_html(html)
            .ok_or_else(|| wrong("cleaning the description's HTML takes too long; write it simpler".into()))?;
        set.description = Some(clean);
    }
    let prices =
        set.variants.iter().filter_map(|(id, own)| Some((format!("variants.{id}.price"), own.price.as_ref()?)));
    for (field, price) in set.price.iter().map(|price| ("price".to_owned(), price)).chain(prices) {
        check_price(&field, price)?;
    }
    if let Some(images) = &mut set.images {
        if images.len() > MAX_IMAGES {
            return Err(wrong(format!("{} pictures are set; at most {MAX_IMAGES} are taken", images.len())));
        }
        for image in images {
            *image = web_address(image)
                .ok_or_else(|| wrong(format!("{image:?} is no address of a picture; it begins with https://")))?;
        }
    }
    serde_json::to_string(&set).map_err(|error| wrong(error.to_string()))
}

fn check_price(field: &str, price: &Money) -> Result<(), AppError> {
    if exponent(&price.currency).is_none() {
        return Err(AppError::Listing(format!(
            "{field}: {:?} is no currency of ISO 4217, such as EUR",
            price.currency
        )));
    }
    if price.minor < 0 {
        return Err(AppError::Listing(format!("{field}: {price} is below zero")));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn null_takes_a_value_back() {
        let stored = r#"{"title":"A","variants":{"1":{"enabled":false}}}"#;
        let change =
            json!({"title": null, "brand": "B", "variants": {"1": {"price": {"minor": 5, "currency": "EUR"}}}});
        let all = merged(stored, Some(&change)).expect("merged");
        assert_eq!(
            all,
            json!({"brand": "B", "variants": {"1": {"enabled": false, "price": {"minor": 5, "currency": "EUR"}}}})
        );
        assert!(merged("{}", Some(&json!([]))).is_err());
    }

    #[test]
    fn what_cannot_be_meant_is_said() {
        for (set, words) in [
            (json!({"titel": "A"}), "titel"),
            (json!({"title": "  "}), "the title has 2 characters"),
            (json!({"price": {"minor": -1, "currency": "EUR"}}), "price: -0.01 EUR is below zero"),
            (json!({"price": {"minor": 1, "currency": "EURO"}}), "\"EURO\" is no currency"),
            (json!({"price": "12.99"}), "amounts are written"),
            (json!({"variants": {"7": {"price": {"minor": 1, "currency": "XX"}}}}), "variants.7.price"),
            (json!({"seo_slug": "Bad Slug!"}), "letters, digits and hyphens"),
            (json!({"images": ["javascript:alert(1)"]}), "no address of a picture"),
        ] {
            let said = checked(set.clone(), None).expect_err("refused").to_string();
            assert!(said.contains(words), "{set}: {said}");
        }
        let stored = checked(json!({"description": "<p onclick=x>A<script>b</script></p>"}), None).expect("checked");
        assert_eq!(stored, r#"{"description":"<p>A</p>"}"#);
    }
}
