//! What is in the shop.

#[derive(Clone, Debug, Default)]
pub struct Product {
    pub id: u64,
    pub title: String,
    pub description_html: String,
    pub handle: String,
    /// `ACTIVE`, `DRAFT`, `ARCHIVED` or `UNLISTED`.
    pub status: String,
    pub vendor: String,
    pub product_type: String,
    pub tags: Vec<String>,
    /// Names with their values; none for a product with the default variant only.
    pub options: Vec<(String, Vec<String>)>,
    pub variants: Vec<Variant>,
    /// In order; the first is the main one.
    pub media: Vec<Medium>,
    pub metafields: Vec<Metafield>,
    /// Ids.
    pub collections: Vec<u64>,
    pub category: Option<(String, String)>,
    pub seo_title: Option<String>,
    pub seo_description: Option<String>,
    pub gift_card: bool,
    /// Seconds since 1970.
    pub created_at: i64,
    pub updated_at: i64,
    pub published_at: Option<i64>,
    /// Ids of those it is published on.
    pub publications: Vec<u64>,
}

#[derive(Clone, Debug, Default)]
pub struct Variant {
    pub id: u64,
    /// The inventory item's.
    pub item: u64,
    pub sku: Option<String>,
    pub barcode: Option<String>,
    /// One for each option.
    pub values: Vec<String>,
    /// As Shopify writes it: `"12.50"`.
    pub price: String,
    pub compare_at: Option<String>,
    pub cost: Option<String>,
    pub grams: f64,
    pub taxable: bool,
    pub requires_shipping: bool,
    pub tracked: bool,
    /// Sold on when nothing is left.
    pub continues: bool,
    pub levels: Vec<Level>,
    /// Which of the product's media shows it.
    pub image: Option<u64>,
}

#[derive(Clone, Debug)]
pub struct Level {
    pub location: u64,
    pub available: i64,
    /// Seconds since 1970.
    pub updated_at: i64,
}

#[derive(Clone, Debug)]
pub struct Location {
    pub id: u64,
    pub name: String,
    pub active: bool,
}

/// A place where goods are put on sale: the online store, a till.
#[derive(Clone, Debug)]
pub struct Publication {
    pub id: u64,
    pub name: String,
}

#[derive(Clone, Debug)]
pub struct Collection {
    pub id: u64,
    pub title: String,
    pub handle: String,
}

#[derive(Clone, Debug)]
pub struct Medium {
    pub id: u64,
    pub kind: MediumKind,
    /// `None` while it is processed, or when that failed.
    pub url: Option<String>,
    pub alt: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MediumKind {
    Image,
    Video,
    ExternalVideo,
    Model,
}

#[derive(Clone, Debug)]
pub struct Metafield {
    pub id: u64,
    pub namespace: String,
    pub key: String,
    pub kind: String,
    pub value: String,
}

impl Product {
    /// An active product with one variant.
    #[must_use]
    pub fn simple(title: &str, price: &str) -> Self {
        let variant = Variant { price: price.to_owned(), taxable: true, requires_shipping: true, ..Variant::default() };
        Self {
            title: title.to_owned(),
            handle: title.to_lowercase().replace(' ', "-"),
            status: "ACTIVE".to_owned(),
            variants: vec![variant],
            ..Self::default()
        }
    }

    pub(super) fn single(&self) -> bool {
        self.options.is_empty()
    }

    pub(super) fn total(&self) -> i64 {
        self.variants.iter().map(Variant::total).sum()
    }
}

impl Variant {
    pub(super) fn total(&self) -> i64 {
        self.levels.iter().map(|level| level.available).sum()
    }

    pub(super) fn title(&self) -> String {
        if self.values.is_empty() { "Default Title".to_owned() } else { self.values.join(" / ") }
    }
}
