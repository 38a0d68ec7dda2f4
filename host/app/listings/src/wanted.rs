//! What a listing is to be: the product with the channel's rule and what a person set, and a hash that tells one from another.

use entrepot_domain::Money;
use entrepot_domain::catalog::{Inventory, Product, ProductStatus};
use entrepot_domain::effective::{ChannelRule, Effective, Origin, Overrides, available, effective};
use entrepot_domain::listing::{Intent, ListedVariant, Status};
use entrepot_sandbox::Listing;
use entrepot_store::listings::{ListedVariantRow, ListingRow};
use serde_json::Value;

use entrepot_core::AppError;

/// A listing as it is to stand, ready to be compared and sent.
pub(crate) struct Wanted {
    pub(crate) listing: Listing,
    pub(crate) effective: Effective,
    /// Of everything but price and stock.
    pub(crate) hash: String,
}

/// One variant's price and stock as they are to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct WantedOffer {
    pub(crate) price: Option<Money>,
    pub(crate) before: Option<Money>,
    pub(crate) stock: Option<i64>,
}

pub(crate) fn overrides_of(row: &ListingRow) -> Result<Overrides, AppError> {
    let unreadable = |error| AppError::Unreadable(format!("what was set for the listing {}: {error}", row.id));
    serde_json::from_str(&row.overrides).map_err(unreadable)
}

/// `product`: none where it is gone from its shop, and then the listing is to end.
pub(crate) fn wanted(
    row: &ListingRow,
    listed: &[ListedVariantRow],
    product: Option<Product>,
    rule: &ChannelRule,
) -> Result<Wanted, AppError> {
    let overrides = overrides_of(row)?;
    let gone = product.is_none();
    let product = product.unwrap_or_else(|| nothing(&row.product_id));
    let placed = placed(row, &product, rule);
    let mut effective = effective(product, rule, &overrides);
    effective.origins.extend(placed.origins);
    // The ids are the host's own: they stay whatever the shop does.
    effective.product.source_id.clone_from(&row.product_id);
    let intent = match Status::parse(&row.status) {
        Some(Status::Active) if !gone && effective.product.status == ProductStatus::Active => Intent::Active,
        // What is not shown in its own shop is not shown elsewhere.
        Some(Status::Active | Status::Draft) if !gone => Intent::Draft,
        _ => Intent::Ended,
    };
    let known = |id: &str| listed.iter().find(|known| known.variant_id == id);
    let variants = effective.product.variants.iter().map(|variant| {
        let (id, known) = (variant.source_id.clone(), known(&variant.source_id));
        let sku = variant.sku.clone();
        match known {
            Some(known) => ListedVariant { sku, ..known.listed() },
            None => ListedVariant { variant_id: id, external_id: None, item_id: None, sku },
        }
    });
    let listing = Listing {
        listing_id: row.id.clone(),
        external_id: row.external_id.clone(),
        intent,
        variants: variants.collect(),
        product: effective.product.clone(),
        category: placed.category,
        fields: placed.fields,
        state: row.state.clone(),
    };
    let hash = hash(&listing);
    Ok(Wanted { listing, effective, hash })
}

/// Into which category it goes, with what that asks for.
struct Placed {
    category: Option<String>,
    /// JSON
    fields: String,
    origins: Vec<(String, Origin)>,
}

/// A person's word before the rule's. What the rule answers is about its own category alone.
fn placed(row: &ListingRow, product: &Product, rule: &ChannelRule) -> Placed {
    let ruled = rule.category_of(product);
    let by_hand = row.category_id.is_some();
    let category = row.category_id.clone().or_else(|| ruled.map(|ruled| ruled.category.clone()));
    let ruled = ruled.filter(|ruled| Some(&ruled.category) == category.as_ref());
    let mut origins = Vec::new();
    if category.is_some() {
        origins.push(("category".to_owned(), if by_hand { Origin::Manual } else { Origin::Rule }));
    }
    let Some(ruled) = ruled.filter(|ruled| !ruled.fields.is_empty()) else {
        return Placed { category, fields: row.fields.clone(), origins };
    };
    let own: serde_json::Map<String, Value> = serde_json::from_str(&row.fields).unwrap_or_default();
    let is_ruled = |key: &&String| !own.contains_key(*key);
    origins.extend(ruled.fields.keys().filter(is_ruled).map(|key| (format!("fields/{key}"), Origin::Rule)));
    let mut fields = ruled.fields.clone();
    fields.extend(own);
    Placed { category, fields: Value::Object(fields).to_string(), origins }
}

impl Wanted {
    pub(crate) fn is_to_end(&self) -> bool {
        self.listing.intent == Intent::Ended
    }

    /// In short, everything that no marketplace's change is looked for in: see [`entrepot_domain::drift`].
    pub(crate) fn rest(&self) -> String {
        let Listing { product, intent, category, fields, .. } = &self.listing;
        let mut product = product.clone();
        (product.title, product.description_html, product.handle) = (String::new(), None, None);
        (product.seo, product.brand) = (None, None);
        product.tags.clear();
        product.media.clear();
        for variant in &mut product.variants {
            variant.media_ids.clear();
        }
        // Drafts and what is on sale differ in a field of their own.
        let ended = *intent == Intent::Ended;
        let (category, fields) = (category.clone(), fields.clone());
        let intent = if ended { Intent::Ended } else { Intent::Draft };
        product.status = ProductStatus::Draft;
        hash(&Listing { product, intent, category, fields, ..self.listing.clone() })
    }

    /// Price and stock of each variant that stands there, or is to.
    pub(crate) fn offers(&self) -> impl Iterator<Item = (&ListedVariant, WantedOffer)> {
        let of = |(listed, variant): (_, &entrepot_domain::catalog::Variant)| {
            let (price, before) = (variant.price.clone(), variant.compare_at.clone());
            (listed, WantedOffer { price, before, stock: available(variant) })
        };
        self.listing.variants.iter().zip(&self.listing.product.variants).map(of)
    }
}

/// Of a listing without price and stock, which are sent by themselves. JSON of structures is the same for the same.
fn hash(listing: &Listing) -> String {
    let mut product = listing.product.clone();
    product.updated_at = None;
    for variant in &mut product.variants {
        (variant.price, variant.compare_at, variant.sale, variant.cost) = (None, None, None, None);
        if let Inventory::Tracked(levels) = &mut variant.inventory {
            levels.clear();
        }
    }
    let fields: Value = serde_json::from_str(&listing.fields).unwrap_or_default();
    let all = serde_json::json!([listing.intent, product, listing.category, fields]);
    blake3::hash(all.to_string().as_bytes()).to_hex().to_string()
}

/// In the place of a product that is gone.
fn nothing(id: &str) -> Product {
    Product { status: ProductStatus::Archived, ..Product::blank(id, "") }
}
