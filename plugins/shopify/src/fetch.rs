//! Products by query: as many as one query bears, and what is longer than its page followed to its end.

use entrepot_guest::prelude::*;
use serde_json::{Value, json};

use crate::budget::{self, MOST, Sizes, Want};
use crate::client::Client;
use crate::context::{Context, Shelf};
use crate::failure::{Refused, is_about_items, words};
use crate::item::{Parts, incomplete};
use crate::{documents, gid, pages};

/// Below this a query asks for hardly anything; it will not become cheaper.
const LEAST: u32 = 60;

/// No connection is longer: 2,048 variants are the most, and pages hold at least a few.
const MOST_PAGES: usize = 2_100;

/// What there is now of the first of `wants`, and how many of them that answers. What is not among the items does not exist.
pub(crate) fn some<T: Transport>(
    client: &Client<'_, T>,
    context: &Context,
    wants: &[Want],
    budget: u32,
) -> Result<(usize, Vec<RawItem>), Error> {
    let (count, _) = budget::fitting(wants, context, budget);
    let points = budget::sum(&wants[..count], context);
    within(client, context, wants, budget).map_err(|error| budget::patient(error, points, context))
}

/// So many are asked for one by one in one page.
const ALONE: usize = 20;

/// Where all of so many fail, it is Shopify that fails and not one product.
const ALL: usize = 4;

/// The first of `wants` one by one, where Shopify fails at them together: those at which it fails alone, too, are named. `error` is what
/// it said to all of them.
pub(crate) fn apart<T: Transport>(
    client: &Client<'_, T>,
    context: &Context,
    wants: &[Want],
    error: Error,
) -> Result<(usize, Vec<RawItem>), Error> {
    let wants = &wants[..wants.len().min(ALONE)];
    let (mut items, mut failed) = (Vec::new(), 0);
    for want in wants {
        match some(client, context, std::slice::from_ref(want), MOST) {
            Ok((_, found)) => items.extend(found),
            Err(error) if is_about_items(&error) => {
                failed += 1;
                items.push(unreadable(*want, &words(error)));
            }
            Err(error) => return Err(error),
        }
        if failed == items.len() && failed >= ALL {
            return Err(error);
        }
    }
    Ok((wants.len(), items))
}

fn unreadable(want: Want, why: &str) -> RawItem {
    let message = format!(
        "Shopify fails when it is asked for this product, so it cannot be imported: {why}. Open and save it in Shopify; the next import \
         tries it again."
    );
    RawItem::unreadable(want.id.to_string(), issue("/product", "product-unreadable", message))
}

fn within<T: Transport>(
    client: &Client<'_, T>,
    context: &Context,
    wants: &[Want],
    mut budget: u32,
) -> Result<(usize, Vec<RawItem>), Error> {
    let (count, sizes, nodes) = loop {
        let (count, sizes) = budget::fitting(wants, context, budget);
        match query(client, &wants[..count], sizes) {
            Err(Refused::TooDear) if budget > LEAST => budget /= 2,
            Err(refused) => return Err(refused.into()),
            Ok(nodes) => break (count, sizes, nodes),
        }
    };
    let mut items = Vec::with_capacity(nodes.len());
    let gone = wants.iter().zip(&nodes).filter(|(_, node)| node.is_null()).map(|(want, _)| want.id);
    confirm(client, &gone.collect::<Vec<_>>())?;
    for mut product in nodes.into_iter().filter(|node| !node.is_null()) {
        if want(&product).is_none() {
            return Err(no_id());
        }
        let lacks = complete(client, context, &mut product, sizes, budget)?;
        let mut parts = parts(product);
        parts.problems.extend(lacks.map(incomplete));
        items.push(parts.item(context));
    }
    Ok((count, items))
}

fn query<T: Transport>(client: &Client<'_, T>, wants: &[Want], sizes: Sizes) -> Result<Vec<Value>, Refused> {
    let ids: Vec<_> = wants.iter().map(|want| gid::product(want.id)).collect();
    let variables = json!({
        "ids": ids, "media": sizes.media, "metafields": sizes.metafields, "collections": sizes.collections,
        "variants": sizes.variants, "levels": sizes.levels,
    });
    nodes(client, documents::PRODUCTS_BY_ID, variables, wants.len())
}

/// One node for each id: null is what does not exist. Another number of them is no answer to go by.
fn nodes<T: Transport>(
    client: &Client<'_, T>,
    document: &str,
    variables: Value,
    count: usize,
) -> Result<Vec<Value>, Refused> {
    match client.ask(document, variables)?.data.get_mut("nodes").map(Value::take) {
        Some(Value::Array(nodes)) if nodes.len() == count => Ok(nodes),
        _ => {
            Err(Error::Unavailable("Shopify answered with another number of products than was asked for".to_owned())
                .into())
        }
    }
}

/// How large these products are; without those that do not exist, which were asked for twice.
pub(crate) fn sizes<T: Transport>(client: &Client<'_, T>, ids: &[u64]) -> Result<Vec<Want>, Error> {
    let found = sizes_once(client, ids)?;
    let missing = ids.iter().copied().filter(|id| !found.iter().any(|want| want.id == *id));
    confirm(client, &missing.collect::<Vec<_>>())?;
    Ok(found)
}

/// A null among good answers counts as a product that is gone, so these are asked for once more.
fn confirm<T: Transport>(client: &Client<'_, T>, missing: &[u64]) -> Result<(), Error> {
    if missing.is_empty() {
        return Ok(());
    }
    match sizes_once(client, missing)?.first() {
        Some(want) => {
            let id = want.id;
            Err(Error::Unavailable(format!("Shopify left out product {id}, which it shows when it is asked again")))
        }
        None => Ok(()),
    }
}

fn sizes_once<T: Transport>(client: &Client<'_, T>, ids: &[u64]) -> Result<Vec<Want>, Error> {
    let gids: Vec<_> = ids.iter().copied().map(gid::product).collect();
    let nodes = nodes(client, documents::PRODUCT_SIZES, json!({"ids": gids}), ids.len())?;
    let there = nodes.iter().filter(|node| !node.is_null());
    there.map(|node| want(node).ok_or_else(no_id)).collect()
}

/// Taken for one that does not exist, it would count as gone.
fn no_id() -> Error {
    Error::Unavailable("Shopify answers with a product without a usable id".to_owned())
}

/// A product's id and counts.
pub(crate) fn want(node: &Value) -> Option<Want> {
    let count = |field: &str| {
        let count = node.get(field).and_then(|count| count.get("count")).and_then(Value::as_u64).unwrap_or(1);
        u32::try_from(count).unwrap_or(u32::MAX)
    };
    Some(Want { id: gid::of(node)?.parse().ok()?, variants: count("variantsCount"), media: count("mediaCount") })
}

/// Follows every connection that is longer than the page that came. The first part that is no connection is told: it says nothing of
/// what the product has.
fn complete<T: Transport>(
    client: &Client<'_, T>,
    context: &Context,
    product: &mut Value,
    sizes: Sizes,
    budget: u32,
) -> Result<Option<&'static str>, Error> {
    let id = product.get("id").cloned().unwrap_or_default();
    let is_page = |connection: &&mut Value| pages::nodes(connection).is_some();
    let page = (budget / budget::variant(sizes.levels)).clamp(1, 250);
    for (field, document, first) in [
        ("media", documents::PRODUCT_MEDIA, (budget / 4).min(250)),
        ("metafields", documents::PRODUCT_METAFIELDS, budget.min(250)),
        ("collections", documents::PRODUCT_COLLECTIONS, budget.min(250)),
        ("variants", documents::PRODUCT_VARIANTS, page),
    ] {
        let Some(connection) = product.get_mut(field).filter(is_page) else { return Ok(Some(field)) };
        let variables = json!({"id": id, "first": first, "levels": sizes.levels});
        rest(client, document, &["product", field], &variables, connection)?;
    }
    let first = (budget / budget::LEVEL).min(250).max(budget::levels(context));
    for variant in product.pointer_mut("/variants/nodes").and_then(Value::as_array_mut).into_iter().flatten() {
        let item = variant.pointer("/inventoryItem/id").cloned().unwrap_or_default();
        let Some(levels) = variant.pointer_mut("/inventoryItem/inventoryLevels").filter(is_page) else {
            return Ok(Some("inventoryLevels"));
        };
        let variables = json!({"id": item, "first": first});
        rest(client, documents::ITEM_LEVELS, &["inventoryItem", "inventoryLevels"], &variables, levels)?;
    }
    Ok(None)
}

/// The pages of a connection that are missing, added to its nodes.
fn rest<T: Transport>(
    client: &Client<'_, T>,
    document: &str,
    path: &[&str; 2],
    variables: &Value,
    connection: &mut Value,
) -> Result<(), Error> {
    let mut first = variables.get("first").and_then(Value::as_u64).unwrap_or(1);
    for _ in 0..MOST_PAGES {
        let Some(after) = pages::next(connection)? else { return Ok(()) };
        let mut ask = json!({"id": variables["id"], "first": first, "after": after});
        if document == documents::PRODUCT_VARIANTS {
            ask["levels"] = variables["levels"].clone();
        }
        let mut answer = match client.ask(document, ask) {
            Err(Refused::TooDear) if first > 1 => {
                first /= 2;
                continue;
            }
            other => other?.data,
        };
        let more = answer.get_mut(path[0]).and_then(|of| of.get_mut(path[1])).map(Value::take);
        let Some(mut more) = more.filter(Value::is_object) else {
            return Err(Error::Unavailable("a product went away while it was read".to_owned()));
        };
        let Some(Value::Array(nodes)) = more.get_mut("nodes").map(Value::take) else {
            return Err(Error::Unavailable("a page of a list of Shopify's holds no list".to_owned()));
        };
        if let Some(all) = connection.get_mut("nodes").and_then(Value::as_array_mut) {
            all.extend(nodes);
        }
        connection["pageInfo"] = more["pageInfo"].take();
    }
    Err(Error::Unavailable("a list of Shopify's does not end".to_owned()))
}

/// An answer's product in parts, as a bulk file has them.
fn parts(mut product: Value) -> Parts {
    let mut parts = Parts {
        media: taken(&mut product, "media"),
        metafields: taken(&mut product, "metafields"),
        collections: taken(&mut product, "collections").iter().filter_map(Shelf::of).collect(),
        variants: taken(&mut product, "variants"),
        ..Parts::default()
    };
    for variant in &mut parts.variants {
        let id = variant.get("id").and_then(Value::as_str).unwrap_or_default().to_owned();
        if let Some(item) = variant.get_mut("inventoryItem") {
            parts.levels.extend(taken(item, "inventoryLevels").into_iter().map(|level| (id.clone(), level)));
        }
    }
    if let Value::Object(fields) = product {
        parts.product = fields;
    }
    parts
}

/// The nodes of a connection, which is gone then.
fn taken(of: &mut Value, field: &str) -> Vec<Value> {
    let connection = of.as_object_mut().and_then(|fields| fields.remove(field));
    match connection {
        Some(Value::Object(mut connection)) => match connection.remove("nodes") {
            Some(Value::Array(nodes)) => nodes,
            _ => Vec::new(),
        },
        _ => Vec::new(),
    }
}

impl Shelf {
    pub(crate) fn of(collection: &Value) -> Option<Self> {
        let text = |field: &str| collection.get(field).and_then(Value::as_str).unwrap_or_default().to_owned();
        Some(Self { id: gid::of(collection)?.to_owned(), handle: text("handle"), title: text("title") })
    }
}
