//! Pictures: bytes, never addresses.

use serde_json::{Value, json};

use super::super::answers::{not_found, refusal};
use super::super::model::Image;
use super::super::render;
use super::super::store::State;
use super::{bad, body, nothing};
use crate::server::{Answer, Request};

/// Of one listing.
const MOST: usize = 20;
/// Of an alternative text.
const MOST_CHARACTERS: usize = 500;

pub(super) fn upload(state: &mut State, request: &Request, numbers: &[u64]) -> Result<Answer, Answer> {
    let (parts, id) = (body::multipart(request)?, numbers[0]);
    let known = ["image", "listing_image_id", "rank", "overwrite", "is_watermarked", "alt_text"];
    if let Some(other) = parts.iter().find(|part| !known.contains(&part.name.as_str())) {
        return Err(bad(format!("Unknown parameter: [{}]", other.name)));
    }
    let text = |name: &str| {
        let part = parts.iter().find(|part| part.name == name);
        part.map(|part| String::from_utf8_lossy(&part.content).into_owned())
    };
    let rank = match text("rank").map(|rank| rank.parse::<usize>()) {
        None => 1,
        Some(Ok(rank)) if rank > 0 => rank,
        Some(_) => return Err(bad("Invalid value for 'rank'")),
    };
    let alt = text("alt_text").filter(|alt| !alt.is_empty());
    if alt.as_ref().is_some_and(|alt| alt.chars().count() > MOST_CHARACTERS) {
        return Err(bad("alt_text may have 500 characters"));
    }
    let picture = parts.iter().find(|part| part.name == "image");
    let again = text("listing_image_id").and_then(|id| id.parse::<u64>().ok());
    if !state.listings.contains_key(&id) {
        return Err(not_found());
    }
    let image = match (picture, again) {
        (Some(part), _) => {
            let kinds: [&[u8]; 3] = [b"\xff\xd8\xff", b"\x89PNG", b"GIF8"];
            if !part.is_file || !kinds.iter().any(|kind| part.content.starts_with(kind)) {
                return Err(bad("The image is not a valid JPG, PNG or GIF file"));
            }
            state.last_image += 1;
            let id = 7_000_000_000 + state.last_image;
            Image { id, url: format!("https://i.etsystatic.com/il_fullxfull.{id}.jpg"), alt }
        }
        (None, Some(again)) => match state.deleted_images.iter().find(|image| image.id == again) {
            Some(image) => Image { alt, ..image.clone() },
            None => return Err(not_found()),
        },
        (None, None) => return Err(bad("Missing input parameter: [image]")),
    };
    let listing = state.listings.get_mut(&id).ok_or_else(not_found)?;
    let at = (rank - 1).min(listing.images.len());
    if text("overwrite").as_deref() == Some("true") && at < listing.images.len() {
        listing.images[at] = image;
    } else if listing.images.len() >= MOST {
        return Err(bad("A listing may have 20 images"));
    } else {
        listing.images.insert(at, image);
    }
    if let Some(part) = picture {
        state.uploads.push((id, part.content.clone()));
    }
    state.touch(id);
    let listing = state.listings.get(&id).ok_or_else(not_found)?;
    Ok(Answer::new(201, "application/json", render::picture(state, listing, at, &listing.images[at]).to_string()))
}

/// The file is kept, and can be named again.
pub(super) fn delete(state: &mut State, _: &Request, numbers: &[u64]) -> Result<Answer, Answer> {
    let [id, image] = numbers else { return Err(not_found()) };
    let listing = state.listings.get_mut(id).ok_or_else(not_found)?;
    let at = listing.images.iter().position(|one| one.id == *image).ok_or_else(not_found)?;
    if listing.state == "active" && listing.images.len() == 1 {
        return Err(bad("An active listing has at least one image"));
    }
    let gone = listing.images.remove(at);
    listing.variation_images.retain(|(_, _, image)| *image != gone.id);
    state.deleted_images.push(gone);
    state.touch(*id);
    Ok(nothing())
}

/// All links at once: those that are not named are gone.
pub(super) fn of_variations(state: &mut State, request: &Request, numbers: &[u64]) -> Result<Answer, Answer> {
    let body = body::json(request, "updateVariationImages", "variation_images")?;
    let listing = state.listings.get_mut(&numbers[0]).ok_or_else(not_found)?;
    let mut links: Vec<(u64, u64, u64)> = Vec::new();
    for one in body["variation_images"].as_array().into_iter().flatten() {
        let number = |name: &str| one[name].as_u64().unwrap_or_default();
        let link = (number("property_id"), number("value_id"), number("image_id"));
        let mut properties = listing.products.iter().flatten().flat_map(|product| &product.properties);
        if !properties.any(|own| (own.id, own.value_id) == (link.0, link.1)) {
            return Err(bad("property_id and value_id are not associated with the listing"));
        }
        if !listing.images.iter().any(|image| image.id == link.2) {
            return Err(bad("image_id is not associated with the listing"));
        }
        if links.contains(&link) {
            return Err(refusal(409, "variation_images holds duplicates"));
        }
        if links.iter().any(|known| known.0 != link.0) {
            return Err(bad("variation_images holds more than one property_id"));
        }
        links.push(link);
    }
    listing.variation_images = links;
    Ok(Answer::new(200, "application/json", shown(state, numbers[0]).to_string()))
}

pub(crate) fn shown(state: &State, id: u64) -> Value {
    let links = state.listings.get(&id).map(|listing| listing.variation_images.clone()).unwrap_or_default();
    let results: Vec<Value> = links
        .iter()
        .map(|(property, value, image)| json!({"property_id": property, "value_id": value, "value": null, "image_id": image}))
        .collect();
    json!({"count": results.len(), "results": results})
}
