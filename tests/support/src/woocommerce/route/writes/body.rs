//! Bodies as the schema of `OPTIONS` has them: a type for each property, and what becomes of it in the database.

use serde_json::{Map, Value};

use super::super::super::model::{Attribute, Image, ManageStock, Meta, Product, Text, Variation, slug};

#[derive(Clone, Copy, Debug)]
pub(super) enum Kind {
    Text,
    Flag,
    Whole,
    List,
    Object,
    Enum(&'static [&'static str]),
}

use Kind::{Enum, Flag, List, Object, Text as Words, Whole};

const STATUSES: &[&str] = &["draft", "pending", "private", "publish", "future", "auto-draft", "trash"];
const TYPES: &[&str] = &["simple", "grouped", "external", "variable"];

/// Of both.
const SHARED: &[(&str, Kind)] = &[
    ("id", Whole),
    ("status", Enum(STATUSES)),
    ("description", Words),
    ("sku", Words),
    ("global_unique_id", Words),
    ("regular_price", Words),
    ("sale_price", Words),
    ("date_on_sale_from_gmt", Words),
    ("date_on_sale_to_gmt", Words),
    ("virtual", Flag),
    ("manage_stock", Flag),
    ("stock_quantity", Whole),
    ("stock_status", Enum(&["instock", "outofstock", "onbackorder"])),
    ("backorders", Enum(&["no", "notify", "yes"])),
    ("weight", Words),
    ("dimensions", Object),
    ("attributes", List),
    ("meta_data", List),
];
pub(super) const PRODUCT: &[(&str, Kind)] = &[
    ("name", Words),
    ("slug", Words),
    ("type", Enum(TYPES)),
    ("short_description", Words),
    ("categories", List),
    ("tags", List),
    ("images", List),
];
pub(super) const VARIATION: &[(&str, Kind)] = &[("image", Object)];

/// The first property that is not as the schema has it. The real shop passes over what it does not know; a client that sends such a
/// thing is mistaken.
pub(super) fn check(body: &Map<String, Value>, own: &[(&str, Kind)]) -> Result<(), String> {
    for (name, value) in body {
        let known = own.iter().chain(SHARED).find(|(known, _)| known == name);
        let Some((_, kind)) = known else { return Err(format!("{name} (there is no such property)")) };
        let fits = match kind {
            Words => value.is_string() || (value.is_null() && name.starts_with("date_")),
            Flag => value.is_boolean(),
            Whole => value.is_i64() || value.is_u64(),
            List => value.is_array(),
            Object => value.is_object(),
            Enum(words) => value.as_str().is_some_and(|word| words.contains(&word)),
        };
        if !fits {
            return Err(format!("{name} is not of type {kind:?}"));
        }
    }
    Ok(())
}

fn text(body: &Map<String, Value>, name: &str) -> Option<Text> {
    body.get(name)?.as_str().map(Into::into)
}

fn word(body: &Map<String, Value>, name: &str, words: &[&'static str]) -> Option<&'static str> {
    let given = body.get(name)?.as_str()?;
    words.iter().copied().find(|word| *word == given)
}

/// `1234.50`, or nothing: what PHP makes of a comma is no price that anybody meant.
fn price(body: &Map<String, Value>, name: &str) -> Result<Option<Text>, String> {
    let Some(given) = text(body, name) else { return Ok(None) };
    let plain = given.is_empty() || given.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    if plain { Ok(Some(given)) } else { Err(format!("{name} {given:?}")) }
}

fn meta(rows: &mut Vec<Meta>, body: &Map<String, Value>, next: u64) {
    for row in body.get("meta_data").and_then(Value::as_array).into_iter().flatten() {
        let (Some(key), Some(value)) = (row.get("key").and_then(Value::as_str), row.get("value")) else { continue };
        let value: Text = value.to_string().into();
        match rows.iter_mut().find(|known| *known.key == *key) {
            Some(known) => known.value = value,
            None => rows.push(Meta { id: next * 10 + rows.len() as u64 + 1, key: key.into(), value }),
        }
    }
}

/// An image that is loaded again is another one.
fn image(given: &Value, known: &[Image], next: u64) -> Result<Image, String> {
    if let Some(id) = given.get("id").and_then(Value::as_u64) {
        let known = known.iter().find(|image| image.id == id).cloned();
        return known.ok_or_else(|| format!("images[{id}] is no image of it"));
    }
    let src = given.get("src").and_then(Value::as_str).filter(|src| src.starts_with("http")).ok_or("images[src]")?;
    let alt = given.get("alt").and_then(Value::as_str).unwrap_or_default();
    Ok(Image { id: 5_000_000 + next, file: src.into(), alt: alt.into(), created: 0, resized: false })
}

fn ids(body: &Map<String, Value>, name: &str) -> Option<Vec<u64>> {
    let rows = body.get(name)?.as_array()?;
    Some(rows.iter().filter_map(|row| row.get("id")?.as_u64()).collect())
}

macro_rules! shared {
    ($row:ident, $body:ident) => {
        if let Some(status) = word($body, "status", STATUSES) {
            $row.status = status;
        }
        for (name, place) in [
            ("description", &mut $row.description),
            ("sku", &mut $row.sku),
            ("global_unique_id", &mut $row.global_unique_id),
            ("weight", &mut $row.weight),
        ] {
            if let Some(given) = text($body, name) {
                *place = given;
            }
        }
        if let Some(given) = price($body, "regular_price")? {
            $row.regular_price = given;
        }
        if let Some(given) = price($body, "sale_price")? {
            $row.sale_price = given;
        }
        if let Some(given) = $body.get("virtual").and_then(Value::as_bool) {
            $row.is_virtual = given;
        }
        if let Some(given) = word($body, "stock_status", &["instock", "outofstock", "onbackorder"]) {
            $row.stock_status = given;
        }
        if let Some(given) = word($body, "backorders", &["no", "notify", "yes"]) {
            $row.backorders = given;
        }
        if let Some(sides) = $body.get("dimensions").and_then(Value::as_object) {
            $row.dimensions = ["length", "width", "height"].map(|side| text(sides, side).unwrap_or_default());
        }
    };
}

pub(super) fn fill_product(row: &mut Product, body: &Map<String, Value>, next: u64) -> Result<(), String> {
    shared!(row, body);
    if let Some(name) = text(body, "name") {
        if row.slug.is_empty() {
            row.slug = slug(&name).into();
        }
        row.name = name;
    }
    if let Some(given) = text(body, "slug") {
        row.slug = given;
    }
    if let Some(given) = text(body, "short_description") {
        row.short_description = given;
    }
    if let Some(kind) = word(body, "type", TYPES) {
        row.kind = kind;
    }
    if let Some(managed) = body.get("manage_stock").and_then(Value::as_bool) {
        row.manage_stock = managed;
    }
    // Without it the number is passed over.
    if let Some(stock) = body.get("stock_quantity").and_then(Value::as_i64).filter(|_| row.manage_stock) {
        row.stock_quantity = Some(stock);
    }
    if let Some(found) = ids(body, "categories") {
        row.categories = found;
    }
    if let Some(found) = ids(body, "tags") {
        row.tags = found;
    }
    if let Some(given) = body.get("images").and_then(Value::as_array) {
        let known = std::mem::take(&mut row.images);
        for (at, one) in given.iter().enumerate() {
            row.images.push(image(one, &known, next * 50 + at as u64)?);
        }
    }
    if let Some(given) = body.get("attributes").and_then(Value::as_array) {
        let options = |one: &Value| {
            one.get("options")?.as_array().map(|all| all.iter().filter_map(Value::as_str).map(Into::into).collect())
        };
        let flag = |one: &Value, name: &str| one.get(name).and_then(Value::as_bool).unwrap_or(false);
        row.attributes = given
            .iter()
            .map(|one| Attribute {
                id: one.get("id").and_then(Value::as_u64).unwrap_or(0),
                name: one.get("name").and_then(Value::as_str).unwrap_or_default().into(),
                visible: flag(one, "visible"),
                variation: flag(one, "variation"),
                options: options(one).unwrap_or_default(),
            })
            .collect();
    }
    meta(&mut row.meta, body, next);
    Ok(())
}

/// `library`: pictures of its product.
pub(super) fn fill_variation(
    row: &mut Variation,
    body: &Map<String, Value>,
    next: u64,
    library: &[Image],
) -> Result<(), String> {
    shared!(row, body);
    if let Some(managed) = body.get("manage_stock").and_then(Value::as_bool) {
        row.manage_stock = if managed { ManageStock::Yes } else { ManageStock::No };
    }
    let counted = row.manage_stock == ManageStock::Yes;
    if let Some(stock) = body.get("stock_quantity").and_then(Value::as_i64).filter(|_| counted) {
        row.stock_quantity = Some(stock);
    }
    if let Some(given) = body.get("image").filter(|given| given.is_object()) {
        let known: Vec<Image> =
            row.image.iter().map(|image| (**image).clone()).chain(library.iter().cloned()).collect();
        row.image = Some(Box::new(image(given, &known, next * 50)?));
    }
    if let Some(given) = body.get("attributes").and_then(Value::as_array) {
        let words =
            |one: &Value, name: &str| -> Text { one.get(name).and_then(Value::as_str).unwrap_or_default().into() };
        row.options = given.iter().map(|one| (0, words(one, "name"), words(one, "option"))).collect();
    }
    meta(&mut row.meta, body, next);
    Ok(())
}
