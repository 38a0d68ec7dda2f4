//! `webhooks.subscribe`: subscribed twice is subscribed once, what is there is listed, and can be taken back.

use std::collections::BTreeSet;

use entrepot_sandbox::Subscription;

use super::{Outcome, Subject, recorded, told};
use crate::kit::Shop;

/// What came of subscribing twice, listing, and unsubscribing.
pub(crate) struct Subscribed {
    first: Vec<Subscription>,
    again: Vec<Subscription>,
    listed: Vec<Subscription>,
}

pub(super) async fn once(subject: &Subject<'_>, callback_url: &str) -> Outcome {
    let (shop, replay) = subject.shop(None)?;
    let subscribed = subscribe_and_back(&shop, callback_url).await;
    recorded(&replay)?;
    let Subscribed { first, again, listed } = subscribed?;
    let first = ids(&first)?;
    if first.is_empty() {
        return Err("nothing was subscribed".to_owned());
    }
    if let Some(more) = ids(&again)?.difference(&first).next() {
        return Err(format!("subscribed again, there is one more: {more}"));
    }
    if let Some(missing) = first.difference(&ids(&listed)?).next() {
        return Err(format!("subscription {missing} was made and is not among `subscriptions`"));
    }
    Ok(format!("{} subscriptions, made twice and taken back", first.len()))
}

/// In the order in which recordings are made.
pub(crate) async fn subscribe_and_back(shop: &Shop, callback_url: &str) -> Result<Subscribed, String> {
    let first = shop.subscribe(callback_url).await.map_err(|error| told(&error))?;
    let again = shop.subscribe(callback_url).await.map_err(|error| told(&error))?;
    let listed = shop.subscriptions().await.map_err(|error| told(&error))?;
    let all: BTreeSet<String> = first.iter().chain(&again).map(|one| one.id.clone()).collect();
    shop.unsubscribe(all.into_iter().collect()).await.map_err(|error| format!("unsubscribing: {}", told(&error)))?;
    Ok(Subscribed { first, again, listed })
}

fn ids(all: &[Subscription]) -> Result<BTreeSet<&str>, String> {
    let ids: BTreeSet<&str> = all.iter().map(|one| one.id.as_str()).collect();
    match ids.len() == all.len() && !ids.contains("") {
        true => Ok(ids),
        false => Err("a subscription has no id, or two have the same".to_owned()),
    }
}
