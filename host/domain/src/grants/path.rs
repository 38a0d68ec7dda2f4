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

/// Refuses what servers are known to read differently from what it looks like: encoded separators, and segments that
/// are `.` or `..` after decoding or after path parameters are dropped (`..;x`).
pub(super) fn check_path(path: &str) -> Result<(), &'static str> {
    let lower = path.to_ascii_lowercase();
    if lower.contains("%2f") {
        return Err("an encoded slash (%2F) is not allowed in a path");
    }
    if lower.contains('\\') || lower.contains("%5c") {
        return Err("a backslash is not allowed in a path");
    }
    if path.chars().any(char::is_control) || lower.contains("%00") || lower.contains("%0d") || lower.contains("%0a") {
        return Err("control characters are not allowed in a path");
    }
    let dots = |segment: &str| {
        let name = segment.split(';').next().unwrap_or(segment).replace("%2e", ".");
        name == "." || name == ".."
    };
    if lower.split('/').any(dots) {
        return Err("`.` and `..` are not allowed in a path");
    }
    Ok(())
}
