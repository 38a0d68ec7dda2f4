//! What the client library says, in the words of this crate.

use oci_client::errors::{DigestError, OciDistributionError as Error, OciErrorCode};

use crate::FetchError;
use crate::http::{chain, unreachable};

pub(super) fn failure(what: &str, error: Error) -> FetchError {
    let text = error.to_string();
    let what = what.to_owned();
    match error {
        Error::RequestError(error) if error.is_connect() || error.is_timeout() => unreachable(&what, &error),
        Error::RequestError(error) => FetchError::Interrupted { what, received: 0, problem: chain(&error) },
        Error::UnauthorizedError { .. } | Error::AuthenticationFailure(_) => FetchError::Unauthorized { what },
        Error::RegistryError { envelope, .. } => match envelope.errors.into_iter().next().map(|error| error.code) {
            Some(
                OciErrorCode::ManifestUnknown
                | OciErrorCode::NameUnknown
                | OciErrorCode::NotFound
                | OciErrorCode::BlobUnknown
                | OciErrorCode::ManifestBlobUnknown,
            ) => FetchError::NotFound { what },
            Some(OciErrorCode::Unauthorized | OciErrorCode::Denied) => FetchError::Unauthorized { what },
            _ => FetchError::Protocol { what, problem: text },
        },
        Error::ImageManifestNotFoundError(_) | Error::ServerError { code: 404, .. } => FetchError::NotFound { what },
        Error::ServerError { code: 401 | 403, .. } => FetchError::Unauthorized { what },
        Error::ServerError { code, .. } => FetchError::Status { what, status: code },
        Error::UnsupportedMediaTypeError(found) | Error::IncompatibleLayerMediaTypeError(found) => {
            FetchError::NotWasm { what, found }
        }
        Error::ImageIndexParsingNoPlatformResolverError => {
            FetchError::NotWasm { what, found: "an index of several images".to_owned() }
        }
        Error::UnsupportedSchemaVersionError(version) => {
            FetchError::NotWasm { what, found: format!("a manifest of schema version {version}") }
        }
        Error::DigestError(error) => digest(what, error),
        _ => FetchError::Protocol { what, problem: text },
    }
}

fn digest(what: String, error: DigestError) -> FetchError {
    match error {
        DigestError::VerificationError { expected, actual } => {
            FetchError::DigestMismatch { what, expected, found: actual }
        }
        other => FetchError::Protocol { what, problem: other.to_string() },
    }
}
