//! Pictures: which are there, which are sent, which go. They are bytes at Etsy, so the host fetches and sends them.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use entrepot_guest::bindings::media::Picture;
use entrepot_guest::listing::Listing;
use entrepot_guest::media::{picture_part, text_part};
use entrepot_guest::prelude::*;
use entrepot_guest::text::decode_entities;
use serde_json::Value;

use super::answered::{refused, unsaid};
use super::content::{MOST_PICTURES, alt, pictures};
use super::shop::Shop;
use crate::client::{As, Body, Client, value};

/// A picture that is there.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Shown {
    id: u64,
    alt: String,
}

/// What is to be done about them.
#[derive(Debug, Default, PartialEq, Eq)]
struct Plan {
    /// For each wanted one, the one there that it is.
    known: Vec<Option<u64>>,
    /// Not wanted, and nobody knows where they come from: a push that failed has left them, perhaps. They go first, so that they do not
    /// pile up with each try.
    strange: Vec<u64>,
    /// Wanted no more.
    over: Vec<u64>,
}

/// What is known of the pictures before a push.
pub(super) struct Before<'a> {
    /// Addresses of pictures that were sent.
    pub(super) known: &'a BTreeMap<String, u64>,
    /// What is there was sent when others were wanted.
    pub(super) replaces: bool,
    /// Buyers see it.
    pub(super) is_active: bool,
}

/// Where no address is known, what is there was sent and its answer lost, or was there before: it is taken for the first ones that are
/// wanted, and none is deleted.
fn plan(wanted: &[&model::Media], before: &Before<'_>, there: &[Shown]) -> Plan {
    if before.replaces {
        let strange = there.iter().map(|shown| shown.id).collect();
        return Plan { known: vec![None; wanted.len()], strange, over: Vec::new() };
    }
    let known = before.known;
    let is_there = |id: &u64| there.iter().any(|shown| shown.id == *id);
    let mut found: Vec<Option<u64>> =
        wanted.iter().map(|media| known.get(&media.url).copied().filter(|id| is_there(id))).collect();
    let mut unknown: Vec<&Shown> = there.iter().filter(|shown| !known.values().any(|id| *id == shown.id)).collect();
    for (of, media) in found.iter_mut().zip(wanted).filter(|(of, _)| of.is_none()) {
        // One that was sent without an answer is known again by its words.
        let words = alt(media);
        let same = unknown.iter().position(|shown| known.is_empty() || (!words.is_empty() && shown.alt == words));
        *of = same.map(|at| unknown.remove(at).id);
    }
    if known.is_empty() {
        return Plan { known: found, ..Plan::default() };
    }
    let kept: BTreeSet<u64> = found.iter().flatten().copied().collect();
    let rest = there.iter().map(|shown| shown.id).filter(|id| !kept.contains(id));
    let (over, strange) = rest.partition(|id| known.values().any(|own| own == id));
    Plan { known: found, strange, over }
}

/// The pictures of a listing, when all are there.
pub(super) struct Pictures {
    /// By their addresses.
    pub(super) ids: BTreeMap<String, u64>,
    /// They are there in another order than this one, which is wanted.
    pub(super) order: Option<Vec<u64>>,
}

pub(super) fn push<T: Transport + Media>(
    shop: &Shop<'_, T>,
    id: u64,
    listing: &Listing,
    before: &Before<'_>,
) -> Result<Pictures, Error> {
    let client = &shop.client;
    let wanted: Vec<(usize, &model::Media)> = pictures(&listing.product).collect();
    let there = shown(client, id)?;
    let plan = plan(&wanted.iter().map(|(_, media)| *media).collect::<Vec<_>>(), before, &there);
    let missing: Vec<(usize, &model::Media)> =
        wanted.iter().zip(&plan.known).filter(|(_, known)| known.is_none()).map(|(one, _)| *one).collect();
    // What cannot be had is found out before anything is changed.
    let mut fetched = fetched(shop, &missing)?;
    let mut order: Vec<u64> = there.iter().map(|shown| shown.id).collect();
    let mut later = VecDeque::from(plan.over);
    later.extend(without(client, id, &mut order, plan.strange, before.is_active)?);
    let mut ids = BTreeMap::new();
    let mut wished = Vec::new();
    for ((at, media), known) in wanted.iter().zip(plan.known) {
        let image = match known {
            Some(image) => image,
            None => {
                let picture = match fetched.remove(at) {
                    Some(picture) => picture,
                    None => fetch(shop, *at, media)?,
                };
                // There is no room for another one otherwise.
                if order.len() >= MOST_PICTURES
                    && let Some(gone) = later.pop_front()
                {
                    remove(client, id, gone)?;
                    order.retain(|own| *own != gone);
                }
                let rank = wished.len().min(order.len());
                let image = upload(shop, id, *at, media, rank + 1, &picture)?;
                order.insert(rank, image);
                image
            }
        };
        ids.insert(media.url.clone(), image);
        wished.push(image);
    }
    for gone in later {
        remove(client, id, gone)?;
        order.retain(|own| *own != gone);
    }
    // What is there and not ours stays behind ours.
    let rest: Vec<u64> = order.iter().copied().filter(|id| !wished.contains(id)).collect();
    wished.extend(rest);
    Ok(Pictures { ids, order: (wished != order).then_some(wished) })
}

/// Takes strange ones away. Of a listing that buyers see, a picture stays: it is what is left.
fn without<T: Transport>(
    client: &Client<'_, T>,
    id: u64,
    order: &mut Vec<u64>,
    strange: Vec<u64>,
    is_active: bool,
) -> Result<Option<u64>, Error> {
    for gone in strange {
        if order.len() == 1 && is_active {
            return Ok(Some(gone));
        }
        remove(client, id, gone)?;
        order.retain(|own| *own != gone);
    }
    Ok(None)
}

/// Takes away what stands there, of a draft that nobody sees.
pub(super) fn clear<T: Transport>(client: &Client<'_, T>, id: u64) -> Result<(), Error> {
    shown(client, id)?.iter().try_for_each(|shown| remove(client, id, shown.id))
}

fn shown<T: Transport>(client: &Client<'_, T>, id: u64) -> Result<Vec<Shown>, Error> {
    let mut rows = client.rows(&client.request(As::Shop, &format!("/listings/{id}/images"), &[]))?;
    rows.sort_by_key(|row| row["rank"].as_u64());
    let one = |row: &Value| {
        let alt = row["alt_text"].as_str().map(|text| decode_entities(text).into_owned()).unwrap_or_default();
        row["listing_image_id"].as_u64().map(|id| Shown { id, alt })
    };
    let read: Option<Vec<Shown>> = rows.iter().map(one).collect();
    // One that cannot be named would be sent again.
    read.ok_or_else(|| Error::Unavailable(format!("Etsy shows a picture of listing {id} without its number")))
}

/// Bytes of pictures that may wait to be sent, so that there is room for a large one beside them: the manifest says how many a call may keep.
const MOST_HELD: u64 = 24 << 20;

/// As many as may be kept, by their places; the others are fetched when it is their turn.
fn fetched<T: Transport + Media>(
    shop: &Shop<'_, T>,
    missing: &[(usize, &model::Media)],
) -> Result<BTreeMap<usize, Picture>, Error> {
    let mut all = BTreeMap::new();
    for (at, media) in missing {
        if shop.held.get() > MOST_HELD {
            break;
        }
        all.insert(*at, fetch(shop, *at, media)?);
    }
    Ok(all)
}

fn fetch<T: Transport + Media>(shop: &Shop<'_, T>, at: usize, media: &model::Media) -> Result<Picture, Error> {
    let picture = shop.client.transport.fetch_media(&media.url).map_err(|error| match error {
        Error::Invalid(issues) => {
            let placed = |issue: Issue| {
                let message = format!("The picture {} cannot be sent to Etsy: {}", media.url, issue.message);
                Issue { path: format!("/media/{at}"), message, ..issue }
            };
            Error::Invalid(issues.into_iter().map(placed).collect())
        }
        // Its host is asked again later; that says nothing of the account.
        Error::Unavailable(why) => Error::Unavailable(format!("the picture {} cannot be had now: {why}", media.url)),
        other => other,
    })?;
    shop.held.set(shop.held.get() + picture.size);
    Ok(picture)
}

fn upload<T: Transport + Media>(
    shop: &Shop<'_, T>,
    id: u64,
    at: usize,
    media: &model::Media,
    rank: usize,
    picture: &Picture,
) -> Result<u64, Error> {
    let (client, path) = (&shop.client, format!("/media/{at}"));
    let mut parts = vec![picture_part("image", picture), text_part("rank", rank.to_string())];
    let alt = alt(media);
    if !alt.is_empty() {
        parts.push(text_part("alt_text", alt));
    }
    let route = client.of_shop(&format!("/listings/{id}/images"));
    let request = client.changing(Method::Post, &route, Body::None);
    // It is let go, whatever the answer.
    shop.held.set(shop.held.get().saturating_sub(picture.size));
    let answer = client.transport.upload_form(&request, &parts).and_then(value);
    let answer =
        answer.map_err(|error| refused(entrepot_guest::http::named(error, &request), &path, "picture-refused"))?;
    answer["listing_image_id"].as_u64().ok_or_else(|| unsaid("it has taken a picture"))
}

fn remove<T: Transport>(client: &Client<'_, T>, id: u64, image: u64) -> Result<(), Error> {
    match client.delete(&client.of_shop(&format!("/listings/{id}/images/{image}"))) {
        Ok(()) | Err(Error::NotFound) => Ok(()),
        Err(error) => Err(refused(error, "/media", "picture-not-deleted")),
    }
}

#[cfg(test)]
mod tests;
