//! The channel's settings.

use entrepot_guest::issue::invalid;
use entrepot_guest::lenient::Raw;
use entrepot_guest::prelude::*;

use crate::market::Market;

const API: &str = "https://api.ebay.com";
/// The host of what says who somebody is.
const IDENTITY: &str = "https://apiz.ebay.com";

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Settings {
    pub(crate) market: &'static Market,
    /// BCP 47, as `Content-Language` takes it.
    pub(crate) language: &'static str,
    /// Scheme and host, without a slash at the end.
    pub(crate) base: String,
    pub(crate) identity: String,
    /// What the channel's SKUs end with on eBay; mostly nothing.
    suffix: String,
}

impl Settings {
    pub(crate) fn of(channel: &Channel) -> Result<Self, Error> {
        let fields = Raw::of(channel.settings.trim()).fields();
        let named = fields.get("marketplace").word().unwrap_or_default();
        let Some(market) = Market::named(&named) else {
            let message =
                format!("{named:?} is no marketplace that is known. Set the channel's marketplace, e.g. EBAY_DE.");
            return Err(invalid("/marketplace", "marketplace-unknown", message));
        };
        let moved = match fields.get("base_url").word() {
            None => None,
            Some(url) if url.starts_with("https://") || url.starts_with("http://") => {
                Some(url.trim_end_matches('/').to_owned())
            }
            Some(url) => {
                let message = format!("The base address {url:?} must begin with https:// (or http://).");
                return Err(invalid("/base_url", "base-url-invalid", message));
            }
        };
        Ok(Self {
            market,
            language: market.language(channel.locale.as_deref()),
            base: moved.clone().unwrap_or_else(|| API.to_owned()),
            identity: moved.unwrap_or_else(|| IDENTITY.to_owned()),
            suffix: fields.get("sku_suffix").owned().unwrap_or_default(),
        })
    }

    /// As eBay knows it.
    pub(crate) fn sku_there(&self, sku: &str) -> String {
        format!("{}{}", sku.trim(), self.suffix)
    }

    /// As the seller knows it; none: it is another channel's.
    pub(crate) fn sku_here<'s>(&self, sku: &'s str) -> Option<&'s str> {
        sku.strip_suffix(self.suffix.as_str())
    }

    /// As `LocaleEnum` has it.
    pub(crate) fn locale(&self) -> String {
        self.language.replace('-', "_")
    }

    /// The listing's page.
    pub(crate) fn url(&self, listing: &str) -> String {
        format!("{}/itm/{listing}", self.market.site)
    }
}

#[cfg(test)]
mod tests {
    use entrepot_guest::testing::channel;

    use super::*;

    #[test]
    fn the_marketplace_decides() {
        let of = |settings: &str| Settings::of(&channel(settings));
        let german = of(r#"{"marketplace":"EBAY_DE","sku_suffix":"@DE"}"#).expect("settings");
        assert_eq!((german.language, german.market.currency, german.locale().as_str()), ("de-DE", "EUR", "de_DE"));
        assert_eq!((german.base.as_str(), german.identity.as_str()), (API, IDENTITY));
        assert_eq!(german.sku_there(" MUG "), "MUG@DE");
        assert_eq!((german.sku_here("MUG@DE"), german.sku_here("MUG@FR")), (Some("MUG"), None));
        let local = of(r#"{"marketplace":"EBAY_US","base_url":"http://127.0.0.1:9/"}"#).expect("settings");
        assert_eq!((local.base.as_str(), local.identity.as_str()), ("http://127.0.0.1:9", "http://127.0.0.1:9"));
        assert_eq!(local.sku_here("MUG"), Some("MUG"));
        for settings in ["", "[]", "{}", r#"{"marketplace":"EBAY"}"#, r#"{"marketplace":"EBAY_DE","base_url":"x"}"#] {
            assert!(matches!(of(settings), Err(Error::Invalid(_))), "{settings}");
        }
    }
}
