//! What is there of a listing: its product by the mark or the id, its variants by SKU or by what they are.

use std::collections::HashSet;

use entrepot_guest::prelude::*;
use serde_json::{Value, json};

use super::answered::Refusal;
use super::known::{available, of_selected};
use super::shop::{MARK, Shop};
use super::task::{Phase, Task};
use crate::pages::{self, odd};
use crate::{documents, gid};

/// Variants of a page: of which little is asked, and much.
const PAGE: usize = 250;
const PAGE_IN_FULL: usize = 100;

/// The number of the product that was made for a listing; none: there is none.
pub(super) fn marked<T: Transport>(shop: &Shop<'_, T>, listing: &str) -> Result<Option<String>, Error> {
    let identifier = json!({ "customId": { "key": MARK, "value": listing } });
    let data = shop.client.ask(documents::PRODUCT_MARK, json!({ "identifier": identifier }))?.data;
    Ok(data.get("productByIdentifier").and_then(gid::of).map(str::to_owned))
}

/// Of a large product: whether the variants and pictures that are known are those that are there. It is set without being read then.
pub(super) fn count<T: Transport>(shop: &Shop<'_, T>, task: &mut Task) -> Result<(), Refusal> {
    let id = task.product.as_deref().and_then(|product| gid::made("Product", product));
    let variables = json!({ "id": id, "media": task.pictures.len().max(1) });
    let data = shop.client.ask(documents::PRODUCT_COUNTS, variables).map_err(failed)?.data;
    let product = &data["product"];
    if gid::of(product).is_none() {
        return Err(Refusal::Gone);
    }
    let media: Vec<&str> =
        product["media"]["nodes"].as_array().into_iter().flatten().filter_map(|node| node["id"].as_str()).collect();
    for picture in &mut task.pictures {
        picture.id = picture.id.take().filter(|id| media.contains(&id.as_str()));
    }
    if product["variantsCount"]["count"].as_u64() == Some(task.rows.len() as u64) {
        task.phase = Phase::Set;
    } else {
        task.rows.iter_mut().for_each(|row| row.id = None);
        task.phase = Phase::Read;
    }
    Ok(())
}

/// One page of the variants that are there before anything is sent.
pub(super) fn read<T: Transport>(shop: &Shop<'_, T>, task: &mut Task) -> Result<(), Refusal> {
    let values = !task.is_known_by_sku();
    let variables = json!({ "identifier": task.identifier(), "first": PAGE, "after": task.after, "values": values });
    let data = shop.client.ask(documents::PRODUCT_THERE, variables).map_err(failed)?.data;
    let product = &data["productByIdentifier"];
    let Some(number) = gid::of(product) else {
        if task.product.is_some() {
            return Err(Refusal::Gone);
        }
        task.phase = Phase::Set;
        return Ok(());
    };
    task.product = Some(number.to_owned());
    task.after = variants(product, task, |_, _| {})?;
    if task.after.is_none() {
        task.phase = Phase::Set;
    }
    Ok(())
}

/// One page of what stands there after it was sent.
pub(super) fn look<T: Transport>(shop: &Shop<'_, T>, task: &mut Task) -> Result<(), Refusal> {
    let id = task.product.as_deref().and_then(|product| gid::made("Product", product));
    let media = if task.after.is_none() { task.pictures.len().max(1) } else { 1 };
    let variables = json!({
        "id": id,
        "publication": shop.publication,
        "location": shop.location,
        "media": media,
        "first": task.rows.len().clamp(1, PAGE_IN_FULL),
        "after": task.after,
        "values": !task.is_known_by_sku(),
    });
    let data = shop.client.ask(documents::PRODUCT_LISTED, variables).map_err(failed)?.data;
    let product = &data["product"];
    if gid::of(product).is_none() {
        return Err(Refusal::Gone);
    }
    let text = |of: &Value, field: &str| of.get(field).and_then(Value::as_str).map(str::to_owned);
    task.status = text(product, "status");
    task.since = text(product, "updatedAt").unwrap_or_default();
    task.url = text(product, "onlineStoreUrl");
    task.published = product["publishedOnPublication"] == true;
    if task.after.is_none() {
        // They stand in the order in which they were sent.
        let ids: Vec<_> =
            product["media"]["nodes"].as_array().into_iter().flatten().map(|node| text(node, "id")).collect();
        let all = ids.len() == task.pictures.len();
        for (picture, id) in task.pictures.iter_mut().zip(ids).filter(|_| all) {
            picture.id = id;
        }
    }
    task.after = variants(product, task, |row, node| {
        let item = node.get("inventoryItem").unwrap_or(&Value::Null);
        row.item = gid::of(item).map(str::to_owned);
        row.there = available(item);
        row.tracked = item["tracked"] == true;
        row.since = item["inventoryLevel"]["updatedAt"].as_str().unwrap_or_default().to_owned();
    })?;
    if task.after.is_none() {
        if let Some(row) = task.rows.iter().find(|row| row.id.is_none() || row.item.is_none()) {
            let why = format!("Shopify does not show what became of the variant {}", row.variant);
            return Err(Refusal::Failed(Error::Unavailable(why)));
        }
        task.phase = Phase::Stock;
    }
    Ok(())
}

/// Joins a page of variants with the rows; gives where the next page begins.
fn variants(
    product: &Value,
    task: &mut Task,
    mut also: impl FnMut(&mut super::task::Row, &Value),
) -> Result<Option<String>, Refusal> {
    let connection = product.get("variants").unwrap_or(&Value::Null);
    let nodes = pages::nodes(connection).ok_or_else(|| Refusal::Failed(odd("no list of a product's variants")))?;
    let ids: HashSet<String> = task.rows.iter().filter_map(|row| row.id.clone()).collect();
    let (known, unknown): (Vec<&Value>, Vec<&Value>) =
        nodes.iter().partition(|node| gid::of(node).is_some_and(|id| ids.contains(id)));
    let mut joined: Vec<(usize, &Value)> = known
        .into_iter()
        .filter_map(|node| Some((task.rows.iter().position(|row| row.id.as_deref() == gid::of(node))?, node)))
        .collect();
    // An article is the same whatever its options are called; without a SKU it is what its options say.
    let mut left = unknown;
    for by_sku in [true, false] {
        left.retain(|node| {
            let sku = node.get("sku").and_then(Value::as_str).filter(|sku| !sku.is_empty());
            let values = of_selected(node, &task.options);
            let same = |row: &super::task::Row| {
                row.id.is_none()
                    && if by_sku { sku.is_some() && row.sku.as_deref() == sku } else { row.values == values }
            };
            let Some((at, id)) = task.rows.iter().position(same).zip(gid::of(node)) else { return true };
            task.rows[at].id = Some(id.to_owned());
            joined.push((at, node));
            false
        });
    }
    for (at, node) in joined {
        also(&mut task.rows[at], node);
    }
    pages::next(connection).map_err(Refusal::Failed)
}

pub(super) fn failed(refused: crate::failure::Refused) -> Refusal {
    Refusal::Failed(refused.into())
}
