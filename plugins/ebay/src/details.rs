//! What belongs to items: offers by SKU, groups by key, items by SKU.

use std::collections::BTreeMap;

use entrepot_guest::lenient::{Fields, Raw};
use entrepot_guest::prelude::*;
use serde_json::json;

use crate::client::{Client, ROWS, rows};
use crate::failure::Refusal;

/// There is none of these: no offer of a SKU, no item, no group.
const NONE: [i64; 6] = [25701, 25702, 25705, 25710, 25713, 25725];

/// What eBay's error says, where it says that there is none of what was asked for.
fn is_none(error: &Error) -> bool {
    match error {
        Error::NotFound => true,
        Error::Other(why) => NONE.iter().any(|id| why.contains(&format!("eBay's error {id})"))),
        _ => false,
    }
}

/// The offers of these SKUs on all marketplaces, as JSON lists; one result for each.
pub(crate) fn offers<T: Transport>(client: &Client<'_, T>, skus: &[&str]) -> Vec<Result<String, Error>> {
    // Without a SKU eBay answers with an error, whatever its documents say.
    let request = |sku: &&str| client.inventory(&["offer"]).query("sku", sku).query("limit", "100").request();
    let requests: Vec<Request> = skus.iter().map(request).collect();
    let answers = client.ask_all(&requests).into_iter();
    let read = |answer: Result<String, Error>| match answer {
        Err(error) if is_none(&error) => Ok("[]".to_owned()),
        Err(error) => Err(error),
        Ok(text) => {
            let offers = rows(&text, "offers")?;
            if !offers.iter().all(|offer| offer.fields().get("offerId").word().is_some()) {
                return Err(Error::Unavailable("eBay shows an offer without its id".to_owned()));
            }
            Ok(format!("[{}]", offers.iter().map(|offer| offer.json()).collect::<Vec<_>>().join(",")))
        }
    };
    answers.map(read).collect()
}

/// Groups by key; none: there is no such group.
pub(crate) fn groups<T: Transport>(client: &Client<'_, T>, keys: &[&str]) -> Vec<Result<Option<String>, Error>> {
    let request = |key: &&str| client.inventory(&["inventory_item_group", key]).request();
    let requests: Vec<Request> = keys.iter().map(request).collect();
    let read = |answer: Result<String, Error>| match answer {
        Err(error) if is_none(&error) => Ok(None),
        Err(error) => Err(error),
        Ok(text) => match Raw::checked(&text).fields().get("variantSKUs").is_list_of(|sku| sku.word().is_some()) {
            true => Ok(Some(text)),
            // Taken for a group without members, it would take off what is on sale.
            false => Err(Error::Unavailable("eBay shows a group without its SKUs".to_owned())),
        },
    };
    client.ask_all(&requests).into_iter().map(read).collect()
}

/// Items by SKU, as JSON; what is not in it does not exist.
pub(crate) fn items<T: Transport>(
    client: &Client<'_, T>,
    skus: &[&str],
) -> Result<BTreeMap<String, Result<String, Error>>, Error> {
    let mut found = BTreeMap::new();
    for some in skus.chunks(ROWS) {
        let wanted: Vec<_> = some.iter().map(|sku| json!({ "sku": sku })).collect();
        let text = client.look_up(&["bulk_get_inventory_item"], &json!({ "requests": wanted }))?;
        let answered = rows(&text, "responses")?;
        let answered: Vec<Fields<'_>> = answered.into_iter().map(Raw::fields).collect();
        for sku in some {
            let row = answered.iter().find(|row| row.get("sku").text().as_deref() == Some(sku));
            match row.map(item) {
                // What is not there has a row that says so.
                None => return Err(Error::Unavailable(format!("eBay answers without the item {sku:?}"))),
                Some(Ok(None)) => {}
                Some(Ok(Some(item))) => drop(found.insert((*sku).to_owned(), Ok(item))),
                Some(Err(error @ (Error::RateLimited(_) | Error::Unauthorized(_)))) => return Err(error),
                Some(Err(error)) => drop(found.insert((*sku).to_owned(), Err(error))),
            }
        }
    }
    Ok(found)
}

fn item(row: &Fields<'_>) -> Result<Option<String>, Error> {
    if let Some(refusal) = Refusal::of_row(row) {
        let is_gone = refusal.status == 404 || NONE.iter().any(|id| refusal.names(*id).is_some());
        return if is_gone { Ok(None) } else { Err(refusal.error()) };
    }
    let item = row.get("inventoryItem");
    if !item.is_object() {
        return Err(Error::Unavailable("eBay answers without an item that is there".to_owned()));
    }
    // The SKU may stand in the row alone.
    let rest = item.json().trim_start_matches('{').trim_start();
    Ok(Some(match (item.fields().get("sku").is_null(), rest) {
        (false, _) => item.json().to_owned(),
        (true, "}") => format!("{{\"sku\":{}}}", row.get("sku").json()),
        (true, rest) => format!("{{\"sku\":{},{rest}", row.get("sku").json()),
    }))
}

/// The groups that an item is part of. eBay has two names for the list.
pub(crate) fn groups_of(item: &Fields<'_>) -> Vec<String> {
    let of = |name: &str| item.get(name).items().into_iter().filter_map(Raw::owned).collect::<Vec<_>>();
    let keys = of("inventoryItemGroupKeys");
    if keys.is_empty() { of("groupIds") } else { keys }
}
