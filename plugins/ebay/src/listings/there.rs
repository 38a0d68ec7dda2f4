//! What there is of listings already, and whether it is theirs.

use std::collections::{BTreeMap, BTreeSet};

use entrepot_guest::lenient::Raw;
use entrepot_guest::listing::Listing;
use entrepot_guest::prelude::*;
use serde_json::Value;

use super::body;
use super::work::{Part, Work};
use crate::client::{Client, value};
use crate::details;
use crate::item::offer_on;

/// Items, groups and offers of all that are open.
pub(super) fn read<T: Transport>(client: &Client<'_, T>, works: &mut [Work<'_>]) -> Result<(), Error> {
    let mut seen = BTreeSet::new();
    for work in works.iter_mut().filter(|work| work.is_open()) {
        let twice = work.parts.iter().position(|part| !seen.insert(part.sku.clone()));
        if let Some(at) = twice {
            let message = format!(
                "Two listings have the SKU {:?}, and eBay knows it once. Change one of them.",
                work.parts[at].sku
            );
            work.refuse(issue(format!("/variants/{at}/sku"), "sku-duplicate", message));
        }
    }
    let skus: BTreeSet<String> = open(works).flat_map(|work| work.parts.iter().map(|part| part.sku.clone())).collect();
    let skus: Vec<&str> = skus.iter().map(String::as_str).collect();
    if skus.is_empty() {
        return Ok(());
    }
    let items = details::items(client, &skus)?;
    let standing: Vec<&str> = skus.into_iter().filter(|sku| items.contains_key(*sku)).collect();
    let offers: BTreeMap<&str, Result<String, Error>> =
        standing.iter().copied().zip(details::offers(client, &standing)).collect();
    let keys: Vec<String> = open(works).filter_map(|work| work.group.clone()).collect();
    let names: Vec<&str> = keys.iter().map(String::as_str).collect();
    let groups: BTreeMap<&str, Result<Option<String>, Error>> =
        names.iter().copied().zip(details::groups(client, &names)).collect();
    super::work::each(works, |work| {
        for part in &mut work.parts {
            let Some(item) = items.get(&part.sku) else { continue };
            part.item = Some(value(Raw::of(&item.clone()?)));
            if let Some(offers) = offers.get(part.sku.as_str()) {
                take(client, part, &offers.clone()?);
            }
        }
        if let Some(found) = work.group.as_deref().and_then(|key| groups.get(key)) {
            work.group_there = found.clone()?.map(|text| value(Raw::of(&text)));
        }
        work.is_published = work.parts.iter().any(Part::is_published);
        let numbers = work.parts.iter().filter_map(|part| part.offer.as_ref()?["listing"]["listingId"].as_str());
        work.number = numbers.map(str::to_owned).next();
        Ok(())
    })
}

fn open<'w, 'l>(works: &'w [Work<'l>]) -> impl Iterator<Item = &'w Work<'l>> {
    works.iter().filter(|work| work.is_open())
}

/// The offer on the channel's marketplace.
fn take<T: Transport>(client: &Client<'_, T>, part: &mut Part<'_>, offers: &str) {
    let Some(offer) = offer_on(Raw::of(offers), client.settings.market.id) else { return };
    let fields = offer.0.iter().map(|(name, raw)| (name.to_string(), value(*raw)));
    let offer = Value::Object(fields.collect());
    part.offer_id = offer["offerId"].as_str().map(str::to_owned);
    part.offer = Some(offer);
}

/// Whether the listing is what stands there, or may become it.
pub(super) fn fits(work: &mut Work<'_>) -> Result<(), Error> {
    let stands = match &work.group {
        Some(_) => work.group_there.is_some(),
        None => work.parts.first().is_some_and(|part| part.item.is_some()),
    };
    if work.is_known() && !stands {
        return Err(Error::Invalid(vec![gone()]));
    }
    let members: Vec<&str> = { work.group_there.iter() }
        .flat_map(|group| group["variantSKUs"].as_array().into_iter().flatten())
        .filter_map(Value::as_str)
        .collect();
    let own = work.group.as_deref();
    for (at, part) in work.parts.iter().enumerate() {
        let Some(item) = &part.item else { continue };
        if members.contains(&part.sku.as_str()) {
            continue;
        }
        let text = item.to_string();
        let groups = details::groups_of(&Raw::of(&text).fields());
        if let Some(other) = groups.iter().find(|key| Some(key.as_str()) != own) {
            return Err(taken(at, part, &format!("it is a variation of the group {other:?}")));
        }
        let is_other = item["product"]["title"].as_str().map(str::trim) != Some(work.listing.product.title.trim());
        match own {
            // eBay lets no SKU join a group that was published by itself.
            Some(_) if part.is_published() => return Err(taken(at, part, "it is on sale by itself")),
            // What buyers see is adopted when somebody says so. Of an answer that was lost it is known by being just what was to be sent;
            // what nobody sees is made to what it is to be.
            None if part.is_published() && !work.is_known() && is_other => {
                return Err(taken(at, part, "it is on sale under another title"));
            }
            None if part.is_published() && !work.is_known() && !is_as_sent(work.listing, part, item) => {
                return Err(taken(at, part, "it is on sale at another price, or with other pictures"));
            }
            _ => {}
        }
    }
    Ok(())
}

/// Price and pictures are those that are to be sent: anybody may have another product of the same title.
fn is_as_sent(listing: &Listing, part: &Part<'_>, item: &Value) -> bool {
    let there = part.offer.as_ref().map(|offer| &offer["pricingSummary"]["price"]);
    let price = listing.product.variants.first().and_then(|variant| variant.price.as_ref());
    let pictures: Vec<&str> =
        item["product"]["imageUrls"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    there.and_then(body::amount).as_ref() == price && pictures == body::pictures(&listing.product)
}

fn taken(at: usize, part: &Part<'_>, why: &str) -> Error {
    let message = format!(
        "eBay has goods with the SKU {:?} already: {why}. It is to stand there once: adopt it (entrepot listing adopt), end it there, or \
         change the SKU.",
        part.sku
    );
    Error::Invalid(vec![issue(format!("/variants/{at}/sku"), "sku-taken", message)])
}

/// Somebody deleted it at eBay.
pub(super) fn gone() -> Issue {
    let message = "The goods are no longer in eBay's inventory: somebody deleted them. To make them anew, push the listing by its id.";
    issue("", "listing-gone", message)
}
