//! Products and variants as the store takes them. Amounts and measures are numbers.

use entrepot_guest::listing::{Intent, Listing};
use entrepot_guest::measure::{length_factor, weight_in};
use entrepot_guest::money::text;
use entrepot_guest::prelude::*;
use model::{Inventory, MediaKind, Product, ProductVariant};
use serde_json::{Map, Value, json};

use super::state::{Ending, State};
use crate::context::Store;
use crate::mark;

/// Characters of a title and of an address.
pub(super) const MOST_TITLE: usize = 250;
pub(super) const MOST_ADDRESS: usize = 255;
/// The store's numbers of stock end here: above, the inventory refuses them.
const MOST_STOCK: i64 = 2_147_483_647;

/// Everything of the product but its variants, pictures and categories.
pub(super) fn product(store: &Store, listing: &Listing, state: &State) -> Map<String, Value> {
    let product = &listing.product;
    let seo = |of: fn(&model::Seo) -> Option<&String>| product.seo.as_ref().and_then(of).map_or("", String::as_str);
    let mut body = object(json!({
        "name": title(listing, state),
        "description": product.description_html.as_deref().unwrap_or_default(),
        "search_keywords": keywords(listing),
        "page_title": seo(|seo| seo.title.as_ref()),
        "meta_description": seo(|seo| seo.description.as_ref()),
        "is_visible": listing.intent == Intent::Active,
        "inventory_tracking": tracking(product),
    }));
    match product.brand.as_deref().map(str::trim).filter(|brand| !brand.is_empty()) {
        Some(brand) => body.insert("brand_name".to_owned(), json!(brand)),
        None => body.insert("brand_id".to_owned(), json!(0)),
    };
    if let Some(address) = address(listing, state) {
        body.insert("custom_url".to_owned(), json!({ "url": address, "is_customized": true }));
    }
    if let Some(first) = product.variants.first() {
        body.extend(amounts(first.price.as_ref(), first.compare_at.as_ref()));
        body.extend(measures(store, first));
        if !has_options(product) {
            body.extend(codes(first));
        }
    }
    if let Some(kind) = kind(product) {
        body.insert("type".to_owned(), json!(kind));
    }
    body
}

/// What BigCommerce asks for of a new product, where nobody knows: 0 is the weight of what nobody weighed.
pub(super) fn complete(body: &mut Map<String, Value>) {
    body.entry("weight").or_insert_with(|| json!(0));
    body.entry("type").or_insert_with(|| json!("physical"));
}

/// A variant of a product with options, without what it is of them and without its picture.
pub(super) fn variant(store: &Store, variant: &ProductVariant) -> Map<String, Value> {
    let mut body = amounts(variant.price.as_ref(), variant.compare_at.as_ref());
    body.extend(measures(store, variant));
    body.extend(codes(variant));
    body.insert("purchasing_disabled".to_owned(), json!(!is_sold(variant)));
    body
}

pub(super) fn has_options(product: &Product) -> bool {
    !product.options.is_empty()
}

/// None: nobody says whether it is shipped.
fn kind(product: &Product) -> Option<&'static str> {
    let said: Vec<bool> = product.variants.iter().filter_map(|variant| variant.requires_shipping).collect();
    match said.as_slice() {
        [] => None,
        said if said.len() == product.variants.len() && said.iter().all(|shipped| !shipped) => Some("digital"),
        _ => Some("physical"),
    }
}

/// Without options there is nothing but the product that could be counted.
pub(super) fn tracking(product: &Product) -> &'static str {
    match product.variants.iter().any(|variant| matches!(variant.inventory, Inventory::Tracked(_))) {
        false => "none",
        true if has_options(product) => "variant",
        true => "product",
    }
}

/// Whether it can be bought at all; `there`: what the store says of it, which may be a pre-order.
pub(super) fn availability(product: &Product, there: Option<&str>) -> &'static str {
    match (product.variants.iter().any(is_sold), there) {
        (false, _) => "disabled",
        (true, Some("preorder")) => "preorder",
        (true, _) => "available",
    }
}

/// No two products have the same.
pub(super) fn title(listing: &Listing, state: &State) -> String {
    let ends = Ending::of(state.title.as_ref(), listing.product.title.trim());
    let most = MOST_TITLE.saturating_sub(ends.chars().count());
    let title: String = listing.product.title.trim().chars().take(most).collect();
    format!("{}{ends}", title.trim_end())
}

/// The page's path.
pub(super) fn address(listing: &Listing, state: &State) -> Option<String> {
    let handle = listing.product.handle.as_deref().filter(|handle| is_address(handle))?;
    Some(format!("/{handle}{}/", Ending::of(state.address.as_ref(), handle)))
}

/// Letters, digits, dots, dashes and underscores: what the store takes as it is.
pub(super) fn is_address(handle: &str) -> bool {
    // Room for the slashes and for what may have to be added.
    let is_short = handle.chars().count() <= MOST_ADDRESS - 40;
    is_short && !handle.is_empty() && handle.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_'))
}

/// What makes a title or an address another one than that of all other listings, the same each time.
pub(super) fn ending(listing: &Listing) -> String {
    let sku = listing.product.variants.iter().find_map(|variant| variant.sku.as_deref().filter(|sku| !sku.is_empty()));
    let own = sku.filter(|sku| sku.chars().count() <= 30 && is_address(sku));
    let id = &listing.listing_id;
    own.map_or_else(|| id.chars().rev().take(8).collect::<Vec<_>>().into_iter().rev().collect(), str::to_owned)
}

/// The tags, and by what the product is known again whose answer was lost.
pub(super) fn keywords(listing: &Listing) -> String {
    let mark = mark::of(&listing.listing_id);
    // What looks like a mark is none that a seller may give.
    let tags = listing.product.tags.iter().flat_map(|tag| tag.split(',')).map(str::trim);
    let tags = tags.filter(|tag| !tag.is_empty() && !mark::is_one(tag));
    tags.chain([mark.as_str()]).collect::<Vec<_>>().join(",")
}

/// What a buyer pays, and what was asked before: a price, and a sale price below it. 0 is no sale.
pub(super) fn amounts(price: Option<&Money>, before: Option<&Money>) -> Map<String, Value> {
    let Some(price) = price else { return Map::new() };
    let (regular, sale) = match before {
        Some(before) if before.minor > price.minor => (amount(before), amount(price)),
        _ => (amount(price), json!(0)),
    };
    object(json!({ "price": regular, "sale_price": sale }))
}

/// By its digits. Prices of more than fifteen are refused before: a number of JSON holds no more.
fn amount(money: &Money) -> Value {
    text(money).and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default()
}

fn measures(store: &Store, variant: &ProductVariant) -> Map<String, Value> {
    let mut body = Map::new();
    let weight = variant.weight.and_then(|(value, unit)| weight_in(&store.weight_units, value, unit));
    if let Some(weight) = weight {
        body.insert("weight".to_owned(), rounded(weight));
    }
    let size = variant.dimensions.as_ref();
    if let Some((size, times)) = size.and_then(|size| Some((size, length_factor(&store.dimension_units, size.unit)?))) {
        // What is the length elsewhere is the depth here.
        for (name, side) in [("depth", size.length), ("width", size.width), ("height", size.height)] {
            body.insert(name.to_owned(), rounded(side * times));
        }
    }
    body
}

/// Without what a binary float leaves behind.
fn rounded(value: f64) -> Value {
    json!((value * 10_000.0).round() / 10_000.0)
}

/// What it is known by. The code of another kind that stores keep beside (`upc`) is left alone.
fn codes(variant: &ProductVariant) -> Map<String, Value> {
    let mut body = object(json!({ "sku": variant.sku.as_deref().unwrap_or_default() }));
    // What is not known here may be known there.
    for (name, code) in [("gtin", &variant.gtin), ("mpn", &variant.mpn)] {
        body.extend(code.as_ref().map(|code| (name.to_owned(), json!(code))));
    }
    body
}

/// What is not counted would be sold without end: where there is none of it, it is not for sale.
pub(super) fn is_sold(variant: &ProductVariant) -> bool {
    variant.enabled && !matches!(variant.inventory, Inventory::Untracked(false))
}

/// How many there are; none: it is not counted.
pub(super) fn counted(variant: &ProductVariant) -> Option<i64> {
    match &variant.inventory {
        Inventory::Untracked(_) => None,
        Inventory::Tracked(levels) => Some(pieces(levels.iter().map(|level| level.available).sum())),
    }
}

pub(super) fn pieces(available: i64) -> i64 {
    available.clamp(0, MOST_STOCK)
}

/// With their places in the product's media.
pub(super) fn pictures(product: &Product) -> impl Iterator<Item = (usize, &model::Media)> {
    let fits = |media: &model::Media| media.url.chars().count() <= MOST_ADDRESS;
    product.media.iter().enumerate().filter(move |(_, media)| media.kind == MediaKind::Image && fits(media))
}

/// The address of the variant's own picture.
pub(super) fn picture_of<'p>(product: &'p Product, variant: &ProductVariant) -> Option<&'p str> {
    let of = |id: &String| pictures(product).find(|(_, media)| media.source_id.as_ref() == Some(id));
    variant.media_ids.iter().find_map(of).map(|(_, media)| media.url.as_str())
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}
