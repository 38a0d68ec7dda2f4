//! What buyers see: published once there is something to buy, and taken off where it is to be a draft.

use entrepot_guest::lenient::Raw;
use entrepot_guest::listing::Intent;
use entrepot_guest::prelude::*;
use serde_json::{Map, Value, json};

use super::bulk;
use super::items::settle;
use super::work::{Part, Work, each};
use crate::client::{Client, value};

pub(super) fn put_offer<T: Transport>(
    client: &Client<'_, T>,
    id: &str,
    body: Map<String, Value>,
) -> Result<String, Error> {
    client.change(Method::Put, &["offer", id], Some(&Value::Object(body)))?.map_err(|refusal| refusal.error())
}

pub(super) fn all<T: Transport>(client: &Client<'_, T>, works: &mut [Work<'_>]) -> Result<(), Error> {
    each(works, |work| match work.listing.intent {
        Intent::Active => Ok(()),
        Intent::Draft | Intent::Ended => {
            work.state.held = false;
            withdraw(client, work)
        }
    })?;
    alone(client, works)?;
    each(works, |work| {
        let Some(key) = work.group.clone().filter(|_| is_due(work)) else { return Ok(()) };
        let answer = publish_group(client, &key)?;
        done(work, &answer)
    })
}

/// It is to be on sale, and not all of it is.
fn is_due(work: &mut Work<'_>) -> bool {
    if work.listing.intent != Intent::Active {
        return false;
    }
    let is_whole = work.parts.iter().all(Part::is_published);
    // eBay publishes nothing of which there is nothing.
    work.state.held = !work.is_published && work.left() == 0;
    !is_whole && !work.state.held
}

/// Goods without options, twenty-five in a call.
fn alone<T: Transport>(client: &Client<'_, T>, works: &mut [Work<'_>]) -> Result<(), Error> {
    let (mut places, mut rows) = (Vec::new(), Vec::new());
    for (at, work) in works.iter_mut().enumerate().filter(|(_, work)| work.is_open() && work.group.is_none()) {
        if !is_due(work) {
            continue;
        }
        if let Some(id) = work.parts.first().and_then(|part| part.offer_id.as_ref()) {
            places.push(at);
            rows.push(json!({ "offerId": id }));
        }
    }
    let answered = bulk::send(client, "bulk_publish_offer", "offerId", &rows);
    let mut ended = None;
    for (at, row) in places.into_iter().zip(answered) {
        let work = &mut works[at];
        match row {
            Ok(answer) => {
                if let Err(error) = done(work, &answer) {
                    drop(settle(work, error));
                }
            }
            Err(refused) => ended = ended.or(settle(work, refused.error)),
        }
    }
    ended.map_or(Ok(()), Err)
}

pub(super) fn publish_group<T: Transport>(client: &Client<'_, T>, key: &str) -> Result<Value, Error> {
    let body = json!({ "inventoryItemGroupKey": key, "marketplaceId": client.settings.market.id });
    let text = client.change(Method::Post, &["offer", "publish_by_inventory_item_group"], Some(&body))?;
    text.map(|text| value(Raw::of(&text))).map_err(|refusal| refusal.error())
}

fn done(work: &mut Work<'_>, answer: &Value) -> Result<(), Error> {
    let Some(number) = answer["listingId"].as_str().filter(|number| !number.is_empty()) else {
        return Err(Error::Unavailable("eBay does not say under which number it has published".to_owned()));
    };
    work.warnings.extend(bulk::warnings(answer));
    work.number = Some(number.to_owned());
    work.is_published = true;
    Ok(())
}

/// Taken off; the offers stay.
fn withdraw<T: Transport>(client: &Client<'_, T>, work: &mut Work<'_>) -> Result<(), Error> {
    if !work.is_published {
        return Ok(());
    }
    match (&work.group, work.parts.first().and_then(|part| part.offer_id.as_deref())) {
        (Some(key), _) => withdraw_group(client, key)?,
        (None, Some(id)) => withdraw_offer(client, id)?,
        (None, None) => {}
    }
    work.is_published = false;
    Ok(())
}

pub(super) fn withdraw_group<T: Transport>(client: &Client<'_, T>, key: &str) -> Result<(), Error> {
    let body = json!({ "inventoryItemGroupKey": key, "marketplaceId": client.settings.market.id });
    over(client.change(Method::Post, &["offer", "withdraw_by_inventory_item_group"], Some(&body))?)
}

pub(super) fn withdraw_offer<T: Transport>(client: &Client<'_, T>, id: &str) -> Result<(), Error> {
    over(client.change(Method::Post, &["offer", id, "withdraw"], None)?)
}

/// What is gone already is ended.
pub(super) fn over(answer: Result<String, crate::failure::Refusal>) -> Result<(), Error> {
    match answer {
        Ok(_) => Ok(()),
        Err(refusal) if refusal.status == 404 => Ok(()),
        Err(refusal) => Err(refusal.error()),
    }
}
