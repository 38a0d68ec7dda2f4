//! Order events. Etsy sends nothing about listings, and endpoints are set up by hand in its webhook portal.

use entrepot_guest::prelude::*;
use entrepot_guest::webhook;

use crate::settings::Settings;
use entrepot_guest::lenient::Raw;

/// The only hosts a `resource_url` may name. It is never fetched: the receipt's number is taken from it.
const HOSTS: [&str; 2] = ["https://api.etsy.com/", "https://openapi.etsy.com/"];

/// The slot of the manifest.
const SLOT: &str = "webhook_secret";

pub fn verify<K: Keys>(keys: &K, channel: &Channel, delivery: &Delivery) -> Result<Verdict, Error> {
    let own = Settings::of(channel)?.shop;
    let id = match webhook::standard(keys, SLOT, delivery)? {
        Ok(id) => id,
        Err(why) => return Ok(Verdict::Rejected(why)),
    };
    Ok(match event(own, &delivery.body) {
        Err(why) => Verdict::Rejected(why),
        Ok((topic, event)) => {
            let at = webhook::header(delivery, "webhook-timestamp").and_then(|at| at.parse::<i64>().ok());
            Verdict::Accepted(Verified {
                id,
                topic,
                occurred_at: at.and_then(|at| at.checked_mul(1000)),
                events: vec![event],
            })
        }
    })
}

/// The event's type and what it means for this shop; or why it is not this shop's.
fn event(own: u64, body: &[u8]) -> Result<(String, Event), String> {
    let text = std::str::from_utf8(body).map_err(|_| "the body is not text".to_owned())?;
    let fields = Raw::of(text.trim()).fields();
    let topic = fields.get("event_type").word().ok_or("the body names no event_type")?.into_owned();
    // A number or a text; both were seen.
    match fields.get("shop_id").id() {
        Some(shop) if shop == own => {}
        Some(shop) => return Err(format!("the event is of shop {shop}, this channel's is {own}")),
        None => return Err("the body names no shop_id".to_owned()),
    }
    let url = fields.get("resource_url").word().ok_or("the body names no resource_url")?;
    let Some(path) = HOSTS.iter().find_map(|host| url.strip_prefix(host)) else {
        return Err("resource_url is on another host than Etsy's".to_owned());
    };
    if !topic.starts_with("order.") {
        return Ok((topic, Event::Ignored("not an event about an order".to_owned())));
    }
    let parts: Vec<&str> = path.split('/').collect();
    let number = |text: &str| text.parse::<u64>().ok().filter(|id| *id > 0 && text.bytes().all(|b| b.is_ascii_digit()));
    match parts.as_slice() {
        ["v3", "application", "shops", shop, "receipts", receipt] if number(shop) == Some(own) => match number(receipt)
        {
            Some(receipt) => Ok((topic, Event::OrderChanged(receipt.to_string()))),
            None => Err("resource_url names no receipt".to_owned()),
        },
        _ => Err("resource_url is not a receipt of this shop".to_owned()),
    }
}

pub fn subscribe<H>(_: &H, _: &Channel, callback_url: &str) -> Result<Vec<Subscription>, Error> {
    Err(Error::Unsupported(format!(
        "Etsy has no API for this. In its developer portal (etsy.com/developers/your-apps, Webhooks; the app needs commercial \
         access) add the endpoint {callback_url} with order.paid, order.canceled, order.shipped and order.delivered, and enter the \
         endpoint's signing secret (whsec_...) here as the webhook signing secret."
    )))
}

/// Etsy has no way to ask: what was set up by hand is not known here.
pub fn subscriptions<H>(_: &H, _: &Channel) -> Result<Vec<Subscription>, Error> {
    Ok(Vec::new())
}

pub fn unsubscribe<H>(_: &H, _: &Channel, ids: &[String]) -> Result<(), Error> {
    if ids.is_empty() {
        return Ok(());
    }
    Err(Error::Unsupported("Etsy has no API for this: delete the endpoint in its developer portal.".to_owned()))
}
