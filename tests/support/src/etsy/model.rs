//! Listings as Etsy keeps them.

use std::collections::BTreeMap;

#[derive(Clone, Debug, PartialEq)]
pub struct Listing {
    /// 0: the next free one.
    pub id: u64,
    /// `active`, `draft`, `sold_out`, `expired`, `inactive`.
    pub state: &'static str,
    pub title: String,
    pub description: String,
    pub rich_description: Option<String>,
    pub tags: Vec<String>,
    pub materials: Vec<String>,
    pub style: Vec<String>,
    pub who_made: Option<&'static str>,
    pub when_made: Option<&'static str>,
    pub section: Option<u64>,
    pub taxonomy: Option<u64>,
    /// Grams.
    pub weight: Option<u32>,
    /// `physical`, `download`, `both`.
    pub kind: &'static str,
    pub private: bool,
    /// Seconds since 1970; 0: now. Renewals change this one.
    pub created: i64,
    /// When it was made; 0: as `created`.
    pub original: i64,
    pub modified: i64,
    pub images: Vec<Image>,
    pub videos: Vec<Video>,
    /// `None`: never edited with the inventory tools, so that there is no record.
    pub products: Option<Vec<Product>>,
    pub price_on: Vec<u64>,
    pub quantity_on: Vec<u64>,
    pub sku_on: Vec<u64>,
    pub is_supply: bool,
    pub shipping_profile: Option<u64>,
    pub return_policy: Option<u64>,
    /// Its processing profile.
    pub readiness: Option<u64>,
    /// Attributes of its category: id to value ids and values.
    pub properties: BTreeMap<u64, Vec<(u64, String)>>,
    /// Property, value and image.
    pub variation_images: Vec<(u64, u64, u64)>,
}

/// What a category asks for.
#[derive(Clone, Debug, PartialEq)]
pub struct NodeProperty {
    pub id: u64,
    pub name: String,
    pub required: bool,
    /// It says something of a listing; otherwise its products vary by it.
    pub attribute: bool,
    /// Several of the values may be chosen.
    pub many: bool,
    pub values: Vec<(u64, String)>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Product {
    pub id: u64,
    pub sku: String,
    pub properties: Vec<Property>,
    pub offering: Offering,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Property {
    pub id: u64,
    pub name: String,
    pub value_id: u64,
    pub value: String,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Offering {
    pub id: u64,
    /// In units of the shop's divisor.
    pub amount: i64,
    pub quantity: u64,
    pub enabled: bool,
    /// The processing profile; `None`: the shop's first.
    pub readiness: Option<u64>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Image {
    pub id: u64,
    pub url: String,
    pub alt: Option<String>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Video {
    pub id: u64,
    pub url: String,
    pub state: &'static str,
}

impl Listing {
    /// An active listing of one thing.
    #[must_use]
    pub fn simple(title: &str, sku: &str, amount: i64, quantity: u64) -> Self {
        let product = Product {
            id: 0,
            sku: sku.to_owned(),
            properties: Vec::new(),
            offering: Offering { id: 0, amount, quantity, enabled: true, readiness: None },
        };
        Self {
            id: 0,
            state: "active",
            title: title.to_owned(),
            description: String::new(),
            rich_description: None,
            tags: Vec::new(),
            materials: Vec::new(),
            style: Vec::new(),
            who_made: Some("i_did"),
            when_made: Some("made_to_order"),
            section: None,
            taxonomy: None,
            weight: None,
            kind: "physical",
            private: false,
            created: 0,
            original: 0,
            modified: 0,
            images: Vec::new(),
            videos: Vec::new(),
            products: Some(vec![product]),
            price_on: Vec::new(),
            quantity_on: Vec::new(),
            sku_on: Vec::new(),
            is_supply: false,
            shipping_profile: Some(22_200_001),
            return_policy: Some(1),
            readiness: None,
            properties: BTreeMap::new(),
            variation_images: Vec::new(),
        }
    }

    pub(crate) fn products(&self) -> &[Product] {
        self.products.as_deref().unwrap_or_default()
    }

    pub(crate) fn quantity(&self) -> u64 {
        self.products().iter().map(|product| product.offering.quantity).sum()
    }

    /// The lowest, as Etsy shows it.
    pub(crate) fn amount(&self) -> i64 {
        self.products().iter().map(|product| product.offering.amount).min().unwrap_or(1000)
    }

    /// Anew, as each rewriting of an inventory does it.
    pub(crate) fn number_products(&mut self, next: &mut u64) {
        for product in self.products.iter_mut().flatten() {
            *next += 1;
            product.id = 11_000_000_000 + *next;
            product.offering.id = 12_000_000_000 + *next;
        }
    }
}
