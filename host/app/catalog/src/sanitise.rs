//! HTML from a shop is never trusted: scripts, styles, event handlers, frames and dangerous addresses go.

use std::sync::LazyLock;

use ammonia::Builder;
use entrepot_domain::catalog::Product;
use serde_json::Value;

/// What links and pictures may lead to. The library's own list has more: what opens programs, and files of other protocols.
const SCHEMES: [&str; 4] = ["http", "https", "mailto", "tel"];

static CLEANER: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut builder = Builder::default();
    builder.link_rel(Some("noopener noreferrer")).strip_comments(true).url_schemes(SCHEMES.into());
    builder
});

/// Only what is safe to show. Text without markup is returned as it is.
pub fn clean_html(html: &str) -> String {
    // Parsing is the dearest part of an item; what has no markup needs none.
    if !html.bytes().any(|byte| matches!(byte, b'<' | b'>' | b'&' | 0)) {
        return html.to_owned();
    }
    CLEANER.clean(html).to_string()
}

/// Everything of a product that can hold HTML, wherever it is kept: also what adapters put beside the model.
pub(crate) fn sanitise(product: &mut Product) {
    for html in [&mut product.description_html, &mut product.summary_html].into_iter().flatten() {
        *html = clean_html(html);
    }
    clean_json(&mut product.extras);
    for variant in &mut product.variants {
        clean_json(&mut variant.extras);
    }
    for attribute in product.attributes.iter_mut().filter(|attribute| has_markup(&attribute.value)) {
        attribute.value = match serde_json::from_str::<Value>(&attribute.value) {
            Ok(mut value) if attribute.kind == "json" => {
                clean_json(&mut value);
                value.to_string()
            }
            _ => clean_html(&attribute.value),
        };
    }
}

/// A text that may be plain: `5 < 6 & 7` is not HTML and stays as it is.
fn has_markup(text: &str) -> bool {
    let begins_tag = |(at, _): (usize, &str)| {
        text[at + 1..].starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '/' | '!' | '?'))
    };
    text.match_indices('<').any(begins_tag)
}

fn clean_json(value: &mut Value) {
    match value {
        Value::String(text) if has_markup(text) => *text = clean_html(text),
        Value::Array(values) => values.iter_mut().for_each(clean_json),
        Value::Object(fields) => fields.values_mut().for_each(clean_json),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_runs_goes_and_what_is_read_stays() {
        let dirty = r#"<p onclick="x()">Good <b>boots</b><script>alert(1)</script></p><img src=x onerror=alert(1)><a href="javascript:x">l</a>"#;
        let clean = clean_html(dirty);
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
                let clean = clean_html(&html);
                assert!(!clean.contains(tag), "{html}: {clean}");
            }
        }
        for good in ["https://x.example/a?b=1", "http://x.example", "mailto:a@x.example", "tel:+491234", "/relative"] {
            let clean = clean_html(&format!("<a href=\"{good}\">l</a>"));
            assert!(clean.contains(&format!("href=\"{good}\"")), "{clean}");
        }
    }

    #[test]
    fn what_lies_beside_the_model_is_cleaned_too() {
        let dirty = "<b>x</b><img src=x onerror=alert(1)>";
        let mut extras =
            serde_json::json!({"description": dirty, "deep": [{"note": dirty}], "plain": "5 < 6 & 7 > 3", "n": 5});
        clean_json(&mut extras);
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
    fn broken_markup_is_mended_and_plain_text_untouched() {
        assert_eq!(clean_html("5 pieces, red"), "5 pieces, red");
        assert_eq!(clean_html("<p>a<b>b"), "<p>a<b>b</b></p>");
        assert_eq!(
            clean_html(&"<div>".repeat(5_000)).matches("<div>").count(),
            clean_html(&"<div>".repeat(5_000)).matches("</div>").count()
        );
    }
}
