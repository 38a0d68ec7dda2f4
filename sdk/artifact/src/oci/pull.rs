use futures_util::StreamExt as _;
use oci_client::Client;
use oci_client::manifest::{OciDescriptor, OciImageManifest, OciManifest};
use oci_client::secrets::RegistryAuth;

use super::config::{CONFIG_TYPE, LAYER_TYPE};
use super::failure::{broken_off, failure};
use super::{OciReference, client};
use crate::digest::of_sha256;
use crate::source::{Fetched, Pinned};
use crate::{FetchError, FetchOptions, LARGEST, sha256_hex};

impl OciReference {
    pub(crate) async fn pull(&self, options: &FetchOptions) -> Result<Fetched, FetchError> {
        let (client, auth) = (self.client(options)?, client::auth(options));
        let (reference, most) = (self.clone(), options.most_bytes.min(LARGEST));
        self.within(options, async move {
            let (manifest, digest) = reference.manifest(&client, &auth).await?;
            let layer = reference.wasm_layer(&manifest)?;
            let bytes = reference.layer(&client, layer, most).await?;
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
    pub(super) async fn manifest(
        &self,
        client: &Client,
        auth: &RegistryAuth,
    ) -> Result<(OciImageManifest, String), FetchError> {
        let what = self.to_string();
        match client.pull_manifest(&self.0, auth).await.map_err(|error| failure(&what, error))? {
            (OciManifest::Image(manifest), digest) => Ok((manifest, digest)),
            (OciManifest::ImageIndex(_), _) => {
                Err(FetchError::NotWasm { what, found: "an index of several images".to_owned() })
            }
        }
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

    async fn layer(&self, client: &Client, layer: &OciDescriptor, most: usize) -> Result<Vec<u8>, FetchError> {
        let what = self.to_string();
        let protocol = |problem: &str| FetchError::Protocol { what: what.clone(), problem: problem.to_owned() };
        of_sha256(&layer.digest).ok_or_else(|| protocol("its layer has no SHA-256 digest"))?;
        let expected = u64::try_from(layer.size).map_err(|_| protocol("its layer has a length below zero"))?;
        if expected > most as u64 {
            return Err(FetchError::TooLarge { what, most });
        }
        // By digest alone: a descriptor may also name other addresses, and the registry's word is not enough to go there.
        let stream = client.pull_blob_stream(&self.0, layer.digest.as_str()).await;
        let mut stream = stream.map_err(|error| failure(&what, error))?;
        let mut bytes = Vec::new();
        while let Some(chunk) = stream.next().await {
            let chunk = chunk.map_err(|error| broken_off(&what, bytes.len(), error))?;
            let found = (bytes.len() + chunk.len()) as u64;
            if found > expected {
                return Err(FetchError::WrongLength { what, expected, found });
            }
            bytes.extend_from_slice(&chunk);
        }
        let found = bytes.len() as u64;
        if found == expected { Ok(bytes) } else { Err(FetchError::WrongLength { what, expected, found }) }
    }
}
