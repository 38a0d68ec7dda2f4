//! What webhooks of many marketplaces have in common: headers, signatures, replies.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::bindings::keys::Algorithm;
use crate::bindings::types::Error;
use crate::bindings::webhooks::Delivery;
use crate::keys::Keys;

/// Deliveries older, or further ahead, than this are refused by [`standard`].
const TOLERANCE_MS: i64 = 5 * 60 * 1000;

/// The header of that name, whatever its case. `None` too where there are several: which one was signed cannot be known.
pub fn header<'a>(delivery: &'a Delivery, name: &str) -> Option<&'a str> {
    let mut found = delivery.headers.iter().filter(|(key, _)| key.eq_ignore_ascii_case(name));
    match (found.next(), found.next()) {
        (Some((_, value)), None) => Some(value),
        _ => None,
    }
}

/// The bytes of a signature in base64. `None`: it is none.
pub fn base64(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text.trim()).ok().filter(|bytes| !bytes.is_empty())
}

/// The raw body signed with HMAC-SHA256 under the key in `slot`, in base64 in a header: `Ok(Err(why))` is a refusal.
pub fn signed_body<K: Keys>(
    keys: &K,
    slot: &str,
    delivery: &Delivery,
    name: &str,
) -> Result<Result<(), String>, Error> {
    let Some(sent) = header(delivery, name) else {
        return Ok(Err(format!("there is no header {name}, or more than one")));
    };
    let Some(sent) = base64(sent) else {
        return Ok(Err(format!("{name} is not base64")));
    };
    Ok(if keys.verify_mac(slot, Algorithm::HmacSha256, &delivery.body, &sent)? {
        Ok(())
    } else {
        Err("the signature is not that of the body".to_owned())
    })
}

/// By the convention named Standard Webhooks: HMAC-SHA256 over `id.timestamp.body`, any of the `v1,` signatures. Returns the
/// id of the delivery.
pub fn standard<K: Keys>(keys: &K, slot: &str, delivery: &Delivery) -> Result<Result<String, String>, Error> {
    let wanted = ["webhook-id", "webhook-timestamp", "webhook-signature"];
    let [Some(id), Some(timestamp), Some(signatures)] = wanted.map(|name| header(delivery, name)) else {
        return Ok(Err(format!("one of {} is missing, or there more than once", wanted.join(", "))));
    };
    let Some(at) = timestamp.parse::<i64>().ok().and_then(|seconds| seconds.checked_mul(1000)) else {
        return Ok(Err("webhook-timestamp is not a number of seconds".to_owned()));
    };
    if delivery.received_at.abs_diff(at) > TOLERANCE_MS.unsigned_abs() {
        return Ok(Err("webhook-timestamp is more than five minutes off".to_owned()));
    }
    let mut message = format!("{id}.{timestamp}.").into_bytes();
    message.extend_from_slice(&delivery.body);
    for signature in signatures.split_whitespace() {
        // Without a version it is the first one's form.
        let signature = match signature.split_once(',') {
            Some(("v1", signature)) => signature,
            Some(_) => continue,
            None => signature,
        };
        if let Some(sent) = base64(signature)
            && keys.verify_mac(slot, Algorithm::HmacSha256, &message, &sent)?
        {
            return Ok(Ok(id.to_owned()));
        }
    }
    Ok(Err("no signature is that of the delivery".to_owned()))
}
