//! eBay's marketplaces: the language goods are described in, the currency they are sold in, and where buyers find them.

/// One of them.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Market {
    pub(crate) id: &'static str,
    /// For `Content-Language`; where there are several, the first is meant unless the channel says otherwise.
    pub(crate) languages: &'static [&'static str],
    /// ISO 4217.
    pub(crate) currency: &'static str,
    /// Where buyers see a listing.
    pub(crate) site: &'static str,
    /// What the brand is called among the facts about goods.
    pub(crate) brand: &'static str,
}

const fn market(
    id: &'static str,
    languages: &'static [&'static str],
    currency: &'static str,
    site: &'static str,
    brand: &'static str,
) -> Market {
    Market { id, languages, currency, site, brand }
}

/// Those of `MarketplaceIdEnum` that have a site of their own.
const MARKETS: [Market; 20] = [
    market("EBAY_AT", &["de-AT"], "EUR", "https://www.ebay.at", "Marke"),
    market("EBAY_AU", &["en-AU"], "AUD", "https://www.ebay.com.au", "Brand"),
    market("EBAY_BE", &["nl-BE", "fr-BE"], "EUR", "https://www.benl.ebay.be", "Merk"),
    market("EBAY_CA", &["en-CA", "fr-CA"], "CAD", "https://www.ebay.ca", "Brand"),
    market("EBAY_CH", &["de-CH"], "CHF", "https://www.ebay.ch", "Marke"),
    market("EBAY_DE", &["de-DE"], "EUR", "https://www.ebay.de", "Marke"),
    market("EBAY_ES", &["es-ES"], "EUR", "https://www.ebay.es", "Marca"),
    market("EBAY_FR", &["fr-FR"], "EUR", "https://www.ebay.fr", "Marque"),
    market("EBAY_GB", &["en-GB"], "GBP", "https://www.ebay.co.uk", "Brand"),
    market("EBAY_HK", &["zh-HK"], "HKD", "https://www.ebay.com.hk", "Brand"),
    market("EBAY_IE", &["en-IE"], "EUR", "https://www.ebay.ie", "Brand"),
    market("EBAY_IT", &["it-IT"], "EUR", "https://www.ebay.it", "Marca"),
    market("EBAY_MOTORS_US", &["en-US"], "USD", "https://www.ebay.com", "Brand"),
    market("EBAY_MY", &["en-US"], "MYR", "https://www.ebay.com.my", "Brand"),
    market("EBAY_NL", &["nl-NL"], "EUR", "https://www.ebay.nl", "Merk"),
    market("EBAY_PH", &["en-PH"], "PHP", "https://www.ebay.ph", "Brand"),
    market("EBAY_PL", &["pl-PL"], "PLN", "https://www.ebay.pl", "Marka"),
    market("EBAY_SG", &["en-US"], "SGD", "https://www.ebay.com.sg", "Brand"),
    market("EBAY_TW", &["zh-TW"], "TWD", "https://www.ebay.com.tw", "Brand"),
    market("EBAY_US", &["en-US"], "USD", "https://www.ebay.com", "Brand"),
];

impl Market {
    pub(crate) fn named(id: &str) -> Option<&'static Self> {
        MARKETS.iter().find(|market| market.id == id)
    }

    /// The channel's language where the marketplace speaks it, or else its first.
    pub(crate) fn language(&self, wanted: Option<&str>) -> &'static str {
        let same = |known: &&&str| wanted.is_some_and(|wanted| wanted.eq_ignore_ascii_case(known));
        self.languages.iter().find(same).or(self.languages.first()).copied().unwrap_or("en-US")
    }
}

#[cfg(test)]
mod tests {
    use entrepot_guest::currency::exponent;

    use super::*;

    #[test]
    fn every_market_can_be_sold_on() {
        let manifest = include_str!("../adapter.toml");
        for market in &MARKETS {
            assert_eq!(Market::named(market.id), Some(market));
            assert!(exponent(market.currency).is_some() && !market.languages.is_empty(), "{market:?}");
            assert!(manifest.contains(&format!("\"{}\"", market.id)), "{} can be chosen", market.id);
        }
        let belgium = Market::named("EBAY_BE").map(|market| (market.language(Some("fr-be")), market.language(None)));
        assert_eq!(belgium, Some(("fr-BE", "nl-BE")));
        assert_eq!(Market::named("EBAY_XX"), None);
    }
}
