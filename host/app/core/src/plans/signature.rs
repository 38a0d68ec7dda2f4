//! Stripe's signature of a webhook: `Stripe-Signature: t=1492774577,v1=5257a869…`, HMAC-SHA256 over `t.body`.

use entrepot_domain::Secret;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// Seconds by which a signature may be older, or younger, than it is now.
const TOLERANCE: i64 = 5 * 60;

/// `now`: milliseconds since 1970. Several secrets count, separated by commas, while one takes the place of another.
pub(super) fn is_genuine(secrets: &Secret, header: &str, body: &[u8], now: i64) -> bool {
    let mut parts = header.split(',').filter_map(|part| part.trim().split_once('='));
    let Some(at) = parts.clone().find(|(name, _)| *name == "t").map(|(_, at)| at) else { return false };
    let Ok(seconds) = at.parse::<i64>() else { return false };
    if (now / 1_000).abs_diff(seconds) > TOLERANCE.unsigned_abs() {
        return false;
    }
    let secrets: Vec<&str> = secrets.expose().split(',').map(str::trim).filter(|secret| !secret.is_empty()).collect();
    parts.any(|(name, signature)| name == "v1" && secrets.iter().any(|secret| is_by(secret, at, body, signature)))
}

fn is_by(secret: &str, at: &str, body: &[u8], signature: &str) -> bool {
    let Some(signature) = bytes(signature) else { return false };
    let Ok(mut mac) = <Hmac<Sha256>>::new_from_slice(secret.as_bytes()) else { return false };
    mac.update(at.as_bytes());
    mac.update(b".");
    mac.update(body);
    mac.verify_slice(&signature).is_ok()
}

fn bytes(hex: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let pairs = hex.as_bytes().chunks(2);
    pairs
        .map(|pair| match pair {
            [high, low] => u8::try_from(digit(*high)? * 16 + digit(*low)?).ok(),
            _ => None,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &[u8] = b"{\"id\":\"evt_1\",\"object\":\"event\"}";
    const NOW: i64 = 1_700_000_000_000;

    fn secret() -> Secret {
        Secret::new("whsec_test_secret")
    }

    /// Made with Python's hmac.
    const V1: &str = "0c8670ed117751cc551a20e35839447075c42800ea3cf3e8a2fbda99cd1e6edd";

    #[test]
    fn a_signature_of_the_secret_over_time_and_body_is_genuine() {
        let header =
            format!("t=1700000000,v1={V1},v0=6ffbb59b2300aae63f272406069a9788598b792a944a07aba816edb039989a39");
        assert!(is_genuine(&secret(), &header, BODY, NOW));
        assert!(
            is_genuine(&secret(), &header, BODY, NOW + 300_000) && is_genuine(&secret(), &header, BODY, NOW - 300_000)
        );
        assert!(is_genuine(&Secret::new("whsec_new, whsec_test_secret"), &header, BODY, NOW), "while one is changed");
        let two = format!("t=1700000000, v1={}, v1={V1}", "0".repeat(64));
        assert!(is_genuine(&secret(), &two, BODY, NOW));
    }

    #[test]
    fn anything_else_is_not() {
        let good = format!("t=1700000000,v1={V1}");
        assert!(!is_genuine(&secret(), &good, b"{}", NOW), "another body");
        assert!(!is_genuine(&Secret::new("whsec_other"), &good, BODY, NOW));
        assert!(!is_genuine(&Secret::new(""), &good, BODY, NOW));
        assert!(!is_genuine(&secret(), &good, BODY, NOW + 301_000), "too old");
        assert!(!is_genuine(&secret(), &good, BODY, NOW - 301_000), "of a time to come");
        let wrong = [
            String::new(),
            format!("v1={V1}"),
            format!("t=1700000001,v1={V1}"),
            format!("t=x,v1={V1}"),
            format!("t=1700000000,v0={V1}"),
            format!("t=1700000000,v1={}", &V1[..62]),
            format!("t=1700000000,v1={}", &V1[..63]),
            "t=1700000000,v1=zz".to_owned(),
            "t=1700000000,v1=".to_owned(),
        ];
        for header in wrong {
            assert!(!is_genuine(&secret(), &header, BODY, NOW), "{header}");
        }
    }
}
