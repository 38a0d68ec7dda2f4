//! How this shop is reached: which form of address, which way of signing in.

use entrepot_guest::http::percent_encode;
use entrepot_guest::prelude::*;
use serde::{Deserialize, Serialize};

/// Which of the grant's credentials the shop takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Credential {
    Basic,
    Query,
    Oauth1,
    /// Signed as if called by http: the site is behind a proxy that ends TLS and was not told.
    #[serde(rename = "oauth1-http")]
    Oauth1Http,
}

impl Credential {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Basic => "basic",
            Self::Query => "query",
            Self::Oauth1 => "oauth1",
            Self::Oauth1Http => "oauth1-http",
        }
    }

    /// What to try, in order. Over plain http only a signature keeps the secret a secret, and only it is accepted. Over
    /// https the header may be dropped by the server, and a site behind a proxy may not know that it is reached by https.
    pub(crate) fn candidates(base: &str) -> &'static [Self] {
        if base.starts_with("https:") {
            &[Self::Basic, Self::Query, Self::Oauth1, Self::Oauth1Http]
        } else {
            &[Self::Oauth1]
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Site {
    pub(crate) base: String,
    /// Pretty permalinks are off: `?rest_route=` instead of `/wp-json`.
    pub(crate) plain: bool,
    pub(crate) credential: Credential,
}

impl Site {
    /// A GET of a route such as `/wc/v3/products`.
    pub(crate) fn get(&self, route: &str, query: &[(&str, &str)]) -> Request {
        self.request(Method::Get, route, query)
    }

    pub(crate) fn request(&self, method: Method, route: &str, query: &[(&str, &str)]) -> Request {
        let mut url = if self.plain {
            // Keys are only looked at when the request URI contains this text; a parameter that nothing reads carries it.
            format!("{}/?rest_route={route}&entrepot=wp-json/wc/", self.base)
        } else {
            format!("{}/wp-json{route}", self.base)
        };
        for (name, value) in query {
            url.push(if url.contains('?') { '&' } else { '?' });
            url.push_str(name);
            url.push('=');
            percent_encode(value, ",:", &mut url);
        }
        let headers = vec![("accept".to_owned(), "application/json".to_owned())];
        Request { method, url, headers, body: None, credential: Some(self.credential.name().to_owned()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_of_address() {
        let mut site = Site { base: "https://a.example/s".into(), plain: false, credential: Credential::Basic };
        let query = [("include", "1,2"), ("search", "a b&c")];
        assert_eq!(
            site.get("/wc/v3/products", &query).url,
            "https://a.example/s/wp-json/wc/v3/products?include=1,2&search=a%20b%26c"
        );
        assert_eq!(site.get("/wc/v3/products", &[]).url, "https://a.example/s/wp-json/wc/v3/products");
        site.plain = true;
        let url = site.get("/wc/v3/products", &[("page", "2")]).url;
        assert_eq!(url, "https://a.example/s/?rest_route=/wc/v3/products&entrepot=wp-json/wc/&page=2");
        assert_eq!(Credential::candidates("http://a"), [Credential::Oauth1]);
    }
}
