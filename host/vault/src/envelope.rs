//! The bytes of a sealed value: version, key id, wrapped data key, ciphertext.
//!
//! `2 | len(id) | id | nonce 12 | wrapped data key 48 | nonce 12 | ciphertext and tag`

use aes_gcm::Aes256Gcm;
use aes_gcm::aead::{Aead, KeyInit, Payload};
use zeroize::Zeroizing;

use crate::error::VaultError;

const VERSION: u8 = 2;
const NONCE: usize = 12;
const WRAPPED: usize = 32 + 16;

pub(crate) fn seal(id: &str, master: &Aes256Gcm, place: &[u8], clear: &[u8]) -> Result<Vec<u8>, VaultError> {
    let data_key = Zeroizing::new(rand::random::<[u8; 32]>());
    let (wrap_nonce, nonce) = (rand::random::<[u8; NONCE]>(), rand::random::<[u8; NONCE]>());
    let aad = bound(id, place);
    let wrapped = master.encrypt((&wrap_nonce).into(), Payload { msg: &*data_key, aad: &aad });
    let cipher = Aes256Gcm::new((&*data_key).into());
    let ciphertext = cipher.encrypt((&nonce).into(), Payload { msg: clear, aad: &aad });
    let (wrapped, ciphertext) =
        (wrapped.map_err(|_| VaultError::Damaged)?, ciphertext.map_err(|_| VaultError::Damaged)?);
    let mut out = mark(id);
    for part in [&wrap_nonce[..], &wrapped, &nonce, &ciphertext] {
        out.extend_from_slice(part);
    }
    Ok(out)
}

/// How everything begins that is sealed with that key.
pub(crate) fn mark(id: &str) -> Vec<u8> {
    [&[VERSION, id.len() as u8], id.as_bytes()].concat()
}

pub(crate) fn key_id(sealed: &[u8]) -> Result<&str, VaultError> {
    let (&[version, len], rest) = sealed.split_first_chunk::<2>().ok_or(VaultError::Damaged)?;
    if version != VERSION {
        return Err(VaultError::Damaged);
    }
    let id = rest.get(..usize::from(len)).ok_or(VaultError::Damaged)?;
    std::str::from_utf8(id).map_err(|_| VaultError::Damaged)
}

pub(crate) fn open(
    id: &str,
    master: &Aes256Gcm,
    place: &[u8],
    sealed: &[u8],
) -> Result<Zeroizing<Vec<u8>>, VaultError> {
    let rest = sealed.get(2 + id.len()..).ok_or(VaultError::Damaged)?;
    let (wrap_nonce, rest) = rest.split_first_chunk::<NONCE>().ok_or(VaultError::Damaged)?;
    let (wrapped, rest) = rest.split_first_chunk::<WRAPPED>().ok_or(VaultError::Damaged)?;
    let (nonce, ciphertext) = rest.split_first_chunk::<NONCE>().ok_or(VaultError::Damaged)?;
    let refused = || VaultError::DoesNotOpen { key_id: id.to_owned() };
    let aad = bound(id, place);
    let data_key = master.decrypt(wrap_nonce.into(), Payload { msg: wrapped, aad: &aad }).map_err(|_| refused())?;
    let data_key = Zeroizing::new(data_key);
    let key: &[u8; 32] = data_key.as_slice().try_into().map_err(|_| VaultError::Damaged)?;
    let clear = Aes256Gcm::new(key.into()).decrypt(nonce.into(), Payload { msg: ciphertext, aad: &aad });
    clear.map(Zeroizing::new).map_err(|_| refused())
}

/// What the ciphertexts are authenticated with: the version, the place and the key's own name.
fn bound(id: &str, place: &[u8]) -> Vec<u8> {
    [&mark(id)[..], place].concat()
}
