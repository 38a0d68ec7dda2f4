//! Pictures of products that stand there: the store keeps a copy under an address of its own, so what was sent is known by what is kept here.
//! Pictures that somebody added in the store stay.

use std::collections::BTreeMap;

use entrepot_guest::prelude::*;
use serde_json::{Map, Value, json};

use super::body;
use super::changes::{Refusal, Said};
use super::shop::Shop;
use super::state::fingerprint;
use super::there::{Picture, There};
use super::variants::delete;
use super::work::{Work, each};

pub(super) fn all<T: Transport>(shop: &Shop<'_, T>, works: &mut [Work<'_>]) -> Result<(), Error> {
    each(
        works,
        |work| !work.is_new,
        |work| {
            let (Some(id), Some(there)) = (work.id, work.there.clone()) else { return Ok(()) };
            one(shop, work, id, &there)
        },
    )
}

fn one<T: Transport>(shop: &Shop<'_, T>, work: &mut Work<'_>, id: u64, there: &There) -> Result<(), Error> {
    let wanted: Vec<(usize, &model::Media)> = body::pictures(&work.listing.product).collect();
    let mut known = BTreeMap::new();
    let mut missing = Vec::new();
    for (place, (at, media)) in wanted.iter().enumerate() {
        let words = media.alt.as_deref().unwrap_or_default();
        match there_already(work, there, &known, place, media) {
            Some(picture) => {
                known.insert(fingerprint(&media.url), picture.id);
                if picture.words != words {
                    let path = format!("/v3/catalog/products/{id}/images/{}", picture.id);
                    answered(shop.change(Method::Put, &path, Some(&json!({ "description": words })))?, *at)?;
                }
            }
            None => missing.push((place, *at, *media)),
        }
    }
    for (place, at, media) in missing {
        let mut image = Map::new();
        image.insert("image_url".to_owned(), json!(media.url));
        image.insert("sort_order".to_owned(), json!(place));
        image.insert("description".to_owned(), json!(media.alt.as_deref().unwrap_or_default()));
        if place == 0 {
            image.insert("is_thumbnail".to_owned(), json!(true));
        }
        let path = format!("/v3/catalog/products/{id}/images");
        let made = answered(shop.change(Method::Post, &path, Some(&Value::Object(image)))?, at)?;
        known.insert(fingerprint(&media.url), made);
    }
    let ours = work.state.pictures.values().filter(|picture| !known.values().any(|kept| kept == *picture));
    for picture in ours.filter(|picture| there.pictures.iter().any(|there| there.id == **picture)) {
        delete(shop, &format!("/v3/catalog/products/{id}/images/{picture}"), "/media")?;
    }
    work.state.pictures = known;
    Ok(())
}

/// What was sent before; or what looks like it, where its answer was lost: at the same place, with the same words, and of no other picture.
fn there_already<'t>(
    work: &Work<'_>,
    there: &'t There,
    known: &BTreeMap<String, u64>,
    place: usize,
    media: &model::Media,
) -> Option<&'t Picture> {
    let sent = work.state.pictures.get(&fingerprint(&media.url));
    if let Some(picture) = sent.and_then(|id| there.pictures.iter().find(|picture| picture.id == *id)) {
        return Some(picture);
    }
    let words = media.alt.as_deref().unwrap_or_default();
    let is_free = |id: u64| !known.values().chain(work.state.pictures.values()).any(|taken| *taken == id);
    let looks_like = |of: &&Picture| of.place == place as i64 && of.words == words && is_free(of.id);
    there.pictures.iter().find(looks_like)
}

/// The picture's id.
fn answered(said: Said, at: usize) -> Result<u64, Error> {
    let refused = |words: &str| {
        let message = format!(
            "BigCommerce cannot take a picture: {words}. It must be reachable for BigCommerce, and a picture itself."
        );
        Error::Invalid(vec![issue(format!("/media/{at}"), "picture-refused", message)])
    };
    match said {
        Said::Done(answer) => {
            let id = answer.data().fields().get("id").id();
            id.ok_or_else(|| Error::Unavailable("BigCommerce does not say which picture it has taken".to_owned()))
        }
        Said::Refused(Refusal { words, .. }) => Err(refused(&words)),
    }
}
