//! HTML from a shop is never trusted: scripts, styles, event handlers, frames and dangerous addresses go.

mod harmless;

use std::io::{self, Read};
use std::sync::LazyLock;
use std::time::Duration;

use ammonia::Builder;
use cpu_time::ThreadTime;
use entrepot_domain::catalog::{Attribute, Issue, Product};
use serde_json::Value;

/// What links and pictures may lead to. The library's own list has more: what opens programs, and files of other protocols.
const SCHEMES: [&str; 4] = ["http", "https", "mailto", "tel"];

static CLEANER: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut builder = Builder::default();
    builder.link_rel(Some("noopener noreferrer")).strip_comments(true).url_schemes(SCHEMES.into());
    builder
});

/// Parsing HTML that never closes what it opens takes time by the square of its length: 100 kB may take half a minute. A text that takes
/// longer than this is left out, and of a product so is what comes when all its texts have taken this long.
const CPU_BUDGET: Duration = Duration::from_secs(1);
const CPU_BUDGET_OF_PRODUCT: Duration = Duration::from_secs(3);
/// Handed to the parser at a time; between two portions the time is looked at.
const PORTION: usize = 512;
/// Texts of a product that are shorter in all take no time worth another thread.
const SHORT: usize = 16 * 1024;

/// Only what is safe to show. Text without markup is returned as it is. `None`: cleaning takes too long.
pub fn clean_html(html: &str) -> Option<String> {
    clean_within(html, ThreadTime::now())
}

/// `product_began`: when the first text of its product was begun.
fn clean_within(html: &str, product_began: ThreadTime) -> Option<String> {
    // Parsing is the dearest part of an item; what has no markup needs none.
    if !html.bytes().any(|byte| matches!(byte, b'<' | b'>' | b'&' | 0)) {
        return Some(html.to_owned());
    }
    if let Some(clean) = harmless::cleaned(html) {
        return Some(clean);
    }
    if html.len() <= PORTION {
        return Some(CLEANER.clean(html).to_string());
    }
    let portions = Portions { left: html.as_bytes(), began: ThreadTime::now(), product_began };
    CLEANER.clean_from_reader(portions).ok().map(|clean| clean.to_string())
}

/// A text, for as long as there is time for it.
struct Portions<'a> {
    left: &'a [u8],
    began: ThreadTime,
    product_began: ThreadTime,
}

impl Read for Portions<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.began.elapsed() > CPU_BUDGET || self.product_began.elapsed() > CPU_BUDGET_OF_PRODUCT {
            return Err(io::Error::other("the HTML takes too long"));
        }
        let most = into.len().min(PORTION);
        self.left.read(&mut into[..most])
    }
}

/// Everything of a product that can hold HTML, wherever it is kept: also what adapters put beside the model. What takes too long is left
/// out with a warning.
pub(crate) async fn sanitise(product: Box<Product>) -> Result<Box<Product>, Issue> {
    if html_of(&product) < SHORT {
        return Ok(cleaned(product));
    }
    // Other work goes on beside it.
    let clean = tokio::task::spawn_blocking(move || cleaned(product)).await;
    clean.map_err(|_| Issue::new("/description_html", "html-unreadable", "the product's HTML cannot be parsed"))
}

/// Bytes that may be HTML.
fn html_of(product: &Product) -> usize {
    let extras = std::iter::once(&product.extras).chain(product.variants.iter().map(|variant| &variant.extras));
    let texts = [&product.description_html, &product.summary_html].into_iter().flatten().map(String::len);
    let attributes = product.attributes.iter().map(|attribute| attribute.value.len());
    texts.chain(attributes).chain(extras.map(size_of)).sum()
}

fn size_of(value: &Value) -> usize {
    match value {
        Value::String(text) => text.len(),
        Value::Array(values) => values.iter().map(size_of).sum(),
        Value::Object(fields) => fields.values().map(size_of).sum(),
        _ => 0,
    }
}

fn cleaned(mut product: Box<Product>) -> Box<Product> {
    let Product { description_html, summary_html, extras, variants, attributes, warnings, .. } = &mut *product;
    let (mut left_out, began) = (Vec::new(), ThreadTime::now());
    for (path, html) in [("/description_html", description_html), ("/summary_html", summary_html)] {
        let clean = html.as_deref().map(|html| clean_within(html, began));
        if clean == Some(None) {
            left_out.push(path.to_owned());
        }
        *html = clean.flatten();
    }
    if !clean_json(extras, began) {
        left_out.push("/extras".to_owned());
    }
    for (index, variant) in variants.iter_mut().enumerate() {
        if !clean_json(&mut variant.extras, began) {
            left_out.push(format!("/variants/{index}/extras"));
        }
    }
    for (index, attribute) in attributes.iter_mut().enumerate() {
        let (value, whole) = match json_of(attribute) {
            Some(value) if !holds_markup(&value) => continue,
            Some(mut value) => {
                let whole = clean_json(&mut value, began);
                (value.to_string(), whole)
            }
            None if !has_markup(&attribute.value) => continue,
            None => clean_within(&attribute.value, began).map_or((String::new(), false), |clean| (clean, true)),
        };
        attribute.value = value;
        if !whole {
            left_out.push(format!("/attributes/{index}/value"));
        }
    }
    let message = "this HTML opens too many elements that it does not close, and was left out; correct it in the shop";
    warnings.extend(left_out.into_iter().map(|path| Issue::new(path, "html-too-complex", message)));
    product
}

/// A text that may be plain: `5 < 6 & 7` is not HTML and stays as it is.
fn has_markup(text: &str) -> bool {
    let begins_tag = |(at, _): (usize, &str)| {
        text[at + 1..].starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '/' | '!' | '?'))
    };
    text.match_indices('<').any(begins_tag)
}

/// What whoever reads the attribute makes of it: in JSON, a bracket may be written as an escape. `None`: it is no JSON, or holds neither.
fn json_of(attribute: &Attribute) -> Option<Value> {
    let may_hold_markup = attribute.kind == "json" && attribute.value.contains(['<', '\\']);
    if may_hold_markup { serde_json::from_str(&attribute.value).ok() } else { None }
}

fn holds_markup(value: &Value) -> bool {
    match value {
        Value::String(text) => has_markup(text),
        Value::Array(values) => values.iter().any(holds_markup),
        Value::Object(fields) => fields.iter().any(|(name, value)| has_markup(name) || holds_markup(value)),
        _ => false,
    }
}

/// False: something took too long, and is empty now.
fn clean_json(value: &mut Value, began: ThreadTime) -> bool {
    match value {
        Value::String(text) if has_markup(text) => {
            let clean = clean_within(text, began);
            let whole = clean.is_some();
            *text = clean.unwrap_or_default();
            whole
        }
        // Each is cleaned, whatever became of the ones before it.
        Value::Array(values) => {
            values.iter_mut().map(|value| clean_json(value, began)).filter(|whole| !whole).count() == 0
        }
        Value::Object(fields) => {
            if fields.keys().any(|name| has_markup(name)) {
                for (name, value) in std::mem::take(fields) {
                    let clean = if has_markup(&name) { clean_within(&name, began).unwrap_or_default() } else { name };
                    fields.insert(clean, value);
                }
            }
            fields.values_mut().map(|value| clean_json(value, began)).filter(|whole| !whole).count() == 0
        }
        _ => true,
    }
}

#[cfg(test)]
mod tests;
