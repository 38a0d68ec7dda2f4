//! Artifacts in OCI registries, in the layout the Wasm ecosystem uses: an image manifest with one `application/wasm` layer.

mod auth;
mod challenge;
mod client;
mod config;
mod failure;
mod pull;
mod push;
mod wire;

use std::fmt;
use std::str::FromStr;

use oci_client::Reference;
use url::Url;

use crate::digest::of_sha256;
use crate::http::is_loopback;

pub use push::Pushed;

const SCHEME: &str = "oci://";

/// `oci://host[:port]/repository:tag` or `oci://host[:port]/repository@sha256:…`. Nothing is filled in: no host, no tag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OciReference(Reference);

impl FromStr for OciReference {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let rest = text.strip_prefix(SCHEME).ok_or("it does not begin with oci://")?;
        let reference = Reference::try_from(rest).map_err(|error| error.to_string())?;
        // Other tools take `repository:tag` for Docker Hub's; here a registry is always said.
        let host = rest.split_once('/').map_or("", |(host, _)| host);
        if reference.registry() != host || host_of(host).is_none() {
            return Err("the registry's host is missing".to_owned());
        }
        match (reference.digest(), reference.tag()) {
            (Some(_), Some(_)) => Err("it has a tag and a digest; leave one out".to_owned()),
            (Some(digest), None) if of_sha256(digest).is_none() => {
                Err("a digest is sha256: and 64 hex digits".to_owned())
            }
            (None, Some(tag)) if !rest.ends_with(&format!(":{tag}")) => {
                Err("the tag or the digest is missing".to_owned())
            }
            _ => Ok(Self(reference)),
        }
    }
}

impl fmt::Display for OciReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{SCHEME}{}", self.0.whole())
    }
}

impl OciReference {
    pub fn tag(&self) -> Option<&str> {
        self.0.tag()
    }

    fn is_loopback(&self) -> bool {
        host_of(self.0.resolve_registry()).is_some_and(|url| is_loopback(url.host()))
    }

    fn pinned(&self, digest: &str) -> String {
        format!("{SCHEME}{}/{}@{digest}", self.0.registry(), self.0.repository())
    }
}

fn host_of(host: &str) -> Option<Url> {
    Url::parse(&format!("https://{host}/")).ok().filter(|url| url.path() == "/" && url.username().is_empty())
}
