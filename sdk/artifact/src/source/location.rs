//! A registry, wherever it is: a folder, or the same folder served over http.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use url::Url;

use super::FetchError;

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
