//! Text as marketplaces send it: entities, tags, characters that no database takes.

use std::borrow::Cow;

/// Decodes HTML entities, once: `&amp;amp;` becomes `&amp;`. What is no entity stays as it is.
///
/// ```
/// use entrepot_guest::text::decode_entities;
/// assert_eq!(decode_entities("Salt &amp; Pepper &#8211; 5&quot;"), "Salt & Pepper – 5\"");
/// assert_eq!(decode_entities("AT&T &unknown;"), "AT&T &unknown;");
/// ```
pub fn decode_entities(text: &str) -> Cow<'_, str> {
    let Some(first) = text.find('&') else { return Cow::Borrowed(text) };
    let mut decoded = String::with_capacity(text.len());
    decoded.push_str(&text[..first]);
    let mut rest = &text[first..];
    while let Some(after) = rest.strip_prefix('&') {
        let end = after.bytes().take(LONGEST + 1).position(|byte| byte == b';');
        match end.filter(|end| entity(&after[..*end], &mut decoded)) {
            Some(end) => rest = &after[end + 1..],
            None => {
                decoded.push('&');
                rest = after;
            }
        }
        let next = rest.find('&').unwrap_or(rest.len());
        decoded.push_str(&rest[..next]);
        rest = &rest[next..];
    }
    Cow::Owned(decoded)
}

/// `CounterClockwiseContourIntegral` has the most letters; numbers may be written with zeros in front.
const LONGEST: usize = 31;

/// Whether it is one.
fn entity(name: &str, into: &mut String) -> bool {
    if name.starts_with('#') {
        numbered(name).map(|c| into.push(c))
    } else {
        named(name).map(|text| into.push_str(text))
    }
    .is_some()
}

fn numbered(name: &str) -> Option<char> {
    let number = name.strip_prefix('#')?;
    let (digits, radix) = number.strip_prefix(['x', 'X']).map_or((number, 10), |hex| (hex, 16));
    // A sign is no digit.
    let code = u32::from_str_radix(digits, radix).ok().filter(|_| !digits.starts_with('+'))?;
    match code {
        0 => None,
        // HTML reads these as Windows-1252, and old shops mean that.
        0x80..=0x9f => WINDOWS_1252.chars().nth(code as usize - 0x80),
        code => char::from_u32(code),
    }
}

const WINDOWS_1252: &str = "€\u{81}‚ƒ„…†‡ˆ‰Š‹Œ\u{8d}Ž\u{8f}\u{90}‘’“”•–—˜™š›œ\u{9d}žŸ";

/// All names of HTML, also those that stand for two characters.
fn named(name: &str) -> Option<&'static str> {
    let at = html_escape::NAMED_ENTITIES.binary_search_by(|(known, _)| known.cmp(&name.as_bytes())).ok()?;
    Some(html_escape::NAMED_ENTITIES[at].1)
}

/// Without NUL characters: PostgreSQL takes none, and no shop means one.
pub fn without_nul(text: Cow<'_, str>) -> Cow<'_, str> {
    if text.as_bytes().contains(&0) { Cow::Owned(text.replace('\0', "")) } else { text }
}

/// The first `length` characters of what a reader of this page would see: tags, scripts and styles dropped, white space joined.
pub fn excerpt(page: &[u8], length: usize) -> String {
    // A page can be megabytes; its first words are near the beginning.
    let page = String::from_utf8_lossy(&page[..page.len().min(64 * 1024)]);
    let mut words = String::new();
    let mut rest = page.as_ref();
    while !rest.is_empty() && words.chars().count() < length * 2 {
        let Some(open) = rest.find('<') else {
            words.push_str(rest);
            break;
        };
        words.push_str(&rest[..open]);
        words.push(' ');
        rest = after_tag(&rest[open..]);
    }
    let decoded = decode_entities(&words).replace('\0', "");
    let joined = decoded.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut short: String = joined.chars().take(length).collect();
    if joined.chars().count() > length {
        short.push('…');
    }
    short
}

/// What follows a tag; with a script, style or comment what follows its end.
fn after_tag(text: &str) -> &str {
    let lower: String = text.chars().take(8).collect::<String>().to_ascii_lowercase();
    let end = if lower.starts_with("<script") {
        "</script"
    } else if lower.starts_with("<style") {
        "</style"
    } else if lower.starts_with("<!--") {
        "--"
    } else {
        ""
    };
    let from = text.find(end).filter(|_| !end.is_empty()).unwrap_or(0);
    text[from..].find('>').map_or("", |close| &text[from + close + 1..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decodes_once_and_only_entities() {
        for (text, want) in [
            ("plain", "plain"),
            ("&amp;amp;", "&amp;"),
            ("&lt;b&gt;", "<b>"),
            ("&#x1F600;&#128512;", "😀😀"),
            ("&#150;", "–"),
            ("&#0;&#xD800;&#99999999;", "&#0;&#xD800;&#99999999;"),
            ("& & &; &", "& & &; &"),
            ("ä&ä;é&amp", "ä&ä;é&amp"),
            ("&Scaron;&hearts;&star;&CounterClockwiseContourIntegral;&tab;", "Š♥☆∳&tab;"),
            ("&NotEqualTilde;&fjlig;&#0000000000000065;&#+65;", "\u{2242}\u{338}fjA&#+65;"),
        ] {
            assert_eq!(decode_entities(text), want);
        }
    }

    #[test]
    fn shows_the_first_words_of_a_page() {
        let page = b"<!doctype html><html><head><title>Log In &lsaquo; Shop</title><style>p{}</style></head>\
            <body><script>var a = '<b>';</script><p>Please\n log in</p></body>";
        assert_eq!(excerpt(page, 80), "Log In ‹ Shop Please log in");
        assert_eq!(excerpt(page, 6), "Log In…");
        assert_eq!(excerpt(b"\xff\xfe<", 10), "\u{fffd}\u{fffd}");
    }
}
