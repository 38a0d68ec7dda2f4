use std::collections::BTreeMap;
use std::time::SystemTime;

use oci_client::client::{Config, ImageLayer};
use oci_client::manifest::{OCI_IMAGE_MEDIA_TYPE, OciImageManifest};
use semver::Version;

use super::OciReference;
use super::config::{CONFIG_TYPE, LAYER_TYPE, config};
use super::failure::failure;
use super::wire::Wire;
use crate::{Artifact, FetchError, FetchOptions};

/// Where an artifact is now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pushed {
    /// `oci://HOST/REPOSITORY@sha256:…`, which leads to these bytes whatever becomes of the tag.
    pub pinned: String,
    /// The tag led to the very same artifact already; nothing was sent.
    pub already: bool,
}

impl OciReference {
    /// Brings an artifact there, under the reference's tag. A tag that is a version has to be the artifact's, and never changes its
    /// bytes; any other tag, such as `latest`, is moved.
    pub async fn push(
        &self,
        artifact: &Artifact,
        now: SystemTime,
        options: &FetchOptions,
    ) -> Result<Pushed, FetchError> {
        let tag = self.tag().ok_or_else(|| FetchError::NoTag { what: self.to_string() })?;
        let manifest = artifact.manifest();
        let is_version = tag.parse::<Version>().is_ok();
        if is_version && tag != manifest.version.to_string() {
            return Err(FetchError::TagNotVersion { tag: tag.to_owned(), version: manifest.version.to_string() });
        }
        let digest = format!("sha256:{}", artifact.digest());
        let config = config(artifact.bytes(), &manifest.publisher, digest.clone(), now)?;
        let config = Config::new(config, CONFIG_TYPE.to_owned(), None);
        let layer = ImageLayer::new(artifact.bytes().to_vec(), LAYER_TYPE.to_owned(), None);
        let annotations = BTreeMap::from([
            ("org.opencontainers.image.title".to_owned(), manifest.id.clone()),
            ("org.opencontainers.image.vendor".to_owned(), manifest.publisher.clone()),
            ("org.opencontainers.image.version".to_owned(), manifest.version.to_string()),
        ]);
        let mut image = OciImageManifest::build(std::slice::from_ref(&layer), &config, Some(annotations));
        image.media_type = Some(OCI_IMAGE_MEDIA_TYPE.to_owned());

        let (client, wire, reference) = (self.client(options)?, Wire::new(self, options)?, self.clone());
        let given = options.clone();
        self.within(options, async move {
            let what = reference.to_string();
            let auth = reference.authorize(&wire, &given, "pull,push").await?;
            match reference.manifest(&wire, &auth).await {
                Ok((there, manifest_digest)) => {
                    if there.layers.iter().any(|layer| layer.digest == digest) {
                        return Ok(Pushed { pinned: reference.pinned(&manifest_digest), already: true });
                    }
                    if is_version {
                        return Err(FetchError::TagTaken { what });
                    }
                }
                Err(FetchError::NotFound { .. }) => {}
                // Something else than an image is there.
                Err(FetchError::NotWasm { .. }) if !is_version => {}
                Err(error) => return Err(error),
            }
            let auth = auth.hand_over(&client, &reference).await;
            let pushed = client.push(&reference.0, &[layer], config, &auth, Some(image)).await;
            pushed.map_err(|error| failure(&what, error))?;
            let manifest_digest = client.fetch_manifest_digest(&reference.0, &auth).await;
            let manifest_digest = manifest_digest.map_err(|error| failure(&what, error))?;
            Ok(Pushed { pinned: reference.pinned(&manifest_digest), already: false })
        })
        .await
    }
}
