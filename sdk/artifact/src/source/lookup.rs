//! What a registry has, read from its folder or over http.

use url::Url;

use super::{FetchError, FetchOptions, Location, listed};
use crate::http::Http;
use crate::registry::{About, Index, IndexVersion, NotListed, Registry};

/// Bytes of an index or of `registry.toml`.
const MAX_INDEX_LEN: usize = 4 << 20;

impl Location {
    /// What the registry has of an adapter.
    pub async fn index(&self, adapter: &str, options: &FetchOptions) -> Result<Index, FetchError> {
        let unknown = || NotListed::Adapter(adapter.to_owned());
        match self {
            Self::Folder(folder) => Ok(Registry::open(folder)?.index(adapter)?.ok_or_else(unknown)?),
            Self::Url(base) => {
                let http = Http::new(options)?;
                About::parse(&http.get(&at(base, About::FILE)?, MAX_INDEX_LEN).await?)?;
                let bytes = match http.get(&at(base, &Index::file(adapter))?, MAX_INDEX_LEN).await {
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
