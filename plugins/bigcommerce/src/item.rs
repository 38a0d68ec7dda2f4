//! From what the store sends to the raw item that is kept: one self-contained JSON object, without what changes by itself.

use std::borrow::Cow;

use entrepot_guest::prelude::*;
use entrepot_guest::time;

use crate::context::Context;
use crate::details::Details;
use entrepot_guest::lenient::{Fields, Raw, in_one_order, quoted};

/// What changes although nobody changed the product.
pub(crate) const VOLATILE: [&str; 5] =
    ["view_count", "total_sold", "reviews_rating_sum", "reviews_count", "date_last_imported"];

/// Lists whose order says nothing: what has a place says so in `sort_order`.
const UNORDERED: [&str; 7] = [
    "categories",
    "custom_fields",
    "variants",
    "videos",
    "bulk_pricing_rules",
    "related_products",
    "gift_wrapping_options_list",
];

/// What an image is; the other sizes of it say nothing more.
const IMAGE: [&str; 6] = ["id", "is_thumbnail", "sort_order", "description", "url_zoom", "url_standard"];

/// What stands for the id of an element that has none that can be read.
pub(crate) fn unidentified(element: Raw<'_>) -> String {
    format!("unidentified:{:016x}", fingerprint(element.json().bytes()))
}

/// The problem of such an element.
pub(crate) fn id_missing() -> Issue {
    issue("/product/id", "id-missing", "The store lists a product without a usable id; it cannot be imported.")
}

/// A product as it was listed.
#[derive(Debug)]
pub(crate) struct Listed<'a> {
    pub(crate) id: Option<u64>,
    fields: Fields<'a>,
    raw: Raw<'a>,
}

/// What was found beside the list.
#[derive(Debug, Default)]
pub(crate) struct Beside {
    pub(crate) details: Details,
    /// `None`: it was not asked for, or may not be read.
    pub(crate) inventory: Option<Vec<(u64, String)>>,
    pub(crate) problems: Vec<Issue>,
}

impl<'a> Listed<'a> {
    pub(crate) fn of(raw: Raw<'a>) -> Self {
        let fields = raw.fields();
        Self { id: fields.get("id").id(), fields, raw }
    }

    pub(crate) fn is_object(&self) -> bool {
        self.raw.is_object()
    }

    /// A part that was asked for and did not come as what it is. That it is empty is an empty list; of variants there is always one.
    pub(crate) fn lacks(&self) -> Option<&'static str> {
        let is_variant = |one: Raw<'_>| {
            let fields = one.fields();
            let is_value = |one: Raw<'_>| one.fields().get("label").word().is_some();
            fields.get("id").id().is_some() && fields.get("option_values").is_list_of(is_value)
        };
        let is_image = |one: Raw<'_>| {
            let fields = one.fields();
            let is_address = |(key, value): &(Cow<'_, str>, Raw<'_>)| key.contains("url") && value.word().is_some();
            fields.get("id").word().is_some() && fields.0.iter().any(is_address)
        };
        let whole = |name: &str| {
            let part = self.fields.get(name);
            match name {
                "variants" => !part.items().is_empty() && part.is_list_of(is_variant),
                "categories" => part.is_list_of(|id| id.word().is_some()),
                // Of none it is 0 or null.
                "brand_id" => part.is_given() && (part.is_null() || part.word().is_some()),
                // They are kept beside, and stores have been seen without them.
                "videos" | "bulk_pricing_rules" => !part.is_given() || part.is_list_of(Raw::is_object),
                "images" => part.is_list_of(is_image),
                _ => part.is_list_of(|one| one.fields().get("name").word().is_some()),
            }
        };
        ["variants", "images", "custom_fields", "categories", "brand_id", "videos", "bulk_pricing_rules"]
            .into_iter()
            .find(|name| self.is_object() && !whole(name))
    }

    /// How many bytes it is.
    pub(crate) fn size(&self) -> usize {
        self.raw.json().len()
    }

    pub(crate) fn brand(&self) -> Option<u64> {
        self.fields.get("brand_id").id()
    }

    pub(crate) fn categories(&self) -> Vec<u64> {
        self.fields.get("categories").items().into_iter().filter_map(Raw::id).collect()
    }

    pub(crate) fn is_tracked(&self) -> bool {
        self.fields.get("inventory_tracking").text().is_some_and(|tracking| tracking != "none")
    }

    /// Which product it is or how its stock is counted can be read: of its stock nothing is known.
    pub(crate) fn tells_no_stock(&self) -> bool {
        self.id.is_none() || self.fields.get("inventory_tracking").word().is_none()
    }

    /// BigCommerce's word for how its stock is counted.
    pub(crate) fn tracking(&self) -> String {
        self.fields.get("inventory_tracking").owned().unwrap_or_default()
    }

    pub(crate) fn base_variant(&self) -> Option<u64> {
        self.fields.get("base_variant_id").id()
    }

    /// The item that is kept.
    pub(crate) fn item(&self, context: &Context, beside: Beside) -> RawItem {
        let mut body = String::with_capacity(self.raw.json().len() + 512);
        body.push_str("{\"product\":");
        if self.is_object() {
            self.write_product(&mut body)
        } else {
            body.push_str(self.raw.json())
        }
        let brand = self.brand().and_then(|id| context.brands.get(&id)?.as_deref());
        if let Some(brand) = brand {
            body.push_str(",\"brand\":");
            body.push_str(&quoted(brand));
        }
        self.write_paths(context, &mut body);
        self.write_unread(context, &mut body);
        for (name, list) in [("options", beside.details.options), ("modifiers", beside.details.modifiers)] {
            if let Some(list) = list {
                body.push_str(&format!(",\"{name}\":{list}"));
            }
        }
        if let Some(items) = beside.inventory {
            let items: Vec<_> = items.into_iter().map(|(_, item)| item).collect();
            body.push_str(&format!(",\"inventory\":[{}]", items.join(",")));
        }
        body.push_str(",\"store\":");
        body.push_str(&serde_json::to_string(&context.store).unwrap_or_else(|_| "{}".to_owned()));
        body.push('}');
        RawItem {
            source_id: match self.id {
                Some(id) => id.to_string(),
                None => unidentified(self.raw),
            },
            updated_at: self.fields.get("date_modified").text().and_then(|text| time::parse(&text)),
            body,
            deleted: false,
            problems: beside.problems,
        }
    }

    fn write_product(&self, body: &mut String) {
        let kept = self.fields.0.iter().filter(|(key, _)| !VOLATILE.contains(&key.as_ref()));
        let fields: Vec<_> = kept
            .map(|(key, value)| match key.as_ref() {
                "images" => format!("\"images\":[{}]", images(*value).join(",")),
                name if UNORDERED.contains(&name) => {
                    format!("{}:{}", quoted(key), in_one_order(*value, true, &["option_values"]))
                }
                _ => format!("{}:{}", quoted(key), value.json()),
            })
            .collect();
        body.push('{');
        body.push_str(&fields.join(","));
        body.push('}');
    }

    /// What could not be read, where this product needs it: another body than when it can, so that it counts as changed then.
    fn write_unread(&self, context: &Context, body: &mut String) {
        let brand = self.brand().is_some_and(|id| !context.brands.contains_key(&id));
        let categories = self.categories().into_iter().any(|id| context.unknown_above(id).is_some());
        let stock = self.is_tracked() && context.inventory_forbidden;
        let unread: Vec<_> = [("\"brands\"", brand), ("\"categories\"", categories), ("\"stock\"", stock)]
            .into_iter()
            .filter_map(|(name, unread)| unread.then_some(name))
            .collect();
        if !unread.is_empty() {
            body.push_str(&format!(",\"unread\":[{}]", unread.join(",")));
        }
    }

    fn write_paths(&self, context: &Context, body: &mut String) {
        let path = |id: u64| {
            let path: Vec<_> = context.path(id).into_iter().map(quoted).collect();
            (!path.is_empty()).then(|| format!("\"{id}\":[{}]", path.join(",")))
        };
        let mut categories = self.categories();
        categories.sort_unstable();
        let paths: Vec<_> = categories.into_iter().filter_map(path).collect();
        body.push_str(&format!(",\"paths\":{{{}}}", paths.join(",")));
    }
}

fn images(images: Raw<'_>) -> Vec<String> {
    let image = |image: Raw<'_>| {
        let fields = image.fields();
        let has_zoom = fields.get("url_zoom").word().is_some();
        let kept = fields.0.iter().filter(|(key, _)| {
            // Where the usual address is missing, every other is worth having.
            IMAGE.contains(&key.as_ref()) || (!has_zoom && key.contains("url"))
        });
        let fields: Vec<_> = kept.map(|(key, value)| format!("{}:{}", quoted(key), value.json())).collect();
        format!("{{{}}}", fields.join(","))
    };
    let mut images = images.items();
    images.sort_by_cached_key(|image| (image.fields().get("id").id(), image.json().to_owned()));
    images.into_iter().map(image).collect()
}

/// FNV-1a.
fn fingerprint(bytes: impl IntoIterator<Item = u8>) -> u64 {
    bytes.into_iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}
