//! The channel's settings.

use entrepot_guest::issue::invalid;
use entrepot_guest::prelude::*;
use serde::Deserialize;

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
    store_url: String,
    #[serde(default)]
    pub(crate) price_rounding: Rounding,
}

impl Settings {
    pub(crate) fn of(channel: &Channel) -> Result<Self, Error> {
        channel.settings()
    }

    /// The folder that `wp-json` lies in, without a slash at the end: people paste the address of the page they are on.
    pub(crate) fn base(&self) -> Result<String, Error> {
        let url = self.store_url.trim();
        let bad =
            |what: &str| Err(invalid("/store_url", "store-url-invalid", format!("The store address {url:?} {what}")));
        let Some((scheme, rest)) = url.split_once("://") else {
            return bad("must begin with https:// (or http://)");
        };
        let scheme = scheme.to_ascii_lowercase();
        if scheme != "https" && scheme != "http" {
            return bad("must begin with https:// (or http://)");
        }
        let rest = rest.split(['?', '#']).next().unwrap_or_default();
        let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
        if host.is_empty() || host.contains(['@', ' ', '\\']) {
            return bad("names no host");
        }
        let mut folders: Vec<&str> = path.split('/').filter(|folder| !folder.is_empty()).collect();
        // Where WordPress itself begins, the shop's folder ends.
        if let Some(end) = folders
            .iter()
            .position(|f| matches!(*f, "wp-json" | "wp-admin" | "wp-login.php" | "index.php" | "wp-content"))
        {
            folders.truncate(end);
        }
        let mut base = format!("{scheme}://{}", host.to_ascii_lowercase());
        for folder in folders {
            base.push('/');
            base.push_str(folder);
        }
        Ok(base)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_base_is_the_folder_of_the_shop() {
        for (pasted, want) in [
            ("https://shop.example", "https://shop.example"),
            ("https://Shop.Example:8443/", "https://shop.example:8443"),
            (" https://a.example/de/store// ", "https://a.example/de/store"),
            ("https://a.example/store/wp-admin/index.php?page=x", "https://a.example/store"),
            ("https://a.example/wp-json/wc/v3/products", "https://a.example"),
            ("HTTP://a.example/?x#y", "http://a.example"),
        ] {
            let settings = Settings { store_url: pasted.into(), ..Settings::default() };
            assert_eq!(settings.base().as_deref(), Ok(want), "{pasted}");
        }
        for pasted in ["", "shop.example", "ftp://a", "https://", "https://user@a.example"] {
            let settings = Settings { store_url: pasted.into(), ..Settings::default() };
            assert!(matches!(settings.base(), Err(Error::Invalid(_))), "{pasted}");
        }
    }
}
