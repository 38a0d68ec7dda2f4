//! What the store sends when something happened: a body of ids, signed.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};
use sha1::{Digest as _, Sha1};
use sha2::Sha256;

use super::options::Options;
use super::state::Hook;
use crate::post::post;

/// One delivery of one event to one webhook; a test may send it once, twice, late, or changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    pub method: &'static str,
    /// The webhook's destination.
    pub url: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    pub scope: String,
}

/// `number` makes the id: every delivery has its own, a repeated one the same.
pub(crate) fn delivery(options: &Options, hook: &Hook, scope: &str, data: &Value, number: u64) -> Delivery {
    let now = options.seconds();
    let mut payload = json!({"producer": format!("stores/{}", options.store_hash), "store_id": "1025646", "scope": scope, "data": data});
    payload["hash"] = json!(hex(&Sha1::digest(payload.to_string())));
    if options.says_when {
        payload["created_at"] = json!(now);
    }
    let body = payload.to_string();
    let mut headers = vec![("content-type".to_owned(), "application/json".to_owned())];
    if options.signs {
        headers.extend(signed(&options.client_secret, &format!("msg_{number}"), now, &body));
    }
    headers.extend(own(&hook.headers));
    Delivery {
        method: "POST",
        url: hook.destination.clone(),
        headers,
        body: body.into_bytes(),
        scope: scope.to_owned(),
    }
}

fn own(headers: &BTreeMap<String, String>) -> impl Iterator<Item = (String, String)> {
    headers.iter().map(|(name, value)| (name.clone(), value.clone()))
}

/// By the convention named Standard Webhooks; the key is the client secret's own bytes.
fn signed(secret: &str, id: &str, timestamp: i64, body: &str) -> [(String, String); 3] {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("a key of any length");
    mac.update(format!("{id}.{timestamp}.{body}").as_bytes());
    let signature = STANDARD.encode(mac.finalize().into_bytes());
    [
        ("webhook-id".to_owned(), id.to_owned()),
        ("webhook-timestamp".to_owned(), timestamp.to_string()),
        ("webhook-signature".to_owned(), format!("v1,{signature}")),
    ]
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Posts a delivery to `url`, plain HTTP on loopback, in place of its own destination, and returns the status.
///
/// # Errors
/// When there is no answer.
pub fn send(delivery: &Delivery, url: &str) -> std::io::Result<u16> {
    post(url, &delivery.headers, &delivery.body)
}
