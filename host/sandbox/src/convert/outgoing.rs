//! A product on its way to a guest.

use entrepot_domain::Money;
use entrepot_domain::catalog::{
    Dimensions, Inventory, Issue, LengthUnit, Level, Media, MediaKind, Product, ProductStatus, Sale, Variant, Weight,
    WeightUnit,
};

use crate::bindings::{model, types};

pub(super) fn product(product: Product) -> model::Product {
    model::Product {
        source_id: product.source_id,
        title: product.title,
        description_html: product.description_html,
        summary_html: product.summary_html,
        brand: product.brand,
        product_type: product.product_type,
        handle: product.handle,
        url: product.url,
        status: match product.status {
            ProductStatus::Active => model::ProductStatus::Active,
            ProductStatus::Draft => model::ProductStatus::Draft,
            ProductStatus::Archived => model::ProductStatus::Archived,
        },
        tags: product.tags,
        options: product.options.into_iter().map(|o| model::OptionAxis { name: o.name, values: o.values }).collect(),
        variants: product.variants.into_iter().map(variant).collect(),
        media: product.media.into_iter().map(media).collect(),
        collections: product
            .collections
            .into_iter()
            .map(|c| model::Collection { source_id: c.source_id, title: c.title, path: c.path })
            .collect(),
        attributes: product
            .attributes
            .into_iter()
            .map(|a| model::Attribute { namespace: a.namespace, key: a.key, kind: a.kind, value: a.value })
            .collect(),
        seo: product.seo.map(|s| model::Seo { title: s.title, description: s.description }),
        created_at: product.created_at,
        updated_at: product.updated_at,
        warnings: product.warnings.into_iter().map(issue).collect(),
        extras: product.extras.to_string(),
    }
}

fn variant(variant: Variant) -> model::ProductVariant {
    model::ProductVariant {
        source_id: variant.source_id,
        sku: variant.sku,
        gtin: variant.gtin,
        mpn: variant.mpn,
        title: variant.title,
        option_values: variant.option_values,
        enabled: variant.enabled,
        price: variant.price.map(money),
        compare_at: variant.compare_at.map(money),
        sale: variant.sale.map(|Sale { price, starts_at, ends_at }| model::Sale {
            price: money(price),
            starts_at,
            ends_at,
        }),
        cost: variant.cost.map(money),
        weight: variant.weight.map(|Weight { value, unit }| (value, weight_unit(unit))),
        dimensions: variant.dimensions.map(dimensions),
        taxable: variant.taxable,
        tax_class: variant.tax_class,
        requires_shipping: variant.requires_shipping,
        inventory: match variant.inventory {
            Inventory::Untracked(in_stock) => model::Inventory::Untracked(in_stock),
            Inventory::Tracked(levels) => model::Inventory::Tracked(levels.into_iter().map(level).collect()),
        },
        media_ids: variant.media_ids,
        extras: variant.extras.to_string(),
    }
}

fn level(level: Level) -> model::Level {
    let Level { location_id, location_name, available, item_id, backorder } = level;
    model::Level { location_id, location_name, available, item_id, backorder }
}

fn media(media: Media) -> model::Media {
    model::Media {
        source_id: media.source_id,
        url: media.url,
        alt: media.alt,
        kind: match media.kind {
            MediaKind::Image => model::MediaKind::Image,
            MediaKind::Video => model::MediaKind::Video,
            MediaKind::Model => model::MediaKind::Model,
        },
        position: media.position,
    }
}

pub(super) fn money(money: Money) -> types::Money {
    types::Money { minor: money.minor, currency: money.currency }
}

fn issue(issue: Issue) -> types::Issue {
    let Issue { path, code, message, .. } = issue;
    types::Issue { path, code, message }
}

fn weight_unit(unit: WeightUnit) -> model::WeightUnit {
    match unit {
        WeightUnit::Gram => model::WeightUnit::Gram,
        WeightUnit::Kilogram => model::WeightUnit::Kilogram,
        WeightUnit::Ounce => model::WeightUnit::Ounce,
        WeightUnit::Pound => model::WeightUnit::Pound,
    }
}

fn dimensions(dimensions: Dimensions) -> model::Dimensions {
    let unit = match dimensions.unit {
        LengthUnit::Millimeter => model::LengthUnit::Millimeter,
        LengthUnit::Centimeter => model::LengthUnit::Centimeter,
        LengthUnit::Meter => model::LengthUnit::Meter,
        LengthUnit::Inch => model::LengthUnit::Inch,
        LengthUnit::Foot => model::LengthUnit::Foot,
        LengthUnit::Yard => model::LengthUnit::Yard,
    };
    model::Dimensions { length: dimensions.length, width: dimensions.width, height: dimensions.height, unit }
}
