//! The product as a whole.

use entrepot_guest::address::absolute;
use entrepot_guest::currency::exponent;
use entrepot_guest::issue::invalid;
use entrepot_guest::prelude::*;
use model::{Collection, OptionAxis, Product, ProductStatus, Seo};
use serde_json::Value;

use super::look::{flag, id, instant, list, owned, short, text, unreadable};
use super::media::Gallery;
use super::notes::Notes;
use super::variant::Around;
use super::{attributes, extras, variant};

pub fn map_product(channel: &Channel, item: &RawItem) -> Result<Product, Error> {
    let body: Value = serde_json::from_str(&item.body)
        .map_err(|error| unreadable(format!("What was kept of the product cannot be read: {error}")))?;
    let Some(product) = body.get("product").filter(|product| product.is_object()) else {
        return Err(unreadable("What was kept holds no product.".to_owned()));
    };
    let currency = text(&body, "currency").or(channel.currency.as_deref()).unwrap_or_default();
    if exponent(currency).is_none() {
        return Err(invalid("/currency", "currency-unknown", entrepot_guest::currency::unknown(currency)));
    }
    let mut notes = Notes::default();
    let title = owned(product, "title").unwrap_or_default();
    if title.is_empty() {
        notes.fatal("/product/title", "title-missing", "The product has no title. Enter one in Shopify.");
    }
    let gallery = Gallery::of(&body, &mut notes);
    let variants = list(&body, "variants");
    let single = single(product, variants);
    let mut options = if single { Vec::new() } else { options(product) };
    let empty = Value::Null;
    let around = Around { currency, locations: body.get("locations").unwrap_or(&empty), gallery: &gallery, single };
    let variants: Vec<_> = variants
        .iter()
        .enumerate()
        .filter_map(|(at, of)| variant::of(of, at, &mut options, &around, &mut notes))
        .collect();
    if variants.is_empty() {
        notes.fatal("/variants", "variants-missing", "The product has no variant that could be bought.");
    }
    if list(&body, "unread").iter().any(|list| list == "collections") {
        let message = "Shopify did not show the shop's collections: the product comes without its own; the next full import asks again.";
        notes.warn("/collections", "collections-unread", message);
    }
    let created_at = instant(product, "createdAt", &mut notes);
    let updated_at = instant(product, "updatedAt", &mut notes);
    let status = status(product, &mut notes);
    if !notes.fatal.is_empty() {
        return Err(Error::Invalid(notes.fatal));
    }
    Ok(Product {
        source_id: id(product).unwrap_or_else(|| item.source_id.clone()),
        title,
        description_html: owned(product, "descriptionHtml"),
        summary_html: None,
        brand: owned(product, "vendor"),
        product_type: owned(product, "productType"),
        handle: owned(product, "handle"),
        url: address(product, &mut notes),
        status,
        tags: list(product, "tags").iter().filter_map(|tag| tag.as_str().map(str::to_owned)).collect(),
        options,
        variants,
        media: gallery.media,
        collections: collections(&body),
        attributes: attributes::of(&body),
        seo: seo(product),
        created_at,
        updated_at,
        warnings: notes.warnings,
        extras: extras::of_product(product),
    })
}

fn address(product: &Value, notes: &mut Notes) -> Option<String> {
    let url = owned(product, "onlineStoreUrl")?;
    match absolute(&url, "") {
        Ok(_) => Some(url),
        Err(why) => {
            let message = format!("The address {:?} was left out: {why}.", short(&url));
            notes.warn("/product/onlineStoreUrl", "address-invalid", message);
            None
        }
    }
}

/// Active says nothing of where it is published: it may be sold in a shop with doors only. That is kept in the extras.
fn status(product: &Value, notes: &mut Notes) -> ProductStatus {
    match text(product, "status") {
        // Unlisted is sold to whoever has the address.
        Some("ACTIVE" | "UNLISTED") => ProductStatus::Active,
        Some("DRAFT") => ProductStatus::Draft,
        Some("ARCHIVED") => ProductStatus::Archived,
        other => {
            let message = format!(
                "{:?} is no status that is known; the product counts as a draft.",
                short(other.unwrap_or_default())
            );
            notes.warn("/product/status", "status-unknown", message);
            ProductStatus::Draft
        }
    }
}

fn single(product: &Value, variants: &[Value]) -> bool {
    if let Some(single) = flag(product, "hasOnlyDefaultVariant") {
        return single && variants.len() <= 1;
    }
    let [only] = variants else { return false };
    matches!(list(only, "selectedOptions"), [option] if text(option, "value") == Some("Default Title"))
}

fn options(product: &Value) -> Vec<OptionAxis> {
    let mut options: Vec<&Value> = list(product, "options").iter().collect();
    options.sort_by_key(|option| option.get("position").and_then(Value::as_i64));
    let axis = |option: &Value| {
        let values = list(option, "optionValues").iter().filter_map(|value| owned(value, "name")).collect();
        Some(OptionAxis { name: owned(option, "name")?, values })
    };
    options.into_iter().filter_map(axis).collect()
}

/// Collections have no hierarchy.
fn collections(body: &Value) -> Vec<Collection> {
    let collection = |of: &Value| {
        let title = owned(of, "title")?;
        Some(Collection { source_id: id(of)?, path: vec![title.clone()], title })
    };
    list(body, "collections").iter().filter_map(collection).collect()
}

fn seo(product: &Value) -> Option<Seo> {
    let seo = product.get("seo")?;
    let (title, description) = (owned(seo, "title"), owned(seo, "description"));
    (title.is_some() || description.is_some()).then_some(Seo { title, description })
}
