//! What `context=view` makes of stored text.

/// Tags WordPress puts no paragraph around.
const BLOCKS: [&str; 14] = [
    "<p",
    "<ul",
    "<ol",
    "<li",
    "<div",
    "<h1",
    "<h2",
    "<h3",
    "<h4",
    "<table",
    "<blockquote",
    "<pre",
    "<figure",
    "<script",
];

/// Paragraphs and line breaks around stored text, near enough to WordPress's `wpautop`.
pub(crate) fn rendered(stored: &str) -> String {
    let mut out = String::with_capacity(stored.len() + 16);
    for paragraph in stored.split("\n\n").map(str::trim).filter(|paragraph| !paragraph.is_empty()) {
        if BLOCKS.iter().any(|tag| paragraph.starts_with(tag)) {
            out.push_str(paragraph);
        } else {
            out.push_str("<p>");
            for (index, line) in paragraph.lines().enumerate() {
                if index > 0 {
                    out.push_str("<br />\n");
                }
                out.push_str(line);
            }
            out.push_str("</p>");
        }
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::rendered;

    #[test]
    fn paragraphs_are_wrapped_and_blocks_are_not() {
        assert_eq!(rendered("One\ntwo\n\n<ul>\n<li>x</li>\n</ul>"), "<p>One<br />\ntwo</p>\n<ul>\n<li>x</li>\n</ul>\n");
        assert_eq!(rendered(""), "");
    }
}
