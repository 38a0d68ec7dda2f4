//! The channel's settings.

use entrepot_guest::issue::invalid;
use entrepot_guest::prelude::*;
use serde::Deserialize;

pub(crate) const VERSION: &str = "2026-10";

#[derive(Debug, Deserialize)]
struct Settings {
    #[serde(default)]
    shop: String,
    #[serde(default)]
    api_version: Option<String>,
    #[serde(default)]
    base_url: Option<String>,
}

/// Where goods are put on sale, as far as the seller said.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub(crate) struct Places {
    #[serde(default)]
    pub(crate) publication: Option<String>,
    #[serde(default)]
    pub(crate) location: Option<String>,
}

impl Places {
    pub(crate) fn of(channel: &Channel) -> Result<Self, Error> {
        let said = |text: Option<String>| text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
        let Self { publication, location } = channel.settings()?;
        Ok(Self { publication: said(publication), location: said(location) })
    }
}

/// Where the shop is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Address {
    /// `acme` of `acme.myshopify.com`.
    pub(crate) shop: String,
    pub(crate) version: String,
    origin: String,
}

impl Address {
    pub(crate) fn of(channel: &Channel) -> Result<Self, Error> {
        let settings: Settings = channel.settings()?;
        let shop = label(&settings.shop).ok_or_else(|| {
            let message = format!(
                "{:?} is no shop name: enter the part before .myshopify.com, e.g. acme for acme.myshopify.com.",
                settings.shop
            );
            invalid("/shop", "shop-invalid", message)
        })?;
        let origin = match settings.base_url.as_deref().map(|url| url.trim().trim_end_matches('/')) {
            Some(base) if !base.is_empty() => base.to_owned(),
            _ => format!("https://{shop}.myshopify.com"),
        };
        let version = settings.api_version.filter(|version| !version.is_empty()).unwrap_or_else(|| VERSION.to_owned());
        Ok(Self { shop, version, origin })
    }

    pub(crate) fn graphql(&self) -> String {
        format!("{}/admin/api/{}/graphql.json", self.origin, self.version)
    }

    pub(crate) fn domain(&self) -> String {
        format!("{}.myshopify.com", self.shop)
    }
}

/// The shop's label in what people paste: the name, the domain, an address in the admin. Only a whole label counts: part of a
/// foreign host must never become the shop.
fn label(pasted: &str) -> Option<String> {
    let text = pasted.trim().to_ascii_lowercase();
    let text = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://")).unwrap_or(&text);
    let shop = match text.strip_prefix("admin.shopify.com/store/") {
        Some(rest) => rest.split(['/', '?', '#']).next()?,
        None => {
            let host = text.split(['/', '?', '#']).next()?;
            host.strip_suffix(".myshopify.com").unwrap_or(host)
        }
    };
    let valid = !shop.is_empty()
        && shop.len() <= 63
        && !shop.starts_with('-')
        && shop.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    valid.then(|| shop.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shop_is_one_label() {
        for pasted in [
            "acme",
            " Acme ",
            "acme.myshopify.com",
            "https://acme.myshopify.com/admin/products",
            "https://admin.shopify.com/store/acme/settings",
        ] {
            assert_eq!(label(pasted).as_deref(), Some("acme"), "{pasted}");
        }
        for pasted in
            ["", "acme.myshopify.com.evil.example", "evil.example", "-acme", "a b", "acme@evil.example", "https://"]
        {
            assert_eq!(label(pasted), None, "{pasted}");
        }
    }
}
