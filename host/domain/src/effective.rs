//! What a product is on a channel: the seller's word before a rule's, a rule's before the source's, field by field, with the origin of each.
//! Pure: listings, previews and pages ask here and nowhere else.

mod listed;
mod rule;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::catalog::{Inventory, Level, Media, MediaKind, Product, Seo, Variant};
use crate::money::Money;

pub use listed::{CategoryRule, Create, Filtered, ListRule, ProductFilter};
pub use rule::{ChannelRule, PriceRule, StockRule};

/// Where a value comes from. The later one counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Origin {
    /// The shop that the product came from.
    Source,
    /// A rule of the channel.
    Rule,
    /// A person.
    Manual,
}

/// What a person set for one listing. What is `None` is the product's.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Overrides {
    /// Plain text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// HTML, sanitised like an imported one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Of all variants that have none of their own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub price: Option<Money>,
    /// What buyers are told that it cost before: above the price. Of all variants that have none of their own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub compare_at: Option<Money>,
    /// The slug of the listing's page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seo_slug: Option<String>,
    /// For search engines.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub meta_title: Option<String>,
    /// For search engines.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub meta_description: Option<String>,
    /// Who made it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub brand: Option<String>,
    /// All of them, in place of the product's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tags: Option<Vec<String>>,
    /// Addresses of pictures in their order, in place of the product's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub images: Option<Vec<String>>,
    /// By the variant's id.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub variants: BTreeMap<String, VariantOverrides>,
}

/// What a person set for one variant of a listing.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct VariantOverrides {
    /// What a buyer pays.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub price: Option<Money>,
    /// What buyers are told that it cost before: above the price.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub compare_at: Option<Money>,
    /// False: it is not offered on this channel.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
}

/// A product as it is on a channel.
#[derive(Clone, Debug, PartialEq)]
pub struct Effective {
    /// With everything applied.
    pub product: Product,
    /// By field, `title` or `variants/ID/price`: whose word it is, where it is not the source's.
    pub origins: BTreeMap<String, Origin>,
    /// What keeps it from being sold whatever the marketplace says: field, stable code, and what to do.
    pub problems: Vec<(String, &'static str, String)>,
}

/// The product with the channel's rule and the listing's overrides applied.
pub fn effective(product: Product, rule: &ChannelRule, overrides: &Overrides) -> Effective {
    let mut all = Effective { product, origins: BTreeMap::new(), problems: Vec::new() };
    // What was found wrong with it at its source is no one's business here.
    all.product.warnings.clear();
    all.texts(overrides);
    all.pictures(overrides);
    for at in 0..all.product.variants.len() {
        all.variant(at, rule, overrides);
    }
    all
}

impl Effective {
    fn manual(&mut self, field: impl Into<String>) {
        self.origins.insert(field.into(), Origin::Manual);
    }

    fn texts(&mut self, overrides: &Overrides) {
        let Overrides { title, description, seo_slug, meta_title, meta_description, brand, tags, .. } = overrides;
        if let Some(title) = title {
            self.product.title.clone_from(title);
            self.manual("title");
        }
        for (text, field) in [(description, "description"), (seo_slug, "seo_slug"), (brand, "brand")] {
            if let Some(text) = text {
                let place = match field {
                    "description" => &mut self.product.description_html,
                    "seo_slug" => &mut self.product.handle,
                    _ => &mut self.product.brand,
                };
                *place = Some(text.clone()).filter(|text| !text.is_empty());
                self.manual(field);
            }
        }
        if let Some(tags) = tags {
            self.product.tags.clone_from(tags);
            self.manual("tags");
        }
        if meta_title.is_some() || meta_description.is_some() {
            let own = self.product.seo.take().unwrap_or(Seo { title: None, description: None });
            let seo = Seo {
                title: meta_title.clone().or(own.title),
                description: meta_description.clone().or(own.description),
            };
            self.product.seo = Some(seo);
            for (name, set) in [("meta_title", meta_title.is_some()), ("meta_description", meta_description.is_some())]
            {
                if set {
                    self.manual(name);
                }
            }
        }
    }

    fn pictures(&mut self, overrides: &Overrides) {
        let Some(images) = &overrides.images else { return };
        let known = std::mem::take(&mut self.product.media);
        let of = |(position, url): (usize, &String)| {
            let position = u32::try_from(position).unwrap_or(u32::MAX);
            match known.iter().find(|media| media.url == *url) {
                Some(media) => Media { position, ..media.clone() },
                None => Media { source_id: None, url: url.clone(), alt: None, kind: MediaKind::Image, position },
            }
        };
        self.product.media = images.iter().enumerate().map(of).collect();
        let there: Vec<_> = self.product.media.iter().filter_map(|media| media.source_id.clone()).collect();
        for variant in &mut self.product.variants {
            variant.media_ids.retain(|id| there.contains(id));
        }
        self.manual("images");
    }

    fn variant(&mut self, at: usize, rule: &ChannelRule, overrides: &Overrides) {
        let variant = &mut self.product.variants[at];
        let (id, mut origin) = (variant.source_id.clone(), Origin::Source);
        let own = overrides.variants.get(&id);
        if let Some(price) = own.and_then(|own| own.price.clone()).or_else(|| overrides.price.clone()) {
            // Another price is no reduction of the one before.
            variant.compare_at = variant
                .compare_at
                .take()
                .filter(|before| before.currency == price.currency && before.minor > price.minor);
            variant.sale = None;
            variant.price = Some(price);
            origin = Origin::Manual;
        } else if let Some(of) = &rule.price {
            of.apply(variant);
            origin = Origin::Rule;
        }
        let below = rule.price.as_ref().and_then(|of| of.below_floor(variant));
        let before = own.and_then(|own| own.compare_at.clone()).or_else(|| overrides.compare_at.clone());
        let not_above = before.as_ref().and_then(|before| not_above(before, variant));
        if let Some(before) = before {
            variant.compare_at = Some(before);
            self.origins.insert(format!("variants/{id}/compare_at"), Origin::Manual);
        }
        if origin != Origin::Source {
            self.origins.insert(format!("variants/{id}/price"), origin);
        }
        if let Some(why) = below {
            self.problems.push((format!("/variants/{at}/price"), "price-below-floor", why));
        }
        if let Some(why) = not_above {
            self.problems.push((format!("/variants/{at}/compare_at"), "compare-at-not-above", why));
        }
        let variant = &mut self.product.variants[at];
        if let Some(enabled) = own.and_then(|own| own.enabled) {
            variant.enabled = enabled;
            self.origins.insert(format!("variants/{id}/enabled"), Origin::Manual);
        }
        let variant = &mut self.product.variants[at];
        if let (Some(of), Some(pieces)) = (&rule.stock, available(variant)) {
            let told = of.told(pieces);
            if told != pieces {
                variant.inventory = one_level(variant, told);
                self.origins.insert(format!("variants/{id}/available"), Origin::Rule);
            }
        }
    }
}

/// Why what it cost before cannot be told beside the price.
fn not_above(before: &Money, variant: &Variant) -> Option<String> {
    let price = variant.price.as_ref()?;
    let above = before.currency == price.currency && before.minor > price.minor;
    (!above).then(|| {
        format!("The price before, {before}, is not above the price, {price}. Raise it, or take it back to the shop's.")
    })
}

/// What can be sold of it, over all places; none: it is not counted.
pub fn available(variant: &Variant) -> Option<i64> {
    match &variant.inventory {
        Inventory::Untracked(_) => None,
        Inventory::Tracked(levels) => {
            Some(levels.iter().fold(0, |sum: i64, level| sum.saturating_add(level.available)))
        }
    }
}

fn one_level(variant: &Variant, available: i64) -> Inventory {
    let of = match &variant.inventory {
        Inventory::Tracked(levels) => levels.first(),
        Inventory::Untracked(_) => None,
    };
    Inventory::Tracked(vec![Level {
        location_id: "default".to_owned(),
        location_name: None,
        available,
        item_id: of.and_then(|level| level.item_id.clone()),
        backorder: of.is_some_and(|level| level.backorder),
    }])
}
