//! Names of brands and categories: those that a page's products need and no earlier page has learnt, in bulk by id. Pages of
//! all of them would shift while they are read, and most are never needed in a delta.

use std::collections::BTreeSet;

use entrepot_guest::log;
use entrepot_guest::prelude::*;

use crate::client::{Client, Query};
use crate::context::{Context, DEEPEST};
use crate::failure::words;
use crate::item::Listed;

/// Ids in one request: far below the longest address a server takes.
const IDS: usize = 100;

/// Whether anything was learnt. With `set_aside`, what cannot be read does not stop the page: it stays unknown, so that the next page asks
/// again, and the products that need it say so.
pub(crate) fn learn<T: Transport>(
    client: &Client<'_, T>,
    context: &mut Context,
    products: &[Listed<'_>],
    set_aside: bool,
) -> Result<bool, Error> {
    // Once is often enough: later pages do not wait for it again.
    let set_aside = set_aside || context.lacks_names();
    let mut news = false;
    for ask in [brands::<T>, categories::<T>] {
        match ask(client, context, products) {
            Ok(false) => {}
            Ok(true) => {
                context.names_were_asked_for(false);
                news = true;
            }
            Err(error @ (Error::Unavailable(_) | Error::Other(_) | Error::NotFound)) if set_aside => {
                let why = words(error);
                log::warn("names of brands or categories cannot be read; products come without them", &[("why", &why)]);
                context.names_were_asked_for(true);
                news = true;
            }
            Err(error) => return Err(error),
        }
    }
    Ok(news)
}

fn brands<T: Transport>(client: &Client<'_, T>, context: &mut Context, products: &[Listed<'_>]) -> Result<bool, Error> {
    let brands: BTreeSet<u64> = products.iter().filter_map(Listed::brand).collect();
    let brands: Vec<u64> = brands.into_iter().filter(|id| !context.brands.contains_key(id)).collect();
    for (id, name, _) in named(client, "/v3/catalog/brands", "id", "name", &brands)? {
        context.brands.insert(id, Some(name));
    }
    for id in &brands {
        context.brands.entry(*id).or_insert(None);
    }
    Ok(!brands.is_empty())
}

fn categories<T: Transport>(
    client: &Client<'_, T>,
    context: &mut Context,
    products: &[Listed<'_>],
) -> Result<bool, Error> {
    let wanted: BTreeSet<u64> = products.iter().flat_map(Listed::categories).collect();
    let mut news = false;
    for _ in 0..DEEPEST {
        // From each category up to the first one that is not known: an earlier page may have learnt it, and failed at its parent.
        let unknown: BTreeSet<u64> = wanted.iter().filter_map(|id| context.unknown_above(*id)).collect();
        let unknown: Vec<u64> = unknown.into_iter().collect();
        if unknown.is_empty() {
            break;
        }
        news = true;
        for (id, name, parent) in
            named(client, "/v3/catalog/trees/categories", "category_id", "name,parent_id", &unknown)?
        {
            context.categories.insert(id, Some((name, parent)));
        }
        for id in unknown {
            context.categories.entry(id).or_insert(None);
        }
    }
    Ok(news)
}

/// Id, name and parent of those that exist.
fn named<T: Transport>(
    client: &Client<'_, T>,
    path: &str,
    key: &str,
    include_fields: &str,
    ids: &[u64],
) -> Result<Vec<(u64, String, u64)>, Error> {
    let filter = format!("{key}:in");
    let query = |some: &[u64]| -> Query<'_> {
        vec![
            (&filter, some.iter().map(u64::to_string).collect::<Vec<_>>().join(",")),
            ("include_fields", include_fields.to_owned()),
            ("limit", "250".to_owned()),
        ]
    };
    let requests: Vec<_> = ids.chunks(IDS).map(|some| client.request(path, &query(some))).collect();
    let (mut found, mut whole) = (Vec::with_capacity(ids.len()), true);
    for (some, list) in ids.chunks(IDS).zip(client.lists(&requests)) {
        client.all(path, &query(some), Some(list?), |elements| {
            for element in elements {
                let fields = element.fields();
                match (fields.get(key).id(), fields.get("name").owned()) {
                    (Some(id), Some(name)) if ids.contains(&id) => {
                        found.push((id, name, fields.get("parent_id").id().unwrap_or(0)));
                    }
                    (Some(id), _) if !ids.contains(&id) => {}
                    // It may be any of them, and what is not found counts as what does not exist.
                    _ => whole = false,
                }
            }
        })?;
    }
    if !whole {
        return Err(Error::Unavailable(format!("BigCommerce shows an element of the list {path} without id or name")));
    }
    Ok(found)
}
