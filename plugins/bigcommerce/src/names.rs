//! Names of brands and categories: those that a page's products need and no earlier page has learnt, in bulk by id. Pages of
//! all of them would shift while they are read, and most are never needed in a delta.

use std::collections::BTreeSet;

use entrepot_guest::prelude::*;

use crate::client::{Client, Query};
use crate::context::Context;
use crate::item::Listed;

/// Ids in one request: far below the longest address a server takes.
const IDS: usize = 100;

/// No store nests deeper; what would is a circle.
const DEEPEST: usize = 32;

/// Whether anything was learnt.
pub(crate) fn learn<T: Transport>(
    client: &Client<'_, T>,
    context: &mut Context,
    products: &[Listed<'_>],
) -> Result<bool, Error> {
    let brands: BTreeSet<u64> = products.iter().filter_map(Listed::brand).collect();
    let brands: Vec<u64> = brands.into_iter().filter(|id| !context.brands.contains_key(id)).collect();
    let mut news = !brands.is_empty();
    for (id, name, _) in named(client, "/v3/catalog/brands", "id", "name", &brands)? {
        context.brands.insert(id, Some(name));
    }
    for id in brands {
        context.brands.entry(id).or_insert(None);
    }

    let mut wanted: BTreeSet<u64> = products.iter().flat_map(Listed::categories).collect();
    for _ in 0..DEEPEST {
        let unknown: Vec<u64> = wanted.iter().copied().filter(|id| !context.categories.contains_key(id)).collect();
        if unknown.is_empty() {
            break;
        }
        news = true;
        wanted.clear();
        for (id, name, parent) in
            named(client, "/v3/catalog/trees/categories", "category_id", "name,parent_id", &unknown)?
        {
            context.categories.insert(id, Some((name, parent)));
            wanted.extend(Some(parent).filter(|parent| *parent > 0));
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
    let mut found = Vec::with_capacity(ids.len());
    for (some, list) in ids.chunks(IDS).zip(client.lists(&requests)) {
        client.all(path, &query(some), Some(list?), |elements| {
            for element in elements {
                let fields = element.fields();
                let id = fields.get(key).id().filter(|id| ids.contains(id));
                if let (Some(id), Some(name)) = (id, fields.get("name").owned()) {
                    found.push((id, name, fields.get("parent_id").id().unwrap_or(0)));
                }
            }
        })?;
    }
    Ok(found)
}
