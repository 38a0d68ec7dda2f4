//! Making, mending and ending the shop's webhooks.

use entrepot_guest::bindings::keys::Algorithm;
use entrepot_guest::prelude::*;
use entrepot_guest::{hex, http};
use serde_json::json;

use super::SLOT;
use crate::client::Client;
use crate::failure::accepted;
use crate::probe;
use crate::settings::Settings;
use crate::site::{Credential, Site};
use entrepot_guest::lenient::{Fields, Raw, Record};

/// Variations come under the same topics.
const TOPICS: [&str; 4] = ["product.created", "product.updated", "product.deleted", "product.restored"];

/// The credential that sends, beside the key, the secret the shop is to sign with: it stands in the address, where WordPress
/// looks for whatever the body does not say, because there the host can put it and here nobody knows it.
const WITH_SECRET: &str = "webhook";

const ROUTE: &str = "/wc/v3/webhooks";
const PAGE: usize = 100;
const MOST_PAGES: usize = 200;

struct Hook {
    subscription: Subscription,
    name: String,
}

pub fn subscribe<H: Transport + Keys>(
    host: &H,
    channel: &Channel,
    callback_url: &str,
) -> Result<Vec<Subscription>, Error> {
    let mark = mark(host, callback_url)?;
    let site = site(host, channel)?;
    let takes_secret = matches!(site.credential, Credential::Basic | Credential::Query) && !site.plain;
    if !takes_secret {
        return Err(by_hand(callback_url));
    }
    let client = Client { transport: host, site: &site };
    let known = all(&client)?;
    let mut now = Vec::with_capacity(TOPICS.len());
    for topic in TOPICS {
        let name = format!("Entrepot {topic} {mark}");
        let same = known.iter().filter(|hook| hook.subscription.topic == topic);
        let (good, worn): (Vec<_>, Vec<_>) = same
            .filter(|hook| hook.name == name || hook.subscription.callback_url == callback_url)
            .partition(|hook| hook.name == name && hook.subscription.active);
        now.push(match good.first() {
            Some(hook) => hook.subscription.clone(),
            None => create(&client, &name, topic, callback_url)?,
        });
        // After the new one is there, so that nothing falls in between. A webhook that was switched off is not switched on
        // again: its count of failures stays, and the next one would end it.
        for hook in good.iter().skip(1).chain(&worn) {
            delete(&client, &hook.subscription.id)?;
        }
    }
    Ok(now)
}

/// All that the shop has, also those for other programs.
pub fn subscriptions<T: Transport>(transport: &T, channel: &Channel) -> Result<Vec<Subscription>, Error> {
    let site = site(transport, channel)?;
    Ok(all(&Client { transport, site: &site })?.into_iter().map(|hook| hook.subscription).collect())
}

pub fn unsubscribe<T: Transport>(transport: &T, channel: &Channel, ids: &[String]) -> Result<(), Error> {
    let site = site(transport, channel)?;
    if site.plain {
        let message = "This shop has plain permalinks: its webhooks are deleted by hand, under WooCommerce, Settings, Advanced, Webhooks.";
        return Err(Error::Unsupported(message.to_owned()));
    }
    let client = Client { transport, site: &site };
    // What is no number was never an id here, so there is nothing to end.
    ids.iter().filter(|id| id.parse::<u64>().is_ok()).try_for_each(|id| delete(&client, id))
}

fn site<T: Transport>(transport: &T, channel: &Channel) -> Result<Site, Error> {
    Ok(probe::find(transport, &Settings::of(channel)?.base()?)?.0)
}

/// Shops never show a webhook's secret, so its name says which one it was made with: a mac of the address, which tells
/// secrets apart and is good for nothing else.
fn mark<K: Keys>(keys: &K, callback_url: &str) -> Result<String, Error> {
    let label = format!("entrepot woocommerce webhook 1\n{callback_url}");
    match keys.mac(SLOT, Algorithm::HmacSha256, label.as_bytes()) {
        Ok(mac) => Ok(hex::encode(mac.get(..6).unwrap_or(&mac))),
        Err(Error::Denied(why)) => Err(Error::Denied(format!(
            "Webhooks need a secret for the shop to sign with: choose a long random word of letters and digits, and make it the channel's \
             webhook secret: entrepot channel set CHANNEL --secret-stdin webhook_secret. ({why})"
        ))),
        Err(error) => Err(error),
    }
}

fn all<T: Transport>(client: &Client<'_, T>) -> Result<Vec<Hook>, Error> {
    let (mut hooks, mut seen) = (Vec::new(), 0);
    for page in 1..=MOST_PAGES {
        let query = vec![
            ("per_page", PAGE.to_string()),
            ("page", page.to_string()),
            ("orderby", "id".into()),
            ("order", "asc".into()),
            ("_fields", "id,name,status,topic,delivery_url".into()),
        ];
        let list = client.list(ROUTE, &query).map_err(not_allowed)?;
        let records = Raw::of(&list.text).read::<Fields<'_>>();
        seen += records.len() as u64;
        hooks.extend(records.iter().filter_map(hook));
        // A short page is no end while the shop's total says more.
        if records.is_empty() || list.total.map_or(records.len() < PAGE, |total| seen >= total) {
            return Ok(hooks);
        }
    }
    Err(Error::Unavailable("the list of webhooks does not end".to_owned()))
}

fn create<T: Transport>(
    client: &Client<'_, T>,
    name: &str,
    topic: &str,
    callback_url: &str,
) -> Result<Subscription, Error> {
    let body = json!({"name": name, "topic": topic, "delivery_url": callback_url, "status": "active"});
    let mut request = client.site.request(Method::Post, ROUTE, &[]);
    request.headers.push(("content-type".to_owned(), "application/json".to_owned()));
    request.body = Some(body.to_string().into_bytes());
    request.credential = Some(WITH_SECRET.to_owned());
    let response =
        accepted(client.transport.send(&request)?).map_err(|error| not_allowed(http::named(error, &request)))?;
    let text = entrepot_guest::json::text(response.body)?;
    let made = Fields::of(Raw::of(&text)).and_then(|fields| hook(&fields));
    made.map(|hook| hook.subscription)
        .ok_or_else(|| Error::Unavailable("the shop answered with something else than a webhook".to_owned()))
}

fn delete<T: Transport>(client: &Client<'_, T>, id: &str) -> Result<(), Error> {
    // Webhooks have no trash: without `force` it is an error.
    let request = client.site.request(Method::Delete, &format!("{ROUTE}/{id}"), &[("force", "true")]);
    match accepted(client.transport.send(&request)?) {
        Ok(_) | Err(Error::NotFound) => Ok(()),
        Err(error) => Err(not_allowed(http::named(error, &request))),
    }
}

fn hook(fields: &Fields<'_>) -> Option<Hook> {
    Some(Hook {
        subscription: Subscription {
            id: fields.get("id").id()?.to_string(),
            topic: fields.get("topic").word()?.into_owned(),
            callback_url: fields.get("delivery_url").word()?.into_owned(),
            active: fields.get("status").word().as_deref() == Some("active"),
        },
        name: fields.get("name").name().unwrap_or_default(),
    })
}

/// The key has just been let in, so it is good for reading, and the channel needs no new connection.
fn not_allowed(error: Error) -> Error {
    match error {
        Error::Unauthorized(why) => Error::Unsupported(format!(
            "The key may not manage webhooks: make one with the permission Read/Write, of a user with the role Shop manager. {why}"
        )),
        other => other,
    }
}

fn by_hand(callback_url: &str) -> Error {
    Error::Unsupported(format!(
        "This shop takes signed requests only, or has plain permalinks, so its webhooks are made by hand. First choose a secret, a long \
         random word of letters and digits, and give it to the channel: entrepot channel set CHANNEL --secret-stdin webhook_secret. Then make \
         them in the shop: WooCommerce, Settings, Advanced, Webhooks, one for each of {}, with the delivery URL {callback_url} and the same \
         secret.",
        TOPICS.join(", ")
    ))
}
