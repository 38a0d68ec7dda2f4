//! Items: twenty-five in a call, each replaced as a whole, and only those that differ.

use entrepot_guest::lenient::Raw;
use entrepot_guest::prelude::*;
use serde_json::{Value, json};

use super::merge::same;
use super::work::{Work, each};
use super::{body, bulk};
use crate::client::Client;
use crate::details;

pub(super) fn write<T: Transport>(client: &Client<'_, T>, works: &mut [Work<'_>]) -> Result<(), Error> {
    let (market, locale) = (client.settings.market, client.settings.locale());
    let (mut places, mut rows) = (Vec::new(), Vec::new());
    for (at, work) in works.iter().enumerate().filter(|(_, work)| work.is_open()) {
        for (of, part) in work.parts.iter().enumerate() {
            let wanted = body::item(market, &locale, work, part);
            let mut there = body::item_there(part);
            there.insert("sku".to_owned(), json!(part.sku));
            // Texts in another language are overwritten by these.
            if part.item.is_none() || !same(&wanted, &Value::Object(there)) {
                places.push((at, of));
                rows.push(wanted);
            }
        }
    }
    let answered = bulk::send(client, "bulk_create_or_replace_inventory_item", "sku", &rows);
    let mut ended = None;
    for (((at, of), sent), row) in places.into_iter().zip(rows).zip(answered) {
        match row {
            Ok(answer) => {
                works[at].warnings.extend(bulk::warnings(&answer));
                works[at].parts[of].item = Some(sent);
            }
            Err(refused) => ended = ended.or(settle(&mut works[at], refused.error)),
        }
    }
    let aspects = |work: &mut Work<'_>| {
        work.state.aspects = body::aspects(market, work).into_keys().collect();
        Ok(())
    };
    ended.map_or(Ok(()), Err)?;
    each(works, aspects)
}

/// The error is the listing's own, or it is about the account and comes back.
pub(super) fn settle(work: &mut Work<'_>, error: Error) -> Option<Error> {
    if entrepot_guest::listing::is_about_the_account(&error) {
        return Some(error);
    }
    if work.is_open() {
        work.fail(error);
    }
    None
}

/// Variations that are no longer wanted: out of the group they are nothing, and their offers go with them. One that is part of something
/// else by now is left alone.
pub(super) fn clear<T: Transport>(client: &Client<'_, T>, work: &mut Work<'_>) -> Result<(), Error> {
    let gone: Vec<String> =
        { work.state.offers.keys() }.filter(|sku| !work.parts.iter().any(|part| part.sku == **sku)).cloned().collect();
    if gone.is_empty() {
        return Ok(());
    }
    let there = details::items(client, &gone.iter().map(String::as_str).collect::<Vec<_>>())?;
    for sku in gone {
        let item = there.get(&sku).cloned().transpose()?;
        let is_free = item.is_some_and(|item| details::groups_of(&Raw::of(&item).fields()).is_empty());
        if is_free {
            match client.change(Method::Delete, &["inventory_item", &sku], None)? {
                Ok(_) => {}
                Err(refusal) if refusal.status == 404 => {}
                Err(refusal) => return Err(refusal.error()),
            }
        }
        work.state.offers.remove(&sku);
    }
    Ok(())
}
