//! The meaning of a rule, read a second time: from its text and the URL's text, without the types that enforce it. Slow and simple
//! on purpose. Where the two disagree, one of them is wrong.

pub(super) struct Rule<'a> {
    /// `{store_url}`, or as a manifest has it.
    pub(super) origin: &'a str,
    /// What `{store_url}` was bound to.
    pub(super) store_url: &'a str,
    /// What `{shop}` was bound to.
    pub(super) shop: &'a str,
    pub(super) path: &'a str,
}

pub(super) struct Place<'a> {
    pub(super) scheme: &'a str,
    /// Host and port, the port always.
    pub(super) authority: String,
    pub(super) path: &'a str,
}

impl<'a> Place<'a> {
    /// `scheme://authority/path`, what follows the path left out.
    pub(super) fn of(url: &'a str) -> Option<Self> {
        let (scheme, rest) = url.split_once("://")?;
        let (authority, rest) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
        let path = &rest[..rest.find(['?', '#']).unwrap_or(rest.len())];
        let port = if scheme == "https" { ":443" } else { ":80" };
        let has_port = authority.rfind(':').is_some_and(|colon| !authority[colon..].contains(']'));
        let authority = format!("{authority}{}", if has_port { "" } else { port });
        Some(Self { scheme, authority, path })
    }
}

impl Rule<'_> {
    pub(super) fn covers(&self, url: &str) -> bool {
        let origin = if self.origin == "{store_url}" { self.store_url } else { self.origin };
        let (Some(granted), Some(asked)) = (Place::of(origin), Place::of(url)) else {
            return false;
        };
        let path = if asked.path.is_empty() { "/" } else { asked.path };
        let rest = match path.strip_prefix(granted.path) {
            Some("") => "/",
            Some(rest) => rest,
            None => return false,
        };
        granted.scheme == asked.scheme && self.host(&granted.authority, &asked.authority) && glob(self.path, rest)
    }

    fn host(&self, granted: &str, asked: &str) -> bool {
        let (granted, asked): (Vec<&str>, Vec<&str>) = (granted.split('.').collect(), asked.split('.').collect());
        granted.len() == asked.len()
            && granted.iter().zip(&asked).all(|(granted, asked)| match *granted {
                "*" => {
                    !asked.is_empty()
                        && asked.len() < 64
                        && asked.chars().all(|c| matches!(c, 'a'..='z' | '0'..='9' | '-'))
                        && !asked.starts_with('-')
                        && !asked.ends_with('-')
                }
                "{shop}" => *asked == self.shop,
                granted => granted == *asked,
            })
    }
}

/// `/*` is one segment that is not empty, `/**` at the end is a slash and whatever follows.
fn glob(pattern: &str, path: &str) -> bool {
    if pattern == "/**" {
        return path.starts_with('/');
    }
    if let Some(after) = pattern.strip_prefix("/*").filter(|after| after.is_empty() || after.starts_with('/')) {
        let Some(segment) = path.strip_prefix('/') else { return false };
        let length = segment.find('/').unwrap_or(segment.len());
        return length > 0 && glob(after, &segment[length..]);
    }
    match (pattern.chars().next(), path.chars().next()) {
        (None, None) => true,
        (Some(one), Some(other)) => one == other && glob(&pattern[one.len_utf8()..], &path[other.len_utf8()..]),
        _ => false,
    }
}
