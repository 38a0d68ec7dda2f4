//! What webhooks of many marketplaces have in common: headers, signatures, replies.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::bindings::keys::Algorithm;
use crate::bindings::types::Error;
use crate::bindings::webhooks::{Delivery, Event};
use crate::hex;
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
        return Ok(Err(format!("the signature is missing: there is no header {name}, or more than one")));
    };
    if sent.trim().is_empty() {
        return Ok(Err(format!("the signature is missing: {name} is empty")));
    }
    let Some(sent) = base64(sent) else {
        return Ok(Err(format!("wrong signature: {name} is not base64")));
    };
    Ok(if keys.verify_mac(slot, Algorithm::HmacSha256, &delivery.body, &sent)? {
        Ok(())
    } else {
        Err("wrong signature: the body was signed with another secret, or changed on its way".to_owned())
    })
}

/// The id of a delivery of which the body alone is signed: the body, and which kind of event was read from it, for that may depend on
/// headers. Headers are anybody's words. With one of them in the id, one body that somebody caught would make any number of deliveries;
/// without the kind, who sends it first under another topic would have the genuine one taken for known. So a body is at most as many
/// deliveries as there are kinds, and sent again by the marketplace it is the same one.
///
/// Two changes that have the same bytes are one delivery, too. That loses nothing where the body has the date of the change, for then
/// they say the same of the same moment. Where it has none, add what the sender does not choose, such as the hour of `received_at`,
/// if the event is but a reason to look.
pub fn id_of_body<K: Keys>(keys: &K, delivery: &Delivery, event: &Event) -> String {
    let kind = match event {
        Event::Upserted(_) => "item",
        Event::Changed(_) => "changed",
        Event::Deleted(_) => "deleted",
        Event::Stock(_) => "stock",
        Event::OrderChanged(_) => "order",
        Event::Disconnected => "disconnected",
        Event::RunReady(_) => "ready",
        Event::Ignored(_) => "ignored",
    };
    format!("{kind}:{}", hex::encode(keys.digest_sha256(std::slice::from_ref(&delivery.body))))
}

/// By the convention named Standard Webhooks: HMAC-SHA256 over `id.timestamp.body`, any of the `v1,` signatures. Returns the
/// id of the delivery.
pub fn standard<K: Keys>(keys: &K, slot: &str, delivery: &Delivery) -> Result<Result<String, String>, Error> {
    let wanted = ["webhook-id", "webhook-timestamp", "webhook-signature"];
    let [Some(id), Some(timestamp), Some(signatures)] = wanted.map(|name| header(delivery, name)) else {
        return Ok(Err(format!("one of {} is missing, or there more than once", wanted.join(", "))));
    };
    // What is signed is joined by dots: with one in the id, its end would be open to choice.
    if id.contains('.') {
        return Ok(Err("webhook-id has a dot in it".to_owned()));
    }
    let Some(at) = timestamp.parse::<i64>().ok().and_then(|seconds| seconds.checked_mul(1000)) else {
        return Ok(Err("webhook-timestamp is not a number of seconds".to_owned()));
    };
    if delivery.received_at.abs_diff(at) > TOLERANCE_MS.unsigned_abs() {
        return Ok(Err("webhook-timestamp is more than five minutes off".to_owned()));
    }
    if signatures.trim().is_empty() {
        return Ok(Err("the signature is missing: webhook-signature is empty".to_owned()));
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
    Ok(Err("wrong signature: the delivery was signed with another secret, or changed on its way".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::TestHost;

    fn signed(id: &str, timestamp: &str, body: &str, signature: &str) -> Delivery {
        let headers = [("webhook-id", id), ("webhook-timestamp", timestamp), ("webhook-signature", signature)];
        Delivery {
            method: "POST".into(),
            path: "/hooks/chn_1".into(),
            query: String::new(),
            headers: headers.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec(),
            body: body.into(),
            received_at: 1_795_257_855_000,
        }
    }

    #[test]
    fn an_id_ends_where_it_was_signed() {
        let host = TestHost::offline().key("k", "s");
        let mac = host.mac("k", Algorithm::HmacSha256, b"a.1795257855.1795257855.x").expect("a mac");
        let signature = format!("v1,{}", STANDARD.encode(mac));
        let verify = |id, body| standard(&host, "k", &signed(id, "1795257855", body, &signature)).expect("a verdict");
        assert_eq!(verify("a", "1795257855.x"), Ok("a".to_owned()));
        assert!(verify("a.1795257855", "x").is_err());
    }

    #[test]
    fn a_body_is_one_delivery_of_each_kind() {
        let host = TestHost::offline();
        let id = |number: u32, body, event| id_of_body(&host, &signed(&number.to_string(), "", body, ""), &event);
        let first = id(1, "{}", Event::Changed("7".into()));
        assert_eq!(first, id(2, "{}", Event::Changed("8".into())));
        assert_ne!(first, id(1, "{}", Event::Ignored("other topic".into())));
        assert_ne!(first, id(1, "{ }", Event::Changed("7".into())));
    }
}
