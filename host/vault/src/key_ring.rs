//! Master keys: the first seals, all of them open.

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

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

impl MasterKey {
    fn derive(&self, purpose: &str) -> Result<DerivedKey, VaultError> {
        // The root is random already: what remains of HKDF is the step that expands, in its shortest form (RFC 5869, 2.3).
        let mut mac = <Hmac<Sha256>>::new_from_slice(self.root.as_slice()).map_err(|_| VaultError::KeyFormat)?;
        for part in [b"entrepot derived key\0", purpose.as_bytes(), &[1]] {
            mac.update(part);
        }
        Ok((self.id.clone(), Zeroizing::new(mac.finalize().into_bytes().into())))
    }
}

/// A key made from a master key, and the master key's id.
pub type DerivedKey = (String, Zeroizing<[u8; 32]>);

/// Where keys are looked for again: the text of the keys, if it is another one than at the last look.
type Source = Box<dyn Fn() -> Option<Zeroizing<String>> + Send + Sync>;

/// The master keys of a host. Debug names them and shows nothing of them.
pub struct KeyRing {
    keys: RwLock<Vec<Arc<MasterKey>>>,
    source: Option<Source>,
}

impl KeyRing {
    fn of(keys: Vec<MasterKey>) -> Self {
        Self { keys: RwLock::new(keys.into_iter().map(Arc::new).collect()), source: None }
    }

    /// One new random key, named by its time of birth in the shortest way that is unique enough: random letters.
    pub fn generate() -> Self {
        let bytes = Zeroizing::new(rand::random::<[u8; 32]>());
        let id = format!("k{:08x}", rand::random::<u32>());
        let text = Zeroizing::new(format!("{id}:{}", STANDARD.encode(*bytes)));
        Self::of(vec![MasterKey { id, cipher: Aes256Gcm::new((&*bytes).into()), root: bytes, text }])
    }

    /// Keys that `source` may have others of while the host runs: it is asked where a key is missing, and by [`KeyRing::refresh`].
    #[must_use]
    pub fn with_source(mut self, source: impl Fn() -> Option<Zeroizing<String>> + Send + Sync + 'static) -> Self {
        self.source = Some(Box::new(source));
        self
    }

    /// Takes the keys that the source has now, if one of those known is among them: any others are not this host's. True: they are
    /// others than before.
    pub fn refresh(&self) -> bool {
        let Some(text) = self.source.as_ref().and_then(|source| source()) else { return false };
        let Ok(found) = Self::parse(&text) else { return false };
        let found = found.all();
        let mut keys = self.keys.write().unwrap_or_else(PoisonError::into_inner);
        let is_known = |key: &Arc<MasterKey>| keys.iter().any(|known| known.id == key.id && known.root == key.root);
        let is_ours = found.iter().any(is_known);
        let differs = found.len() != keys.len() || found.iter().zip(keys.iter()).any(|(new, old)| new.id != old.id);
        if is_ours && differs {
            *keys = found;
        }
        is_ours && differs
    }

    /// The ids of the keys, the one in use first.
    pub fn ids(&self) -> Vec<String> {
        self.all().iter().map(|key| key.id.clone()).collect()
    }

    fn all(&self) -> Vec<Arc<MasterKey>> {
        self.keys.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn first(&self) -> Result<Arc<MasterKey>, VaultError> {
        self.all().into_iter().next().ok_or(VaultError::KeyFormat)
    }

    /// A key that is not there may have come since.
    fn find(&self, id: &str) -> Option<Arc<MasterKey>> {
        let known = || self.all().into_iter().find(|key| key.id == id);
        known().or_else(|| if self.refresh() { known() } else { None })
    }

    /// A new key, and behind it those of these ids.
    #[must_use]
    pub fn succeeded(&self, keep: &[&str]) -> Self {
        let kept = self.all().into_iter().filter(|key| keep.contains(&key.id.as_str()));
        let new = Self::generate();
        let keys = new.all().into_iter().chain(kept).collect();
        Self { keys: RwLock::new(keys), source: None }
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
        if keys.is_empty() { Err(VaultError::KeyFormat) } else { Ok(Self::of(keys)) }
    }

    /// The keys as [`KeyRing::parse`] takes them: for the key file and `entrepot key new`.
    pub fn to_text(&self) -> Zeroizing<String> {
        Zeroizing::new(self.all().iter().map(|key| key.text.as_str()).collect::<Vec<_>>().join(","))
    }

    /// A key for one purpose, made from the first master key: it tells nothing of that, nor of other purposes' keys. Where the
    /// first master key changes, so does this; use it only for what can be made again.
    pub fn derive(&self, purpose: &str) -> Result<Zeroizing<[u8; 32]>, VaultError> {
        let (_, key) = self.derive_each(purpose)?.swap_remove(0);
        Ok(key)
    }

    /// The same of every master key, with its id, the one in use first.
    pub fn derive_each(&self, purpose: &str) -> Result<Vec<DerivedKey>, VaultError> {
        let keys: Vec<DerivedKey> = self.all().iter().map(|key| key.derive(purpose)).collect::<Result<_, _>>()?;
        if keys.is_empty() { Err(VaultError::KeyFormat) } else { Ok(keys) }
    }

    /// The same of the master key with that id, or of the one in use: for what outlives a change of the master key. `None`: it is not
    /// given.
    pub fn derive_of(&self, purpose: &str, id: Option<&str>) -> Option<DerivedKey> {
        let key = id.map_or_else(|| self.first().ok(), |id| self.find(id))?;
        key.derive(purpose).ok()
    }

    /// What proves each of the keys, with its id, the one in use first: kept beside what is sealed, and of no use for opening it.
    pub fn checks(&self) -> Result<Vec<(String, String)>, VaultError> {
        let hex = |key: &[u8; 32]| key.iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(self.derive_each("key check")?.into_iter().map(|(id, key)| (id, hex(&key))).collect())
    }

    pub fn seal(&self, place: &Place<'_>, value: &str) -> Result<Vec<u8>, VaultError> {
        let key = self.first()?;
        envelope::seal(&key.id, &key.cipher, &place.bytes(), value.as_bytes())
    }

    /// How everything begins that is sealed with the key of that id.
    pub fn mark(id: &str) -> Vec<u8> {
        envelope::mark(id)
    }

    /// The id of the key that it was sealed with.
    pub fn sealed_with(sealed: &[u8]) -> Option<&str> {
        envelope::key_id(sealed).ok()
    }

    pub fn open(&self, place: &Place<'_>, sealed: &[u8]) -> Result<Secret, VaultError> {
        let key_id = envelope::key_id(sealed)?;
        let key = self
            .find(key_id)
            .ok_or_else(|| VaultError::UnknownKey { sealed_with: key_id.to_owned(), known: self.ids().join(", ") })?;
        let clear = envelope::open(&key.id, &key.cipher, &place.bytes(), sealed)?;
        let text = std::str::from_utf8(&clear).map_err(|_| VaultError::Damaged)?;
        Ok(Secret::new(text))
    }
}

impl fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.ids()).finish()
    }
}

#[cfg(test)]
mod tests;
