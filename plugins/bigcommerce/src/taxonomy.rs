//! The store's own categories. Goods may stand in any of them.

use std::collections::BTreeMap;

use entrepot_guest::prelude::*;
use entrepot_guest::taxonomy::Category;

use crate::client::{Client, Query};

/// Id to name and parent (0 at the root), of all trees.
type Known = BTreeMap<u64, (String, u64)>;

pub fn categories<T: Transport>(
    transport: &T,
    channel: &Channel,
    parent: Option<&str>,
) -> Result<Vec<Category>, Error> {
    let all = all(transport, channel)?;
    let parent = parent.map(|parent| parent.parse::<u64>().map_err(|_| Error::NotFound)).transpose()?.unwrap_or(0);
    if parent > 0 && !all.contains_key(&parent) {
        return Err(Error::NotFound);
    }
    Ok(all.iter().filter(|(_, (_, of))| *of == parent).map(|(id, _)| category(&all, *id)).collect())
}

/// Those of the same name as one of the path, the deepest first; then those that the title names.
pub fn suggest<T: Transport>(
    transport: &T,
    channel: &Channel,
    title: &str,
    path: &[String],
) -> Result<Vec<Category>, Error> {
    let all = all(transport, channel)?;
    let title: Vec<String> = title.to_lowercase().split(|c: char| !c.is_alphanumeric()).map(str::to_owned).collect();
    let rank = |name: &str| {
        let name = name.to_lowercase();
        let of_path = path.iter().rposition(|part| part.to_lowercase() == name).map(|depth| (0, path.len() - depth));
        let words: Vec<&str> = name.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
        let is_named = !words.is_empty() && words.iter().all(|word| title.iter().any(|of| of == word));
        of_path.or_else(|| is_named.then_some((1, usize::MAX - words.len())))
    };
    let mut found: Vec<_> = all.iter().filter_map(|(id, (name, _))| Some((rank(name)?, *id))).collect();
    found.sort_unstable();
    Ok(found.into_iter().map(|(_, id)| category(&all, id)).collect())
}

fn all<T: Transport>(transport: &T, channel: &Channel) -> Result<Known, Error> {
    let client = Client::of(transport, channel)?;
    let query: Query<'_> = vec![("include_fields", "name,parent_id".to_owned()), ("limit", "250".to_owned())];
    let (mut known, mut is_whole) = (Known::new(), true);
    client.all("/v3/catalog/trees/categories", &query, None, |elements| {
        for fields in elements.iter().map(|element| element.fields()) {
            match (fields.get("category_id").id(), fields.get("name").owned()) {
                (Some(id), Some(name)) => {
                    known.insert(id, (name, fields.get("parent_id").id().unwrap_or(0)));
                }
                _ => is_whole = false,
            }
        }
    })?;
    match is_whole {
        true => Ok(known),
        false => Err(Error::Unavailable("BigCommerce shows a category without its id or its name".to_owned())),
    }
}

fn category(all: &Known, id: u64) -> Category {
    let path = entrepot_guest::shapes::path(id, |id| all.get(id).map(|(name, parent)| (name.clone(), Some(*parent))));
    Category { id: id.to_string(), path, leaf: true }
}
