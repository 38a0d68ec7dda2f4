//! Master keys: the first seals, all of them open.

use std::fmt;

use aes_gcm::Aes256Gcm;
use aes_gcm::aead::KeyInit;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use entrepot_domain::Secret;
use hmac::{Hmac, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::error::VaultError;
use crate::{Place, envelope};

struct MasterKey {
    id: String,
    cipher: Aes256Gcm,
    /// What [`KeyRing::derive`] takes keys for other purposes from.
    root: Zeroizing<[u8; 32]>,
    text: Zeroizing<String>,
}

/// A key made from a master key, and the master key's id.
pub type DerivedKey = (String, Zeroizing<[u8; 32]>);

/// The master keys of a host. Debug names them and shows nothing of them.
pub struct KeyRing {
    keys: Vec<MasterKey>,
}

impl KeyRing {
    /// One new random key, named by its time of birth in the shortest way that is unique enough: random letters.
    pub fn generate() -> Self {
        let bytes = Zeroizing::new(rand::random::<[u8; 32]>());
        let id = format!("k{:08x}", rand::random::<u32>());
        let text = Zeroizing::new(format!("{id}:{}", STANDARD.encode(*bytes)));
        Self { keys: vec![MasterKey { id, cipher: Aes256Gcm::new((&*bytes).into()), root: bytes, text }] }
    }

    /// `ID:BASE64[,ID:BASE64…]`: the first seals, the others open what older ones sealed.
    pub fn parse(text: &str) -> Result<Self, VaultError> {
        let mut keys = Vec::new();
        for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
            let (id, encoded) = part.split_once(':').ok_or(VaultError::KeyFormat)?;
            let decoded = Zeroizing::new(STANDARD.decode(encoded.trim()).map_err(|_| VaultError::KeyFormat)?);
            let bytes: &[u8; 32] = decoded.as_slice().try_into().map_err(|_| VaultError::KeyFormat)?;
            if id.is_empty() || id.len() > 64 {
                return Err(VaultError::KeyFormat);
            }
            let text = Zeroizing::new(part.to_owned());
            let (cipher, root) = (Aes256Gcm::new(bytes.into()), Zeroizing::new(*bytes));
            keys.push(MasterKey { id: id.to_owned(), cipher, root, text });
        }
        if keys.is_empty() { Err(VaultError::KeyFormat) } else { Ok(Self { keys }) }
    }

    /// The keys as [`KeyRing::parse`] takes them: for the key file and `entrepot key new`.
    pub fn to_text(&self) -> Zeroizing<String> {
        Zeroizing::new(self.keys.iter().map(|key| key.text.as_str()).collect::<Vec<_>>().join(","))
    }

    /// A key for one purpose, made from the first master key: it tells nothing of that, nor of other purposes' keys. Where the
    /// first master key changes, so does this; use it only for what can be made again.
    pub fn derive(&self, purpose: &str) -> Result<Zeroizing<[u8; 32]>, VaultError> {
        let (_, key) = self.derive_each(purpose)?.swap_remove(0);
        Ok(key)
    }

    /// The same of every master key, with its id, the one in use first: for what outlives a change of the master key.
    pub fn derive_each(&self, purpose: &str) -> Result<Vec<DerivedKey>, VaultError> {
        let derive = |key: &MasterKey| {
            // The root is random already: what remains of HKDF is the step that expands, in its shortest form (RFC 5869, 2.3).
            let mut mac = <Hmac<Sha256>>::new_from_slice(key.root.as_slice()).map_err(|_| VaultError::KeyFormat)?;
            for part in [b"entrepot derived key\0", purpose.as_bytes(), &[1]] {
                mac.update(part);
            }
            Ok((key.id.clone(), Zeroizing::new(mac.finalize().into_bytes().into())))
        };
        let keys = self.keys.iter().map(derive).collect::<Result<Vec<_>, _>>()?;
        if keys.is_empty() { Err(VaultError::KeyFormat) } else { Ok(keys) }
    }

    /// What proves each of the keys, with its id, the one in use first: kept beside what is sealed, and of no use for opening it.
    pub fn checks(&self) -> Result<Vec<(String, String)>, VaultError> {
        let hex = |key: &[u8; 32]| key.iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(self.derive_each("key check")?.into_iter().map(|(id, key)| (id, hex(&key))).collect())
    }

    pub fn seal(&self, place: &Place<'_>, value: &str) -> Result<Vec<u8>, VaultError> {
        let key = self.keys.first().ok_or(VaultError::KeyFormat)?;
        envelope::seal(&key.id, &key.cipher, &place.bytes(), value.as_bytes())
    }

    /// The id of the key that it was sealed with.
    pub fn sealed_with(sealed: &[u8]) -> Option<&str> {
        envelope::key_id(sealed).ok()
    }

    pub fn open(&self, place: &Place<'_>, sealed: &[u8]) -> Result<Secret, VaultError> {
        let key_id = envelope::key_id(sealed)?;
        let key = self.keys.iter().find(|key| key.id == key_id).ok_or_else(|| VaultError::UnknownKey {
            sealed_with: key_id.to_owned(),
            known: self.keys.iter().map(|key| key.id.as_str()).collect::<Vec<_>>().join(", "),
        })?;
        let clear = envelope::open(&key.id, &key.cipher, &place.bytes(), sealed)?;
        let text = std::str::from_utf8(&clear).map_err(|_| VaultError::Damaged)?;
        Ok(Secret::new(text))
    }
}

impl fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.keys.iter().map(|key| &key.id)).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLACE: Place<'_> = Place { tenant: "ten_a", table: "t", row: "r", column: "c" };

    #[test]
    fn opens_only_where_it_was_sealed() {
        let ring = KeyRing::generate();
        let sealed = ring.seal(&PLACE, "cs_secret").expect("seals");
        assert!(!sealed.windows(9).any(|window| window == b"cs_secret"));
        for other in [
            Place { tenant: "ten_b", ..PLACE },
            Place { table: "u", ..PLACE },
            Place { row: "rc", column: "", ..PLACE },
            Place { column: "d", ..PLACE },
        ] {
            assert!(matches!(ring.open(&other, &sealed), Err(VaultError::DoesNotOpen { .. })));
        }
    }

    #[test]
    fn an_old_key_still_opens_after_a_new_one_was_put_first() {
        let old = KeyRing::generate();
        let sealed = old.seal(&PLACE, "value").expect("seals");
        let both = KeyRing::parse(&format!("{},{}", *KeyRing::generate().to_text(), *old.to_text())).expect("parses");
        assert_eq!(both.open(&PLACE, &sealed).expect("opens").expose(), "value");
        assert!(matches!(KeyRing::generate().open(&PLACE, &sealed), Err(VaultError::UnknownKey { .. })));
    }

    #[test]
    fn a_wrong_key_of_the_same_name_says_so() {
        let ring = KeyRing::parse(&format!("k1:{}", STANDARD.encode([1; 32]))).expect("parses");
        let wrong = KeyRing::parse(&format!("k1:{}", STANDARD.encode([2; 32]))).expect("parses");
        let sealed = ring.seal(&PLACE, "value").expect("seals");
        assert!(matches!(wrong.open(&PLACE, &sealed), Err(VaultError::DoesNotOpen { .. })));
    }

    #[test]
    fn cut_or_changed_bytes_never_open() {
        let ring = KeyRing::generate();
        let sealed = ring.seal(&PLACE, "value").expect("seals");
        for end in 0..sealed.len() {
            assert!(ring.open(&PLACE, &sealed[..end]).is_err());
        }
        for index in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[index] ^= 1;
            assert!(ring.open(&PLACE, &changed).is_err(), "byte {index}");
        }
    }

    #[test]
    fn checks_prove_a_key_and_tell_nothing() {
        let ring = KeyRing::parse(&format!("k1:{}", STANDARD.encode([1; 32]))).expect("parses");
        let wrong = KeyRing::parse(&format!("k1:{}", STANDARD.encode([2; 32]))).expect("parses");
        let checks = ring.checks().expect("derives");
        assert_eq!((checks[0].0.as_str(), checks[0].1.len()), ("k1", 64));
        assert_ne!(checks, wrong.checks().expect("derives"));
        assert_eq!(checks, KeyRing::parse(&ring.to_text()).expect("parses").checks().expect("derives"));
    }

    #[test]
    fn derived_keys_differ_by_purpose_and_by_master_key() {
        let ring = KeyRing::generate();
        let again = KeyRing::parse(&ring.to_text()).expect("parses");
        let derive = |ring: &KeyRing, purpose| *ring.derive(purpose).expect("derives");
        assert_eq!(derive(&ring, "a"), derive(&again, "a"), "the same at every start");
        assert_ne!(derive(&ring, "a"), derive(&ring, "b"));
        assert_ne!(derive(&ring, "a"), derive(&KeyRing::generate(), "a"));
        assert_ne!(derive(&ring, "a"), *ring.keys[0].root);
        let rotated = KeyRing::parse(&format!("{},{}", *KeyRing::generate().to_text(), *ring.to_text()));
        assert_ne!(derive(&rotated.expect("parses"), "a"), derive(&ring, "a"));
    }

    #[test]
    fn bad_key_texts_are_refused_without_being_shown() {
        for text in ["", "abc", "k:AAAA", ":AAAA", "k1:not base64!"] {
            let error = KeyRing::parse(text).expect_err(text).to_string();
            assert!(error.contains("entrepot key new"), "{error}");
        }
    }
}
