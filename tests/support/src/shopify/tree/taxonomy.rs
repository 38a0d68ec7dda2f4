//! A few branches of Shopify's taxonomy.

use serde_json::{Value, json};

use super::{Arguments, Held, Node};

const PREFIX: &str = "gid://shopify/TaxonomyCategory/";

/// Id, full name, whether it was given up.
const CATEGORIES: [(&str, &str, bool); 7] = [
    ("aa", "Apparel & Accessories", false),
    ("aa-8", "Apparel & Accessories > Shoes", false),
    ("aa-8-3", "Apparel & Accessories > Shoes > Boots", false),
    ("aa-8-9", "Apparel & Accessories > Shoes > Gaiters", true),
    ("hg", "Home & Garden", false),
    ("hg-11", "Home & Garden > Kitchen & Dining", false),
    ("hg-11-10", "Home & Garden > Kitchen & Dining > Mugs", false),
];

pub(in super::super) fn named(gid: &str) -> Option<(String, String)> {
    let found = CATEGORIES.iter().find(|(id, ..)| gid.strip_prefix(PREFIX) == Some(*id));
    found.map(|(_, name, _)| (gid.to_owned(), (*name).to_owned()))
}

pub(super) fn field<'a>(name: &str, arguments: &Arguments) -> Option<Held<'a>> {
    if name != "categories" {
        return None;
    }
    let text = |name: &str| arguments.get(name).and_then(Value::as_str);
    let of = text("childrenOf").map(|gid| gid.strip_prefix(PREFIX).unwrap_or(gid));
    let search = text("search").map(str::to_lowercase);
    let found = CATEGORIES.iter().filter(|(id, full, _)| match (&search, of) {
        (Some(words), _) => full.to_lowercase().contains(words.as_str()),
        (None, Some(of)) => id.rsplit_once('-').is_some_and(|(parent, _)| parent == of),
        (None, None) => !id.contains('-'),
    });
    let node = |(id, full, archived): &(&str, &str, bool)| {
        let leaf = CATEGORIES.iter().all(|(other, ..)| other.rsplit_once('-').is_none_or(|(parent, _)| parent != *id));
        let fields = json!({
            "id": format!("{PREFIX}{id}"), "fullName": full, "name": full.rsplit(" > ").next(), "isLeaf": leaf,
            "isArchived": archived,
        });
        Node::Plain("TaxonomyCategory", fields.as_object().cloned().unwrap_or_default())
    };
    Some(Held::Connection(found.map(node).collect()))
}
