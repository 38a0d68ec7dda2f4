//! Products to begin with: everything that a marketplace may leave out is left out.

use crate::bindings::model::{Inventory, Product, ProductStatus, ProductVariant};

/// A product on sale with that id and title, and nothing else; it needs at least one variant.
///
/// ```
/// use entrepot_guest::{blank, prelude::*};
/// let variant = model::ProductVariant { sku: Some("A-1".into()), ..blank::variant("1") };
/// let product = model::Product { variants: vec![variant], ..blank::product("1", "Boots") };
/// assert_eq!(product.title, "Boots");
/// ```
pub fn product(source_id: impl Into<String>, title: impl Into<String>) -> Product {
    Product {
        source_id: source_id.into(),
        title: title.into(),
        description_html: None,
        summary_html: None,
        brand: None,
        product_type: None,
        handle: None,
        url: None,
        status: ProductStatus::Active,
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
        extras: "{}".to_owned(),
    }
}

/// A variant that can be bought, without a price, of which nobody counts how many there are.
pub fn variant(source_id: impl Into<String>) -> ProductVariant {
    ProductVariant {
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
        extras: "{}".to_owned(),
    }
}
