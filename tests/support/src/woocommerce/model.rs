//! What a shop has in its database. Words with few values are `&'static str`, so that a large shop stays small.

mod terms;
mod variation;

pub use self::terms::{GlobalAttribute, Term, Terms};
pub use self::variation::{ManageStock, Variation};

/// Text of one row.
pub type Text = Box<str>;

/// A product. Text is as stored: WooCommerce escapes nothing on the way out but what `view` renders.
#[derive(Clone, Debug)]
pub struct Product {
    /// 0 lets the store pick the next one.
    pub id: u64,
    /// `simple`, `variable`, `grouped`, `external`, or a plugin's own (`bundle`, `subscription`).
    pub kind: &'static str,
    /// `publish`, `draft`, `pending`, `private`, `future`, `trash`.
    pub status: &'static str,
    pub name: Text,
    pub slug: Text,
    pub sku: Text,
    /// GTIN, UPC, EAN or ISBN.
    pub global_unique_id: Text,
    pub description: Text,
    pub short_description: Text,
    pub regular_price: Text,
    pub sale_price: Text,
    pub sale_from: Option<i64>,
    pub sale_to: Option<i64>,
    /// Seconds, UTC.
    pub created: i64,
    /// Seconds, UTC. The store sets it on every change.
    pub modified: i64,
    pub featured: bool,
    /// `visible`, `catalog`, `search`, `hidden`.
    pub visibility: &'static str,
    pub is_virtual: bool,
    pub downloads: Vec<Download>,
    pub external_url: Text,
    pub button_text: Text,
    pub tax_status: &'static str,
    pub tax_class: &'static str,
    pub manage_stock: bool,
    pub stock_quantity: Option<i64>,
    /// Used when stock is not managed; derived otherwise.
    pub stock_status: &'static str,
    /// `no`, `notify`, `yes`.
    pub backorders: &'static str,
    pub low_stock: Option<i64>,
    pub sold_individually: bool,
    pub weight: Text,
    /// Length, width, height.
    pub dimensions: [Text; 3],
    pub shipping_class: Option<u64>,
    pub purchase_note: Text,
    pub categories: Vec<u64>,
    pub brands: Vec<u64>,
    pub tags: Vec<u64>,
    pub images: Vec<Image>,
    pub attributes: Vec<Attribute>,
    pub grouped: Vec<u64>,
    pub upsells: Vec<u64>,
    pub cross_sells: Vec<u64>,
    pub menu_order: i64,
    pub meta: Vec<Meta>,
}

impl Product {
    /// A published simple product without a price, stock or SKU.
    #[must_use]
    pub fn simple(name: &str) -> Self {
        Self {
            id: 0,
            kind: "simple",
            status: "publish",
            name: name.into(),
            slug: slug(name).into(),
            sku: Text::default(),
            global_unique_id: Text::default(),
            description: Text::default(),
            short_description: Text::default(),
            regular_price: Text::default(),
            sale_price: Text::default(),
            sale_from: None,
            sale_to: None,
            created: 0,
            modified: 0,
            featured: false,
            visibility: "visible",
            is_virtual: false,
            downloads: Vec::new(),
            external_url: Text::default(),
            button_text: Text::default(),
            tax_status: "taxable",
            tax_class: "",
            manage_stock: false,
            stock_quantity: None,
            stock_status: "instock",
            backorders: "no",
            low_stock: None,
            sold_individually: false,
            weight: Text::default(),
            dimensions: Default::default(),
            shipping_class: None,
            purchase_note: Text::default(),
            categories: Vec::new(),
            brands: Vec::new(),
            tags: Vec::new(),
            images: Vec::new(),
            attributes: Vec::new(),
            grouped: Vec::new(),
            upsells: Vec::new(),
            cross_sells: Vec::new(),
            menu_order: 0,
            meta: Vec::new(),
        }
    }

    /// A variable product; its variations are inserted after it.
    #[must_use]
    pub fn variable(name: &str) -> Self {
        Self { kind: "variable", ..Self::simple(name) }
    }

    #[must_use]
    pub fn priced(mut self, regular: &str) -> Self {
        self.regular_price = regular.into();
        self
    }

    #[must_use]
    pub fn with_sku(mut self, sku: &str) -> Self {
        self.sku = sku.into();
        self
    }

    #[must_use]
    pub fn stocked(mut self, quantity: i64) -> Self {
        self.manage_stock = true;
        self.stock_quantity = Some(quantity);
        self
    }
}

/// A picture in the media library.
#[derive(Clone, Debug)]
pub struct Image {
    pub id: u64,
    /// Below `/wp-content/uploads/`, without the extension `.jpg`; or a whole address, with its `http`.
    pub file: Text,
    pub alt: Text,
    pub created: i64,
    /// Whether WordPress made smaller copies of it.
    pub resized: bool,
}

#[derive(Clone, Debug)]
pub struct Download {
    pub id: Text,
    pub name: Text,
    pub file: Text,
}

/// An attribute of a product: global ones have an id and a `pa_` slug.
#[derive(Clone, Debug)]
pub struct Attribute {
    pub id: u64,
    pub name: Text,
    pub visible: bool,
    pub variation: bool,
    pub options: Vec<Text>,
}

/// A row of `meta_data`; the value is JSON.
#[derive(Clone, Debug)]
pub struct Meta {
    pub id: u64,
    pub key: Text,
    pub value: Text,
}

/// What WordPress makes of a title for an address: lower case, words joined by hyphens.
#[must_use]
pub(crate) fn slug(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for character in name.chars().flat_map(char::to_lowercase) {
        if character.is_alphanumeric() {
            out.push(character);
        } else if matches!(character, ' ' | '-' | '/' | '_') && !out.ends_with('-') && !out.is_empty() {
            out.push('-');
        }
    }
    out.truncate(out.trim_end_matches('-').len());
    out
}
