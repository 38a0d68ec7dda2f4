//! How the host authenticates for a guest. The manifest names secrets; their values never come near it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "scheme", rename_all = "lowercase", deny_unknown_fields)]
pub enum Credential {
    /// `Authorization: Basic …`.
    Basic { username: Template, password: Template },
    /// Added to the URL's query.
    Query { parameters: BTreeMap<String, Template> },
    /// One-legged OAuth 1.0a: every request is signed, nothing secret is sent.
    #[serde(rename = "oauth1")]
    OAuth1 {
        consumer_key: Template,
        consumer_secret: Template,
        #[serde(default)]
        signature_method: SignatureMethod,
        /// What the signed address begins with, where it is not what is called: a shop behind a proxy that ends TLS.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        sign_as: Option<SignedScheme>,
    },
    /// One header, e.g. an access token.
    Header { name: String, value: Template },
    /// Several headers, e.g. the key of the application and the seller's access token.
    Headers { headers: BTreeMap<String, Template> },
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum SignatureMethod {
    #[default]
    #[serde(rename = "HMAC-SHA256")]
    HmacSha256,
    #[serde(rename = "HMAC-SHA1")]
    HmacSha1,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SignedScheme {
    Http,
    Https,
}

impl SignedScheme {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
        }
    }
}

impl SignatureMethod {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::HmacSha256 => "HMAC-SHA256",
            Self::HmacSha1 => "HMAC-SHA1",
        }
    }
}

impl Credential {
    pub const fn scheme(&self) -> &'static str {
        match self {
            Self::Basic { .. } => "basic",
            Self::Query { .. } => "query",
            Self::OAuth1 { .. } => "oauth1",
            Self::Header { .. } => "header",
            Self::Headers { .. } => "headers",
        }
    }

    pub fn templates(&self) -> Vec<&Template> {
        match self {
            Self::Basic { username, password } => vec![username, password],
            Self::Query { parameters } => parameters.values().collect(),
            Self::OAuth1 { consumer_key, consumer_secret, .. } => vec![consumer_key, consumer_secret],
            Self::Header { value, .. } => vec![value],
            Self::Headers { headers } => headers.values().collect(),
        }
    }

    /// The secrets it needs, each once, in order.
    pub fn secret_names(&self) -> Vec<&str> {
        let mut names = Vec::new();
        for name in self.templates().into_iter().flat_map(Template::names) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names
    }

    /// Only a signature may travel in the clear; what is itself the secret needs TLS.
    pub const fn possible_on(&self, https: bool) -> bool {
        https || matches!(self, Self::OAuth1 { .. })
    }
}

/// Text with names of secrets in braces: `{consumer_key}`, `Bearer {access_token}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Template {
    text: String,
    parts: Vec<Part>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Text(String),
    Name(String),
}

impl Template {
    pub fn as_str(&self) -> &str {
        &self.text
    }

    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().filter_map(|part| match part {
            Part::Name(name) => Some(name.as_str()),
            Part::Text(_) => None,
        })
    }

    /// Fills the names in, or says which one is missing.
    pub fn fill<S: AsRef<str>>(&self, mut value: impl FnMut(&str) -> Option<S>) -> Result<String, &str> {
        let mut filled = String::new();
        for part in &self.parts {
            match part {
                Part::Text(text) => filled.push_str(text),
                Part::Name(name) => filled.push_str(value(name).ok_or(name.as_str())?.as_ref()),
            }
        }
        Ok(filled)
    }
}

impl TryFrom<String> for Template {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let mut parts = Vec::new();
        let mut rest = text.as_str();
        while let Some(at) = rest.find(['{', '}']) {
            let (before, from) = rest.split_at(at);
            let inner = from.strip_prefix('{').and_then(|from| from.split_once('}'));
            let Some((name, after)) = inner.filter(|(name, _)| is_key(name)) else {
                return Err(format!("`{text}`: braces must hold the name of a secret, as in \"{{access_token}}\""));
            };
            if !before.is_empty() {
                parts.push(Part::Text(before.to_owned()));
            }
            parts.push(Part::Name(name.to_owned()));
            rest = after;
        }
        if !rest.is_empty() {
            parts.push(Part::Text(rest.to_owned()));
        }
        if text.chars().any(char::is_control) {
            return Err("control characters are not allowed in a credential".to_owned());
        }
        Ok(Self { text, parts })
    }
}

impl From<Template> for String {
    fn from(template: Template) -> Self {
        template.text
    }
}

/// Names of settings, secrets, credentials: `store_url`.
pub(super) fn is_key(name: &str) -> bool {
    let mut bytes = name.bytes();
    bytes.next().is_some_and(|b| b.is_ascii_lowercase())
        && bytes.all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_' || b == b'-')
        && name.len() <= 63
}
