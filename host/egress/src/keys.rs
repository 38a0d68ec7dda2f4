//! MACs under the channel's keys. The guest says which bytes and how; the key stays here.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use entrepot_domain::usage::UseKind;
use entrepot_policy::{KeyEncoding, KeyRule, MacAlgorithm};
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::{Sha256, Sha512};
use zeroize::Zeroizing;

use crate::exchange::Failure;
use crate::session::Session;

impl Session {
    /// The MAC of `message` under the key in `slot`.
    pub fn mac(
        &self,
        operation: &str,
        slot: &str,
        algorithm: MacAlgorithm,
        message: &[u8],
    ) -> Result<Vec<u8>, Failure> {
        self.with_key(operation, slot, algorithm, |key| match algorithm {
            MacAlgorithm::HmacSha1 => fed::<Hmac<Sha1>>(key, message).finalize().into_bytes().to_vec(),
            MacAlgorithm::HmacSha256 => fed::<Hmac<Sha256>>(key, message).finalize().into_bytes().to_vec(),
            MacAlgorithm::HmacSha512 => fed::<Hmac<Sha512>>(key, message).finalize().into_bytes().to_vec(),
        })
    }

    /// Compares in constant time.
    pub fn verify_mac(
        &self,
        operation: &str,
        slot: &str,
        algorithm: MacAlgorithm,
        message: &[u8],
        sent: &[u8],
    ) -> Result<bool, Failure> {
        self.with_key(operation, slot, algorithm, |key| verifies(algorithm, key, message, sent))
    }

    fn with_key<T>(
        &self,
        operation: &str,
        slot: &str,
        algorithm: MacAlgorithm,
        work: impl FnOnce(&[u8]) -> T,
    ) -> Result<T, Failure> {
        let (bound, channel) = (self.bound(), self.channel());
        let denied = |why: String| {
            self.ledger().count(UseKind::Denied, operation.to_owned(), "", &why);
            Failure::Denied(why)
        };
        let rule = bound.key(operation, slot, algorithm).map_err(denied)?;
        let name = &rule.secret;
        let secret = self.secrets().secret(name).ok_or_else(|| {
            Failure::denied(format!(
                "the secret `{name}` is not set; set it with: entrepot channel set {channel} --secret {name}=…"
            ))
        })?;
        let key = bytes(rule, secret.expose()).ok_or_else(|| {
            Failure::denied(format!(
                "the secret `{name}` is not the key it should be; copy it again from the marketplace"
            ))
        })?;
        self.ledger().count(UseKind::Credential, operation.to_owned(), "", slot);
        Ok(work(&key))
    }
}

/// Compares in constant time.
pub(crate) fn verifies(algorithm: MacAlgorithm, key: &[u8], message: &[u8], sent: &[u8]) -> bool {
    match algorithm {
        MacAlgorithm::HmacSha1 => fed::<Hmac<Sha1>>(key, message).verify_slice(sent).is_ok(),
        MacAlgorithm::HmacSha256 => fed::<Hmac<Sha256>>(key, message).verify_slice(sent).is_ok(),
        MacAlgorithm::HmacSha512 => fed::<Hmac<Sha512>>(key, message).verify_slice(sent).is_ok(),
    }
}

fn bytes(rule: &KeyRule, secret: &str) -> Option<Zeroizing<Vec<u8>>> {
    let text = rule.strip_prefix.as_deref().and_then(|prefix| secret.strip_prefix(prefix)).unwrap_or(secret);
    let bytes = match rule.encoding {
        KeyEncoding::Text => text.as_bytes().to_vec(),
        KeyEncoding::Base64 => STANDARD.decode(text).or_else(|_| STANDARD_NO_PAD.decode(text)).ok()?,
        KeyEncoding::Hex => hex(text)?,
    };
    // A MAC under no key is one that anybody can make.
    (!bytes.is_empty()).then(|| Zeroizing::new(bytes))
}

pub(crate) fn hex(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u32>> = text.chars().map(|c| c.to_digit(16)).collect();
    let digits = digits.filter(|digits| digits.len() % 2 == 0)?;
    Some(digits.chunks(2).filter_map(|pair| u8::try_from(pair[0] * 16 + pair[1]).ok()).collect())
}

fn fed<M: Mac + KeyInit>(key: &[u8], message: &[u8]) -> M {
    #[expect(clippy::expect_used, reason = "HMAC takes keys of any length")]
    let mut mac = <M as KeyInit>::new_from_slice(key).expect("any length");
    mac.update(message);
    mac
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(encoding: KeyEncoding, strip_prefix: Option<&str>) -> KeyRule {
        let strip_prefix = strip_prefix.map(str::to_owned);
        let (operations, algorithms) = (Vec::new(), Vec::new());
        KeyRule { secret: "s".into(), operations, algorithms, encoding, strip_prefix }
    }

    #[test]
    fn a_secret_becomes_its_bytes() {
        let key = |encoding, prefix, secret: &str| bytes(&rule(encoding, prefix), secret).map(|key| key.to_vec());
        assert_eq!(key(KeyEncoding::Text, None, "abc"), Some(b"abc".to_vec()));
        assert_eq!(key(KeyEncoding::Base64, Some("whsec_"), "whsec_AQID"), Some(vec![1, 2, 3]));
        assert_eq!(key(KeyEncoding::Base64, Some("whsec_"), "AQI"), Some(vec![1, 2]), "without padding or prefix");
        assert_eq!(key(KeyEncoding::Hex, None, "0aFF"), Some(vec![10, 255]));
        for (encoding, secret) in [
            (KeyEncoding::Base64, "not base64!"),
            (KeyEncoding::Hex, "abc"),
            (KeyEncoding::Hex, "zz"),
            (KeyEncoding::Text, ""),
        ] {
            assert_eq!(key(encoding, None, secret), None, "{secret}");
        }
    }
}
