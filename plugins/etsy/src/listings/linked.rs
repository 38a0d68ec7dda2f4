//! Pictures of single variants: links between one property's values and pictures. Writing an inventory takes them all away, so they are read
//! before and set again after.

use std::collections::BTreeMap;

use entrepot_guest::prelude::*;
use model::Product;
use serde_json::{Value, json};

use super::answered::{refused, unsaid};
use super::inventory::Table;
use crate::client::{As, Body, Client};

/// By words: a value may have another number after the inventory was written.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Link {
    property: u64,
    value: String,
    image: u64,
}

fn route<T: Transport>(client: &Client<'_, T>, id: u64) -> String {
    client.of_shop(&format!("/listings/{id}/variation-images"))
}

/// Those that are there.
pub(super) fn read<T: Transport>(client: &Client<'_, T>, id: u64, table: &Table) -> Result<Vec<Link>, Error> {
    if !table.has_properties() {
        return Ok(Vec::new());
    }
    let rows = client.rows(&client.request(As::Shop, &route(client, id), &[]))?;
    let link = |row: &Value| {
        let (property, value, image) =
            (row["property_id"].as_u64()?, row["value_id"].as_u64()?, row["image_id"].as_u64()?);
        let mut choices = table.lines.iter().flat_map(|line| &line.choices);
        let of = choices.find(|choice| choice.property == property && choice.value_ids.contains(&value))?;
        Some(Link { property, value: of.value.clone(), image })
    };
    let mut links: Vec<Link> = rows.iter().filter_map(link).collect();
    links.sort();
    Ok(links)
}

/// Those that the goods have: the first option of which each value has one picture. None: nothing is said of single variants.
pub(super) fn wanted(product: &Product, table: &Table, images: &BTreeMap<String, u64>) -> Vec<Link> {
    let picture = |id: &String| {
        let media = product.media.iter().find(|media| media.source_id.as_ref() == Some(id))?;
        images.get(&media.url).copied()
    };
    for at in 0..product.options.len() {
        let mut of: BTreeMap<&str, Option<u64>> = BTreeMap::new();
        for variant in &product.variants {
            let (Some(value), image) = (variant.option_values.get(at), variant.media_ids.iter().find_map(picture))
            else {
                continue;
            };
            let known = of.entry(value).or_insert(image);
            if *known != image {
                *known = None;
            }
        }
        let property = table.lines.first().and_then(|line| line.choices.get(at)).map(|choice| choice.property);
        let link = |(value, image): (&&str, &Option<u64>)| {
            Some(Link { property: property?, value: (*value).to_owned(), image: (*image)? })
        };
        let mut links: Vec<Link> = of.iter().filter_map(link).collect();
        if links.len() == of.len() && !links.is_empty() {
            links.sort();
            return links;
        }
    }
    Vec::new()
}

/// All of them at once: what is not among them is gone.
pub(super) fn set<T: Transport>(client: &Client<'_, T>, id: u64, table: &Table, links: &[Link]) -> Result<(), Error> {
    let row = |link: &Link| {
        let mut choices = table.lines.iter().flat_map(|line| &line.choices);
        let of = choices.find(|choice| choice.property == link.property && choice.value == link.value)?;
        Some(json!({ "property_id": link.property, "value_id": of.value_ids.first()?, "image_id": link.image }))
    };
    let rows: Vec<Value> = links.iter().filter_map(row).collect();
    if rows.is_empty() {
        return Ok(());
    }
    let count = rows.len();
    let body = Body::Json(json!({ "variation_images": rows }));
    let answer = client.change(Method::Post, &route(client, id), body);
    let answer = answer.map_err(|error| refused(error, "/media", "variant-pictures-refused"))?;
    match answer["results"].as_array() {
        Some(set) if set.len() == count => Ok(()),
        _ => Err(unsaid("it has linked the pictures of variants")),
    }
}
