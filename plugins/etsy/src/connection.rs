//! Is this shop usable, and what would make it more so?

use entrepot_guest::currency;
use entrepot_guest::prelude::*;

use crate::client::{As, Client};
use crate::failure::Quota;
use crate::settings::Settings;
use crate::shop::{self, counts};
use entrepot_guest::lenient::Raw;

/// Deltas a day at a quarter of an hour, for the estimate of how many requests a day takes.
const DELTAS: u64 = 96;

pub fn check<T: Transport>(transport: &T, channel: &Channel) -> Result<Account, Error> {
    let client = Client { transport, settings: Settings::of(channel)? };
    let own = client.settings.shop;
    // With the key alone: a refusal here is the key's fault, and one after this is the token's.
    let answer = match client.get(&client.request(As::App, &client.of_shop(""), &[])) {
        Err(Error::NotFound) => return Err(shop::unknown(own)),
        Err(Error::Unauthorized(why)) => {
            return Err(Error::Unauthorized(format!("Keystring or shared secret are not right. {why}")));
        }
        answer => answer?,
    };
    let found = Raw::of(&answer.text).fields();
    let mut warnings = Vec::new();
    let code = found.get("currency_code").owned();
    if let Some(code) = code.as_deref().filter(|code| currency::exponent(code).is_none()) {
        return Err(Error::Unsupported(currency::unknown(code)));
    }
    match client.get(&client.request(As::Shop, "/users/me", &[])) {
        Ok(me) => {
            let connected = Raw::of(&me.text).fields().get("shop_id").id();
            if connected.is_some_and(|id| id != own) {
                return Err(Error::Unauthorized(format!(
                    "The connection is to shop {}, and the shop ID says {own}. Enter that number, or connect the other shop.",
                    connected.unwrap_or_default()
                )));
            }
        }
        // 403: the token is good and lacks the scope; whether it may read listings is seen next.
        Err(Error::Unauthorized(why)) if why.contains("HTTP 403") => warnings.push(
            "The connection lacks the scope shops_r: processing times are left out. Connect the shop again.".to_owned(),
        ),
        Err(Error::NotFound) => {}
        Err(error) => return Err(error),
    }
    let (counts, last) = counts(&client)?;
    let total: u64 = counts.iter().flatten().sum();
    let quota = last.map(|answer| answer.quota).unwrap_or_default();
    let mut details = vec![
        ("listings".to_owned(), total.to_string()),
        ("active listings".to_owned(), counts.first().copied().flatten().unwrap_or_default().to_string()),
    ];
    for (name, value) in [
        ("requests a second", quota.per_second),
        ("requests a day", quota.per_day),
        ("requests left today", quota.left_today),
    ] {
        details.extend(value.map(|value| (name.to_owned(), value.to_string())));
    }
    limits(quota, total, &mut warnings);
    if found.get("is_vacation").is_true() {
        warnings.push("The shop is on vacation: buyers cannot order.".to_owned());
    }
    Ok(Account {
        name: found.get("shop_name").name().unwrap_or_else(|| format!("Shop {own}")),
        url: found.get("url").word().map(|url| url.into_owned()),
        currency: code,
        details,
        warnings,
    })
}

/// The day's limit is the one that hurts: it takes up to a day until it is gone.
fn limits(quota: Quota, total: u64, warnings: &mut Vec<String>) {
    if let Some(left) = quota.left_today
        && quota.per_day.is_some_and(|day| left < day / 10)
    {
        warnings.push(format!(
            "Only {left} of {} requests are left for today (the last 24 hours count): imports will wait.",
            quota.per_day.unwrap_or_default()
        ));
    }
    // One scan is a request for 97 new rows in each of five lists; a full run reads thrice and sweeps twice at most.
    let scan = total.div_ceil(97) + 5;
    let day = DELTAS * scan + 5 * scan;
    if let Some(limit) = quota.per_day.filter(|limit| day > *limit) {
        warnings.push(format!(
            "Looking for changes every quarter of an hour takes about {day} requests a day, and Etsy allows {limit}. Set the \
             schedule to every {} minutes, or ask Etsy for a higher limit.",
            (15 * day).div_ceil(limit.max(1)).div_ceil(15) * 15
        ));
    }
}
