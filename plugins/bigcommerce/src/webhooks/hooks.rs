//! Making, mending and ending subscriptions.

use entrepot_guest::bindings::keys::Algorithm;
use entrepot_guest::prelude::*;
use entrepot_guest::{hex, http};

use super::{SLOT, TOKEN, token_of};
use crate::client::Client;
use crate::failure::accepted;
use crate::settings::Settings;
use entrepot_guest::lenient::{Fields, Raw, quoted};

/// Products alone would miss the stock of variants, which is said of SKUs; and stock of further locations is said of channels.
const SCOPES: [&str; 6] = [
    "store/product/*",
    "store/sku/*",
    "store/channel/*/inventory/product/stock_changed",
    "store/option/updated",
    "store/modifier/updated",
    "store/app/uninstalled",
];

const PAGE: u64 = 250;

struct Hook {
    subscription: Subscription,
    token: Option<String>,
}

pub fn subscribe<H: Transport + Keys>(
    host: &H,
    channel: &Channel,
    callback_url: &str,
) -> Result<Vec<Subscription>, Error> {
    let hash = Settings::of(channel)?.store_hash()?;
    let token = match host.mac(SLOT, Algorithm::HmacSha256, &token_of(&hash)) {
        Ok(mac) => hex::encode(mac),
        Err(Error::Denied(why)) => {
            return Err(Error::Denied(format!(
                "Webhooks need the client secret of the API account, to tell BigCommerce's from forged ones: enter it with the \
                 channel's credentials. ({why})"
            )));
        }
        Err(error) => return Err(error),
    };
    let client = Client::of(host, channel)?;
    let hooks = all(&client)?;
    let mut now = Vec::with_capacity(SCOPES.len());
    for scope in SCOPES {
        // Other destinations are not ours to touch: a second installation may listen there.
        let found = hooks
            .iter()
            .find(|hook| hook.subscription.topic == scope && hook.subscription.callback_url == callback_url);
        let body = format!(
            "{{\"scope\":{},\"destination\":{},\"is_active\":true,\"headers\":{{\"{TOKEN}\":\"{token}\"}}}}",
            quoted(scope),
            quoted(callback_url)
        );
        let request = match found {
            Some(hook) if hook.subscription.active && hook.token.as_deref() == Some(&token) => {
                now.push(hook.subscription.clone());
                continue;
            }
            // BigCommerce switches off what it could not deliver for a day, and what was quiet for 90 days.
            Some(hook) => client.change(Method::Put, &format!("/v3/hooks/{}", hook.subscription.id), Some(body)),
            None => client.change(Method::Post, "/v3/hooks", Some(body)),
        };
        let response = accepted(client.send(&request)?).map_err(|error| http::named(error, &request))?;
        let text = entrepot_guest::json::text(response.body)?;
        let fields = Raw::of(&text).fields();
        let made = hook(&fields.get("data").fields())
            .ok_or_else(|| Error::Unavailable("BigCommerce answered with something else than a webhook".to_owned()))?;
        now.push(made.subscription);
    }
    Ok(now)
}

/// All that the access token may see: those of other API accounts are not among them.
pub fn subscriptions<T: Transport>(transport: &T, channel: &Channel) -> Result<Vec<Subscription>, Error> {
    let client = Client::of(transport, channel)?;
    Ok(all(&client)?.into_iter().map(|hook| hook.subscription).collect())
}

pub fn unsubscribe<T: Transport>(transport: &T, channel: &Channel, ids: &[String]) -> Result<(), Error> {
    let client = Client::of(transport, channel)?;
    // What is no number was never an id here, so there is nothing to end.
    for id in ids.iter().filter_map(|id| id.parse::<u64>().ok()) {
        match accepted(client.send(&client.change(Method::Delete, &format!("/v3/hooks/{id}"), None))?) {
            Ok(_) | Err(Error::NotFound) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

fn all<T: Transport>(client: &Client<'_, T>) -> Result<Vec<Hook>, Error> {
    let mut hooks: Vec<Hook> = Vec::new();
    client.all("/v3/hooks", &vec![("limit", PAGE.to_string())], None, |elements| {
        hooks.extend(elements.iter().filter_map(|element| hook(&element.fields())));
    })?;
    Ok(hooks)
}

fn hook(fields: &Fields<'_>) -> Option<Hook> {
    let headers = fields.get("headers").fields();
    let token =
        headers.0.iter().find(|(name, _)| name.eq_ignore_ascii_case(TOKEN)).and_then(|(_, value)| value.owned());
    let subscription = Subscription {
        id: fields.get("id").id()?.to_string(),
        topic: fields.get("scope").owned()?,
        callback_url: fields.get("destination").owned()?,
        active: fields.get("is_active").flag() == Some(true),
    };
    Some(Hook { subscription, token })
}
