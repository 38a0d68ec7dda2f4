use entrepot_domain::grants::ManifestError;
use entrepot_runtime::LoadError;
use entrepot_store::StoreError;
use thiserror::Error;

impl AdmissionError {
    /// Is it this host that has to be mended, not the adapter?
    pub fn is_of_the_host(&self) -> bool {
        match self {
            Self::Load(error) => error.is_of_the_host(),
            Self::Damaged(_) | Self::Store(_) => true,
            _ => false,
        }
    }
}

#[derive(Debug, Error)]
pub enum AdmissionError {
    #[error(transparent)]
    Load(#[from] LoadError),
    #[error("the artifact carries no manifest; build it with `cargo adapter build`")]
    NoManifest,
    #[error("the artifact carries more than one manifest")]
    TwoManifests,
    #[error("the manifest is not right: {0}")]
    Manifest(#[from] ManifestError),
    #[error("the manifest asks for {operation}, which the component does not export")]
    NotExported { operation: String },
    #[error(
        "{adapter} {version} is installed already with other bytes (digest {digest}); give the new build a new version"
    )]
    OtherBytes { adapter: String, version: String, digest: String },
    #[error("there is no adapter {0:?}; install it with `entrepot adapter install FILE --approve`")]
    Unknown(String),
    #[error(
        "the adapter {0:?} is installed and not approved; look at it with `entrepot adapter inspect {0}`, then `entrepot adapter approve {0}`"
    )]
    NotApproved(String),
    #[error("the grant of {adapter} has expired; approve it again with `entrepot adapter approve {adapter}`")]
    Expired { adapter: String },
    #[error("what is stored of {0} cannot be read; install it again")]
    Damaged(String),
    #[error(transparent)]
    Store(#[from] StoreError),
}
