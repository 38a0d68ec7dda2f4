//! Is this account usable, and what would make it more so?

use entrepot_guest::issue::invalid;
use entrepot_guest::lenient::Raw;
use entrepot_guest::prelude::*;

use crate::client::{Client, rows};
use crate::listings::Defaults;
use crate::policies::{Choices, LOCATION, POLICIES, locations, policies};

/// Looks for changes in a day, where one comes every quarter of an hour.
const DELTAS: u64 = 96;

pub fn check<T: Transport>(transport: &T, channel: &Channel) -> Result<Account, Error> {
    let client = Client::of(transport, channel)?;
    let market = client.settings.market;
    let mut warnings = Vec::new();
    let total = items(&client)?;
    let name = who(&client, &mut warnings)?;
    registered(&client, &mut warnings)?;
    let defaults = Defaults::of(channel);
    for policy in &POLICIES {
        let known = match policies(&client, policy) {
            // eBay refuses the question where business policies were never switched on: whoever does not sell from here needs none.
            Err(Error::Other(why)) => {
                let title = policy.title;
                let message = format!(
                    "{title}: eBay does not tell which there are. To sell, switch business policies on in your account. ({why})"
                );
                if defaults.said(policy.key).is_some() {
                    return Err(Error::Unsupported(message));
                }
                warnings.push(message);
                continue;
            }
            known => known?,
        };
        chosen(policy.key, policy.title, defaults.said(policy.key), &known, market.id, &mut warnings)?;
    }
    let known = locations(&client)?;
    chosen(LOCATION, "Inventory location", defaults.said(LOCATION), &known, market.id, &mut warnings)?;
    let mut details = vec![
        ("marketplace".to_owned(), market.id.to_owned()),
        ("language".to_owned(), client.settings.language.to_owned()),
        ("items".to_owned(), total.to_string()),
    ];
    limits(&client, total, &mut details, &mut warnings);
    Ok(Account {
        url: name.as_ref().map(|name| format!("{}/usr/{name}", market.site)),
        name: name.unwrap_or_else(|| format!("eBay seller on {}", market.id)),
        currency: Some(market.currency.to_owned()),
        details,
        warnings,
    })
}

/// How many there are in the inventory; the first to say that the token is no good.
fn items<T: Transport>(client: &Client<'_, T>) -> Result<u64, Error> {
    let text = client.ask(client.inventory(&["inventory_item"]).query("limit", "1").query("offset", "0"))?;
    let shown = rows(&text, "inventoryItems")?.len() as u64;
    let total = Raw::checked(&text).fields().get("total").whole();
    Ok(total.and_then(|total| u64::try_from(total).ok()).unwrap_or(shown))
}

/// The seller's name. Who agreed without that scope is connected all the same.
fn who<T: Transport>(client: &Client<'_, T>, warnings: &mut Vec<String>) -> Result<Option<String>, Error> {
    let api = entrepot_guest::api::Api::new(client.transport, &client.settings.identity).credential("user");
    // The address ends with a slash.
    match client.ask(api.get(&["commerce", "identity", "v1", "user", ""])) {
        Ok(text) => Ok(Raw::checked(&text).fields().get("username").owned()),
        Err(Error::Unauthorized(why)) if why.contains("HTTP 403") => {
            let scope = "commerce.identity.readonly";
            warnings.push(format!("The connection lacks the scope {scope}, so the seller's name is not known."));
            Ok(None)
        }
        Err(Error::NotFound) => Ok(None),
        Err(error) => Err(error),
    }
}

fn registered<T: Transport>(client: &Client<'_, T>, warnings: &mut Vec<String>) -> Result<(), Error> {
    let text = client.ask(client.user().get(&["sell", "account", "v1", "privilege"]))?;
    let fields = Raw::checked(&text).fields();
    if fields.get("sellerRegistrationCompleted").flag() == Some(false) {
        let message = "The seller's registration on eBay is not finished: nothing can be put on sale before it is.";
        warnings.push(message.to_owned());
    }
    Ok(())
}

fn chosen(
    key: &str,
    title: &str,
    said: Option<&str>,
    known: &Choices,
    market: &str,
    warnings: &mut Vec<String>,
) -> Result<(), Error> {
    let names: Vec<String> = known.iter().map(|(id, name)| format!("{id} ({name})")).collect();
    let offered = if names.is_empty() { "there is none yet".to_owned() } else { names.join(", ") };
    match said {
        Some(said) if known.iter().any(|(id, _)| id == said) => Ok(()),
        Some(said) => {
            let message = format!(
                "{title}: the account has no {said:?} on {market}. Set the channel's setting {key} to one of these: {offered}."
            );
            Err(invalid(format!("/{key}"), "setting-unknown", message))
        }
        None => {
            warnings
                .push(format!("{title}: none is set, and it is needed to sell. Set {key} to one of these: {offered}."));
            Ok(())
        }
    }
}

/// What eBay says of the day's requests; where it says nothing, so does this.
fn limits<T: Transport>(
    client: &Client<'_, T>,
    total: u64,
    details: &mut Vec<(String, String)>,
    warnings: &mut Vec<String>,
) {
    let call = client.user().get(&["developer", "analytics", "v1_beta", "user_rate_limit", ""]);
    let call = call.query("api_context", "sell").query("api_name", "inventory");
    let Ok(text) = client.ask(call) else { return };
    let resources = Raw::checked(&text).fields().get("rateLimits").records();
    let resources = resources.iter().flat_map(|one| one.get("resources").records());
    let rates = resources.flat_map(|one| one.get("rates").records());
    // Several are told; the one that ends first counts.
    let left = |fields: &entrepot_guest::lenient::Fields<'_>| {
        Some((fields.get("remaining").whole()?, fields.get("limit").whole()?))
    };
    let Some((remaining, limit)) = rates.filter_map(|rate| left(&rate)).min() else { return };
    details.push(("requests a day".to_owned(), limit.to_string()));
    details.push(("requests left today".to_owned(), remaining.to_string()));
    let day = DELTAS * (total + total.div_ceil(200));
    if u64::try_from(limit).is_ok_and(|limit| limit > 0 && day > limit) {
        warnings.push(format!(
            "eBay does not tell what changed, so each look reads all {total} items: every quarter of an hour that is about {day} requests a \
             day, and eBay allows {limit}. Set the schedule to look less often."
        ));
    }
}
