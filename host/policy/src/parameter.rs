//! Query parameters: which a rule lets through, and those by which servers let themselves be told another method or path.

use std::fmt;

use percent_encoding::percent_decode;
use serde::{Deserialize, Serialize};
use url::Url;

use super::PathPattern;
use super::path::{MAX_LAYERS, check_path, is_disguised, split};

/// As [`readings`] spells them.
const METHODS: [&str; 9] = [
    "$httpmethod",
    "_http_method",
    "_method",
    "_method_override",
    "http_method",
    "method_override",
    "x_http_method",
    "x_http_method_override",
    "x_method_override",
];
/// WordPress takes the route from here, whatever the path is.
const ROUTES: [&str; 1] = ["rest_route"];

/// `page`, or `rest_route=/wc/v3/**`: then its value has to be a path that the pattern covers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Parameter {
    name: String,
    within: Option<PathPattern>,
}

impl Parameter {
    /// Its name, if its value is a path.
    pub fn route(&self) -> Option<&str> {
        self.within.as_ref().map(|_| self.name.as_str())
    }

    /// Exactly that name, or an array of it: `include` and `include[]`.
    fn covers(&self, (name, value): &Pair) -> bool {
        let rest = name.strip_prefix(self.name.as_bytes());
        match &self.within {
            None => rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(b"[")) && !says(name, &ROUTES),
            Some(pattern) => {
                let path = str::from_utf8(value).ok().filter(|path| path.starts_with('/') && check_path(path).is_ok());
                rest.is_some_and(<[u8]>::is_empty) && path.is_some_and(|path| pattern.matches(&split(path)))
            }
        }
    }
}

impl TryFrom<String> for Parameter {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let (name, within) = match text.split_once('=') {
            Some((name, pattern)) => (name, Some(PathPattern::try_from(pattern.to_owned())?)),
            None => (text.as_str(), None),
        };
        let plain = |b: u8| b.is_ascii_alphanumeric() || b"$-._~:@".contains(&b);
        if name.is_empty() || !name.bytes().all(plain) {
            return Err(format!("parameter `{name}`: names are letters, digits and any of $ - . _ ~ : @"));
        }
        if says(name.as_bytes(), &METHODS) {
            return Err(format!(
                "the parameter `{name}` can say another method than the request has; name the method in `methods`"
            ));
        }
        if within.is_none() && says(name.as_bytes(), &ROUTES) {
            return Err(format!(
                "the parameter `{name}` says where a request leads; name the routes: `{name}=/a/route`"
            ));
        }
        Ok(Self { name: name.to_owned(), within })
    }
}

impl From<Parameter> for String {
    fn from(parameter: Parameter) -> Self {
        parameter.to_string()
    }
}

impl fmt::Display for Parameter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.within {
            Some(pattern) => write!(f, "{}={pattern}", self.name),
            None => f.write_str(&self.name),
        }
    }
}

/// Name and value, decoded once.
pub(super) type Pair = (Vec<u8>, Vec<u8>);

/// Those of a query. Servers part them by `;` too.
pub(super) fn pairs(url: &Url) -> Result<Vec<Pair>, String> {
    let pairs: Vec<Pair> = split_pairs(url.query().unwrap_or_default().as_bytes()).collect();
    for (name, _) in &pairs {
        if says(name, &METHODS) {
            return Err(format!("{} can say another method than the request has", named(name)));
        }
        if name.iter().any(u8::is_ascii_control) || is_disguised(name) {
            return Err("the name of a parameter holds what servers read in different ways".to_owned());
        }
    }
    Ok(pairs)
}

fn split_pairs(text: &[u8]) -> impl Iterator<Item = Pair> {
    text.split(|b| matches!(b, b'&' | b';')).filter(|pair| !pair.is_empty()).map(|pair| {
        let mut sides = pair.splitn(2, |b| *b == b'=').map(decoded);
        (sides.next().unwrap_or_default(), sides.next().unwrap_or_default())
    })
}

fn decoded(text: &[u8]) -> Vec<u8> {
    let spaced: Vec<u8> = text.iter().map(|b| if *b == b'+' { b' ' } else { *b }).collect();
    percent_decode(&spaced).collect()
}

/// The first that a rule with this list does not let through. `None` as a list: any but routes.
pub(super) fn uncovered<'p>(list: Option<&[Parameter]>, pairs: &'p [Pair]) -> Option<&'p [u8]> {
    let covered = |pair: &Pair| match list {
        Some(list) => list.iter().any(|parameter| parameter.covers(pair)),
        None => !says(&pair.0, &ROUTES),
    };
    pairs.iter().find(|pair| !covered(pair)).map(|(name, _)| name.as_slice())
}

/// What would have to be in the list.
pub(super) fn wanted(name: &[u8]) -> String {
    let base = name.split(|b| *b == b'[').next().unwrap_or(name);
    let name = if says(name, &ROUTES) { "rest_route=/the/route".to_owned() } else { shown(base) };
    format!("\"{name}\"")
}

/// By its name, however spelled, a field tells some server another method or route. `name` as it is sent, or decoded.
pub fn is_override(name: &[u8]) -> bool {
    says(name, &METHODS) || says(name, &ROUTES)
}

/// Whether a form holds such a field; how it is spelled there.
pub fn override_in_form(form: &[u8]) -> Option<String> {
    split_pairs(form).find(|(name, _)| is_override(name)).map(|(name, _)| shown(&name))
}

/// However often it is encoded.
fn says(name: &[u8], what: &[&str]) -> bool {
    let mut layer = name.to_vec();
    for _ in 0..=MAX_LAYERS {
        if readings(&layer).iter().any(|name| what.iter().any(|known| known.as_bytes() == name)) {
            return true;
        }
        let next = decoded(&layer);
        if next == layer {
            return false;
        }
        layer = next;
    }
    false
}

/// What PHP and others make of a name: without spaces in front and what follows a NUL, ` `, `.` and a `[` that is not closed are `_`, what
/// is in brackets belongs to the value.
fn readings(name: &[u8]) -> [Vec<u8>; 2] {
    let name = name.split(|b| *b == 0).next().unwrap_or(name).trim_ascii().to_ascii_lowercase();
    let flat = |name: &[u8]| name.iter().map(|b| if b" .-[".contains(b) { b'_' } else { *b }).collect::<Vec<u8>>();
    let base = name.split(|b| *b == b'[').next().unwrap_or(&name);
    [flat(base), flat(&name)]
}

fn named(name: &[u8]) -> String {
    format!("the parameter `{}`", shown(name))
}

/// Names come from guests and servers.
fn shown(name: &[u8]) -> String {
    name.iter()
        .take(64)
        .map(|b| if b.is_ascii_alphanumeric() || b"$-._~:@[]".contains(b) { char::from(*b) } else { '?' })
        .collect()
}
