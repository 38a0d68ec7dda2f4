//! Products as they stand in the store, with their options, variants and pictures.

use std::collections::HashMap;

use entrepot_guest::lenient::{Fields, Raw};
use entrepot_guest::prelude::*;

use super::shop::Shop;
use crate::client::Query;
use crate::reader::confirm;

/// With options a list gives ten products and no more.
pub(super) const AT_A_TIME: usize = 10;

#[derive(Clone, Debug, Default)]
pub(super) struct There {
    pub(super) categories: Vec<u64>,
    pub(super) availability: String,
    /// Of its page.
    pub(super) path: Option<String>,
    pub(super) options: Vec<Axis>,
    pub(super) variants: Vec<Known>,
    pub(super) pictures: Vec<Picture>,
}

#[derive(Clone, Debug)]
pub(super) struct Axis {
    pub(super) id: u64,
    pub(super) name: String,
    /// Id and label.
    pub(super) values: Vec<(u64, String)>,
}

#[derive(Clone, Debug)]
pub(super) struct Known {
    pub(super) id: u64,
    pub(super) sku: String,
    /// Option, its value, and that one's label; none of a product's base variant.
    pub(super) values: Vec<(u64, u64, String)>,
    /// By their names, as they were answered.
    fields: HashMap<String, String>,
}

#[derive(Clone, Debug)]
pub(super) struct Picture {
    pub(super) id: u64,
    pub(super) place: i64,
    pub(super) words: String,
    /// Where the store keeps it, which ends with the name of the file that was sent.
    pub(super) kept: Vec<String>,
}

/// What of a variant is compared with what is wanted.
const COMPARED: [&str; 10] =
    ["sku", "gtin", "mpn", "price", "sale_price", "weight", "depth", "width", "height", "purchasing_disabled"];

impl Known {
    fn of(fields: &Fields<'_>) -> Option<Self> {
        let values = fields.get("option_values").list()?.into_iter().map(|value| {
            let value = value.fields();
            Some((value.get("option_id").id()?, value.get("id").id()?, value.get("label").owned()?))
        });
        let kept = COMPARED.iter().map(|name| ((*name).to_owned(), fields.get(name).json().to_owned()));
        Some(Self {
            id: fields.get("id").id()?,
            sku: fields.get("sku").owned().unwrap_or_default(),
            values: values.collect::<Option<_>>()?,
            fields: kept.collect(),
        })
    }

    /// Whether it has this value there.
    pub(super) fn has(&self, name: &str, wanted: &serde_json::Value) -> bool {
        let there = self.fields.get(name).map_or("null", String::as_str);
        let there: serde_json::Value = serde_json::from_str(there).unwrap_or_default();
        match (there.as_f64(), wanted.as_f64()) {
            (Some(there), Some(wanted)) => (there - wanted).abs() < 0.000_05,
            // No code is written in two ways. An amount that is inherited may change with the product's.
            _ if there.is_null() => wanted.as_str() == Some(""),
            _ => there == *wanted,
        }
    }

    /// It has a value of its own, and does not inherit its product's.
    pub(super) fn has_own(&self, name: &str) -> bool {
        self.fields.get(name).is_some_and(|json| !matches!(json.as_str(), "null" | "" | "\"\""))
    }
}

impl There {
    /// All there is to buy is the product itself.
    pub(super) fn has_no_options(&self) -> bool {
        self.variants.iter().all(|variant| variant.values.is_empty())
    }

    fn of(fields: &Fields<'_>) -> Option<Self> {
        let options = fields.get("options").list()?.into_iter().map(|option| {
            let option = option.fields();
            let values = option.get("option_values").records();
            let values = values.iter().filter_map(|value| Some((value.get("id").id()?, value.get("label").owned()?)));
            Some(Axis {
                id: option.get("id").id()?,
                name: option.get("display_name").owned()?,
                values: values.collect(),
            })
        });
        let pictures = fields.get("images").list()?.into_iter().map(|image| {
            let image = image.fields();
            Some(Picture {
                id: image.get("id").id()?,
                place: image.get("sort_order").whole().unwrap_or(0),
                words: image.get("description").owned().unwrap_or_default(),
                kept: ["image_file", "url_standard"].iter().filter_map(|name| image.get(name).owned()).collect(),
            })
        });
        let variants = fields.get("variants").list()?.into_iter().map(|variant| Known::of(&variant.fields()));
        let mut pictures = pictures.collect::<Option<Vec<_>>>()?;
        pictures.sort_by_key(|picture| (picture.place, picture.id));
        Some(Self {
            categories: fields.get("categories").list()?.into_iter().filter_map(Raw::id).collect(),
            availability: fields.get("availability").owned().unwrap_or_default(),
            path: fields.get("custom_url").fields().get("url").owned(),
            options: options.collect::<Option<_>>()?,
            variants: variants.collect::<Option<_>>()?,
            pictures,
        })
    }
}

/// By id; none: it is there, and not all of it was answered.
pub(super) fn products<T: Transport>(shop: &Shop<'_, T>, ids: &[u64]) -> Result<HashMap<u64, Option<There>>, Error> {
    let query: Query<'_> = vec![
        ("id:in", ids.iter().map(u64::to_string).collect::<Vec<_>>().join(",")),
        ("limit", AT_A_TIME.to_string()),
        ("include", "variants,images,options".to_owned()),
        ("include_fields", "categories,availability,custom_url".to_owned()),
    ];
    let mut found = HashMap::new();
    shop.client.all("/v3/catalog/products", &query, None, |elements| {
        for fields in elements.iter().map(|element| element.fields()) {
            if let Some(id) = fields.get("id").id() {
                found.insert(id, There::of(&fields));
            }
        }
    })?;
    // What does not come counts as gone, so it is asked for once more.
    let missing: Vec<u64> = ids.iter().copied().filter(|id| !found.contains_key(id)).collect();
    confirm(&shop.client, &missing)?;
    Ok(found)
}
