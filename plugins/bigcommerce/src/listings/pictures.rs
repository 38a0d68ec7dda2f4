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
    let (mut missing, mut has_moved) = (Vec::new(), false);
    for (place, (at, media)) in wanted.iter().enumerate() {
        let words = media.alt.as_deref().unwrap_or_default();
        match there_already(work, there, &known, place, media) {
            Some(picture) => {
                known.insert(fingerprint(&media.url), picture.id);
                let mut change = Map::new();
                if picture.words != words {
                    change.insert("description".to_owned(), json!(words));
                }
                // One that moves takes those after it along.
                has_moved |= picture.place != place as i64;
                if has_moved {
                    change.extend(at_place(place));
                }
                if !change.is_empty() {
                    let path = format!("/v3/catalog/products/{id}/images/{}", picture.id);
                    answered(shop.change(Method::Put, &path, Some(&Value::Object(change)))?, *at)?;
                }
            }
            None => missing.push((place, *at, *media)),
        }
    }
    for (place, at, media) in missing {
        let mut image = at_place(place);
        image.insert("image_url".to_owned(), json!(media.url));
        image.insert("description".to_owned(), json!(media.alt.as_deref().unwrap_or_default()));
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

/// The first one is the product's main picture.
fn at_place(place: usize) -> Map<String, Value> {
    let mut body = Map::from_iter([("sort_order".to_owned(), json!(place))]);
    if place == 0 {
        body.insert("is_thumbnail".to_owned(), json!(true));
    }
    body
}

/// What was sent before; or what looks like it, where its answer was lost: at the same place, with the same words, of a file of the same name,
/// and of no other picture. What merely has no words either may be anybody's.
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
    let looks_like = |of: &&Picture| of.place == place as i64 && of.words == words && is_of(of, &media.url);
    there.pictures.iter().find(|picture| looks_like(picture) && is_free(picture.id))
}

/// Whether the store's copy may be of this address: it keeps the file's name, and adds numbers to it.
fn is_of(picture: &Picture, url: &str) -> bool {
    let names = |address: &str| {
        let path = address.split(['?', '#']).next().unwrap_or_default();
        let file = path.rsplit('/').next().unwrap_or_default();
        let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
        [Some(stem), file.rsplit_once("__").map(|(stem, _)| stem)].map(|stem| plain(stem.unwrap_or_default()))
    };
    let [own, _] = names(url);
    !own.is_empty() && picture.kept.iter().flat_map(|kept| names(kept)).any(|name| name == own)
}

/// Letters and digits alone: the store writes blanks and signs in another way.
fn plain(name: &str) -> String {
    let mut rest = name.chars();
    let mut plain = String::new();
    while let Some(sign) = rest.next() {
        match sign {
            '%' => _ = rest.nth(1),
            sign if sign.is_ascii_alphanumeric() => plain.push(sign.to_ascii_lowercase()),
            _ => {}
        }
    }
    plain
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

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(kept: &str) -> Picture {
        Picture { id: 1, place: 0, words: String::new(), kept: vec![kept.to_owned()] }
    }

    #[test]
    fn a_picture_is_known_by_the_name_of_its_file() {
        let standard = "https://cdn8.example/products/158/images/382/Towel%201b__60806.1534344511.560.850.jpg?c=2";
        for own in ["https://p.example/towel-1b.jpg", "https://p.example/a/Towel%201b.jpg?v=3"] {
            assert!(is_of(&kept("a/521/towel_1b__60806.jpg"), own), "{own}");
            assert!(is_of(&kept(standard), own), "{own}");
        }
        // The name had such a number before.
        assert!(is_of(&kept("a/521/towel__83011__60806.jpg"), "https://p.example/towel__83011.jpg"));
        for (there, own) in [
            ("a/521/towel__60806.jpg", "https://p.example/lamp.jpg"),
            ("a/521/towel__60806.jpg", "https://p.example/"),
            ("", "https://p.example/towel.jpg"),
        ] {
            assert!(!is_of(&kept(there), own), "{there} {own}");
        }
    }
}
