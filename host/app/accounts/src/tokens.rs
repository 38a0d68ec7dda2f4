//! Random texts that open doors, and the hashes that are kept of them.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use entrepot_domain::Secret;

/// API keys begin so: whoever finds one knows what it is, and scanners find it.
const KEY_MARK: &str = "ent";
const PREFIX_LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
const PREFIX_LEN: usize = 10;

/// What is stored of a token. It has 256 bits of its own, so that no salt and no slow hash are needed.
pub fn hashed(token: &str) -> String {
    blake3::hash(token.as_bytes()).to_hex().to_string()
}

/// 256 random bits as text.
pub(crate) fn random_token() -> Secret {
    Secret::new(URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>()))
}

/// `ent_PREFIX_SECRET`.
#[derive(Clone, Debug)]
pub struct ApiKeyText {
    pub prefix: String,
    pub secret: Secret,
}

impl ApiKeyText {
    pub fn generate() -> Self {
        let letters = rand::random::<[u8; PREFIX_LEN]>();
        let prefix = letters.iter().map(|byte| char::from(PREFIX_LETTERS[usize::from(byte % 32)])).collect();
        Self { prefix, secret: random_token() }
    }

    /// `None`: it is none.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.splitn(3, '_');
        let (mark, prefix, secret) = (parts.next()?, parts.next()?, parts.next()?);
        let whole = mark == KEY_MARK && prefix.len() == PREFIX_LEN && secret.len() == 43;
        whole.then(|| Self { prefix: prefix.to_owned(), secret: Secret::new(secret) })
    }

    /// Whether it is the key that this is the hash of; takes as long whether it is or not.
    pub fn is_of(&self, hash: &str) -> bool {
        blake3::Hash::from_hex(hash).is_ok_and(|known| known == blake3::hash(self.secret.expose().as_bytes()))
    }

    pub fn secret_hash(&self) -> String {
        hashed(self.secret.expose())
    }

    /// Whole, to be shown once.
    pub fn whole(&self) -> Secret {
        Secret::new(format!("{KEY_MARK}_{}_{}", self.prefix, self.secret.expose()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_reads_as_it_was_written() {
        for _ in 0..100 {
            let key = ApiKeyText::generate();
            let read = ApiKeyText::parse(key.whole().expose()).expect("a key");
            assert!(read.prefix == key.prefix && read.is_of(&key.secret_hash()), "{:?}", key.whole().expose());
            assert!(!ApiKeyText::generate().is_of(&key.secret_hash()));
        }
        for text in ["", "ent", "ent__", "ent_abc_def", "xyz_aaaaaaaaaa_secret", "ent_aaaaaaaaaa_"] {
            assert!(ApiKeyText::parse(text).is_none(), "{text}");
        }
    }
}
