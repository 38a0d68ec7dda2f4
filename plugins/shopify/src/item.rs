//! From what Shopify sends to the raw item that is kept: one JSON object, the same whether it came by bulk or by query.

mod lacks;
mod write;

use entrepot_guest::prelude::*;
use entrepot_guest::time;
use serde_json::{Map, Value};

use crate::context::{Context, Shelf};
use crate::gid;
use lacks::lacks;
use write::write;

/// A product with what hangs on it, in any order.
#[derive(Debug, Default)]
pub(crate) struct Parts {
    pub(crate) product: Map<String, Value>,
    pub(crate) media: Vec<Value>,
    pub(crate) metafields: Vec<Value>,
    pub(crate) collections: Vec<Shelf>,
    /// They could not be read.
    pub(crate) without_shelves: bool,
    /// Without their levels.
    pub(crate) variants: Vec<Value>,
    /// The id of the variant, and the level.
    pub(crate) levels: Vec<(String, Value)>,
    pub(crate) problems: Vec<Issue>,
}

impl Parts {
    pub(crate) fn id(&self) -> Option<u64> {
        gid::number(self.product.get("id")?.as_str()?)?.parse().ok()
    }

    /// Lines of a bulk file come in any order and carry no position, and answers to queries do not differ from them: everything
    /// is put in an order of its own. The main image comes first, as the product names it; the others in order of their ids.
    fn sort(&mut self) {
        let main = self.product.get("featuredMedia").and_then(gid::of).map(str::to_owned);
        self.media.sort_by_cached_key(|medium| (gid::of(medium) != main.as_deref() || main.is_none(), number(medium)));
        // Sets, whatever order they come in.
        for field in ["tags"] {
            if let Some(Value::Array(values)) = self.product.get_mut(field) {
                values.sort_by_cached_key(Value::to_string);
            }
        }
        if let Some(Value::Array(options)) = self.product.get_mut("options") {
            options.sort_by_key(|option| option.get("position").and_then(Value::as_i64));
        }
        let text = |value: &Value, field: &str| value.get(field).and_then(Value::as_str).unwrap_or_default().to_owned();
        self.metafields.sort_by_cached_key(|field| (text(field, "namespace"), text(field, "key")));
        self.variants.sort_by_cached_key(|variant| (variant.get("position").and_then(Value::as_i64), number(variant)));
        for variant in &mut self.variants {
            if let Some(Value::Array(options)) = variant.get_mut("selectedOptions") {
                options.sort_by_cached_key(|option| text(option, "name"));
            }
        }
        self.levels.sort_by_cached_key(|(_, level)| level.get("location").map(number));
        self.collections.sort_by_cached_key(|shelf| (shelf.id.len(), shelf.id.clone()));
        // One that is there twice is one.
        self.collections.dedup();
        for list in [&mut self.variants, &mut self.media, &mut self.metafields] {
            list.dedup();
        }
        self.levels.dedup();
    }

    pub(crate) fn item(mut self, context: &Context) -> RawItem {
        self.sort();
        self.check();
        let updated = self.product.get("updatedAt").and_then(Value::as_str);
        let updated_at = updated.and_then(time::parse);
        let id = self.id();
        let locations = self.locations(context);
        let mut body = Map::new();
        for (mut variant, levels) in self.with_levels() {
            strip(&mut variant);
            if let Some(fields) = variant.as_object_mut() {
                fields.insert("levels".to_owned(), Value::Array(levels));
            }
            list(&mut body, "variants").push(variant);
        }
        for (name, mut values) in [("media", self.media), ("metafields", self.metafields)] {
            if name == "metafields" {
                values.iter_mut().for_each(strip);
            }
            values
                .iter_mut()
                .for_each(|value| drop(value.as_object_mut().and_then(|fields| fields.remove("__parentId"))));
            list(&mut body, name).extend(values);
        }
        list(&mut body, "collections").extend(
            self.collections
                .iter()
                .map(|shelf| serde_json::json!({"id": shelf.id, "handle": shelf.handle, "title": shelf.title})),
        );
        let mut product = Value::Object(self.product);
        strip(&mut product);
        body.insert("product".to_owned(), product);
        body.insert("locations".to_owned(), Value::Object(locations));
        body.insert("currency".to_owned(), Value::String(context.currency.clone()));
        if self.without_shelves {
            // Another body than when they can be read, so that it counts as changed then.
            body.insert("unread".to_owned(), serde_json::json!(["collections"]));
        }
        let body = write(&Value::Object(body));
        RawItem {
            source_id: id
                .map_or_else(|| format!("unidentified:{:016x}", fingerprint(body.as_bytes())), |id| id.to_string()),
            updated_at,
            body,
            deleted: false,
            problems: self.problems,
        }
    }

    fn check(&mut self) {
        if self.id().is_none() {
            let message = "Shopify lists a product without a usable id; it cannot be imported.";
            self.problems.push(issue("/product/id", "id-missing", message));
        }
        if self.problems.is_empty() {
            let lacks = lacks(&self.product, &self.variants, &self.media, &self.metafields);
            self.problems.extend(lacks.map(incomplete));
        }
        let count = self.product.get("variantsCount");
        let exact = count.and_then(|count| count.get("precision")).and_then(Value::as_str) == Some("EXACT");
        let promised = count.and_then(|count| count.get("count")).and_then(Value::as_u64).unwrap_or(0);
        let found = self.variants.len() as u64;
        if exact && found < promised {
            // Fewer than there are would read as variants that were deleted.
            let message =
                format!("Shopify sent {found} of the product's {promised} variants; the next import tries again.");
            self.problems.push(issue("/variants", "variants-incomplete", message));
        }
    }

    fn with_levels(&mut self) -> Vec<(Value, Vec<Value>)> {
        let mut by_variant = std::collections::HashMap::<String, Vec<Value>>::new();
        for (variant, mut level) in self.levels.drain(..) {
            strip(&mut level);
            by_variant.entry(variant).or_default().push(level);
        }
        let variants = std::mem::take(&mut self.variants).into_iter().map(|variant| {
            let levels =
                variant.get("id").and_then(Value::as_str).and_then(|id| by_variant.remove(id)).unwrap_or_default();
            (variant, levels)
        });
        variants.collect()
    }

    /// The names of the places the product lies in.
    fn locations(&self, context: &Context) -> Map<String, Value> {
        let ids = self.levels.iter().filter_map(|(_, level)| gid::of(level.get("location")?));
        ids.filter_map(|id| Some((id.to_owned(), Value::String(context.locations.get(id)?.clone())))).collect()
    }
}

/// The problem of a product of which a part is missing or is something else.
pub(crate) fn incomplete(part: &'static str) -> Issue {
    let message = format!(
        "Shopify answered without this product's `{part}`, which were asked for, or with something else; the next import asks again."
    );
    issue(format!("/{part}"), "product-incomplete", message)
}

fn number(value: &Value) -> u64 {
    gid::of(value).and_then(|number| number.parse().ok()).unwrap_or(u64::MAX)
}

fn list<'a>(body: &'a mut Map<String, Value>, name: &str) -> &'a mut Vec<Value> {
    let entry = body.entry(name).or_insert_with(|| Value::Array(Vec::new()));
    match entry {
        Value::Array(list) => list,
        _ => unreachable!("only lists are made here"),
    }
}

/// Without what a bulk line has beyond the object itself.
fn strip(value: &mut Value) {
    if let Some(fields) = value.as_object_mut() {
        fields.remove("__typename");
        fields.remove("__parentId");
    }
}

/// FNV-1a.
fn fingerprint(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}
