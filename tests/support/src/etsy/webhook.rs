//! Deliveries of order events: Standard Webhooks, and a body that is flat.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use super::options::Options;
use crate::post::post;

/// One delivery. It may be posted more than once, and in any order: Etsy promises neither.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    pub method: &'static str,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Delivery {
    pub(crate) fn of(options: &Options, secret: &str, number: usize, event_type: &str, receipt: u64) -> Self {
        let shop = options.shop_id;
        let url = format!("https://api.etsy.com/v3/application/shops/{shop}/receipts/{receipt}");
        // The number of the shop was seen as a text and as a number.
        let shop = if number.is_multiple_of(2) { serde_json::json!(shop) } else { serde_json::json!(shop.to_string()) };
        let body = serde_json::json!({"event_type": event_type, "resource_url": url, "shop_id": shop}).to_string();
        Self::signed(secret, &format!("msg_etsysim{number:06}"), options.seconds(), body.into_bytes())
    }

    /// Any body, signed with this secret.
    #[must_use]
    pub fn signed(secret: &str, id: &str, timestamp: i64, body: Vec<u8>) -> Self {
        let key = STANDARD.decode(secret.trim_start_matches("whsec_")).expect("a secret in base64");
        let mut mac = Hmac::<Sha256>::new_from_slice(&key).expect("HMAC takes a key of any length");
        mac.update(format!("{id}.{timestamp}.").as_bytes());
        mac.update(&body);
        let signature = format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()));
        let headers = [
            ("content-type", "application/json".to_owned()),
            ("webhook-id", id.to_owned()),
            ("webhook-timestamp", timestamp.to_string()),
            ("webhook-signature", signature),
        ];
        let headers = headers.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        Self { method: "POST", headers, body }
    }
}

/// Posts a delivery to a plain `http://` address and returns the status of the answer.
pub fn send(delivery: &Delivery, url: &str) -> std::io::Result<u16> {
    post(url, &delivery.headers, &delivery.body)
}
