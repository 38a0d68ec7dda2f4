//! Products and variants of which nothing is known, to be filled with `..blank::product("1", "Boots")`.

use entrepot_domain::catalog::{Inventory, Product, ProductStatus, Variant};
use serde_json::Value;

pub fn product(source_id: &str, title: &str) -> Product {
    Product {
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
        extras: Value::Null,
    }
}

pub fn variant(source_id: &str) -> Variant {
    Variant {
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
        extras: Value::Null,
    }
}
