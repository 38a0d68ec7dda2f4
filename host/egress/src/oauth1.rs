//! One-legged OAuth 1.0a (RFC 5849 without tokens), with the parameters in the query.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use entrepot_policy::{SignatureMethod, SignedScheme};
use hmac::{Hmac, KeyInit, Mac};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use sha1::Sha1;
use sha2::Sha256;
use url::Url;

/// RFC 3986's unreserved characters stay as they are, nothing else does.
pub(crate) const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

pub(crate) struct Signer<'a> {
    pub(crate) consumer_key: &'a str,
    pub(crate) consumer_secret: &'a str,
    pub(crate) method: SignatureMethod,
    pub(crate) nonce: &'a str,
    /// Seconds since 1970.
    pub(crate) timestamp: i64,
    /// The scheme the server believes it is reached by, where a proxy in front of it ends TLS.
    pub(crate) sign_as: Option<SignedScheme>,
}

pub(crate) fn encode(text: &str) -> String {
    utf8_percent_encode(text, UNRESERVED).to_string()
}

/// `key=value&…`, encoded as the signature needs it: a space is `%20`, never `+`.
pub(crate) fn query(pairs: &[(String, String)]) -> String {
    let pairs: Vec<String> = pairs.iter().map(|(key, value)| format!("{}={}", encode(key), encode(value))).collect();
    pairs.join("&")
}

impl Signer<'_> {
    /// The URL with the signed parameters after its own, which stay as they are written: some servers look at the text.
    pub(crate) fn sign(&self, http_method: &str, url: &Url) -> Url {
        let mut pairs: Vec<(String, String)> = url.query_pairs().into_owned().collect();
        let own = pairs.len();
        for (key, value) in [
            ("oauth_consumer_key", self.consumer_key),
            ("oauth_nonce", self.nonce),
            ("oauth_signature_method", self.method.as_str()),
            ("oauth_timestamp", &self.timestamp.to_string()),
        ] {
            pairs.push((key.to_owned(), value.to_owned()));
        }
        let signature = self.signature(&self.base_string(http_method, url, &pairs));
        pairs.push(("oauth_signature".to_owned(), signature));
        let mut text =
            url.query().filter(|query| !query.is_empty()).map(|query| format!("{query}&")).unwrap_or_default();
        text.push_str(&query(&pairs[own..]));
        let mut signed = url.clone();
        signed.set_query(Some(&text));
        signed
    }

    fn base_string(&self, http_method: &str, url: &Url, pairs: &[(String, String)]) -> String {
        let mut encoded: Vec<(String, String)> =
            pairs.iter().map(|(key, value)| (encode(key), encode(value))).collect();
        encoded.sort();
        let parameters: Vec<String> = encoded.into_iter().map(|(key, value)| format!("{key}={value}")).collect();
        let scheme = self.sign_as.map_or_else(|| url.scheme(), |scheme| scheme.as_str());
        let port = url.port().map_or_else(String::new, |port| format!(":{port}"));
        let base = format!("{scheme}://{}{port}{}", url.host_str().unwrap_or_default(), url.path());
        format!("{http_method}&{}&{}", encode(&base), encode(&parameters.join("&")))
    }

    fn signature(&self, base: &str) -> String {
        // No token, so nothing follows the ampersand.
        let key = format!("{}&", encode(self.consumer_secret));
        match self.method {
            SignatureMethod::HmacSha256 => STANDARD.encode(mac::<Hmac<Sha256>>(&key, base)),
            SignatureMethod::HmacSha1 => STANDARD.encode(mac::<Hmac<Sha1>>(&key, base)),
        }
    }
}

fn mac<M: Mac + KeyInit>(key: &str, message: &str) -> Vec<u8> {
    // HMAC takes keys of any length; the type of the constructor cannot say so.
    <M as KeyInit>::new_from_slice(key.as_bytes())
        .map(|mut mac| {
            mac.update(message.as_bytes());
            mac.finalize().into_bytes().to_vec()
        })
        .unwrap_or_default()
}

#[cfg(test)]
mod tests;
