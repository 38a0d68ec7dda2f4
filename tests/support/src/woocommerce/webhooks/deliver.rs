//! What is sent, and how it is signed.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest as _, Sha256};

use super::Hook;
use crate::post::post;
use crate::woocommerce::options::Options;

/// One delivery; a test may send it once, twice, late, or changed. The shop itself never sends one again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    pub method: &'static str,
    /// The webhook's delivery URL.
    pub url: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    pub webhook: u64,
}

impl Delivery {
    /// Not signed, and no `X-WC` headers.
    pub(super) fn ping(hook: &Hook) -> Self {
        let headers = vec![("Content-Type".to_owned(), "application/x-www-form-urlencoded".to_owned())];
        let body = format!("webhook_id={}", hook.id).into_bytes();
        Self { method: "POST", url: hook.delivery_url.clone(), headers, body, webhook: hook.id }
    }

    pub(crate) fn of(hook: &Hook, options: &Options, home: &str, body: Vec<u8>) -> Self {
        let (resource, event) = hook.topic.split_once('.').unwrap_or((hook.topic.as_str(), ""));
        let headers = [
            ("User-Agent", format!("WooCommerce/{} Hookshot (WordPress/6.9.1)", options.version)),
            ("Accept", "*/*".to_owned()),
            ("Content-Type", "application/json".to_owned()),
            ("X-WC-Webhook-Source", format!("{home}/")),
            ("X-WC-Webhook-Topic", hook.topic.clone()),
            ("X-WC-Webhook-Resource", resource.to_owned()),
            ("X-WC-Webhook-Event", event.to_owned()),
            ("X-WC-Webhook-Signature", signature(&hook.secret, &body)),
            ("X-WC-Webhook-ID", hook.id.to_string()),
            // Made of the webhook and the second: two items may share it.
            ("X-WC-Webhook-Delivery-ID", delivery_id(hook.id, options.seconds())),
        ];
        let headers = headers.map(|(name, value)| (name.to_owned(), value)).to_vec();
        Self { method: "POST", url: hook.delivery_url.clone(), headers, body, webhook: hook.id }
    }

    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

fn signature(secret: &str, body: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("a key of any length");
    mac.update(body);
    STANDARD.encode(mac.finalize().into_bytes())
}

fn delivery_id(webhook: u64, second: i64) -> String {
    let digest = Sha256::digest(format!("{webhook}{second}"));
    digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

/// Posts a delivery to `url`, plain HTTP on loopback, in place of its own, and returns the status.
///
/// # Errors
/// When there is no answer.
pub fn send(delivery: &Delivery, url: &str) -> std::io::Result<u16> {
    post(url, &delivery.headers, &delivery.body)
}
