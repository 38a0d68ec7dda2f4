//! Path patterns: `*` is one segment, `**` at the end is the rest.
//!
//! A pattern is compared with the path as it will be sent, segment by segment, still percent-encoded. Two spellings of
//! one path therefore do not match each other; that refuses too much and never too little.

use std::fmt;

use serde::{Deserialize, Serialize};
use url::Url;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PathPattern {
    text: String,
    segments: Vec<Segment>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Segment {
    Text(String),
    One,
    /// At least one segment, which may be empty: `/a/**` covers `/a/` and not `/a`.
    Rest,
}

impl PathPattern {
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// A path that it covers.
    pub(super) fn example(&self) -> String {
        self.text.replace("**", "x").replace('*', "x")
    }

    /// `segments`: what is left of the path after the prefix the rule was bound to.
    pub(super) fn matches(&self, segments: &[&str]) -> bool {
        let mut actual = segments.iter();
        for expected in &self.segments {
            match (expected, actual.next()) {
                (Segment::Rest, Some(_)) => return true,
                (Segment::One, Some(found)) if !found.is_empty() => {}
                (Segment::Text(text), Some(found)) if text == found => {}
                _ => return false,
            }
        }
        actual.next().is_none()
    }
}

impl TryFrom<String> for PathPattern {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let wrong = |why: &str| Err(format!("path `{text}`: {why}"));
        let Some(inner) = text.strip_prefix('/') else {
            return wrong("must begin with `/`");
        };
        let parts: Vec<&str> = inner.split('/').collect();
        let mut segments = Vec::new();
        for (index, part) in parts.iter().enumerate() {
            segments.push(match *part {
                "*" => Segment::One,
                "**" if index + 1 == parts.len() => Segment::Rest,
                "**" => return wrong("`**` may only come last"),
                part if part.contains('*') => return wrong("`*` stands for a whole segment"),
                part => Segment::Text(part.to_owned()),
            });
        }
        if let Err(why) = check_path(&text) {
            return wrong(why);
        }
        // Servers and proxies read these in more than one way, and some other tools would take them for a pattern.
        if let Some(c) =
            text.chars().find(|c| matches!(c, '[' | ']' | '{' | '}' | '<' | '>' | '|' | '^' | '`' | '"' | '\\'))
        {
            return wrong(&format!("`{c}` has to be percent-encoded; `*` stands for one segment, `**` for the rest"));
        }
        // A pattern that parsing would rewrite could never match what is sent.
        let sent = Url::parse("https://a").and_then(|url| url.join(&format!("/./{inner}")));
        if !sent.is_ok_and(|url| url.path() == text && url.query().is_none() && url.fragment().is_none()) {
            return wrong("must be written as it is sent, percent-encoded and without query");
        }
        Ok(Self { text, segments })
    }
}

impl From<PathPattern> for String {
    fn from(pattern: PathPattern) -> Self {
        pattern.text
    }
}

impl fmt::Display for PathPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

pub(super) fn split(path: &str) -> Vec<&str> {
    path.strip_prefix('/').unwrap_or(path).split('/').collect()
}

/// How often a path is decoded to find out what it may turn into. One layer is how it is sent, a proxy takes off another.
pub(super) const MAX_LAYERS: usize = 3;

/// Refuses what servers are known to read differently from what it looks like: encoded separators and control characters, and segments
/// that are `.` or `..`, also after path parameters are dropped (`..;x`); all of it however often it is percent-encoded.
pub(super) fn check_path(path: &str) -> Result<(), &'static str> {
    let mut layer = path.as_bytes().to_vec();
    let slashes = count(&layer, b'/');
    for _ in 0..=MAX_LAYERS {
        if count(&layer, b'/') != slashes {
            return Err("an encoded slash (%2F) is not allowed in a path");
        }
        check_layer(&layer)?;
        let decoded: Vec<u8> = percent_encoding::percent_decode(&layer).collect();
        if decoded == layer {
            return Ok(());
        }
        layer = decoded;
    }
    Err("it is percent-encoded again and again")
}

fn check_layer(path: &[u8]) -> Result<(), &'static str> {
    if path.contains(&b'\\') {
        return Err("a backslash is not allowed in a path");
    }
    if path.iter().any(u8::is_ascii_control) {
        return Err("control characters are not allowed in a path");
    }
    if is_disguised(path) {
        return Err("an ASCII character in an overlong encoding or as %uXXXX is not allowed in a path");
    }
    if is_wide(path) {
        return Err(
            "wide forms of `.`, `/` and `\\`, which some servers take for the usual ones, are not allowed in a path",
        );
    }
    let dots = |segment: &[u8]| {
        let name = segment.split(|byte| *byte == b';').next().unwrap_or(segment).trim_ascii();
        name == b"." || name == b".."
    };
    if path.split(|byte| *byte == b'/').any(dots) {
        return Err("`.` and `..` are not allowed in a path");
    }
    Ok(())
}

/// UTF-8 that takes more bytes than it has to, and the notation of some servers for code points: `%c0%ae`, `%u002e` and `%uff0e` are dots
/// to those that do not look closely.
pub(super) fn is_disguised(path: &[u8]) -> bool {
    let continues = |byte: u8| (0x80..0xc0).contains(&byte);
    let overlong = path.windows(2).any(|pair| match pair {
        [0xc0 | 0xc1, next] => continues(*next),
        [0xe0, next] => (0x80..0xa0).contains(next),
        [0xf0, next] => (0x80..0x90).contains(next),
        _ => false,
    });
    let code_point = |part: &[u8]| part[..2].eq_ignore_ascii_case(b"%u") && part[2..].iter().all(u8::is_ascii_hexdigit);
    overlong || path.windows(6).any(code_point)
}

/// What compatibility normalisation turns into dots, slashes and backslashes.
fn is_wide(path: &[u8]) -> bool {
    let wide =
        ["\u{ff0e}", "\u{fe52}", "\u{2024}", "\u{2025}", "\u{ff0f}", "\u{2215}", "\u{2044}", "\u{ff3c}", "\u{fe68}"];
    wide.iter().any(|form| path.windows(form.len()).any(|part| part == form.as_bytes()))
}

fn count(bytes: &[u8], wanted: u8) -> usize {
    bytes.iter().filter(|byte| **byte == wanted).count()
}
