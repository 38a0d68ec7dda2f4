//! Which headers guests may set. What servers read another method, path, sender or part from is nobody's to grant.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Say nothing that a grant could mean, so no rule has to name them.
const ALWAYS: [&str; 14] = [
    "accept",
    "accept-charset",
    "accept-language",
    "cache-control",
    "content-language",
    "content-type",
    "idempotency-key",
    "if-match",
    "if-modified-since",
    "if-none-match",
    "if-unmodified-since",
    "pragma",
    "prefer",
    "user-agent",
];

/// They frame the message, belong to the connection, or say who is asking.
const OF_THE_HOST: [&str; 19] = [
    "accept-encoding",
    "authorization",
    "connection",
    "content-encoding",
    "content-length",
    "cookie",
    "cookie2",
    "early-data",
    "expect",
    "host",
    "http2-settings",
    "keep-alive",
    "max-forwards",
    "origin",
    "te",
    "trailer",
    "trailers",
    "transfer-encoding",
    "upgrade",
];

/// Servers, frameworks and proxies believe them over the request line, or over who sends it.
const OTHERWISE: [&str; 20] = [
    "cf-connecting-ip",
    "client-ip",
    "destination",
    "fastly-client-ip",
    "forwarded",
    "front-end-https",
    "true-client-ip",
    "via",
    "x-client-ip",
    "x-cluster-client-ip",
    "x-host",
    "x-https",
    "x-method",
    "x-override-url",
    "x-path",
    "x-proxy-url",
    "x-real-ip",
    "x-remote-ip",
    "x-scheme",
    "x-url-scheme",
];
const OTHERWISE_BEGIN: [&str; 8] =
    ["x-accel-", "x-envoy-", "x-forward", "x-http-", "x-original-", "x-proxyuser-", "x-remote-", "x-rewrite-"];

const RANGES: [&str; 4] = ["content-range", "if-range", "range", "request-range"];

/// Why a header is never a guest's. `name` in lower case; CGI knows no difference between `_` and `-`.
pub fn forbidden_header(name: &str) -> Option<&'static str> {
    let name = name.replace('_', "-");
    let is = |list: &[&str]| list.contains(&name.as_str());
    if is(&OF_THE_HOST) || ["proxy-", "sec-", "entrepot-"].iter().any(|begin| name.starts_with(begin)) {
        return Some("is the host's to set");
    }
    if is(&RANGES) {
        return Some("asks for a part; the host does so where a download broke off");
    }
    let begins = OTHERWISE_BEGIN.iter().any(|begin| name.starts_with(begin));
    let overrides = name.contains("method-override") || name.contains("override-method");
    if begins || overrides || is(&OTHERWISE) {
        return Some("can say another method, place or sender than the request has, and nobody can grant it");
    }
    None
}

/// A header that a rule lets guests set, in lower case.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RuleHeader(String);

impl RuleHeader {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for RuleHeader {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let lower = text.to_ascii_lowercase();
        let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        if lower.is_empty() || !lower.bytes().all(plain) {
            return Err(format!("header `{text}`: names are letters, digits and -"));
        }
        match forbidden_header(&lower) {
            Some(why) => Err(format!("the header `{text}` {why}")),
            None => Ok(Self(lower)),
        }
    }
}

impl From<RuleHeader> for String {
    fn from(header: RuleHeader) -> Self {
        header.0
    }
}

impl fmt::Display for RuleHeader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// `name` in lower case.
pub(super) fn needs_no_rule(name: &str) -> bool {
    ALWAYS.contains(&name)
}
