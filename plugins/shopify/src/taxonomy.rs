//! Shopify's own taxonomy of goods. A product may stand anywhere in it, not only at its ends.

use entrepot_guest::prelude::*;
use entrepot_guest::taxonomy::Category;
use serde_json::{Value, json};

use crate::client::Client;
use crate::documents;
use crate::pages::{self, odd};

/// More pages than any category has below it.
const MOST_PAGES: usize = 40;
const PREFIX: &str = "gid://shopify/TaxonomyCategory/";

/// The gid of a category: `aa-1-13-7`, or the gid itself.
pub(crate) fn gid(category: &str) -> Option<String> {
    let id = category.strip_prefix(PREFIX).unwrap_or(category);
    let valid = !id.is_empty() && id.len() <= 64 && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    valid.then(|| format!("{PREFIX}{id}"))
}

pub fn categories<T: Transport>(
    transport: &T,
    channel: &Channel,
    parent: Option<&str>,
) -> Result<Vec<Category>, Error> {
    let client = Client::new(transport, channel)?;
    let of = parent.map(|parent| gid(parent).ok_or(Error::NotFound)).transpose()?;
    let (mut found, mut after) = (Vec::new(), Value::Null);
    for _ in 0..MOST_PAGES {
        let data = client.ask(documents::CATEGORIES, json!({ "of": of, "after": after }))?.data;
        let connection = &data["taxonomy"]["categories"];
        found.extend(read(connection)?);
        match pages::next(connection)? {
            Some(end) => after = end.into(),
            None => return Ok(found),
        }
    }
    Err(odd("a list of categories that does not end"))
}

/// What Shopify finds by the seller's own category, the deepest first, and else by the title.
pub fn suggest<T: Transport>(
    transport: &T,
    channel: &Channel,
    title: &str,
    path: &[String],
) -> Result<Vec<Category>, Error> {
    let client = Client::new(transport, channel)?;
    let words = path.iter().rev().map(String::as_str).chain([title]).filter(|words| !words.trim().is_empty());
    for words in words.take(3) {
        let data = client.ask(documents::CATEGORIES_FOUND, json!({ "search": words }))?.data;
        let found = read(&data["taxonomy"]["categories"])?;
        if !found.is_empty() {
            return Ok(found);
        }
    }
    Ok(Vec::new())
}

/// Without those that Shopify gave up.
fn read(connection: &Value) -> Result<Vec<Category>, Error> {
    let nodes = pages::nodes(connection).ok_or_else(|| odd("no list of categories"))?;
    let category = |node: &Value| {
        let id = node.get("id")?.as_str()?.strip_prefix(PREFIX)?.to_owned();
        let path = node.get("fullName")?.as_str()?.split(" > ").map(str::to_owned).collect();
        Some(Category { id, path, leaf: true })
    };
    Ok(nodes.iter().filter(|node| node["isArchived"] != true).filter_map(category).collect())
}

#[cfg(test)]
mod tests {
    use super::gid;

    #[test]
    fn a_category_is_named_with_and_without_its_prefix() {
        let whole = "gid://shopify/TaxonomyCategory/sg-4-17-2-17";
        assert_eq!((gid("sg-4-17-2-17").as_deref(), gid(whole).as_deref()), (Some(whole), Some(whole)));
        for wrong in ["", "Boots > Snow", "gid://shopify/Product/7"] {
            assert_eq!(gid(wrong), None, "{wrong}");
        }
    }
}
