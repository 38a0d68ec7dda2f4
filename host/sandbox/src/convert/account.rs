//! What `check` answers.

use entrepot_domain::catalog::limits::MAX_ISSUES;
use entrepot_domain::catalog::web_address;

use super::text::one_line;
use crate::bindings::connectable::exports::entrepot::adapter::connection;

/// What the marketplace says of the account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MarketplaceAccount {
    pub name: String,
    pub url: Option<String>,
    pub currency: Option<String>,
    pub details: Vec<(String, String)>,
    pub warnings: Vec<String>,
}

pub(crate) fn account(account: connection::Account) -> MarketplaceAccount {
    let connection::Account { name, url: told, currency, details, warnings } = account;
    // People follow it.
    let url = told.as_deref().and_then(web_address).map(one_line);
    let mut warnings: Vec<String> = warnings.into_iter().take(MAX_ISSUES).map(one_line).collect();
    if url.is_none() && told.is_some_and(|told| !told.is_empty()) {
        warnings.push("the account's address is none of the web (http, https), and was left out".to_owned());
    }
    MarketplaceAccount {
        name: one_line(name),
        url,
        currency: currency.map(one_line),
        details: details.into_iter().take(MAX_ISSUES).map(|(name, value)| (one_line(name), one_line(value))).collect(),
        warnings,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_is_on_the_web_or_has_no_address() {
        let of = |url: &str| {
            account(connection::Account {
                name: "x".to_owned(),
                url: Some(url.to_owned()),
                currency: None,
                details: Vec::new(),
                warnings: Vec::new(),
            })
        };
        for bad in ["javascript:alert(1)", " JAVA\tSCRIPT:alert(1)", "data:text/html,x", "vbscript:x", "shop.example"] {
            let account = of(bad);
            assert_eq!((account.url, account.warnings.len()), (None, 1), "{bad}");
        }
        assert_eq!(of(" https://shop.example/\n").url.as_deref(), Some("https://shop.example/"));
        assert!(of("").warnings.is_empty());
    }
}
