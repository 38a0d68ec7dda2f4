//! JSON from servers that are not careful: byte order marks, warnings before and after it, pages instead of it, lone surrogates in it.

use std::ops::Range;

use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::error::Category;

use crate::bindings::types::Error;
use crate::scan::{Scan, backslash};
use crate::text::excerpt;

const BOM: char = '\u{feff}';

/// Where warnings before the JSON are looked through: PHP writes a few lines, not more.
const PREAMBLE: usize = 16 * 1024;

/// The one JSON text in a body, ready for any parser: whole, valid UTF-8, without lone surrogate escapes and without NULs.
///
/// A byte order mark and PHP warnings before the JSON are dropped, and so are a cache's comment and warnings after a whole object or
/// list. A web page or a text that was cut off is `unavailable`: both go away by themselves, and neither may be mistaken for an
/// empty answer.
pub fn text(body: Vec<u8>) -> Result<String, Error> {
    let mut text =
        String::from_utf8(body).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned());
    match place(&text) {
        Ok((place, suspect)) => {
            text.truncate(place.end);
            drop(text.drain(..place.start));
            if suspect && let Some(fixed) = repaired(&text) {
                text = fixed;
            }
            Ok(text)
        }
        Err(why) => Err(why.error(&text)),
    }
}

/// [`text`] and then the value. A whole JSON of another shape is `unavailable` too: some page or error stands in its place.
pub fn parse<T: DeserializeOwned>(body: Vec<u8>) -> Result<T, Error> {
    let text = text(body)?;
    serde_json::from_str(&text).map_err(|error| {
        Error::Unavailable(format!("the answer is not what was asked for ({error}): {}", excerpt(text.as_bytes(), 80)))
    })
}

enum Broken {
    Empty,
    Page,
    CutOff,
    Not,
}

impl Broken {
    fn error(&self, text: &str) -> Error {
        let words = excerpt(text.as_bytes(), 80);
        Error::Unavailable(match self {
            Self::Empty => "the answer is empty".to_owned(),
            Self::Page if words.is_empty() => "the answer is a web page without words instead of data".to_owned(),
            Self::Page => format!("the answer is a web page instead of data: {words}"),
            Self::CutOff => format!("the answer was cut off after {} bytes: {words}", text.len()),
            Self::Not => format!("the answer is not JSON: {words}"),
        })
    }
}

/// Where the JSON is, and whether it may need to be repaired.
fn place(text: &str) -> Result<(Range<usize>, bool), Broken> {
    let trimmed = text.trim_start_matches(|c: char| c == BOM || c.is_whitespace());
    let lead = text.len() - trimmed.len();
    if trimmed.is_empty() {
        return Err(Broken::Empty);
    }
    match whole(trimmed) {
        Ok((end, suspect)) if harmless(&trimmed[end..]) => return Ok((lead..lead + end, suspect)),
        Err(Category::Eof) => return Err(Broken::CutOff),
        _ if trimmed.starts_with(['{', '[']) => return Err(Broken::Not),
        _ => {}
    }
    // Warnings end with a line or a tag, so the JSON begins a line or follows a tag. Text that looks like its beginning and
    // breaks off is the answer, cut off: going on would take the last element of a list for the whole. What a page holds in its
    // scripts is no answer, so after a preamble there may be a comment and nothing else.
    let mut before = '\0';
    for (at, c) in trimmed.char_indices().take_while(|(at, _)| *at < PREAMBLE) {
        if matches!(c, '{' | '[') && matches!(before, '\n' | '\r' | '>' | BOM) {
            match whole(&trimmed[at..]) {
                Ok((end, suspect)) if is_comment(&trimmed[at + end..]) => {
                    return Ok((lead + at..lead + at + end, suspect));
                }
                Err(Category::Eof) => return Err(Broken::CutOff),
                _ => {}
            }
        }
        if !matches!(c, ' ' | '\t') {
            before = c;
        }
    }
    Err(if trimmed.starts_with('<') { Broken::Page } else { Broken::Not })
}

/// Where the JSON value ends that the text begins with, and whether it may need to be repaired.
fn whole(text: &str) -> Result<(usize, bool), Category> {
    // What stands for itself needs no look at what follows.
    if text.starts_with(['{', '[']) {
        let mut scan = Scan::new(text);
        if let Ok(end) = scan.value() {
            return Ok((end, scan.suspect));
        }
    }
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<IgnoredAny>();
    match values.next() {
        Some(Ok(_)) => Ok((values.byte_offset(), true)),
        Some(Err(error)) => Err(error.classify()),
        None => Err(Category::Eof),
    }
}

/// What may follow a whole value: nothing, a comment, words. What looks like more JSON shows that the value was not the whole.
fn harmless(rest: &str) -> bool {
    let rest = rest.trim_start_matches(|c: char| c == BOM || c.is_whitespace());
    !rest.starts_with(['{', '}', '[', ']', ',', ':', '"'])
}

fn is_comment(rest: &str) -> bool {
    let rest = rest.trim_start_matches(|c: char| c == BOM || c.is_whitespace());
    rest.is_empty() || rest.starts_with("<!--")
}

/// The text with lone surrogate escapes as U+FFFD and NUL escapes removed; `None` when there are none.
///
/// Parsers refuse the first and PostgreSQL the second; shops that cut a text in the middle of an emoji send them.
pub fn repaired(text: &str) -> Option<String> {
    if !is_suspect(text) {
        return None;
    }
    let mut fixed = String::with_capacity(text.len());
    let mut changed = false;
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        fixed.push_str(&rest[..at]);
        rest = &rest[at..];
        // `\\` is passed as a pair, so that what follows an escaped backslash is not taken for an escape.
        let (keep, length) = match unit(rest) {
            None => (rest.len().min(1 + rest[1..].chars().next().map_or(0, char::len_utf8)), None),
            Some(0) => (0, Some((6, ""))),
            Some(0xd800..=0xdbff) if matches!(unit(&rest[6..]), Some(0xdc00..=0xdfff)) => (12, None),
            Some(0xd800..=0xdfff) => (0, Some((6, "\u{fffd}"))),
            Some(_) => (6, None),
        };
        fixed.push_str(&rest[..keep]);
        rest = &rest[keep..];
        if let Some((skip, replacement)) = length {
            fixed.push_str(replacement);
            rest = &rest[skip..];
            changed = true;
        }
    }
    fixed.push_str(rest);
    changed.then_some(fixed)
}

/// Whether it holds what may be such an escape.
fn is_suspect(text: &str) -> bool {
    let bytes = text.as_bytes();
    let mut at = backslash(bytes, 0);
    while at < bytes.len() {
        if matches!(bytes.get(at + 1..at + 4), Some([b'u', b'd' | b'D', _] | b"u00")) {
            return true;
        }
        // Of two backslashes the second may begin it, as far as one can see from here.
        at = backslash(bytes, at + 1);
    }
    false
}

/// The UTF-16 unit of a `\uXXXX` at the beginning of a text.
fn unit(text: &str) -> Option<u32> {
    let hex = text.strip_prefix("\\u")?.get(..4)?;
    hex.bytes().all(|byte| byte.is_ascii_hexdigit()).then(|| u32::from_str_radix(hex, 16).ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unavailable(body: &str) -> String {
        match text(body.as_bytes().to_vec()) {
            Err(Error::Unavailable(message)) => message,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn drops_what_stands_before_the_json() {
        for body in [
            "[1]",
            "\u{feff}[1]",
            " \r\n\u{feff}\u{feff} [1]",
            "<br />\n<b>Warning</b>: Undefined array key [0] in <b>/x.php</b> on line <b>3</b><br />\n[1]",
            "Notice: x in /a/b.php on line 5\n[1]",
            "\nDeprecated: {x} is old\n\u{feff}[1]",
            "<br /><b>Warning</b>: y<br />[1]",
        ] {
            assert_eq!(
                text(body.as_bytes().to_vec()).map(|t| t.trim_start_matches('\u{feff}').to_owned()),
                Ok("[1]".into()),
                "{body}"
            );
        }
    }

    #[test]
    fn drops_what_stands_after_the_json() {
        for body in [
            "[1]\n<!-- Cached page generated by a plugin on 2026-11-28 -->\n",
            "[1]<br />\n<b>Warning</b>: foreach() [x] in <b>/x.php</b> on line <b>3</b><br />\n",
            "[1]\nWarning: Undefined array key [2] in /x.php on line 3",
            "[1]0",
            "[1] /* 0.2 seconds */",
            "[1]\u{feff}",
            "Notice: y\n[1]\n<!-- Dynamic page -->",
        ] {
            assert_eq!(text(body.as_bytes().to_vec()), Ok("[1]".into()), "{body}");
        }
    }

    #[test]
    fn a_page_or_a_cut_off_answer_is_no_data() {
        assert_eq!(unavailable(""), "the answer is empty");
        assert!(unavailable("<html><title>Maintenance</title>[1,2").contains("cut off"));
        assert_eq!(
            unavailable("<html><title>Maintenance</title></html>"),
            "the answer is a web page instead of data: Maintenance"
        );
        assert!(unavailable("[{\"id\":1},{\"id\":2}").contains("cut off"));
        assert!(unavailable("Warning: x\n[{\"id\":1},\n{\"id\":2}").contains("cut off"));
        for body in ["{\"a\":1},{\"b\":2}", "[1][2]", "{\"a\":1}\n{\"b\":2}", "[1]]", "[1]\"x\""] {
            assert!(unavailable(body).contains("not JSON"), "{body}");
        }
        let page = "<html><script type=\"application/ld+json\">{\"@type\":\"Store\"}</script><p>Soon</p></html>";
        assert!(unavailable(page).contains("a web page instead"));
        assert!(unavailable("Error establishing a database connection").contains("database connection"));
    }

    #[test]
    fn mends_lone_surrogates_and_drops_nuls() {
        for (body, want) in [
            (r#""a\ud83d""#, "\"a\u{fffd}\""),
            (r#""\ude00b""#, "\"\u{fffd}b\""),
            (r#""\ud83d\ud83d\ude00""#, "\"\u{fffd}\\ud83d\\ude00\""),
            (r#""a\u0000b""#, r#""ab""#),
            (r#""\\ud83d \\u0000""#, r#""\\ud83d \\u0000""#),
            (r#""\\\ud83d""#, "\"\\\\\u{fffd}\""),
            (r#""\u00e9\n\"""#, r#""\u00e9\n\"""#),
        ] {
            let text = text(body.as_bytes().to_vec());
            assert_eq!(text.as_deref(), Ok(want), "{body}");
            assert!(serde_json::from_str::<String>(want).is_ok());
        }
    }
}
