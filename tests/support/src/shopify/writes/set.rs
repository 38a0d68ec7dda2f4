//! `productSet`: a product as it is to be, made where it is not there. Lists that are given are whole ones.

mod checks;

use serde_json::{Value, json};

use super::super::deliveries;
use super::super::model::{Level, Medium, MediumKind, Metafield, Product, Variant};
use super::super::state::State;
use super::super::tree::{Arguments, gid, number, taxonomy};
use super::{OF_THE_APP, Work, error, identified, text, there};

pub(super) fn payload(state: &mut State, arguments: &Arguments) -> Value {
    if arguments.get("synchronous") == Some(&Value::Bool(false)) {
        let (id, left) = (state.id(), state.options.set_polls);
        let work = Work { id, arguments: arguments.clone(), left, outcome: None };
        let shown = work.shown();
        state.works.push(work);
        return json!({"product": null, "productSetOperation": shown, "userErrors": []});
    }
    match product(state, arguments) {
        Ok(id) => json!({"product": there(gid("Product", id)), "productSetOperation": null, "userErrors": []}),
        Err(errors) => json!({"product": null, "productSetOperation": null, "userErrors": errors}),
    }
}

/// The id of the product, or what is wrong; then nothing was changed.
pub(super) fn product(state: &mut State, arguments: &Arguments) -> Result<u64, Vec<Value>> {
    let input = arguments.get("input").cloned().unwrap_or_default();
    let identifier = arguments.get("identifier").filter(|identifier| identifier.is_object());
    let before = identified(state, identifier).cloned();
    if before.is_none() && text(identifier, "id").is_some() {
        return Err(vec![error(&["identifier", "id"], "PRODUCT_DOES_NOT_EXIST", "Product does not exist")]);
    }
    let custom = identifier.and_then(|identifier| identifier.get("customId"));
    if custom.is_some_and(|custom| state.definition(Some(custom)).is_none_or(|definition| definition.kind != "id")) {
        let message = "Metafield definition with unique values was not found";
        return Err(vec![error(&["identifier", "customId"], "INVALID_METAFIELD", message)]);
    }
    let errors = checks::errors(state, &input, before.as_ref());
    if !errors.is_empty() {
        return Err(errors);
    }
    let (is_new, now) = (before.is_none(), state.options.seconds());
    let mut product = before.unwrap_or_else(|| Product { status: "ACTIVE".to_owned(), ..Product::default() });
    if let (true, Some(value)) = (is_new, custom.and_then(|custom| text(Some(custom), "value"))) {
        let key = text(custom, "key").unwrap_or_default().to_owned();
        let namespace = text(custom, "namespace").unwrap_or(OF_THE_APP).to_owned();
        let id = state.id();
        product.metafields.push(Metafield { id, namespace, key, kind: "id".to_owned(), value: value.to_owned() });
    }
    scalars(state, &mut product, &input);
    if let Some(files) = input.get("files").and_then(Value::as_array) {
        product.media = files.iter().map(|file| medium(state, &product, file)).collect();
    }
    if let Some(options) = input.get("productOptions").and_then(Value::as_array) {
        product.options = checks::options(options);
        if product.options.iter().all(|(name, values)| name == "Title" && values.as_slice() == ["Default Title"]) {
            product.options.clear();
        }
    }
    let mut stock = Vec::new();
    if let Some(variants) = input.get("variants").and_then(Value::as_array) {
        let made: Vec<Variant> = variants.iter().map(|of| variant(state, &product, of, &mut stock)).collect();
        product.variants = made;
    }
    if product.id == 0 {
        product.id = state.id();
        product.created_at = now;
    }
    product.updated_at = now.max(product.updated_at + 1);
    let id = product.id;
    state.products.insert(id, product);
    deliveries::product(state, if is_new { "PRODUCTS_CREATE" } else { "PRODUCTS_UPDATE" }, id);
    for (item, location, available) in stock {
        super::stock::put(state, item, location, available);
    }
    Ok(id)
}

fn scalars(state: &State, product: &mut Product, input: &Value) {
    let input = Some(input);
    for (name, field) in [
        ("title", &mut product.title),
        ("descriptionHtml", &mut product.description_html),
        ("handle", &mut product.handle),
        ("status", &mut product.status),
        ("vendor", &mut product.vendor),
        ("productType", &mut product.product_type),
    ] {
        if let Some(value) = text(input, name) {
            value.clone_into(field);
        }
    }
    if product.vendor.is_empty() {
        product.vendor.clone_from(&state.options.name);
    }
    if product.handle.is_empty() {
        let wanted: String = product.title.to_lowercase().split_whitespace().collect::<Vec<_>>().join("-");
        let is_taken = |handle: &str| state.products.values().any(|other| other.handle == handle);
        let numbered = (1..).map(|number| format!("{wanted}-{number}"));
        let mut handles = std::iter::once(wanted.clone()).chain(numbered);
        product.handle = handles.find(|handle| !is_taken(handle)).unwrap_or_default();
    }
    if let Some(tags) = input.and_then(|input| input.get("tags")).and_then(Value::as_array) {
        product.tags = tags.iter().filter_map(|tag| tag.as_str().map(str::to_owned)).collect();
    }
    if let Some(category) = text(input, "category") {
        product.category = taxonomy::named(category);
    }
    if let Some(seo) = input.and_then(|input| input.get("seo")) {
        product.seo_title = text(Some(seo), "title").map(str::to_owned);
        product.seo_description = text(Some(seo), "description").map(str::to_owned);
    }
}

/// Pictures are copied to the shop's own address.
fn medium(state: &mut State, product: &Product, file: &Value) -> Medium {
    let file = Some(file);
    let alt = text(file, "alt").map(str::to_owned);
    if let Some(known) = text(file, "id").and_then(|id| checks::file(product, id)) {
        return Medium { alt: alt.unwrap_or_else(|| known.alt.clone()), ..known.clone() };
    }
    let name = text(file, "originalSource").unwrap_or_default().rsplit('/').next().unwrap_or_default().to_owned();
    let id = state.id();
    let url = Some(format!("https://cdn.shopify.com/s/files/1/0001/files/{name}?v={id}"));
    Medium { id, kind: MediumKind::Image, url, alt: alt.unwrap_or_default() }
}

fn variant(state: &mut State, product: &Product, input: &Value, stock: &mut Vec<(u64, u64, i64)>) -> Variant {
    let known = text(Some(input), "id").and_then(|id| number(id, "ProductVariant"));
    let known = known.and_then(|id| product.variants.iter().find(|variant| variant.id == id)).cloned();
    let is_new = known.is_none();
    let mut variant = known.unwrap_or_else(|| Variant {
        price: "0.00".to_owned(),
        taxable: true,
        requires_shipping: true,
        tracked: true,
        ..Variant::default()
    });
    if is_new {
        (variant.id, variant.item) = (state.id(), state.id());
    }
    let given = |name: &str| input.get(name);
    for (name, field) in
        [("sku", &mut variant.sku), ("barcode", &mut variant.barcode), ("compareAtPrice", &mut variant.compare_at)]
    {
        if let Some(value) = given(name) {
            *field = value.as_str().map(str::to_owned).filter(|text| !text.is_empty());
        }
    }
    if let Some(price) = given("price").and_then(Value::as_str) {
        price.clone_into(&mut variant.price);
    }
    if let Some(policy) = given("inventoryPolicy").and_then(Value::as_str) {
        variant.continues = policy == "CONTINUE";
    }
    if let Some(taxable) = given("taxable").and_then(Value::as_bool) {
        variant.taxable = taxable;
    }
    if let Some(item) = given("inventoryItem") {
        let flag = |name: &str| item.get(name).and_then(Value::as_bool);
        variant.tracked = flag("tracked").unwrap_or(variant.tracked);
        variant.requires_shipping = flag("requiresShipping").unwrap_or(variant.requires_shipping);
        if let Some(cost) = item.get("cost") {
            variant.cost = cost.as_str().map(str::to_owned);
        }
        if let Some(weight) = item.pointer("/measurement/weight") {
            variant.grams = grams(weight);
        }
    }
    variant.values = if product.options.is_empty() { Vec::new() } else { checks::values(&product.options, input) };
    if let Some(file) = given("file") {
        let place = |medium: &Medium| match text(Some(file), "id") {
            Some(id) => checks::is_file(medium, id),
            None => {
                let name =
                    text(Some(file), "originalSource").unwrap_or_default().rsplit('/').next().unwrap_or_default();
                medium.url.as_ref().is_some_and(|url| url.contains(&format!("/{name}?v=")))
            }
        };
        variant.image = product.media.iter().find(|medium| place(medium)).map(|medium| medium.id);
    }
    let quantities = given("inventoryQuantities").and_then(Value::as_array).cloned().unwrap_or_default();
    for quantity in &quantities {
        let location = text(Some(quantity), "locationId").and_then(|id| number(id, "Location")).unwrap_or_default();
        stock.push((variant.item, location, quantity["quantity"].as_i64().unwrap_or_default()));
    }
    // What is new lies at the shop's first location.
    if let (true, true, Some(first)) = (is_new, quantities.is_empty(), state.locations.first()) {
        variant.levels.push(Level { location: first.id, available: 0, updated_at: state.options.seconds() });
    }
    variant
}

fn grams(weight: &Value) -> f64 {
    let value = weight["value"].as_f64().unwrap_or_default();
    match weight["unit"].as_str() {
        Some("KILOGRAMS") => value * 1_000.0,
        Some("OUNCES") => value * 28.349_523_125,
        Some("POUNDS") => value * 453.592_37,
        _ => value,
    }
}
