//! HTML from a shop is never trusted: scripts, styles, event handlers, frames and dangerous addresses go.

use std::sync::LazyLock;

use ammonia::Builder;
use entrepot_domain::catalog::Product;

static CLEANER: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut builder = Builder::default();
    builder.link_rel(Some("noopener noreferrer")).strip_comments(true);
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

pub(crate) fn sanitise(product: &mut Product) {
    for html in [&mut product.description_html, &mut product.summary_html].into_iter().flatten() {
        *html = clean_html(html);
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
    fn broken_markup_is_mended_and_plain_text_untouched() {
        assert_eq!(clean_html("5 pieces, red"), "5 pieces, red");
        assert_eq!(clean_html("<p>a<b>b"), "<p>a<b>b</b></p>");
        assert_eq!(
            clean_html(&"<div>".repeat(5_000)).matches("<div>").count(),
            clean_html(&"<div>".repeat(5_000)).matches("</div>").count()
        );
    }
}
