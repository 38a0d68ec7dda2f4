//! OAuth 1.0a, one-legged, as WooCommerce checks it: the only key authentication it takes without TLS.

use std::collections::HashSet;
use std::sync::Mutex;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::Hmac;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::errors;
use super::keys::{Key, Keys, Row};
use super::options::Options;
use crate::server::{Answer, Request};

/// RFC 3986, PHP's `rawurlencode`.
const RESERVED: AsciiSet = NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
const WINDOW: i64 = 15 * 60;
const NAMES: [&str; 5] =
    ["oauth_consumer_key", "oauth_timestamp", "oauth_nonce", "oauth_signature", "oauth_signature_method"];

/// Key, and nonce, used.
pub(crate) type Nonces = HashSet<(String, String)>;

/// The key's row when the signature is good; `None` when the request does not use OAuth at all.
pub(crate) fn authenticate(
    keys: &Keys,
    nonces: &Mutex<Nonces>,
    request: &Request,
    options: &Options,
    ssl: bool,
) -> Result<Option<Row>, Answer> {
    let mut pairs = request.pairs();
    let value = |name: &str| request.parameter(name).filter(|value| !value.is_empty());
    let missing: Vec<_> = NAMES.into_iter().filter(|name| value(name).is_none()).collect();
    if missing.len() == NAMES.len() {
        return Ok(None);
    }
    if !missing.is_empty() {
        let plural = if missing.len() == 1 { "" } else { "s" };
        return Err(errors::authentication(&format!("Missing OAuth parameter{plural} {}", missing.join(", "))));
    }
    let [consumer_key, timestamp, nonce, signature, method] = NAMES.map(|name| value(name).unwrap_or_default());
    let Some(row) = keys.find(&consumer_key) else {
        return Err(errors::authentication("Consumer key is invalid."));
    };

    pairs.retain(|(name, _)| name != "oauth_signature");
    let base = base_string(request.method.as_str(), &address(request, options, ssl), pairs);
    let expected = match method.as_str() {
        "HMAC-SHA256" => sign::<Hmac<sha2::Sha256>>(&base, &row.secret),
        "HMAC-SHA1" => sign::<Hmac<sha1::Sha1>>(&base, &row.secret),
        _ => return Err(errors::authentication("Invalid signature - signature method is invalid.")),
    };
    // A `+` that was not percent-encoded arrives as a blank; the shop puts it back.
    if expected != signature.replace(' ', "+") {
        return Err(errors::authentication("Invalid signature - provided signature does not match."));
    }
    let age = options.seconds() - timestamp.parse::<i64>().unwrap_or(0);
    if age.abs() > WINDOW {
        return Err(errors::authentication("Invalid timestamp."));
    }
    if !nonces.lock().expect("the nonces").insert((consumer_key, nonce)) {
        return Err(errors::authentication("Invalid nonce - nonce has already been used."));
    }
    Ok(Some(row))
}

/// The address the shop believes it was asked at: its own, with the scheme it believes in.
fn address(request: &Request, options: &Options, ssl: bool) -> String {
    let home = options.home(&request.origin);
    let rest = home.split_once("://").map_or(home.as_str(), |(_, rest)| rest);
    let path = request.path.strip_prefix(&options.folder).unwrap_or(&request.path);
    format!("{}://{rest}{path}", if ssl { "https" } else { "http" })
}

/// What is signed.
#[must_use]
pub(crate) fn base_string(method: &str, address: &str, mut pairs: Vec<(String, String)>) -> String {
    let encoded = |text: &str| utf8_percent_encode(text, &RESERVED).to_string();
    pairs.sort();
    let joined: Vec<_> = pairs.iter().map(|(name, value)| format!("{}={}", encoded(name), encoded(value))).collect();
    format!("{method}&{}&{}", encoded(address), encoded(&joined.join("&")))
}

/// The signature: keyed with the secret and an ampersand, because there is no token.
#[must_use]
pub(crate) fn sign<M: hmac::digest::KeyInit + hmac::Mac>(base: &str, secret: &str) -> String {
    let mut mac = <M as hmac::digest::KeyInit>::new_from_slice(format!("{secret}&").as_bytes())
        .expect("HMAC takes a key of any length");
    mac.update(base.as_bytes());
    STANDARD.encode(mac.finalize().into_bytes())
}

/// A client's side: all parameters of the request, signed with HMAC-SHA256.
pub(crate) fn parameters(
    key: &Key,
    method: &str,
    url: &str,
    parameters: &[(&str, &str)],
    timestamp: i64,
    nonce: &str,
) -> Vec<(String, String)> {
    let timestamp = timestamp.to_string();
    let own = [
        ("oauth_consumer_key", key.consumer_key.as_str()),
        ("oauth_timestamp", &timestamp),
        ("oauth_nonce", nonce),
        ("oauth_signature_method", "HMAC-SHA256"),
    ];
    let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    let mut pairs: Vec<_> = parameters.iter().chain(&own).map(owned).collect();
    let base = base_string(method, url, pairs.clone());
    pairs.push(("oauth_signature".to_owned(), sign::<Hmac<sha2::Sha256>>(&base, &key.consumer_secret)));
    pairs
}
