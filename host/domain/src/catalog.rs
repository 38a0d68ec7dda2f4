//! The canonical catalogue. Names and meanings are those of the WIT interface `model`; this is also the JSON that is exported.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::clock::Timestamp;
use crate::money::Money;

mod addresses;
mod issue;
pub mod limits;
mod optional;
#[cfg(test)]
mod tests;
mod validate;

pub use addresses::web_address;
pub use issue::Issue;
pub use validate::validate;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Product {
    pub source_id: String,
    pub title: String,
    pub description_html: Option<String>,
    pub summary_html: Option<String>,
    pub status: ProductStatus,
    pub url: Option<String>,
    pub handle: Option<String>,
    pub brand: Option<String>,
    pub product_type: Option<String>,
    pub tags: Vec<String>,
    pub options: Vec<OptionAxis>,
    pub variants: Vec<Variant>,
    pub media: Vec<Media>,
    pub collections: Vec<Collection>,
    pub attributes: Vec<Attribute>,
    pub seo: Option<Seo>,
    pub created_at: Option<Timestamp>,
    pub updated_at: Option<Timestamp>,
    pub warnings: Vec<Issue>,
    pub extras: Value,
}

impl Product {
    /// A product on sale of which nothing else is known.
    pub fn blank(source_id: impl Into<String>, title: impl Into<String>) -> Self {
        Self {
            source_id: source_id.into(),
            title: title.into(),
            description_html: None,
            summary_html: None,
            status: ProductStatus::Active,
            url: None,
            handle: None,
            brand: None,
            product_type: None,
            tags: Vec::new(),
            options: Vec::new(),
            variants: Vec::new(),
            media: Vec::new(),
            collections: Vec::new(),
            attributes: Vec::new(),
            seo: None,
            created_at: None,
            updated_at: None,
            warnings: Vec::new(),
            extras: Value::Object(serde_json::Map::new()),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProductStatus {
    Active,
    Draft,
    Archived,
}

impl ProductStatus {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Draft => "draft",
            Self::Archived => "archived",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OptionAxis {
    pub name: String,
    pub values: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Variant {
    pub source_id: String,
    pub sku: Option<String>,
    pub gtin: Option<String>,
    pub mpn: Option<String>,
    pub title: Option<String>,
    /// One for each option of the product; empty where the variant fits any value.
    pub option_values: Vec<String>,
    pub enabled: bool,
    /// `None`: the marketplace has no price for it, so it cannot be sold.
    pub price: Option<Money>,
    pub compare_at: Option<Money>,
    pub sale: Option<Sale>,
    pub cost: Option<Money>,
    pub weight: Option<Weight>,
    pub dimensions: Option<Dimensions>,
    pub taxable: Option<bool>,
    pub tax_class: Option<String>,
    pub requires_shipping: Option<bool>,
    pub inventory: Inventory,
    pub media_ids: Vec<String>,
    pub extras: Value,
}

impl Variant {
    /// A variant that can be bought, without a price, of which nobody counts how many there are.
    pub fn blank(source_id: impl Into<String>) -> Self {
        Self {
            source_id: source_id.into(),
            sku: None,
            gtin: None,
            mpn: None,
            title: None,
            option_values: Vec::new(),
            enabled: true,
            price: None,
            compare_at: None,
            sale: None,
            cost: None,
            weight: None,
            dimensions: None,
            taxable: None,
            tax_class: None,
            requires_shipping: None,
            inventory: Inventory::Untracked(true),
            media_ids: Vec::new(),
            extras: Value::Object(serde_json::Map::new()),
        }
    }
}

impl Variant {
    /// The currency of all its amounts; `validate` refuses variants that mix them.
    pub fn currency(&self) -> Option<&str> {
        self.amounts().next().map(|money| money.currency.as_str())
    }

    /// All its amounts: price, compare-at price, cost, sale price.
    pub fn amounts(&self) -> impl Iterator<Item = &Money> {
        let sale = self.sale.as_ref().map(|sale| &sale.price);
        [self.price.as_ref(), self.compare_at.as_ref(), self.cost.as_ref(), sale].into_iter().flatten()
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sale {
    pub price: Money,
    pub starts_at: Option<Timestamp>,
    pub ends_at: Option<Timestamp>,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Weight {
    pub value: f64,
    pub unit: WeightUnit,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WeightUnit {
    Gram,
    Kilogram,
    Ounce,
    Pound,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Dimensions {
    pub length: f64,
    pub width: f64,
    pub height: f64,
    pub unit: LengthUnit,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LengthUnit {
    Millimeter,
    Centimeter,
    Meter,
    Inch,
    Foot,
    Yard,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Inventory {
    /// The marketplace does not count it; true means it can be bought.
    Untracked(bool),
    Tracked(Vec<Level>),
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Level {
    pub location_id: String,
    pub location_name: Option<String>,
    pub available: i64,
    /// Variants with the same item share one pool of stock: never add them up.
    pub item_id: Option<String>,
    pub backorder: bool,
}

/// Nobody has more pieces of anything: it is what overflowed, or a placeholder.
const MAX_COUNT: u64 = 1_000_000_000_000;

/// Whether that many pieces can be meant. Below zero is what was sold and not there.
pub fn is_count(available: i64) -> bool {
    available.unsigned_abs() <= MAX_COUNT
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Media {
    pub source_id: Option<String>,
    pub url: String,
    pub alt: Option<String>,
    pub kind: MediaKind,
    pub position: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MediaKind {
    Image,
    Video,
    Model,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Collection {
    pub source_id: String,
    pub title: String,
    /// Titles from the root down to and including this one.
    pub path: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Attribute {
    pub namespace: String,
    pub key: String,
    pub kind: String,
    pub value: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Seo {
    pub title: Option<String>,
    pub description: Option<String>,
}
