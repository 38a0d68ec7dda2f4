//! Texts as buyers see them. A shop stores descriptions without paragraphs and with shortcodes, and makes both into something else when
//! it shows them; what the API gives is what is stored.

mod shortcodes;

use shortcodes::without_shortcodes;

/// What stands by itself: no paragraph goes around it, and line ends next to it mean nothing.
const BLOCKS: &[&str] = &[
    "address",
    "article",
    "aside",
    "audio",
    "blockquote",
    "caption",
    "center",
    "col",
    "colgroup",
    "dd",
    "details",
    "dialog",
    "div",
    "dl",
    "dt",
    "fieldset",
    "figcaption",
    "figure",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hr",
    "li",
    "main",
    "nav",
    "ol",
    "p",
    "pre",
    "section",
    "summary",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "tr",
    "ul",
];

/// Blocks that may hold paragraphs.
const HOLDERS: &[&str] = &[
    "article",
    "aside",
    "blockquote",
    "center",
    "dd",
    "details",
    "div",
    "fieldset",
    "figure",
    "footer",
    "form",
    "header",
    "li",
    "main",
    "section",
    "td",
];

/// What is handed on as it stands, to its end.
const VERBATIM: &[&str] = &["pre", "script", "style", "textarea", "svg", "iframe"];

/// What buyers see of a stored text; `None` where it is just that.
pub(super) fn shown(stored: &str) -> Option<String> {
    let text = without_shortcodes(stored).replace("\r\n", "\n").replace('\r', "\n");
    // The editor of blocks stores paragraphs itself, and says so.
    let shown = if text.contains("<!-- wp:") { text } else { paragraphs(&text) };
    (shown != stored).then_some(shown)
}

/// Paragraphs at empty lines, breaks at line ends.
fn paragraphs(text: &str) -> String {
    let mut html = String::with_capacity(text.len() + 32);
    let mut open: Vec<String> = Vec::new();
    let mut inline = String::new();
    let mut rest = text;
    while !rest.is_empty() {
        let Some(start) = rest.find('<') else {
            inline.push_str(rest);
            break;
        };
        inline.push_str(&rest[..start]);
        rest = &rest[start..];
        let end = tag_end(rest);
        let (tag, after) = rest.split_at(end);
        let (name, closing) = name_of(tag);
        if VERBATIM.contains(&name.as_str()) && !closing {
            let whole = end_of(after, &name);
            if name == "pre" {
                flush(&mut inline, &open, &mut html);
                html.push_str(tag);
                html.push_str(&after[..whole]);
            } else {
                inline.push_str(tag);
                // Its line ends are its own.
                inline.push_str(&after[..whole].replace('\n', "\u{0}"));
            }
            rest = &after[whole..];
            continue;
        }
        if BLOCKS.contains(&name.as_str()) {
            flush(&mut inline, &open, &mut html);
            html.push_str(tag);
            if closing {
                if let Some(at) = open.iter().rposition(|known| *known == name) {
                    open.truncate(at);
                }
            } else if !matches!(name.as_str(), "hr" | "col") && !tag.ends_with("/>") {
                open.push(name);
            }
        } else {
            inline.push_str(tag);
        }
        rest = after;
    }
    flush(&mut inline, &open, &mut html);
    html.replace('\u{0}', "\n")
}

/// Where the closing tag of that name ends, or the text.
fn end_of(text: &str, name: &str) -> usize {
    let closes = |at: usize| text.get(at + 2..at + 2 + name.len()).is_some_and(|word| word.eq_ignore_ascii_case(name));
    let found = text.match_indices("</").map(|(at, _)| at).find(|at| closes(*at));
    found.map_or(text.len(), |at| at + tag_end(&text[at..]))
}

/// What stood between two blocks, in paragraphs where it may be.
fn flush(inline: &mut String, open: &[String], html: &mut String) {
    let text = std::mem::take(inline);
    let parts: Vec<&str> = split_at_empty_lines(&text);
    let holds = open.last().is_none_or(|name| HOLDERS.contains(&name.as_str()));
    let own = open.is_empty() || open.last().is_some_and(|name| name == "blockquote");
    // In a cell or an entry of a list a single text stands without a paragraph.
    let wrapped = holds && (own || parts.len() > 1);
    for (at, part) in parts.iter().enumerate() {
        let broken = with_breaks(part);
        // A comment alone is no paragraph.
        let comment = broken.starts_with("<!--") && broken.find("-->").is_some_and(|end| end + 3 == broken.len());
        match wrapped {
            true if !comment => html.push_str(&format!("<p>{broken}</p>")),
            false if at > 0 => html.push_str(&format!("<br />{broken}")),
            _ => html.push_str(&broken),
        }
    }
}

fn split_at_empty_lines(text: &str) -> Vec<&str> {
    let (mut parts, mut from, mut at) = (Vec::new(), 0, 0);
    while let Some(end) = text[at..].find('\n').map(|end| at + end) {
        let next = &text[end + 1..];
        let blank = next.len() - next.trim_start_matches([' ', '\t', '\u{a0}']).len();
        if next[blank..].starts_with('\n') {
            parts.push(&text[from..end]);
            from = end + 1 + blank + 1;
            at = from;
        } else {
            at = end + 1;
        }
    }
    parts.push(&text[from..]);
    parts.into_iter().map(str::trim).filter(|part| !part.is_empty()).collect()
}

/// A break at each line end that has none yet.
fn with_breaks(text: &str) -> String {
    let lines: Vec<&str> = text.split('\n').map(str::trim_end).collect();
    let mut broken = String::with_capacity(text.len() + 16);
    for (at, line) in lines.iter().enumerate() {
        broken.push_str(if at > 0 { line.trim_start() } else { line });
        if at + 1 < lines.len() {
            let ends = &broken.as_bytes()[broken.len().saturating_sub(6)..];
            let has = |tag: &str| {
                ends.len() >= tag.len() && ends[ends.len() - tag.len()..].eq_ignore_ascii_case(tag.as_bytes())
            };
            broken.push_str(if has("<br>") || has("<br/>") || has("<br />") { "\n" } else { "<br />\n" });
        }
    }
    broken
}

/// Where a tag or comment ends that the text begins with: a `<` that begins neither ends at once.
fn tag_end(text: &str) -> usize {
    if let Some(comment) = text.strip_prefix("<!--") {
        return comment.find("-->").map_or(text.len(), |end| end + 7);
    }
    let word = text[1..].trim_start_matches('/').starts_with(|c: char| c.is_ascii_alphabetic());
    if !word {
        return 1;
    }
    let mut quote = None;
    for (at, byte) in text.bytes().enumerate() {
        match (quote, byte) {
            (None, b'>') => return at + 1,
            (None, b'"' | b'\'') => quote = Some(byte),
            (Some(open), byte) if open == byte => quote = None,
            _ => {}
        }
    }
    text.len()
}

fn name_of(tag: &str) -> (String, bool) {
    let inner = tag.get(1..).unwrap_or_default();
    let (inner, closing) = inner.strip_prefix('/').map_or((inner, false), |inner| (inner, true));
    (inner.chars().take_while(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase(), closing)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paragraphs_stand_where_the_shop_makes_them() {
        for (stored, want) in [
            ("One.", "<p>One.</p>"),
            ("One.\n\nTwo.\nThree.", "<p>One.</p><p>Two.<br />\nThree.</p>"),
            ("One.\r\n \r\n\r\nTwo.", "<p>One.</p><p>Two.</p>"),
            ("A <b>bold\n\nword</b>.", "<p>A <b>bold</p><p>word</b>.</p>"),
            (
                "<h2>Care</h2>\nWash.\n\n<ul>\n<li>cold</li>\n<li>slow</li>\n</ul>",
                "<h2>Care</h2><p>Wash.</p><ul><li>cold</li><li>slow</li></ul>",
            ),
            ("<p>One.</p>\n<p>Two,\nthree.</p>", "<p>One.</p><p>Two,<br />\nthree.</p>"),
            ("<div>One.\n\nTwo.</div>", "<div><p>One.</p><p>Two.</p></div>"),
            ("<td>One</td>", "<td>One</td>"),
            ("<blockquote>Said</blockquote>", "<blockquote><p>Said</p></blockquote>"),
            ("a<br>\nb", "<p>a<br>\nb</p>"),
            ("<pre>a\n\nb</pre>\nc", "<pre>a\n\nb</pre><p>c</p>"),
            ("5 < 6\n\n7 > 3", "<p>5 < 6</p><p>7 > 3</p>"),
            ("<img alt=\"a > b\" src=\"x\">\n\nText", "<p><img alt=\"a > b\" src=\"x\"></p><p>Text</p>"),
            ("<style>p {\n\n}</style>Text", "<p><style>p {\n\n}</style>Text</p>"),
            ("<!-- note -->\nText", "<p><!-- note --><br />\nText</p>"),
            ("One.\n\n<!--more-->\n\nTwo.", "<p>One.</p><!--more--><p>Two.</p>"),
        ] {
            assert_eq!(shown(stored).as_deref().unwrap_or(stored), want, "{stored:?}");
        }
    }

    #[test]
    fn what_is_shown_as_it_is_stored_is_left() {
        for stored in [
            "<p>One.</p><p>Two.</p>",
            "<!-- wp:paragraph -->\n<p>One.</p>\n<!-- /wp:paragraph -->",
            "<ul><li>a</li></ul>",
            "",
        ] {
            assert_eq!(shown(stored), None, "{stored:?}");
        }
    }

    #[test]
    fn shortcodes_go_and_words_in_brackets_stay() {
        for (stored, want) in [
            ("[vc_row][vc_column width=\"1/2\"]Soft wool[/vc_column][/vc_row]", "<p>Soft wool</p>"),
            ("Mug [gallery ids=\"1,2\"] blue", "<p>Mug  blue</p>"),
            ("[products]", ""),
            ("[video src=\"a]b.mp4\" /]Text", "<p>Text</p>"),
            ("Mug [sic] [2-pack] [NEW] [red]", "<p>Mug [sic] [2-pack] [NEW] [red]</p>"),
            ("Write [[gallery]] here", "<p>Write [gallery] here</p>"),
            ("a [unclosed b", "<p>a [unclosed b</p>"),
            ("[size] S [/size]", "<p>S</p>"),
        ] {
            assert_eq!(shown(stored).as_deref(), Some(want), "{stored:?}");
        }
    }

    #[test]
    fn no_text_is_too_odd() {
        for stored in
            ["<", "<<p", "</", "[", "[[", "[a", "<!--", "<p", "\u{0}", "<pre", "é<b>é\n\né", "[é]", "]]", "<pre>\n\n"]
        {
            let _ = shown(stored);
        }
    }
}
