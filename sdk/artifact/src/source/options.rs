use std::fmt;
use std::time::Duration;

use zeroize::Zeroizing;

use super::Location;
use crate::limits::MAX_ARTIFACT_LEN;

/// How to reach artifacts. The default reaches https and files, as nobody in particular.
#[derive(Clone, Debug)]
pub struct FetchOptions {
    /// Where `registry:NAME` is looked up.
    pub registry: Option<Location>,
    /// Versions that were withdrawn count among those that fit.
    pub allow_yanked: bool,
    /// Plain http to this machine, for development and tests. Plain http to anywhere else is always refused.
    pub allow_loopback_http: bool,
    /// For OCI registries; sent to the registry's host, and to the token service it names where that is of the same owner.
    pub credentials: Option<Credentials>,
    /// PEM files' contents: authorities to trust besides the system's.
    pub extra_roots_pem: Vec<Vec<u8>>,
    pub connect_timeout: Duration,
    /// For everything a fetch or push does, together.
    pub total_timeout: Duration,
    /// Of the artifact; 32 MiB at most, whatever is said here.
    pub most_bytes: usize,
}

impl Default for FetchOptions {
    fn default() -> Self {
        Self {
            registry: None,
            allow_yanked: false,
            allow_loopback_http: false,
            credentials: None,
            extra_roots_pem: Vec::new(),
            connect_timeout: Duration::from_secs(10),
            total_timeout: Duration::from_secs(120),
            most_bytes: MAX_ARTIFACT_LEN,
        }
    }
}

/// Name and password, or name and access token, as the registry gave them.
#[derive(Clone)]
pub struct Credentials {
    pub username: String,
    pub password: Zeroizing<String>,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credentials(…)")
    }
}
