//! Keys the adapter may use and never see, as a trait, so that what it verifies can be tested without a host.

use crate::bindings::keys;
use crate::bindings::keys::Algorithm;
use crate::bindings::types::Error;
use crate::transport::{Host, outside};

/// `slot` is the name of a key in the manifest, `[keys.SLOT]`.
pub trait Keys {
    fn mac(&self, slot: &str, algorithm: Algorithm, message: &[u8]) -> Result<Vec<u8>, Error>;

    /// Compares in constant time. An error is no "no": the channel may have no such secret (`Denied`).
    fn verify_mac(&self, slot: &str, algorithm: Algorithm, message: &[u8], sent: &[u8]) -> Result<bool, Error>;

    /// SHA-256 over the parts, each with its length in front, so that `["ab", "c"]` and `["a", "bc"]` differ.
    fn digest_sha256(&self, parts: &[Vec<u8>]) -> Vec<u8>;
}

impl Keys for Host {
    fn mac(&self, slot: &str, algorithm: Algorithm, message: &[u8]) -> Result<Vec<u8>, Error> {
        if cfg!(target_arch = "wasm32") { keys::mac(slot, algorithm, message) } else { Err(outside("keys")) }
    }

    fn verify_mac(&self, slot: &str, algorithm: Algorithm, message: &[u8], sent: &[u8]) -> Result<bool, Error> {
        if cfg!(target_arch = "wasm32") {
            keys::verify_mac(slot, algorithm, message, sent)
        } else {
            Err(outside("keys"))
        }
    }

    fn digest_sha256(&self, parts: &[Vec<u8>]) -> Vec<u8> {
        if cfg!(target_arch = "wasm32") { keys::digest_sha256(parts) } else { Vec::new() }
    }
}
