//! A registry, wherever it is: a folder, or the same folder served over http.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use url::Url;

use super::{FetchError, FetchOptions, listed};
use crate::http::Http;
use crate::registry::{About, Index, IndexVersion, NotListed, Registry};

/// Bytes of an index or of `registry.toml`.
const LARGEST_INDEX: usize = 4 << 20;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Location {
    Folder(PathBuf),
    /// Ends with a slash.
    Url(Url),
}

impl FromStr for Location {
    type Err = FetchError;

    fn from_str(text: &str) -> Result<Self, FetchError> {
        let bad = || FetchError::BadLocation(text.to_owned());
        if !text.contains("://") {
            return if text.trim().is_empty() { Err(bad()) } else { Ok(Self::Folder(PathBuf::from(text))) };
        }
        let mut url = Url::parse(text).map_err(|_| bad())?;
        let plain = url.query().is_none() && url.fragment().is_none() && url.username().is_empty();
        if !matches!(url.scheme(), "http" | "https") || !plain || url.password().is_some() || url.host().is_none() {
            return Err(bad());
        }
        if !url.path().ends_with('/') {
            url.set_path(&format!("{}/", url.path()));
        }
        Ok(Self::Url(url))
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Folder(path) => write!(f, "{}", path.display()),
            Self::Url(url) => url.fmt(f),
        }
    }
}

impl Location {
    /// What the registry has of an adapter.
    pub async fn index(&self, adapter: &str, options: &FetchOptions) -> Result<Index, FetchError> {
        let unknown = || NotListed::Adapter(adapter.to_owned());
        match self {
            Self::Folder(folder) => Ok(Registry::open(folder)?.index(adapter)?.ok_or_else(unknown)?),
            Self::Url(base) => {
                let http = Http::new(options)?;
                About::parse(&http.get(&at(base, About::FILE)?, LARGEST_INDEX).await?)?;
                let bytes = match http.get(&at(base, &Index::file(adapter))?, LARGEST_INDEX).await {
                    Err(FetchError::NotFound { .. }) => return Err(unknown().into()),
                    other => other?,
                };
                Ok(Index::parse(adapter, &bytes)?)
            }
        }
    }

    /// The bytes of a version, with the length and the digest that the index says.
    pub async fn artifact(&self, entry: &IndexVersion, options: &FetchOptions) -> Result<Vec<u8>, FetchError> {
        let what = format!("{} of {self}", entry.file);
        // The index is believed as to how much to read: what is longer is wrong in any case.
        let size = usize::try_from(entry.size).unwrap_or(usize::MAX);
        if size > options.most_bytes {
            return Err(FetchError::TooLarge { what, most: options.most_bytes });
        }
        let bytes = match self {
            Self::Folder(folder) => {
                let found = Registry::open(folder)?.read(&entry.file, options.most_bytes)?;
                found.ok_or_else(|| FetchError::NotFound { what: what.clone() })?
            }
            Self::Url(base) => Http::new(options)?.get(&at(base, &entry.file)?, options.most_bytes).await?,
        };
        listed::bytes(entry, &bytes, &what)?;
        Ok(bytes)
    }
}

fn at(base: &Url, file: &str) -> Result<Url, FetchError> {
    base.join(file).map_err(|_| FetchError::BadLocation(base.to_string()))
}
