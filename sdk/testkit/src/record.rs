//! A recording made anew, from the marketplace itself.

use std::sync::Arc;

use anyhow::{Result, bail};
use entrepot_domain::run::RunScope;

use crate::case::Case;
use crate::conformance::{ask_by_id, end_twice, offer_twice, push_thrice, subscribe_and_back};
use crate::kit::{Kit, Login};
use crate::recording::Exchange;
use crate::replay::Recorder;

/// Does what the host does, with real settings and secrets, and gives what was exchanged, written as if it had been the case's own
/// account: addresses of the real one stand nowhere in it, and credentials are not part of a recording at all.
pub async fn record(kit: &Kit, case: &Case, real: &Login) -> Result<Vec<Exchange>> {
    let recorder = Arc::new(Recorder::default());
    let mut login = case.login.clone();
    login.settings.extend(real.settings.clone());
    login.secrets.extend(real.secrets.clone());
    let shop = kit.connect(&login, recorder.clone())?;
    if kit.has("connection/check")
        && let Err(error) = shop.check().await
    {
        bail!("the account does not work: {error}");
    }
    if kit.has("catalog/fetch-page") {
        let walk = shop.walk().await?;
        ask_by_id(&shop, &walk).await;
    }
    if kit.has("stock/fetch-stock") {
        shop.walk_stock().await?;
    }
    if let Some(delta) = case.delta.as_ref().filter(|_| kit.has("catalog/fetch-page")) {
        shop.walk_over(RunScope::ChangedSince(delta.since)).await?;
    }
    if let Some(url) = case.callback_url.as_ref().filter(|_| kit.has("webhooks/subscribe"))
        && let Err(error) = subscribe_and_back(&shop, url).await
    {
        bail!("webhooks cannot be subscribed: {error}");
    }
    if kit.has("listings/push-listings") {
        for listing in &case.listings {
            let id = &listing.listing_id;
            let [receipt, ..] = match push_thrice(&shop, listing).await {
                Ok(receipts) => receipts,
                Err(error) => bail!("{id} cannot be put on sale: {error}"),
            };
            if let Err(error) = offer_twice(&shop, listing, &receipt).await {
                bail!("price and stock of {id} cannot be set: {error}");
            }
            // What was made for a recording is not left on sale.
            if let Err(error) = end_twice(&shop, listing, &receipt).await {
                bail!("{id} cannot be ended; end it at the marketplace: {error}");
            }
        }
    }
    let names: Vec<(String, String)> = real
        .settings
        .iter()
        .filter_map(|(name, value)| {
            let address = |value: &serde_json::Value| value.as_str().map(|text| text.trim_end_matches('/').to_owned());
            let own = case.login.settings.get(name).and_then(address)?;
            Some((address(value)?, own)).filter(|(real, own)| real.contains("://") && real != own)
        })
        .collect();
    Ok(recorder.take().into_iter().map(|exchange| renamed(exchange, &names)).collect())
}

fn renamed(mut exchange: Exchange, names: &[(String, String)]) -> Exchange {
    let rename = |text: &str| {
        names.iter().fold(text.to_owned(), |text, (real, own)| {
            // JSON may write slashes with a backslash.
            text.replace(real, own).replace(&real.replace('/', "\\/"), &own.replace('/', "\\/"))
        })
    };
    exchange.url = rename(&exchange.url);
    for (_, value) in &mut exchange.answer.headers {
        *value = rename(value);
    }
    if let Ok(text) = std::str::from_utf8(&exchange.answer.body) {
        exchange.answer.body = rename(text).into_bytes();
    }
    exchange
}
