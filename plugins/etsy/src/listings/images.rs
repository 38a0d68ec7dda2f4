//! Pictures: which are there, which are sent, which go. They are bytes at Etsy, so the host fetches and sends them.

use std::collections::{BTreeMap, BTreeSet};

use entrepot_guest::listing::Listing;
use entrepot_guest::media::{picture_part, text_part};
use entrepot_guest::prelude::*;
use entrepot_guest::text::decode_entities;
use serde_json::Value;

use super::answered::{refused, unsaid};
use super::content::{MOST_PICTURES, alt, pictures};
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
    /// Wanted no more.
    delete: Vec<u64>,
}

/// `known`: addresses of pictures that were sent. Where none was, what is there was sent and its answer lost, or was there before: it is
/// taken for the first ones that are wanted, and none is deleted.
fn plan(wanted: &[&model::Media], known: &BTreeMap<String, u64>, there: &[Shown]) -> Plan {
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
    let kept: BTreeSet<u64> = found.iter().flatten().copied().collect();
    let delete = if known.is_empty() {
        Vec::new()
    } else {
        there.iter().map(|shown| shown.id).filter(|id| !kept.contains(id)).collect()
    };
    Plan { known: found, delete }
}

/// The pictures of a listing, when all are there.
pub(super) struct Pictures {
    /// By their addresses.
    pub(super) ids: BTreeMap<String, u64>,
    /// They are there in another order than this one, which is wanted.
    pub(super) order: Option<Vec<u64>>,
}

pub(super) fn push<T: Transport + Media>(
    client: &Client<'_, T>,
    id: u64,
    listing: &Listing,
    known: &BTreeMap<String, u64>,
    is_active: bool,
) -> Result<Pictures, Error> {
    let wanted: Vec<(usize, &model::Media)> = pictures(&listing.product).collect();
    let there = shown(client, id)?;
    let plan = plan(&wanted.iter().map(|(_, media)| *media).collect::<Vec<_>>(), known, &there);
    let mut order: Vec<u64> = there.iter().map(|shown| shown.id).collect();
    let missing = plan.known.iter().filter(|known| known.is_none()).count();
    let mut delete = plan.delete;
    // There is no room for new ones otherwise; of one that buyers see, a picture stays.
    let mut spare = (order.len() + missing).saturating_sub(MOST_PICTURES);
    while spare > 0 && !delete.is_empty() && (order.len() > 1 || !is_active) {
        let gone = delete.remove(0);
        remove(client, id, gone)?;
        order.retain(|own| *own != gone);
        spare -= 1;
    }
    let mut ids = BTreeMap::new();
    let mut wished = Vec::new();
    for ((at, media), known) in wanted.iter().zip(plan.known) {
        let image = match known {
            Some(image) => image,
            None => {
                let rank = wished.len().min(order.len());
                let image = upload(client, id, *at, media, rank + 1)?;
                order.insert(rank, image);
                image
            }
        };
        ids.insert(media.url.clone(), image);
        wished.push(image);
    }
    for gone in delete {
        remove(client, id, gone)?;
        order.retain(|own| *own != gone);
    }
    // What is there and not ours stays behind ours.
    let rest: Vec<u64> = order.iter().copied().filter(|id| !wished.contains(id)).collect();
    wished.extend(rest);
    Ok(Pictures { ids, order: (wished != order).then_some(wished) })
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

fn upload<T: Transport + Media>(
    client: &Client<'_, T>,
    id: u64,
    at: usize,
    media: &model::Media,
    rank: usize,
) -> Result<u64, Error> {
    let path = format!("/media/{at}");
    let picture = client.transport.fetch_media(&media.url).map_err(|error| match error {
        Error::Invalid(issues) => {
            let placed = |issue: Issue| {
                let message = format!("The picture {} cannot be sent to Etsy: {}", media.url, issue.message);
                Issue { path: path.clone(), message, ..issue }
            };
            Error::Invalid(issues.into_iter().map(placed).collect())
        }
        // Its host is asked again later; that says nothing of the account.
        Error::Unavailable(why) => Error::Unavailable(format!("the picture {} cannot be had now: {why}", media.url)),
        other => other,
    })?;
    let mut parts = vec![picture_part("image", &picture), text_part("rank", rank.to_string())];
    let alt = alt(media);
    if !alt.is_empty() {
        parts.push(text_part("alt_text", alt));
    }
    let route = client.of_shop(&format!("/listings/{id}/images"));
    let request = client.changing(Method::Post, &route, Body::None);
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
mod tests {
    use super::*;

    fn media(url: &str, alt: &str) -> model::Media {
        let alt = Some(alt.to_owned());
        model::Media { source_id: None, url: url.to_owned(), alt, kind: model::MediaKind::Image, position: 0 }
    }

    fn there(ids: &[(u64, &str)]) -> Vec<Shown> {
        ids.iter().map(|(id, alt)| Shown { id: *id, alt: (*alt).to_owned() }).collect()
    }

    #[test]
    fn what_is_there_is_not_sent_again() {
        let (a, b, c) = (media("a", "A"), media("b", "B"), media("c", "C"));
        let known: BTreeMap<String, u64> = [("a".to_owned(), 1), ("b".to_owned(), 2)].into();
        let all = [&a, &b, &c];
        let of = |known: &BTreeMap<String, u64>, ids: &[(u64, &str)]| plan(&all, known, &there(ids));
        let planned = of(&known, &[(1, "A"), (2, "B")]);
        assert_eq!((planned.known, planned.delete), (vec![Some(1), Some(2), None], vec![]));
        // The answer of the third was lost.
        assert_eq!(of(&known, &[(1, "A"), (2, "B"), (9, "C")]).known, [Some(1), Some(2), Some(9)]);
        // Somebody's own is not taken for it, and goes only where ours are known.
        let planned = of(&known, &[(1, "A"), (2, "B"), (9, "other")]);
        assert_eq!((planned.known, planned.delete), (vec![Some(1), Some(2), None], vec![9]));
        // A draft whose answers were lost, and goods that were there before.
        let none = BTreeMap::new();
        let planned = of(&none, &[(5, ""), (6, "x")]);
        assert_eq!((planned.known, planned.delete), (vec![Some(5), Some(6), None], vec![]));
        let planned = of(&none, &[(5, ""), (6, ""), (7, ""), (8, "")]);
        assert_eq!((planned.known, planned.delete), (vec![Some(5), Some(6), Some(7)], vec![]));
        // Wanted no more.
        let planned = plan(&[&b], &known, &there(&[(1, "A"), (2, "B")]));
        assert_eq!((planned.known, planned.delete), (vec![Some(2)], vec![1]));
    }
}
