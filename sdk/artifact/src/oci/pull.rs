use oci_client::manifest::{
    IMAGE_MANIFEST_LIST_MEDIA_TYPE, IMAGE_MANIFEST_MEDIA_TYPE, OCI_IMAGE_INDEX_MEDIA_TYPE, OCI_IMAGE_MEDIA_TYPE,
    OciDescriptor, OciImageManifest,
};
use serde_json::Value;

use super::OciReference;
use super::auth::Auth;
use super::config::{CONFIG_TYPE, LAYER_TYPE};
use super::wire::Wire;
use crate::digest::of_sha256;
use crate::source::{Fetched, Pinned};
use crate::{FetchError, FetchOptions, MAX_ARTIFACT_LEN, sha256_hex};

/// Bytes of an image manifest.
const MAX_OCI_MANIFEST_LEN: usize = 4 << 20;

impl OciReference {
    pub(crate) async fn pull(&self, options: &FetchOptions) -> Result<Fetched, FetchError> {
        let (wire, most) = (Wire::new(self, options)?, options.most_bytes.min(MAX_ARTIFACT_LEN));
        let (reference, options) = (self.clone(), options.clone());
        let patience = options.clone();
        self.within(&patience, async move {
            let auth = reference.authorize(&wire, &options, "pull").await?;
            let (manifest, digest) = reference.manifest(&wire, &auth).await?;
            let layer = reference.wasm_layer(&manifest)?;
            let bytes = reference.layer(&wire, &auth, layer, most).await?;
            Ok(Fetched {
                digest: sha256_hex(&bytes),
                source: reference.to_string(),
                yanked: None,
                pinned: Pinned { reference: reference.pinned(&digest), version: None },
                bytes,
            })
        })
        .await
    }

    /// The image manifest and its digest, which is the reference's own if that names one.
    pub(super) async fn manifest(&self, wire: &Wire, auth: &Auth) -> Result<(OciImageManifest, String), FetchError> {
        let what = self.to_string();
        let name = self.0.digest().or(self.0.tag()).unwrap_or_default();
        let path = format!("/v2/{}/manifests/{name}", self.0.repository());
        let accept = [
            OCI_IMAGE_MEDIA_TYPE,
            IMAGE_MANIFEST_MEDIA_TYPE,
            // Said, so that it is told from nothing.
            OCI_IMAGE_INDEX_MEDIA_TYPE,
            IMAGE_MANIFEST_LIST_MEDIA_TYPE,
        ];
        let answer = wire.get(&path, &accept.join(", "), auth).await?;
        let said =
            answer.headers().get("docker-content-digest").and_then(|value| value.to_str().ok()).map(str::to_owned);
        let body = wire.body(answer, MAX_OCI_MANIFEST_LEN).await?;
        let found = format!("sha256:{}", sha256_hex(&body));
        let said = said.filter(|said| of_sha256(said).is_some());
        if let Some(expected) = self.0.digest().map(str::to_owned).or(said).filter(|expected| *expected != found) {
            return Err(FetchError::DigestMismatch { what, expected, found });
        }
        let protocol = |problem: String| FetchError::Protocol { what: what.clone(), problem };
        let manifest: Value = serde_json::from_slice(&body).map_err(|error| protocol(error.to_string()))?;
        let not_wasm = |found: String| FetchError::NotWasm { what: what.clone(), found };
        match manifest["schemaVersion"].as_i64() {
            Some(2) => {}
            Some(version) => return Err(not_wasm(format!("a manifest of schema version {version}"))),
            None => return Err(protocol("its manifest says no schema version".to_owned())),
        }
        if manifest["manifests"].is_array() {
            return Err(not_wasm("an index of several images".to_owned()));
        }
        let manifest = serde_json::from_value(manifest).map_err(|error| protocol(error.to_string()))?;
        Ok((manifest, found))
    }

    pub(super) fn wasm_layer<'a>(&self, manifest: &'a OciImageManifest) -> Result<&'a OciDescriptor, FetchError> {
        let not_wasm = |found: &str| Err(FetchError::NotWasm { what: self.to_string(), found: found.to_owned() });
        if manifest.config.media_type != CONFIG_TYPE {
            return not_wasm(&manifest.config.media_type);
        }
        match manifest.layers.as_slice() {
            [layer] if layer.media_type == LAYER_TYPE => Ok(layer),
            [layer] => not_wasm(&layer.media_type),
            layers => not_wasm(&format!("something of {} layers", layers.len())),
        }
    }

    async fn layer(&self, wire: &Wire, auth: &Auth, layer: &OciDescriptor, most: usize) -> Result<Vec<u8>, FetchError> {
        let what = self.to_string();
        let protocol = |problem: &str| FetchError::Protocol { what: what.clone(), problem: problem.to_owned() };
        of_sha256(&layer.digest).ok_or_else(|| protocol("its layer has no SHA-256 digest"))?;
        let expected = u64::try_from(layer.size).map_err(|_| protocol("its layer has a length below zero"))?;
        let room = usize::try_from(expected).ok().filter(|room| *room <= most);
        let Some(room) = room else { return Err(FetchError::TooLarge { what, most }) };
        // By digest alone: a descriptor may also name other addresses, and the registry's word is not enough to go there.
        let path = format!("/v2/{}/blobs/{}", self.0.repository(), layer.digest);
        let answer = wire.get(&path, "*/*", auth).await?;
        let wrong_length = |found: u64| FetchError::WrongLength { what: what.clone(), expected, found };
        let bytes = match wire.body(answer, room).await {
            Err(FetchError::TooLarge { .. }) => return Err(wrong_length(expected + 1)),
            bytes => bytes?,
        };
        if bytes.len() as u64 != expected {
            return Err(wrong_length(bytes.len() as u64));
        }
        let found = format!("sha256:{}", sha256_hex(&bytes));
        if found != layer.digest {
            return Err(FetchError::DigestMismatch { what, expected: layer.digest.clone(), found });
        }
        Ok(bytes)
    }
}
