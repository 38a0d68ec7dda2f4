//! A variation and how it counts its stock.

use super::{Image, Meta, Text};

/// Whether a variation counts its own stock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ManageStock {
    #[default]
    No,
    Yes,
    /// The parent's pool: answered as `"parent"`, with the parent's quantity.
    Parent,
}

/// A variation of a variable product.
#[derive(Clone, Debug)]
pub struct Variation {
    /// 0 lets the store pick the next one.
    pub id: u64,
    pub parent: u64,
    /// `publish`, or `private` for one that is switched off.
    pub status: &'static str,
    pub sku: Text,
    pub global_unique_id: Text,
    pub description: Text,
    pub regular_price: Text,
    pub sale_price: Text,
    pub sale_from: Option<i64>,
    pub sale_to: Option<i64>,
    pub created: i64,
    pub modified: i64,
    pub is_virtual: bool,
    pub tax_class: &'static str,
    pub manage_stock: ManageStock,
    pub stock_quantity: Option<i64>,
    pub stock_status: &'static str,
    pub backorders: &'static str,
    pub low_stock: Option<i64>,
    pub weight: Text,
    pub dimensions: [Text; 3],
    /// Its own image; without one, the parent's first is shown.
    pub image: Option<Box<Image>>,
    /// Attribute id, name and option; attributes of the parent that are missing here mean "any".
    pub options: Vec<(u64, Text, Text)>,
    pub menu_order: i64,
    pub meta: Vec<Meta>,
}

impl Variation {
    /// A published variation that fixes these attributes: name and option.
    #[must_use]
    pub fn of(parent: u64, options: &[(&str, &str)]) -> Self {
        Self {
            id: 0,
            parent,
            status: "publish",
            sku: Text::default(),
            global_unique_id: Text::default(),
            description: Text::default(),
            regular_price: Text::default(),
            sale_price: Text::default(),
            sale_from: None,
            sale_to: None,
            created: 0,
            modified: 0,
            is_virtual: false,
            tax_class: "",
            manage_stock: ManageStock::No,
            stock_quantity: None,
            stock_status: "instock",
            backorders: "no",
            low_stock: None,
            weight: Text::default(),
            dimensions: Default::default(),
            image: None,
            options: options.iter().map(|(name, option)| (0, (*name).into(), (*option).into())).collect(),
            menu_order: 0,
            meta: Vec::new(),
        }
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
}
