//! Items, page by page, each with its offer. What is part of a group comes with the group, on the page that has the first of its SKUs.
//!
//! eBay has no modified-since for items, and offers only by SKU: a delta reads everything, too, and leaves out the second look. A full run
//! ends with a sweep over all ids, because pages move while they are read.

use std::collections::{BTreeMap, BTreeSet};

use entrepot_guest::lenient::{Fields, Raw};
use entrepot_guest::paging;
use entrepot_guest::prelude::*;

use crate::client::{Client, rows};
use crate::details;
use crate::item::{Id, Part, is_elsewhere, raw_item};
use crate::pages::{Cursor, GIVE_UP, HOPELESS, Phase};

pub fn fetch_page<T: Transport>(transport: &T, channel: &Channel, request: &PageRequest) -> Result<Page, Error> {
    let client = Client::of(transport, channel)?;
    let cursor: Cursor = paging::decode(request.cursor.as_deref())?;
    let (size, number) = cursor.page(request.limit, request.attempt);
    let mut page = paging::empty_page();
    let text = match list(&client, size, number) {
        Err(error @ (Error::Unavailable(_) | Error::Other(_))) if request.attempt >= HOPELESS && size == 1 => {
            // Where the next place cannot be read either, it is eBay that fails and not one item.
            list(&client, 1, cursor.at + 1).map_err(|_| error.clone())?;
            page.items = vec![unreadable_place(cursor.at, &error)];
            page.next = Some(paging::encode(&Cursor { at: cursor.at + 1, ..cursor })?);
            return Ok(page);
        }
        answer => answer?,
    };
    let items: Vec<Raw<'_>> = rows(&text, "inventoryItems")?;
    let fields = Raw::checked(&text).fields();
    let total = fields.get("total").whole().and_then(|total| u64::try_from(total).ok());
    let mut next = cursor.after(size, items.len() as u64, total, fields.get("next").word().is_some());
    let own = |item: &Fields<'_>| {
        let sku = item.get("sku").text();
        sku.is_none_or(|sku| client.settings.sku_here(&sku).is_some())
    };
    let records: Vec<Fields<'_>> = items.iter().map(|item| item.fields()).collect();
    match cursor.phase {
        Phase::Sweep => {
            let listed: BTreeSet<String> = records.iter().filter(|item| own(item)).flat_map(ids_of).collect();
            let (shown, products) = (cursor.shown + records.len() as u64, cursor.products + listed.len() as u64);
            // Some of those that eBay counts were never shown: then nothing is taken for gone.
            let missing = total.filter(|_| next.is_none()).and_then(|total| total.checked_sub(shown));
            page.total = missing.filter(|missing| *missing > 0).map(|missing| products + missing);
            next = next.map(|next| Cursor { products, ..next });
            page.listed = listed.into_iter().collect();
        }
        Phase::Items => page.items = products(&client, &items, request.attempt)?,
    }
    let next = next.or_else(|| cursor.next_phase(request.scope));
    page.next = next.map(|next| paging::encode(&next)).transpose()?;
    Ok(page)
}

/// A page of items. Whatever address eBay names for the next one, it is made here.
fn list<T: Transport>(client: &Client<'_, T>, size: u64, number: u64) -> Result<String, Error> {
    let call = client.inventory(&["inventory_item"]).query("limit", &size.to_string());
    client.ask(call.query("offset", &number.to_string()))
}

fn unreadable_place(at: u64, error: &Error) -> RawItem {
    let why = format!("eBay fails at place {} of the inventory: {error:?}", at + 1);
    RawItem::unreadable(format!("unidentified:place-{}", at + 1), issue("/item", "item-unreadable", why))
}

/// The products that an item is of: itself, or its groups.
fn ids_of(item: &Fields<'_>) -> Vec<String> {
    let groups = details::groups_of(item);
    if groups.is_empty() {
        return item.get("sku").text().map(|sku| Id::Item(sku.into_owned()).to_string()).into_iter().collect();
    }
    groups.into_iter().map(|key| Id::Group(key).to_string()).collect()
}

/// The products of a page of items.
fn products<T: Transport>(client: &Client<'_, T>, items: &[Raw<'_>], attempt: u32) -> Result<Vec<RawItem>, Error> {
    let mut found = Vec::new();
    let (mut alone, mut keys, mut here) = (Vec::new(), BTreeSet::new(), BTreeSet::new());
    for item in items {
        let fields = item.fields();
        let Some(sku) = fields.get("sku").text().map(|sku| sku.into_owned()) else {
            let message = "eBay lists an item without a SKU; it cannot be imported.";
            let id = format!("unidentified:{:016x}", fingerprint(item.json()));
            let body = format!("{{\"item\":{}}}", item.json());
            let problems = vec![issue("/item/sku", "id-missing", message)];
            found.push(RawItem { problems, ..RawItem::new(id, body) });
            continue;
        };
        if client.settings.sku_here(&sku).is_none() {
            continue;
        }
        match details::groups_of(&fields) {
            none if none.is_empty() => alone.push((sku, *item)),
            groups => {
                here.insert(sku);
                keys.extend(groups);
            }
        }
    }
    let skus: Vec<&str> = alone.iter().map(|(sku, _)| sku.as_str()).collect();
    for ((sku, item), offers) in alone.iter().zip(details::offers(client, &skus)) {
        let id = Id::Item(sku.clone());
        match set_aside(&id, offers, attempt)? {
            Ok(offers) => {
                let part = Part { item: *item, offers: Raw::checked(&offers) };
                if !is_elsewhere(&client.settings, &part) {
                    found.push(raw_item(&client.settings, &id, None, &[part]));
                }
            }
            Err(unreadable) => found.push(unreadable),
        }
    }
    found.extend(groups(client, &keys.into_iter().collect::<Vec<_>>(), Some(&here), attempt)?);
    Ok(found)
}

/// Groups with their items and offers. `here`: the SKUs of a page; those whose first SKU is on another page come with that one.
fn groups<T: Transport>(
    client: &Client<'_, T>,
    keys: &[String],
    here: Option<&BTreeSet<String>>,
    attempt: u32,
) -> Result<Vec<RawItem>, Error> {
    let names: Vec<&str> = keys.iter().map(String::as_str).collect();
    let (mut found, mut wanted) = (Vec::new(), Vec::new());
    for (key, group) in keys.iter().zip(details::groups(client, &names)) {
        let id = Id::Group(key.clone());
        match set_aside(&id, group, attempt)? {
            // Deleted a moment ago.
            Ok(None) => {}
            Ok(Some(group)) => {
                let skus: Vec<String> = Raw::checked(&group)
                    .fields()
                    .get("variantSKUs")
                    .items()
                    .into_iter()
                    .filter_map(Raw::owned)
                    .collect();
                let is_here = |here: &BTreeSet<String>| skus.first().is_some_and(|first| here.contains(first));
                if here.is_none_or(is_here) {
                    wanted.push((id, group, skus));
                }
            }
            Err(unreadable) => found.push(unreadable),
        }
    }
    let all: BTreeSet<&str> = wanted.iter().flat_map(|(_, _, skus)| skus).map(String::as_str).collect();
    let all: Vec<&str> = all.into_iter().collect();
    let items = if all.is_empty() { BTreeMap::new() } else { details::items(client, &all)? };
    let there: Vec<&str> = all.into_iter().filter(|sku| items.contains_key(*sku)).collect();
    let offers: BTreeMap<&str, Result<String, Error>> =
        there.iter().copied().zip(details::offers(client, &there)).collect();
    for (id, group, skus) in &wanted {
        let read = skus.iter().filter_map(|sku| Some((items.get(sku)?, offers.get(sku.as_str())?)));
        let read = read.map(|(item, offers)| Ok((item.clone()?, offers.clone()?))).collect::<Result<Vec<_>, Error>>();
        match set_aside(id, read, attempt)? {
            Ok(read) => found.extend(whole(client, id, group, &read)),
            Err(unreadable) => found.push(unreadable),
        }
    }
    Ok(found)
}

/// None: all of it is offered elsewhere.
fn whole<T: Transport>(client: &Client<'_, T>, id: &Id, group: &str, read: &[(String, String)]) -> Option<RawItem> {
    let parts: Vec<Part<'_>> =
        read.iter().map(|(item, offers)| Part { item: Raw::checked(item), offers: Raw::checked(offers) }).collect();
    let is_ours = parts.is_empty() || parts.iter().any(|part| !is_elsewhere(&client.settings, part));
    is_ours.then(|| raw_item(&client.settings, id, Some(Raw::checked(group)), &parts))
}

/// What was read, or after some attempts what stands for it; before, the page fails.
fn set_aside<V>(id: &Id, read: Result<V, Error>, attempt: u32) -> Result<Result<V, RawItem>, Error> {
    match read {
        Ok(value) => Ok(Ok(value)),
        Err(error @ (Error::Unavailable(_) | Error::Other(_) | Error::Invalid(_))) if attempt >= GIVE_UP => {
            let message = format!(
                "eBay fails when it is asked for these goods, so they cannot be imported; the next import tries again: {error:?}"
            );
            Ok(Err(RawItem::unreadable(id.to_string(), issue("/item", "item-unreadable", message))))
        }
        Err(error @ Error::Invalid(_)) => Err(Error::Unavailable(format!("{error:?}"))),
        Err(error) => Err(error),
    }
}

pub fn fetch_items<T: Transport>(
    transport: &T,
    channel: &Channel,
    _context: Option<&str>,
    ids: &[String],
) -> Result<Vec<RawItem>, Error> {
    let client = Client::of(transport, channel)?;
    let (mut skus, mut keys) = (Vec::new(), Vec::new());
    for id in ids.iter().filter_map(|id| Id::parse(id)) {
        match id {
            Id::Item(sku) if client.settings.sku_here(&sku).is_some() => skus.push(sku),
            Id::Item(_) => {}
            Id::Group(key) => keys.push(key),
        }
    }
    let mut found = Vec::new();
    if !skus.is_empty() {
        let names: Vec<&str> = skus.iter().map(String::as_str).collect();
        let items = details::items(&client, &names)?;
        let mut texts = Vec::new();
        for (sku, item) in items {
            // There is no later attempt: what cannot be read is set aside now.
            match set_aside(&Id::Item(sku.clone()), item, GIVE_UP)? {
                Ok(item) => texts.push(item),
                Err(unreadable) => found.push(unreadable),
            }
        }
        // What has joined a group is no product by itself.
        let alone: Vec<Raw<'_>> = texts.iter().map(|text| Raw::of(text)).collect();
        let alone: Vec<Raw<'_>> =
            alone.into_iter().filter(|item| details::groups_of(&item.fields()).is_empty()).collect();
        found.extend(products(&client, &alone, 0)?);
    }
    if !keys.is_empty() {
        found.extend(groups(&client, &keys, None, 0)?);
    }
    Ok(found)
}

/// FNV-1a.
fn fingerprint(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}
