//! `entrepot:adapter/keys`: gated by the keys of the grant, which the egress session enforces for the running operation.

use entrepot_policy::MacAlgorithm;
use sha2::{Digest, Sha256};
use wasmtime::component::Linker;

use super::http::refused;
use crate::bindings::keys::{self, Algorithm};
use crate::bindings::types;
use crate::state::HostState;

pub(crate) fn link_keys(linker: &mut Linker<HostState>) -> wasmtime::Result<()> {
    keys::add_to_linker::<HostState, HostState>(linker, |state| state)
}

impl keys::Host for &mut HostState {
    async fn mac(
        &mut self,
        slot: String,
        algorithm: Algorithm,
        message: Vec<u8>,
    ) -> wasmtime::Result<Result<Vec<u8>, types::Error>> {
        self.count_host_call()?;
        let session = self.session("keys")?;
        Ok(session.mac(self.operation, &slot, known(algorithm), &message).map_err(refused))
    }

    async fn verify_mac(
        &mut self,
        slot: String,
        algorithm: Algorithm,
        message: Vec<u8>,
        sent: Vec<u8>,
    ) -> wasmtime::Result<Result<bool, types::Error>> {
        self.count_host_call()?;
        let session = self.session("keys")?;
        Ok(session.verify_mac(self.operation, &slot, known(algorithm), &message, &sent).map_err(refused))
    }

    async fn verify_signature(
        &mut self,
        key_url: String,
        _algorithm: String,
        _message: Vec<u8>,
        _signature: Vec<u8>,
    ) -> wasmtime::Result<Result<bool, types::Error>> {
        self.count_host_call()?;
        let key_url: String = key_url.chars().take(200).collect();
        // Manifests cannot ask for public keys, so no grant can allow one.
        Ok(Err(types::Error::Denied(format!("no grant allows to fetch the public key {key_url}"))))
    }

    async fn digest_sha256(&mut self, parts: Vec<Vec<u8>>) -> wasmtime::Result<Vec<u8>> {
        self.count_host_call()?;
        let mut hasher = Sha256::new();
        for part in parts {
            // With its length, so that `["ab", "c"]` and `["a", "bc"]` differ.
            hasher.update((part.len() as u64).to_be_bytes());
            hasher.update(part);
        }
        Ok(hasher.finalize().to_vec())
    }
}

fn known(algorithm: Algorithm) -> MacAlgorithm {
    match algorithm {
        Algorithm::HmacSha1 => MacAlgorithm::HmacSha1,
        Algorithm::HmacSha256 => MacAlgorithm::HmacSha256,
        Algorithm::HmacSha512 => MacAlgorithm::HmacSha512,
    }
}
