//! Is this shop usable, and what would make it more so?

use entrepot_guest::currency::{exponent, unknown};
use entrepot_guest::prelude::*;
use serde_json::{Value, json};

use crate::client::Client;
use crate::documents;
use crate::listings::missing;
use crate::settings::VERSION;

/// What an import reads with, and what is missing without it. A scope to write includes the one to read.
const SCOPES: [(&str, &str, &str); 3] = [
    ("read_products", "write_products", "products cannot be read"),
    ("read_inventory", "write_inventory", "stock and costs cannot be read"),
    ("read_locations", "write_locations", "locations have no names"),
];

pub fn check<T: Transport>(transport: &T, channel: &Channel) -> Result<Account, Error> {
    let client = Client::new(transport, channel)?;
    let answer = client.ask_any_version(documents::ACCOUNT, json!({}))?;
    let shop = answer.data.get("shop").unwrap_or(&Value::Null);
    let text = |at: &str| shop.pointer(at).and_then(Value::as_str).filter(|text| !text.is_empty()).map(str::to_owned);
    let currency = text("/currencyCode");
    if currency.is_none() {
        return Err(Error::Unavailable("Shopify does not tell the shop's currency".to_owned()));
    }
    if let Some(code) = currency.as_deref().filter(|code| exponent(code).is_none()) {
        return Err(Error::Unsupported(unknown(code)));
    }
    let mut warnings = Vec::new();
    let domain = text("/myshopifyDomain").unwrap_or_else(|| client.address.domain());
    if !domain.eq_ignore_ascii_case(&client.address.domain()) {
        warnings.push(format!(
            "The shop's name is now {}: enter it instead of {}, because webhooks are sent under it.",
            domain.trim_end_matches(".myshopify.com"),
            client.address.shop
        ));
    }
    if let Some(version) = &answer.other_version {
        warnings.push(format!(
            "Shopify no longer supports version {} of its API and answers by {version}: imports will refuse that. Set the channel's \
             api_version to {VERSION} or newer.",
            client.address.version
        ));
    }
    let granted = answer.data.pointer("/currentAppInstallation/accessScopes").and_then(Value::as_array);
    let granted: Vec<&str> = granted.into_iter().flatten().filter_map(|scope| scope.get("handle")?.as_str()).collect();
    for (read, write, without) in SCOPES {
        if !granted.contains(&read) && !granted.contains(&write) {
            warnings.push(format!(
                "The scope {read} is missing, so {without}. Add it to the app and connect the shop again."
            ));
        }
    }
    let mut details = Vec::new();
    let mut detail = |name: &str, value: Option<String>| details.extend(value.map(|value| (name.to_owned(), value)));
    detail("plan", text("/plan/publicDisplayName"));
    if let Some(count) = answer.data.pointer("/productsCount/count").and_then(Value::as_u64) {
        let exact = answer.data.pointer("/productsCount/precision").and_then(Value::as_str) != Some("AT_LEAST");
        detail("products", Some(if exact { count.to_string() } else { format!("at least {count}") }));
    }
    detail("locations", locations(&client, &mut warnings));
    detail("time zone", text("/ianaTimezone"));
    detail("domain", Some(domain.clone()));
    detail("API version", Some(answer.other_version.clone().unwrap_or_else(|| client.address.version.clone())));
    detail("scopes", Some(granted.join(", ")));
    let missing = missing(&granted);
    detail("missing to sell", Some(missing.join(", ")).filter(|missing| !missing.is_empty()));
    Ok(Account { name: text("/name").unwrap_or(domain), url: text("/url"), currency, details, warnings })
}

/// Their names. They have a scope of their own, so they are asked for apart from the rest.
fn locations<T: Transport>(client: &Client<'_, T>, warnings: &mut Vec<String>) -> Option<String> {
    let data = match client.ask_any_version(documents::ACCOUNT_LOCATIONS, json!({})) {
        Ok(answer) => answer.data,
        Err(refused) => {
            if let Error::Unauthorized(why) = Error::from(refused) {
                warnings.push(format!("The shop's locations cannot be read, so stock has no places: {why}"));
            }
            return None;
        }
    };
    let nodes = data.pointer("/locations/nodes")?.as_array()?;
    let names: Vec<_> = nodes.iter().filter_map(|location| location.get("name")?.as_str()).collect();
    let more = data.pointer("/locations/pageInfo/hasNextPage") == Some(&Value::Bool(true));
    Some(format!("{}{}", names.join(", "), if more { " and more" } else { "" }))
}
