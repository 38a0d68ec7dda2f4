//! The channel's settings.

use entrepot_guest::issue::invalid;
use entrepot_guest::prelude::*;

use entrepot_guest::lenient::Raw;

/// The documents name two hosts that are equal; this is the one of the OpenAPI document.
const API: &str = "https://openapi.etsy.com";

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Settings {
    pub(crate) shop: u64,
    /// Scheme and host, without a slash at the end.
    pub(crate) base: String,
}

impl Settings {
    pub(crate) fn of(channel: &Channel) -> Result<Self, Error> {
        let fields = Raw::of(channel.settings.trim()).fields();
        let Some(shop) = fields.get("shop_id").id() else {
            let message = "The shop ID must be the shop's number, digits only. https://www.etsy.com/your/shops/me shows \
                whose shop it is; your app's `users/me` tells the number.";
            return Err(invalid("/shop_id", "shop-id-invalid", message));
        };
        let base = match fields.get("base_url").word() {
            None => API.to_owned(),
            Some(url) if url.starts_with("https://") || url.starts_with("http://") => {
                url.trim_end_matches('/').to_owned()
            }
            Some(url) => {
                let message = format!("The base address {url:?} must begin with https:// (or http://).");
                return Err(invalid("/base_url", "base-url-invalid", message));
            }
        };
        Ok(Self { shop, base })
    }
}

#[cfg(test)]
mod tests {
    use entrepot_guest::testing::channel;

    use super::*;

    #[test]
    fn the_shop_is_a_number() {
        let of = |settings: &str| Settings::of(&channel(settings));
        for settings in [r#"{"shop_id":"44400001"}"#, r#"{"shop_id":44400001,"base_url":null}"#] {
            assert_eq!(of(settings).map(|s| (s.shop, s.base)), Ok((44_400_001, API.to_owned())));
        }
        let local = of(r#"{"shop_id":" 7 ","base_url":"http://127.0.0.1:9/"}"#);
        assert_eq!(local.map(|s| s.base).as_deref(), Ok("http://127.0.0.1:9"));
        for settings in ["", "[]", "{}", r#"{"shop_id":"MyShop"}"#, r#"{"shop_id":"7","base_url":"ftp://x"}"#] {
            assert!(matches!(of(settings), Err(Error::Invalid(_))), "{settings}");
        }
    }
}
