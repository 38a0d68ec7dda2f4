//! The cookie of a browser that is signed in.

use axum::http::{HeaderMap, HeaderValue, header};

/// Seconds: a session ends before, and this keeps no longer than the longest.
const MAX_AGE: u64 = 30 * 24 * 60 * 60;

/// How it is named and kept.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cookie {
    name: &'static str,
    secure: bool,
}

impl Cookie {
    /// With a name that browsers bind to this host and to TLS, where others reach it so. On plain HTTP, which is for one's own machine,
    /// they would not keep such a one.
    pub(crate) fn new(public_url: &str) -> Self {
        if public_url.starts_with("https://") {
            Self { name: "__Host-entrepot", secure: true }
        } else {
            Self { name: "entrepot", secure: false }
        }
    }

    /// Whether there is one, whatever it holds.
    pub(crate) fn is_shown(&self, headers: &HeaderMap) -> bool {
        let pairs = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
        let mut names = pairs.flat_map(|pairs| pairs.split(';')).filter_map(|pair| pair.trim().split_once('='));
        names.any(|(name, _)| name == self.name)
    }

    /// What the browser shows. Of several, none: somebody laid another beside it.
    pub(crate) fn of(&self, headers: &HeaderMap) -> Option<String> {
        let pairs = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
        let mut found = pairs
            .flat_map(|pairs| pairs.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .filter(|(name, value)| *name == self.name && !value.is_empty())
            .map(|(_, value)| value.to_owned());
        found.next().filter(|_| found.next().is_none())
    }

    pub(crate) fn set(&self, token: &str) -> Option<HeaderValue> {
        self.header(token, MAX_AGE)
    }

    pub(crate) fn clear(&self) -> Option<HeaderValue> {
        self.header("", 0)
    }

    fn header(&self, token: &str, age: u64) -> Option<HeaderValue> {
        let secure = if self.secure { "; Secure" } else { "" };
        let text = format!("{}={token}; Path=/; HttpOnly; SameSite=Lax; Max-Age={age}{secure}", self.name);
        let mut value = HeaderValue::from_str(&text).ok()?;
        value.set_sensitive(true);
        Some(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(cookie: Cookie, given: &[&str]) -> Option<String> {
        let mut headers = HeaderMap::new();
        for given in given {
            headers.append(header::COOKIE, given.parse().expect("a value"));
        }
        cookie.of(&headers)
    }

    #[test]
    fn it_is_bound_to_the_host_where_there_is_tls() {
        let (secure, plain) = (Cookie::new("https://shop.example"), Cookie::new("http://127.0.0.1:8080"));
        let set = |cookie: Cookie| cookie.set("abc").expect("a header").to_str().expect("ASCII").to_owned();
        assert_eq!(set(secure), "__Host-entrepot=abc; Path=/; HttpOnly; SameSite=Lax; Max-Age=2592000; Secure");
        assert_eq!(set(plain), "entrepot=abc; Path=/; HttpOnly; SameSite=Lax; Max-Age=2592000");
        assert_eq!(shown(secure, &["a=b; __Host-entrepot=abc"]).as_deref(), Some("abc"));
        assert_eq!(shown(secure, &["entrepot=abc"]), None, "one that was laid without TLS");
        assert_eq!(shown(plain, &["entrepot=abc; entrepot=def"]), None);
        assert_eq!(shown(plain, &["entrepot=abc", "entrepot=def"]), None);
        assert_eq!(shown(plain, &["entrepot=; x"]), None);
    }
}
