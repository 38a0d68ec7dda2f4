//! A product with something in every field.

use crate::entrepot::adapter::items::RawItem;
use crate::entrepot::adapter::model::{
    Attribute, Collection, Dimensions, Inventory, LengthUnit, Level, Media, MediaKind, OptionAxis, Product,
    ProductStatus, ProductVariant, Sale, Seo, WeightUnit,
};
use crate::entrepot::adapter::types::{Error, Issue, Money};

const CREATED: i64 = 1_700_000_000_000;

pub(crate) fn product(item: RawItem) -> Result<Product, Error> {
    let text = item.body.strip_prefix("{\"item\":\"").and_then(|rest| rest.strip_suffix("\"}"));
    let Some([id, title, price]) =
        text.and_then(|text| <[&str; 3]>::try_from(text.split('|').collect::<Vec<_>>()).ok())
    else {
        return Err(Error::Other(format!("the item came back as {:?}", item.body)));
    };
    let price: i64 = price.parse().map_err(|_| {
        Error::Invalid(vec![issue("/price", "price-invalid", &format!("{price:?} is not a number of cents"))])
    })?;
    Ok(Product {
        source_id: id.to_owned(),
        title: title.to_owned(),
        description_html: Some("<p>Long</p>".to_owned()),
        summary_html: Some("<p>Short</p>".to_owned()),
        brand: Some("Brand".to_owned()),
        product_type: Some("Shoes".to_owned()),
        handle: Some("handle".to_owned()),
        url: Some("https://shop.example/p".to_owned()),
        status: ProductStatus::Draft,
        tags: vec!["one".to_owned(), "two".to_owned()],
        options: vec![OptionAxis { name: "Size".to_owned(), values: vec!["S".to_owned(), "M".to_owned()] }],
        variants: vec![counted(id, price), uncounted(id, price)],
        media: vec![media("m1", MediaKind::Image, 0), media("m2", MediaKind::Video, 1)],
        collections: vec![Collection {
            source_id: "c1".to_owned(),
            title: "Boots".to_owned(),
            path: vec!["Shoes".to_owned(), "Boots".to_owned()],
        }],
        attributes: vec![Attribute {
            namespace: "meta".to_owned(),
            key: "care".to_owned(),
            kind: "text".to_owned(),
            value: "by hand".to_owned(),
        }],
        seo: Some(Seo { title: Some("Seen".to_owned()), description: None }),
        created_at: Some(CREATED),
        updated_at: item.updated_at,
        warnings: vec![issue("/brand", "brand-guessed", "it may be another one")],
        extras: "{\"kept\":[1,null,\"x\"]}".to_owned(),
    })
}

fn counted(id: &str, price: i64) -> ProductVariant {
    ProductVariant {
        source_id: format!("{id}-s"),
        sku: Some(format!("SKU-{id}-S")),
        gtin: Some("4006381333931".to_owned()),
        mpn: Some("MPN".to_owned()),
        title: Some("Small".to_owned()),
        option_values: vec!["S".to_owned()],
        enabled: true,
        price: Some(euro(price)),
        compare_at: Some(euro(price + 100)),
        sale: Some(Sale { price: euro(price - 1), starts_at: Some(CREATED), ends_at: None }),
        cost: Some(euro(1)),
        weight: Some((0.5, WeightUnit::Kilogram)),
        dimensions: Some(Dimensions { length: 1.0, width: 2.5, height: 3.0, unit: LengthUnit::Centimeter }),
        taxable: Some(true),
        tax_class: Some("reduced".to_owned()),
        requires_shipping: Some(true),
        inventory: Inventory::Tracked(vec![Level {
            location_id: "default".to_owned(),
            location_name: Some("Shop".to_owned()),
            available: -3,
            item_id: Some(format!("stock-{id}")),
            backorder: true,
        }]),
        media_ids: vec!["m1".to_owned()],
        extras: "{\"own\":true}".to_owned(),
    }
}

fn uncounted(id: &str, price: i64) -> ProductVariant {
    ProductVariant {
        source_id: format!("{id}-m"),
        sku: None,
        gtin: None,
        mpn: None,
        title: None,
        option_values: vec!["M".to_owned()],
        enabled: false,
        price: Some(euro(price)),
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
        extras: String::new(),
    }
}

fn media(id: &str, kind: MediaKind, position: u32) -> Media {
    Media {
        source_id: Some(id.to_owned()),
        url: format!("https://shop.example/{id}"),
        alt: Some("seen from the left".to_owned()),
        kind,
        position,
    }
}

fn euro(minor: i64) -> Money {
    Money { minor, currency: "EUR".to_owned() }
}

fn issue(path: &str, code: &str, message: &str) -> Issue {
    Issue { path: path.to_owned(), code: code.to_owned(), message: message.to_owned() }
}
