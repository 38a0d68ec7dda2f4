//! Products of two variants: the stock of one is that of an item, that of the other its own.

use crate::entrepot::adapter::items::{Page, RawItem};
use crate::entrepot::adapter::model::{Inventory, Level, OptionAxis, Product, ProductStatus, ProductVariant};
use crate::entrepot::adapter::types::{Channel, Error};
use crate::shop;

pub(crate) fn page(channel: &Channel) -> Result<Page, Error> {
    let answer = shop::get(channel, "/goods")?;
    let items = answer
        .lines()
        .map(|line| line.strip_prefix("goods ").map(raw).ok_or_else(|| shop::odd(line)))
        .collect::<Result<Vec<_>, _>>()?;
    let total = Some(items.len() as u64);
    Ok(Page { items, listed: Vec::new(), next: None, context: None, total, wait: None })
}

pub(crate) fn raw(id: &str) -> RawItem {
    RawItem { source_id: id.to_owned(), updated_at: None, body: "{}".to_owned(), deleted: false, problems: Vec::new() }
}

pub(crate) fn product(item: RawItem) -> Product {
    let id = item.source_id;
    Product {
        title: format!("Goods {id}"),
        variants: vec![
            variant(&format!("{id}-s"), "S", Some(format!("item-{id}"))),
            variant(&format!("{id}-m"), "M", None),
        ],
        source_id: id,
        description_html: None,
        summary_html: None,
        brand: None,
        product_type: None,
        handle: None,
        url: None,
        status: ProductStatus::Active,
        tags: Vec::new(),
        options: vec![OptionAxis { name: "Size".to_owned(), values: vec!["S".to_owned(), "M".to_owned()] }],
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

fn variant(id: &str, size: &str, item_id: Option<String>) -> ProductVariant {
    ProductVariant {
        source_id: id.to_owned(),
        sku: None,
        gtin: None,
        mpn: None,
        title: None,
        option_values: vec![size.to_owned()],
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
        inventory: Inventory::Tracked(vec![Level {
            location_id: "here".to_owned(),
            location_name: None,
            available: 1,
            item_id,
            backorder: false,
        }]),
        media_ids: Vec::new(),
        extras: "{}".to_owned(),
    }
}
