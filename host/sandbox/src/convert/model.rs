//! Products that a guest made.

use entrepot_domain::Money;
use entrepot_domain::catalog::{
    Attribute, Collection, Dimensions, Inventory, Issue, LengthUnit, Level, Media, MediaKind, OptionAxis, Product,
    ProductStatus, Sale, Seo, Variant, Weight, WeightUnit,
};
use serde_json::{Map, Value};

use super::error::issues;
use crate::bindings::{model, types};

/// Fails where a field that must be a JSON object or a finite number is none.
pub(crate) fn product(product: model::Product) -> Result<Product, Issue> {
    let mut extras = Extras { left: MAX_EXTRAS_LEN, left_out: 0 };
    let mut mapped = Product {
        source_id: product.source_id,
        title: product.title,
        description_html: product.description_html,
        summary_html: product.summary_html,
        status: match product.status {
            model::ProductStatus::Active => ProductStatus::Active,
            model::ProductStatus::Draft => ProductStatus::Draft,
            model::ProductStatus::Archived => ProductStatus::Archived,
        },
        url: product.url,
        handle: product.handle,
        brand: product.brand,
        product_type: product.product_type,
        tags: product.tags,
        options: product.options.into_iter().map(|o| OptionAxis { name: o.name, values: o.values }).collect(),
        variants: product
            .variants
            .into_iter()
            .enumerate()
            .map(|(index, v)| variant(index, v, &mut extras))
            .collect::<Result<_, _>>()?,
        media: product.media.into_iter().map(media).collect(),
        collections: product
            .collections
            .into_iter()
            .map(|c| Collection { source_id: c.source_id, title: c.title, path: c.path })
            .collect(),
        attributes: product
            .attributes
            .into_iter()
            .map(|a| Attribute { namespace: a.namespace, key: a.key, kind: a.kind, value: a.value })
            .collect(),
        seo: product.seo.map(|s| Seo { title: s.title, description: s.description }),
        created_at: product.created_at,
        updated_at: product.updated_at,
        warnings: issues(product.warnings),
        extras: extras.object("/extras", &product.extras)?,
    };
    if extras.left_out > 0 {
        let message = format!(
            "{} bytes of what has no place in the catalogue were left out; at most {MAX_EXTRAS_LEN} are kept of a product",
            extras.left_out
        );
        mapped.warnings.push(Issue::new("/extras", "extras-too-large", message));
    }
    Ok(mapped)
}

fn variant(index: usize, variant: model::ProductVariant, extras: &mut Extras) -> Result<Variant, Issue> {
    let at = |field: &str| format!("/variants/{index}/{field}");
    Ok(Variant {
        source_id: variant.source_id,
        sku: variant.sku,
        gtin: variant.gtin,
        mpn: variant.mpn,
        title: variant.title,
        option_values: variant.option_values,
        enabled: variant.enabled,
        price: variant.price.map(money),
        compare_at: variant.compare_at.map(money),
        sale: variant.sale.map(|s| Sale { price: money(s.price), starts_at: s.starts_at, ends_at: s.ends_at }),
        cost: variant.cost.map(money),
        weight: variant
            .weight
            .map(|(value, unit)| finite(&at("weight"), value).map(|value| Weight { value, unit: weight_unit(unit) }))
            .transpose()?,
        dimensions: variant.dimensions.map(|d| dimensions(&at("dimensions"), d)).transpose()?,
        taxable: variant.taxable,
        tax_class: variant.tax_class,
        requires_shipping: variant.requires_shipping,
        inventory: match variant.inventory {
            model::Inventory::Untracked(in_stock) => Inventory::Untracked(in_stock),
            model::Inventory::Tracked(levels) => Inventory::Tracked(levels.into_iter().map(level).collect()),
        },
        media_ids: variant.media_ids,
        extras: extras.object(&at("extras"), &variant.extras)?,
    })
}

fn level(level: model::Level) -> Level {
    let model::Level { location_id, location_name, available, item_id, backorder } = level;
    Level { location_id, location_name, available, item_id, backorder }
}

fn media(media: model::Media) -> Media {
    Media {
        source_id: media.source_id,
        url: media.url,
        alt: media.alt,
        kind: match media.kind {
            model::MediaKind::Image => MediaKind::Image,
            model::MediaKind::Video => MediaKind::Video,
            model::MediaKind::Model => MediaKind::Model,
        },
        position: media.position,
    }
}

fn money(money: types::Money) -> Money {
    Money { minor: money.minor, currency: money.currency }
}

fn weight_unit(unit: model::WeightUnit) -> WeightUnit {
    match unit {
        model::WeightUnit::Gram => WeightUnit::Gram,
        model::WeightUnit::Kilogram => WeightUnit::Kilogram,
        model::WeightUnit::Ounce => WeightUnit::Ounce,
        model::WeightUnit::Pound => WeightUnit::Pound,
    }
}

fn dimensions(path: &str, dimensions: model::Dimensions) -> Result<Dimensions, Issue> {
    Ok(Dimensions {
        length: finite(path, dimensions.length)?,
        width: finite(path, dimensions.width)?,
        height: finite(path, dimensions.height)?,
        unit: match dimensions.unit {
            model::LengthUnit::Millimeter => LengthUnit::Millimeter,
            model::LengthUnit::Centimeter => LengthUnit::Centimeter,
            model::LengthUnit::Meter => LengthUnit::Meter,
            model::LengthUnit::Inch => LengthUnit::Inch,
            model::LengthUnit::Foot => LengthUnit::Foot,
            model::LengthUnit::Yard => LengthUnit::Yard,
        },
    })
}

fn finite(path: &str, value: f64) -> Result<f64, Issue> {
    if value.is_finite() && value >= 0.0 {
        Ok(value)
    } else {
        Err(Issue::new(path, "measure-invalid", format!("{value} is no measure")))
    }
}

/// Of all extras of a product. Parsed, JSON takes many times the space of its text.
const MAX_EXTRAS_LEN: usize = 1 << 20;

/// What is left for the extras of a product.
struct Extras {
    left: usize,
    left_out: usize,
}

impl Extras {
    /// JSON that an adapter made: an object, or nothing said. What is too large is left out: a product can do without.
    fn object(&mut self, path: &str, text: &str) -> Result<Value, Issue> {
        let Some(left) = self.left.checked_sub(text.len()).filter(|_| !text.is_empty() && text != "{}") else {
            self.left_out += if text.len() > self.left { text.len() } else { 0 };
            return Ok(Value::Object(Map::new()));
        };
        self.left = left;
        match serde_json::from_str(text) {
            Ok(value @ Value::Object(_)) => Ok(value),
            Ok(_) => Err(Issue::new(path, "extras-invalid", "the adapter returned extras that are no JSON object")),
            Err(error) => Err(Issue::new(
                path,
                "extras-invalid",
                format!("the adapter returned extras that are no JSON: {error}"),
            )),
        }
    }
}
