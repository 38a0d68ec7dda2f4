//! Addresses of images and pages, as shops write them: with blanks and accents, without a scheme, from the shop's root. What is handed
//! on can be fetched by anybody, so it is normalised here, once.

use std::fmt;

use crate::http::{escaped, percent_encode};

/// Why a text is no address that others could fetch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unusable {
    Empty,
    /// `data:`, `file:`, `javascript:` …
    Scheme(String),
    /// It is relative, and the shop's own address is not known.
    NoBase,
    /// There is no host, or none that could be one; or it holds a user's name.
    Host,
}

impl fmt::Display for Unusable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("it is empty"),
            Self::Scheme(scheme) => write!(f, "it begins with {scheme}: and not with https: or http:"),
            Self::NoBase => f.write_str("it does not say on which host it is"),
            Self::Host => f.write_str("it names no host that could be one"),
        }
    }
}

impl std::error::Error for Unusable {}

/// The absolute address, in ASCII. `base` is the shop's own, with the folder that relative ones start from; "" where it is not known.
///
/// ```
/// use entrepot_guest::address::absolute;
/// let of = |text| absolute(text, "https://shop.example/de");
/// assert_eq!(of("https://Cdn.example/Blåt krus.jpg").as_deref(), Ok("https://cdn.example/Bl%C3%A5t%20krus.jpg"));
/// assert_eq!(of("//cdn.example/a%20b.jpg").as_deref(), Ok("https://cdn.example/a%20b.jpg"));
/// assert_eq!(of("/img/1.jpg").as_deref(), Ok("https://shop.example/img/1.jpg"));
/// assert_eq!(of("img/1.jpg").as_deref(), Ok("https://shop.example/de/img/1.jpg"));
/// assert!(of("data:image/png;base64,AAAA").is_err());
/// ```
pub fn absolute(text: &str, base: &str) -> Result<String, Unusable> {
    // As browsers do: line ends and tabs within an address are slips of pasting.
    let text: String = text.trim().chars().filter(|c| !c.is_ascii_control()).collect();
    if text.is_empty() {
        return Err(Unusable::Empty);
    }
    let base = base.trim().trim_end_matches('/');
    let (scheme, rest) = match scheme(&text) {
        Some(scheme @ ("http" | "https")) => (scheme, text[text.find(':').unwrap_or_default() + 1..].to_owned()),
        Some(other) => return Err(Unusable::Scheme(other.to_owned())),
        None => against(&text, base)?,
    };
    let rest = rest.strip_prefix("//").ok_or(Unusable::Host)?;
    let end = rest.find(['/', '?', '#', '\\']).unwrap_or(rest.len());
    let mut whole = format!("{scheme}://{}", host(&rest[..end])?);
    path(&rest[end..], &mut whole);
    Ok(whole)
}

/// In lower case; `None` where the text has none.
fn scheme(text: &str) -> Option<&'static str> {
    let (before, _) = text.split_once(':')?;
    let word = before.starts_with(|c: char| c.is_ascii_alphabetic())
        && before.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte));
    // `cdn.example:8080/a.jpg` has a port, and no scheme is written with a dot.
    let known = [
        "https",
        "http",
        "data",
        "file",
        "javascript",
        "blob",
        "ftp",
        "ftps",
        "about",
        "mailto",
        "vbscript",
        "content",
    ];
    let known = known.into_iter().find(|known| before.eq_ignore_ascii_case(known));
    known.or_else(|| (word && !before.contains('.')).then_some("something else"))
}

/// A text without a scheme: its scheme, and `//host/…`.
fn against(text: &str, base: &str) -> Result<(&'static str, String), Unusable> {
    let (own, rest) = match base.split_once("://") {
        Some(("http", rest)) => ("http", rest),
        Some((_, rest)) => ("https", rest),
        None => ("https", ""),
    };
    if text.starts_with("//") {
        return Ok((own, text.to_owned()));
    }
    // Typed without a scheme: no folder of a shop is called that.
    if text.get(..4).is_some_and(|head| head.eq_ignore_ascii_case("www.")) {
        return Ok((own, format!("//{text}")));
    }
    if rest.is_empty() {
        return Err(Unusable::NoBase);
    }
    let (host, folder) = rest.split_once('/').unwrap_or((rest, ""));
    let path = if text.starts_with('/') || folder.is_empty() {
        text.trim_start_matches('/').to_owned()
    } else {
        format!("{folder}/{text}")
    };
    Ok((own, format!("//{host}/{}", without_dots(&path))))
}

/// `a/./b/../c` is `a/c`.
fn without_dots(path: &str) -> String {
    let end = path.find(['?', '#']).unwrap_or(path.len());
    let mut folders: Vec<&str> = Vec::new();
    for folder in path[..end].split('/') {
        match folder {
            "." => {}
            ".." => drop(folders.pop()),
            other => folders.push(other),
        }
    }
    format!("{}{}", folders.join("/"), &path[end..])
}

fn host(authority: &str) -> Result<String, Unusable> {
    let lower = authority.to_lowercase();
    let (name, port) = match lower.rsplit_once(':') {
        Some((name, port)) if !port.ends_with(']') => (name, Some(port)),
        _ => (lower.as_str(), None),
    };
    let sound = |c: char| c.is_ascii_alphanumeric() || "-._~[]:".contains(c);
    let mut labels = Vec::new();
    for label in name.split('.') {
        labels.push(if label.is_ascii() {
            label.to_owned()
        } else {
            format!("xn--{}", punycode::encode(label).map_err(|()| Unusable::Host)?)
        });
    }
    let name = labels.join(".");
    let ports = port.is_none_or(|port| port.len() <= 5 && port.bytes().all(|byte| byte.is_ascii_digit()));
    if name.trim_matches('.').is_empty() || !name.chars().all(sound) || !ports {
        return Err(Unusable::Host);
    }
    Ok(port.filter(|port| !port.is_empty()).map_or_else(|| name.clone(), |port| format!("{name}:{port}")))
}

/// What is encoded already stays so; blanks, accents and what stands in no address are encoded.
fn path(text: &str, into: &mut String) {
    let mut buffer = [0; 4];
    for (at, c) in text.char_indices() {
        match c {
            '%' if escaped(text.as_bytes(), at).is_some() => into.push('%'),
            '\\' => into.push('/'),
            c => percent_encode(c.encode_utf8(&mut buffer), "!#$&'()*+,/:;=?@[]", into),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_shops_write_becomes_what_others_can_fetch() {
        for (text, want) in [
            ("https://a.example/x.jpg?c=1&d=%C3%A5#top", "https://a.example/x.jpg?c=1&d=%C3%A5#top"),
            (" HTTP://A.Example:8080/Ä b.jpg\n", "http://a.example:8080/%C3%84%20b.jpg"),
            ("https://a.example/Bla\u{30a}t.jpg", "https://a.example/Bla%CC%8At.jpg"),
            ("https://a.example/100%.jpg", "https://a.example/100%25.jpg"),
            ("https://a.example/a\"b<c>|{d}^`.jpg", "https://a.example/a%22b%3Cc%3E%7C%7Bd%7D%5E%60.jpg"),
            ("https://a.example\\b\\c.jpg", "https://a.example/b/c.jpg"),
            ("https://münchen.example/a.jpg", "https://xn--mnchen-3ya.example/a.jpg"),
            ("//cdn.example/a.jpg", "https://cdn.example/a.jpg"),
            ("www.other.example/a.jpg", "https://www.other.example/a.jpg"),
            ("../a.jpg", "https://shop.example/a.jpg"),
            ("./b//c.jpg?x=../y", "https://shop.example/de/b//c.jpg?x=../y"),
            ("https://[::1]:8080/a", "https://[::1]:8080/a"),
            ("https://a.example", "https://a.example"),
        ] {
            assert_eq!(absolute(text, "https://shop.example/de/").as_deref(), Ok(want), "{text}");
        }
        assert_eq!(absolute("//c.example/a", "http://127.0.0.1:9").as_deref(), Ok("http://c.example/a"));
    }

    #[test]
    fn what_is_no_address_is_told_apart() {
        for (text, want) in [
            ("", Unusable::Empty),
            (" \n", Unusable::Empty),
            ("data:image/png;base64,AA", Unusable::Scheme("data".into())),
            ("JavaScript:alert(1)", Unusable::Scheme("javascript".into())),
            ("C:\\pictures\\a.jpg", Unusable::Scheme("something else".into())),
            ("https:a.jpg", Unusable::Host),
            ("https:///a.jpg", Unusable::Host),
            ("https://user:word@a.example/a.jpg", Unusable::Host),
            ("https://a b.example/a.jpg", Unusable::Host),
            ("https://a.example:80x/a.jpg", Unusable::Host),
            ("a.jpg", Unusable::NoBase),
            ("/a.jpg", Unusable::NoBase),
        ] {
            assert_eq!(absolute(text, ""), Err(want), "{text}");
        }
    }
}
