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
mod tests {
    use super::*;

    #[test]
    fn what_runs_goes_and_what_is_read_stays() {
        let dirty = r#"<p onclick="x()">Good <b>boots</b><script>alert(1)</script></p><img src=x onerror=alert(1)><a href="javascript:x">l</a>"#;
        let clean = clean_html(dirty).unwrap();
        for bad in ["script", "onclick", "onerror", "javascript", "alert"] {
            assert!(!clean.contains(bad), "{clean}");
        }
        assert!(clean.contains("<p>Good <b>boots</b></p>"), "{clean}");
    }

    #[test]
    fn links_lead_to_the_web_however_they_are_spelt() {
        for bad in [
            "javascript:alert(1)",
            " JaVaScRiPt:alert(1)",
            "java&#9;script:alert(1)",
            "java&#10;script:alert(1)",
            "&#1;javascript:alert(1)",
            "&#x6A;avascript&colon;alert(1)",
            "vbscript:x",
            "data:text/html,x",
            "data:image/svg+xml,x",
            "blob:x",
            "file:///x",
            "ftp://x.example/x",
            "ssh://x.example",
            "intent://x",
        ] {
            for (html, tag) in [(format!("<a href=\"{bad}\">l</a>"), "href"), (format!("<img src='{bad}'>"), "src")] {
                let clean = clean_html(&html).unwrap();
                assert!(!clean.contains(tag), "{html}: {clean}");
            }
        }
        for good in ["https://x.example/a?b=1", "http://x.example", "mailto:a@x.example", "tel:+491234", "/relative"] {
            let clean = clean_html(&format!("<a href=\"{good}\">l</a>")).unwrap();
            assert!(clean.contains(&format!("href=\"{good}\"")), "{clean}");
        }
    }

    #[test]
    fn what_lies_beside_the_model_is_cleaned_too() {
        let dirty = "<b>x</b><img src=x onerror=alert(1)>";
        let mut extras =
            serde_json::json!({"description": dirty, "deep": [{"note": dirty}], "plain": "5 < 6 & 7 > 3", "n": 5});
        clean_json(&mut extras, ThreadTime::now());
        let text = extras.to_string();
        assert!(!text.contains("onerror") && text.matches("<b>x</b>").count() == 2, "{text}");
        assert_eq!((&extras["plain"], &extras["n"]), (&"5 < 6 & 7 > 3".into(), &5.into()));
        for (text, markup) in
            [("a <b", true), ("</p>", true), ("<!-- x", true), ("<3", false), ("a < b", false), ("<", false)]
        {
            assert_eq!(has_markup(text), markup, "{text}");
        }
    }

    #[test]
    fn markup_is_found_however_json_writes_it() {
        let attribute = |value: &str| Attribute {
            namespace: "x".to_owned(),
            key: "y".to_owned(),
            kind: "json".to_owned(),
            value: value.to_owned(),
        };
        let mut product: Product = serde_json::from_value(serde_json::json!({
            "source_id": "1", "title": "Mug", "status": "active", "description_html": null, "summary_html": null, "tags": [],
            "options": [], "variants": [], "media": [], "collections": [], "attributes": [], "warnings": [],
            "extras": {"<img src=x onerror=alert(1)>": "<b>x</b>"},
        }))
        .unwrap();
        let plain = r#"{"size":"5 \u003c 6","name":"Gr\u00fcn"}"#;
        product.attributes = [
            r#"{"h":"\u003cimg src=x onerror=alert(1)\u003e\u003cscript\u003ealert(2)\u003c/script\u003e"}"#,
            r#"["\u003cimg src=x onerror=alert(1)>"]"#,
            r#"{"<img src=x onerror=alert(1)>":1}"#,
            plain,
        ]
        .map(attribute)
        .to_vec();
        let clean = cleaned(Box::new(product));
        for attribute in &clean.attributes[..3] {
            let read = serde_json::from_str::<Value>(&attribute.value).unwrap().to_string();
            assert!(!read.contains("onerror") && !read.contains("script"), "{read}");
        }
        assert_eq!(clean.attributes[3].value, plain, "what has no markup stays as it was written");
        assert!(!clean.extras.to_string().contains("onerror"), "{}", clean.extras);
    }

    #[test]
    fn broken_markup_is_repaired_and_plain_text_untouched() {
        let clean = |html: &str| clean_html(html).unwrap();
        assert_eq!(clean("5 pieces, red"), "5 pieces, red");
        assert_eq!(clean("<p>a<b>b"), "<p>a<b>b</b></p>");
        let deep = clean(&"<div>".repeat(2_000));
        assert_eq!(deep.matches("<div>").count(), deep.matches("</div>").count());
        let long = format!("<p>{}</p>", "Grün ".repeat(2_000));
        assert_eq!(clean(&long), long, "a letter may lie between two portions");
    }

    /// Each of these took from seconds to more than a minute.
    #[test]
    fn html_that_takes_too_long_is_left_out() {
        let began = ThreadTime::now();
        let shapes = [
            "<div>".repeat(200_000),
            "<b><p>".repeat(200_000),
            "<a><b><i><u><p>".repeat(60_000),
            (0..100_000).map(|n| format!("<b x=\"{n}\"><p>")).collect(),
            format!("<a {}>", (0..200_000).map(|n| format!("x{n}=1 ")).collect::<String>()),
        ];
        let cleaned: Vec<_> = shapes.iter().map(|html| clean_html(html).is_some()).collect();
        let took = began.elapsed();
        assert!(!cleaned[0], "{cleaned:?}");
        assert!(took < (CPU_BUDGET * 3) * shapes.len() as u32, "{took:?} {cleaned:?}");
    }

    #[test]
    fn texts_of_a_product_share_their_time() {
        let hard = "<div>".repeat(100_000);
        let attribute =
            |n: u32| serde_json::json!({"namespace": "x", "key": n.to_string(), "kind": "html", "value": hard});
        let mut product: Product = serde_json::from_value(serde_json::json!({
            "source_id": "1", "title": "Mug", "status": "active", "description_html": null, "summary_html": "<b>good</b>", "tags": [],
            "options": [], "variants": [], "media": [], "collections": [], "attributes": [], "warnings": [], "extras": {},
        }))
        .unwrap();
        product.attributes = (0..20).map(|n| serde_json::from_value(attribute(n)).unwrap()).collect();
        let began = ThreadTime::now();
        let clean = cleaned(Box::new(product));
        assert!(began.elapsed() < CPU_BUDGET_OF_PRODUCT * 3, "{:?}", began.elapsed());
        assert_eq!((clean.warnings.len(), clean.summary_html.as_deref()), (20, Some("<b>good</b>")));
    }

    #[tokio::test]
    async fn what_is_left_out_is_said_and_the_rest_stays() {
        let product: Product = serde_json::from_value(serde_json::json!({
            "source_id": "1", "title": "Mug", "status": "active", "description_html": "<div>".repeat(200_000),
            "summary_html": "<b>good</b>", "tags": [], "options": [], "variants": [], "media": [], "collections": [],
            "attributes": [], "warnings": [], "extras": {},
        }))
        .unwrap();
        let clean = sanitise(Box::new(product)).await.unwrap();
        assert_eq!((clean.description_html.as_deref(), clean.summary_html.as_deref()), (None, Some("<b>good</b>")));
        assert_eq!((clean.warnings.len(), clean.warnings[0].code.as_str()), (1, "html-too-complex"));
    }
}
