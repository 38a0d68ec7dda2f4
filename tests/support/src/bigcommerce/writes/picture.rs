//! Pictures: fetched from where they are, and kept as copies of the store's own.

use serde_json::{Value, json};

use super::super::errors::refusal;
use super::super::state::State;
use super::super::time::iso;
use super::{PRODUCTS, checked, fields, keep, nothing, one, product};
use crate::server::Answer;

const MOST: usize = 1_000;
const MOST_CHARACTERS: usize = 255;

pub(super) fn reachable(state: &State, url: &str, status: u16) -> Result<(), Answer> {
    let is_away = state.options.unreachable_pictures.iter().any(|part| url.contains(part.as_str()));
    if !url.starts_with("http") || is_away || url.chars().count() > MOST_CHARACTERS {
        return Err(refusal(status, &format!("The image {url} could not be downloaded and may be invalid")));
    }
    Ok(())
}

pub(super) fn add(state: &mut State, product: &mut Value, row: &Value, status: u16) -> Result<Value, Answer> {
    let Some(url) = row["image_url"].as_str() else {
        return Err(refusal(422, "image_url must be present if uploading by url"));
    };
    reachable(state, url, status)?;
    let images = product["images"].as_array().map_or(0, Vec::len);
    if images >= MOST {
        return Err(refusal(422, "The product has more than 1000 images"));
    }
    let id = state.id();
    let file = url.split('?').next().unwrap_or(url).rsplit('/').next().unwrap_or_default();
    // The file's name with a number, and in addresses with the date and the size.
    let (stem, kind) = file.rsplit_once('.').unwrap_or((file, "jpg"));
    let kept = format!("{stem}__{:05}", id % 100_000);
    let copy = |size: &str| {
        format!(
            "https://cdn11.example/s-{}/products/{}/images/{id}/{kept}.{}.{size}.{kind}?c=1",
            state.options.store_hash,
            product["id"],
            state.options.seconds()
        )
    };
    let made = json!({"id": id, "product_id": product["id"], "is_thumbnail": images == 0 || row["is_thumbnail"] == true,
        "sort_order": row["sort_order"].as_i64().unwrap_or(images as i64), "description": row["description"].as_str().unwrap_or_default(),
        "image_file": format!("k/{:03}/{kept}.{kind}", id % 1_000), "url_zoom": copy("1280.1280"), "url_standard": copy("560.850"),
        "url_thumbnail": copy("330.500"), "url_tiny": copy("66.100"),
        "date_modified": iso(state.options.seconds())});
    let all = product["images"].as_array_mut().expect("images");
    if made["is_thumbnail"] == true {
        all.iter_mut().for_each(|image| image["is_thumbnail"] = json!(false));
    }
    all.push(made.clone());
    Ok(made)
}

pub(super) fn create(state: &mut State, ids: &[u64], body: &Value) -> Result<Answer, Answer> {
    checked(PRODUCTS, "/catalog/products/{product_id}/images", "post", body)?;
    let mut product = product(state, ids[0])?;
    let made = add(state, &mut product, body, 400)?;
    keep(state, product);
    Ok(one(&made))
}

pub(super) fn update(state: &mut State, ids: &[u64], body: &Value) -> Result<Answer, Answer> {
    checked(PRODUCTS, "/catalog/products/{product_id}/images/{image_id}", "put", body)?;
    let mut product = product(state, ids[0])?;
    let images = product["images"].as_array_mut().expect("images");
    let at = images.iter().position(|image| image["id"] == ids[1]);
    let at = at.ok_or_else(|| refusal(404, "An image was not found with the specified id"))?;
    // One that goes back moves those that are there or after it; a product has one main picture.
    let place = |image: &Value| image["sort_order"].as_i64().unwrap_or(0);
    if let Some(wanted) = body["sort_order"].as_i64().filter(|wanted| *wanted > place(&images[at])) {
        let behind = images.iter_mut().filter(|image| image["id"] != ids[1] && place(image) >= wanted);
        behind.for_each(|image| image["sort_order"] = json!(place(image) + 1));
    }
    if body["is_thumbnail"] == true {
        images.iter_mut().for_each(|image| image["is_thumbnail"] = json!(false));
    }
    fields(body).into_iter().for_each(|(name, value)| images[at][name] = value);
    let shown = images[at].clone();
    keep(state, product);
    Ok(one(&shown))
}

pub(super) fn delete(state: &mut State, ids: &[u64]) -> Result<Answer, Answer> {
    let mut product = product(state, ids[0])?;
    product["images"].as_array_mut().expect("images").retain(|image| image["id"] != ids[1]);
    keep(state, product);
    Ok(nothing())
}
