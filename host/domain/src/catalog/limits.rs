//! How long the texts of a catalogue may be, and how much a product. Wherever a text comes in, it is held against these: what a
//! database cannot index, or nobody can show, is that item's affair and nobody else's.

use std::mem::size_of;

use serde_json::Value;

use super::{Attribute, Collection, Inventory, Issue, Level, Media, OptionAxis, Product, Variant};

/// Bytes of an id of whatever kind. Three of them fit into one row of an index: PostgreSQL takes 2,704 bytes.
pub const MAX_ID_LEN: usize = 512;
/// Begins the ids of items that came without one that can be used.
pub const UNIDENTIFIED: &str = "unidentified:";
/// Issues of one thing that are kept; the others are counted.
pub const MAX_ISSUES: usize = 50;
/// Bytes of what a raw item says.
pub const MAX_ITEM_LEN: usize = 16 << 20;
/// Of a product as it lies in memory, which is about what it is as JSON.
pub const MAX_PRODUCT_LEN: usize = 16 << 20;

/// Bytes of names, words and the like.
const SHORT: usize = 4 << 10;
const URL: usize = 8 << 10;
const TEXT: usize = 256 << 10;
const HTML: usize = 2 << 20;
/// Before it is sanitised: pictures that were pasted into a text go then. Cleaning takes its time and many times its room.
const UNCLEANED_HTML: usize = 4 << 20;
/// Media, tags, collections, attributes, option axes, and places with stock of one variant.
const MANY: usize = 5_000;
const MAX_VARIANTS: usize = 20_000;

/// At most [`MAX_ISSUES`]; one more says how many others there are.
pub fn few(mut issues: Vec<Issue>) -> Vec<Issue> {
    let rest = issues.len().saturating_sub(MAX_ISSUES);
    if rest > 0 {
        issues.truncate(MAX_ISSUES);
        // An allocation of a hundred thousand would stay.
        issues.shrink_to_fit();
        issues.push(Issue::new("", "more-issues", format!("{rest} more are not shown")));
    }
    issues
}

/// The beginning of a text, for people.
pub fn beginning(text: &str, characters: usize) -> String {
    match text.char_indices().nth(characters) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// What makes a product unusable because it is too long. What it can do without is left out, with a warning.
pub(super) fn check(product: &mut Product, errors: &mut Vec<Issue>) {
    counts(product, errors);
    if errors.is_empty() {
        essentials(product, errors);
    }
    if errors.is_empty() {
        optional(product);
        let size = size(product);
        if size > MAX_PRODUCT_LEN {
            let message = format!("the product is {size} bytes large; at most {MAX_PRODUCT_LEN} are kept");
            errors.push(Issue::new("", "product-too-large", message));
        }
    }
}

/// After it was sanitised.
pub fn leave_out_long_html(product: &mut Product) {
    let Product { description_html, summary_html, warnings, .. } = product;
    for (path, html) in [("/description_html", description_html), ("/summary_html", summary_html)] {
        fit(html, path, HTML, warnings);
    }
}

/// What a product is recognised by, and what hangs together.
fn essentials(product: &Product, errors: &mut Vec<Issue>) {
    id("/source_id", &product.source_id, errors);
    for OptionAxis { name, values } in &product.options {
        for word in std::iter::once(name).chain(values) {
            essential("/options", word, SHORT, "option-too-long", errors);
        }
    }
    for (index, collection) in product.collections.iter().enumerate() {
        id(&format!("/collections/{index}/source_id"), &collection.source_id, errors);
    }
    for (index, variant) in product.variants.iter().enumerate() {
        let at = |field: &str| format!("/variants/{index}/{field}");
        id(&at("source_id"), &variant.source_id, errors);
        for value in &variant.option_values {
            essential(&at("option_values"), value, SHORT, "option-too-long", errors);
        }
        essential(&at("sku"), variant.sku.as_deref().unwrap_or_default(), MAX_ID_LEN, "sku-too-long", errors);
        if let Inventory::Tracked(levels) = &variant.inventory {
            for level in levels {
                id(&at("inventory"), &level.location_id, errors);
                id(&at("inventory"), level.item_id.as_deref().unwrap_or_default(), errors);
            }
        }
    }
}

fn id(path: &str, text: &str, errors: &mut Vec<Issue>) {
    essential(path, text, MAX_ID_LEN, "source-id-too-long", errors);
}

fn essential(path: &str, text: &str, most: usize, code: &str, errors: &mut Vec<Issue>) {
    if text.len() > most {
        let (length, start) = (text.len(), beginning(text, 40));
        let message = format!("{start:?} is {length} bytes long; at most {most} are taken. Shorten it in the shop");
        errors.push(Issue::new(path, code, message));
    }
}

fn counts(product: &Product, errors: &mut Vec<Issue>) {
    let places = |variant: &Variant| match &variant.inventory {
        Inventory::Tracked(levels) => levels.len(),
        Inventory::Untracked(_) => 0,
    };
    let most_values = product.options.iter().map(|option| option.values.len()).max().unwrap_or_default();
    for (path, number, most) in [
        ("/variants", product.variants.len(), MAX_VARIANTS),
        ("/options", product.options.len(), MANY),
        ("/options/values", most_values, MAX_VARIANTS),
        ("/tags", product.tags.len(), MANY),
        ("/media", product.media.len(), MANY),
        ("/collections", product.collections.len(), MANY),
        ("/attributes", product.attributes.len(), MANY),
        ("/variants/inventory", product.variants.iter().map(places).max().unwrap_or_default(), MANY),
    ] {
        if number > most {
            let message = format!("the product has {number} of them; at most {most} are kept");
            errors.push(Issue::new(path, "too-many", message));
        }
    }
}

/// What a product can do without.
fn optional(product: &mut Product) {
    let Product { warnings, .. } = product;
    for (path, text, most) in [
        ("/url", &mut product.url, URL),
        ("/handle", &mut product.handle, SHORT),
        ("/brand", &mut product.brand, SHORT),
        ("/product_type", &mut product.product_type, SHORT),
    ] {
        fit(text, path, most, warnings);
    }
    if let Some(seo) = &mut product.seo {
        fit(&mut seo.title, "/seo/title", SHORT, warnings);
        fit(&mut seo.description, "/seo/description", TEXT, warnings);
    }
    for (path, html) in
        [("/description_html", &mut product.description_html), ("/summary_html", &mut product.summary_html)]
    {
        fit(html, path, UNCLEANED_HTML, warnings);
    }
    keep(&mut product.tags, "/tags", warnings, |tag| tag.len() <= SHORT);
    keep(&mut product.collections, "/collections", warnings, |Collection { title, path, .. }| {
        title.len() <= SHORT && path.len() <= 100 && path.iter().all(|title| title.len() <= SHORT)
    });
    keep(&mut product.attributes, "/attributes", warnings, |Attribute { namespace, key, kind, value }| {
        [namespace, key, kind].into_iter().all(|word| word.len() <= SHORT) && value.len() <= TEXT
    });
    for media in &mut product.media {
        fit(&mut media.alt, "/media/alt", TEXT, warnings);
    }
    keep(&mut product.media, "/media", warnings, |Media { source_id, url, .. }| {
        url.len() <= URL && source_id.as_ref().is_none_or(|id| id.len() <= MAX_ID_LEN)
    });
    for (index, variant) in product.variants.iter_mut().enumerate() {
        let Variant { gtin, mpn, title, tax_class, media_ids, inventory, .. } = variant;
        for (field, text) in [("gtin", gtin), ("mpn", mpn), ("title", title), ("tax_class", tax_class)] {
            fit(text, &format!("/variants/{index}/{field}"), SHORT, warnings);
        }
        keep(media_ids, "/variants/media_ids", warnings, |id| id.len() <= MAX_ID_LEN);
        if let Inventory::Tracked(levels) = inventory {
            for level in levels {
                fit(&mut level.location_name, "/variants/inventory/location_name", SHORT, warnings);
            }
        }
    }
}

fn fit(text: &mut Option<String>, path: &str, most: usize, warnings: &mut Vec<Issue>) {
    if let Some(long) = text.take_if(|text| text.len() > most) {
        let message = format!("it is {} bytes long, and at most {most} are kept: it was left out", long.len());
        warnings.push(Issue::new(path, "text-too-long", message));
    }
}

fn keep<T>(all: &mut Vec<T>, path: &str, warnings: &mut Vec<Issue>, fits: impl Fn(&T) -> bool) {
    let before = all.len();
    all.retain(fits);
    if all.len() < before {
        let message = format!("{} of {before} were left out: they have texts too long to keep", before - all.len());
        warnings.push(Issue::new(path, "text-too-long", message));
    }
}

/// About as many bytes as it takes in memory.
pub fn size(product: &Product) -> usize {
    let text = |text: &Option<String>| text.as_ref().map_or(0, String::len);
    let words = |words: &[String]| words.iter().map(|word| size_of::<String>() + word.len()).sum::<usize>();
    let level = |level: &Level| {
        size_of::<Level>() + level.location_id.len() + text(&level.location_name) + text(&level.item_id)
    };
    let variant = |variant: &Variant| {
        let Variant { source_id, sku, gtin, mpn, title, tax_class, option_values, media_ids, extras, .. } = variant;
        let levels = match &variant.inventory {
            Inventory::Tracked(levels) => levels.iter().map(level).sum(),
            Inventory::Untracked(_) => 0,
        };
        let texts: usize = [sku, gtin, mpn, title, tax_class].into_iter().map(text).sum();
        size_of::<Variant>() + source_id.len() + texts + words(option_values) + words(media_ids) + levels + json(extras)
    };
    let media = |media: &Media| size_of::<Media>() + media.url.len() + text(&media.source_id) + text(&media.alt);
    let Product { source_id, title, description_html, summary_html, url, handle, brand, product_type, .. } = product;
    let texts: usize = [description_html, summary_html, url, handle, brand, product_type].into_iter().map(text).sum();
    size_of::<Product>()
        + source_id.len()
        + title.len()
        + texts
        + words(&product.tags)
        + product.options.iter().map(|option| option.name.len() + words(&option.values)).sum::<usize>()
        + product.variants.iter().map(variant).sum::<usize>()
        + product.media.iter().map(media).sum::<usize>()
        + product.collections.iter().map(|c| c.source_id.len() + c.title.len() + words(&c.path)).sum::<usize>()
        + product
            .attributes
            .iter()
            .map(|a| size_of::<Attribute>() + a.namespace.len() + a.key.len() + a.kind.len() + a.value.len())
            .sum::<usize>()
        + product.seo.as_ref().map_or(0, |seo| text(&seo.title) + text(&seo.description))
        + issues_size(&product.warnings)
        + json(&product.extras)
}

/// About as many bytes as the issues hold in memory.
pub fn issues_size(issues: &[Issue]) -> usize {
    issues.iter().map(|issue| size_of::<Issue>() + issue.path.len() + issue.code.len() + issue.message.len()).sum()
}

/// No deeper than the parser went.
fn json(value: &Value) -> usize {
    size_of::<Value>()
        + match value {
            Value::String(text) => text.len(),
            Value::Array(values) => values.iter().map(json).sum(),
            Value::Object(fields) => {
                fields.iter().map(|(name, value)| size_of::<String>() + name.len() + json(value)).sum()
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => 0,
        }
}
