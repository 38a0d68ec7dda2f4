//! The channel's settings.

use entrepot_guest::issue::invalid;
use entrepot_guest::prelude::*;
use serde::Deserialize;

const API: &str = "https://api.bigcommerce.com";

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Rounding {
    #[default]
    Refuse,
    HalfUp,
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Settings {
    #[serde(default)]
    store_hash: String,
    #[serde(default)]
    base_url: Option<String>,
    #[serde(default)]
    pub(crate) price_rounding: Rounding,
    /// Where stock is sent to, by number, code or name.
    #[serde(default)]
    location: Option<String>,
    /// The storefront on which goods are sold, by its number.
    #[serde(default)]
    storefront: Option<String>,
}

impl Settings {
    pub(crate) fn of(channel: &Channel) -> Result<Self, Error> {
        channel.settings()
    }

    /// The word that names the store. People paste the whole API path of their account: the word is cut out of it.
    pub(crate) fn store_hash(&self) -> Result<String, Error> {
        let pasted = self.store_hash.trim();
        let hash = pasted.split_once("stores/").map_or(pasted, |(_, rest)| rest.split('/').next().unwrap_or_default());
        let hash = hash.to_ascii_lowercase();
        if hash.is_empty() || hash.len() > 64 || !hash.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            let message = format!("The store hash {pasted:?} is not letters and digits only, such as abc123xyz.");
            return Err(invalid("/store_hash", "store-hash-invalid", message));
        }
        Ok(hash)
    }

    /// What somebody entered as the location; none: the store's first one.
    pub(crate) fn location(&self) -> Option<&str> {
        self.location.as_deref().map(str::trim).filter(|said| !said.is_empty())
    }

    /// The number of a channel of the store; none: its default one.
    pub(crate) fn storefront(&self) -> Result<Option<u64>, Error> {
        let Some(said) = self.storefront.as_deref().map(str::trim).filter(|said| !said.is_empty()) else {
            return Ok(None);
        };
        let message =
            format!("The storefront {said:?} is no number of a channel, such as 1. Look it up in Channel manager.");
        said.parse().map(Some).map_err(|_| invalid("/storefront", "storefront-invalid", message))
    }

    /// Where everything of the store is, without a slash at the end.
    pub(crate) fn root(&self) -> Result<String, Error> {
        let base = self.base_url.as_deref().map(str::trim).filter(|url| !url.is_empty()).unwrap_or(API);
        Ok(format!("{}/stores/{}", base.trim_end_matches('/'), self.store_hash()?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_root_is_made_of_the_hash() {
        for pasted in ["abc123", " ABC123 ", "https://api.bigcommerce.com/stores/abc123/v3/", "stores/abc123"] {
            let settings = Settings { store_hash: pasted.into(), ..Settings::default() };
            assert_eq!(settings.root().as_deref(), Ok("https://api.bigcommerce.com/stores/abc123"), "{pasted}");
        }
        for pasted in ["", "a/b", "../x", "a?b", "é"] {
            let settings = Settings { store_hash: pasted.into(), ..Settings::default() };
            assert!(matches!(settings.root(), Err(Error::Invalid(_))), "{pasted}");
        }
        let elsewhere =
            Settings { base_url: Some("http://127.0.0.1:9/".into()), store_hash: "a".into(), ..Settings::default() };
        assert_eq!(elsewhere.root().as_deref(), Ok("http://127.0.0.1:9/stores/a"));
    }
}
