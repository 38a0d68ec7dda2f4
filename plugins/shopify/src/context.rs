//! What a run needs to know of the shop besides its products; kept in the run's context.

use std::collections::BTreeMap;

use entrepot_guest::paging;
use entrepot_guest::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::client::Client;
use crate::{documents, gid, pages};

/// More pages of locations than any shop has.
const MOST_PAGES: usize = 50;

#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Context {
    pub(crate) currency: String,
    /// Id to name.
    pub(crate) locations: BTreeMap<String, String>,
    /// How many points the shop's bucket holds.
    pub(crate) bucket: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) shelves: Option<Shelves>,
    /// The collections could not be read: what came by bulk comes without them, and says so.
    #[serde(default)]
    pub(crate) without_shelves: bool,
    /// What mapping depends on: the host imports all of the shop again when a delta finds another value.
    #[serde(default)]
    pub(crate) facts: BTreeMap<String, String>,
    /// Not yet handed to the host. It may be large, so it is written only then.
    #[serde(skip)]
    pub(crate) news: bool,
}

/// Which products are in which collections, as read from the bulk operation for it.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Shelves {
    pub(crate) collections: Vec<Shelf>,
    /// Product's number to places in `collections`.
    pub(crate) of: BTreeMap<u64, Vec<u32>>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Shelf {
    pub(crate) id: String,
    pub(crate) handle: String,
    pub(crate) title: String,
}

impl Context {
    pub(crate) fn of<T: Transport>(client: &Client<'_, T>, kept: Option<&str>) -> Result<Self, Error> {
        match kept {
            Some(_) => paging::decode(kept),
            None => Self::ask(client),
        }
    }

    pub(crate) fn ask<T: Transport>(client: &Client<'_, T>) -> Result<Self, Error> {
        let mut context = Self { bucket: 1_000, news: true, ..Self::default() };
        let mut after = Value::Null;
        for _ in 0..MOST_PAGES {
            let answer = client.ask(documents::SHOP, json!({"after": after}))?;
            context.bucket = answer.bucket.unwrap_or(context.bucket);
            let text = |at: &str| answer.data.pointer(at).and_then(Value::as_str);
            context.currency = text("/shop/currencyCode")
                .ok_or_else(|| Error::Unavailable("Shopify does not tell the shop's currency".to_owned()))?
                .to_owned();
            context.facts.insert("currency".to_owned(), context.currency.clone());
            let locations = answer.data.get("locations").unwrap_or(&Value::Null);
            let nodes = pages::nodes(locations)
                .ok_or_else(|| pages::odd("something else than the list of the shop's locations"))?;
            for location in nodes {
                let name = location.get("name").and_then(Value::as_str);
                let (id, name) =
                    gid::of(location).zip(name).ok_or_else(|| pages::odd("a location without id or name"))?;
                context.locations.insert(id.to_owned(), name.to_owned());
            }
            match pages::next(locations)? {
                Some(end) => after = end.into(),
                None => break,
            }
        }
        Ok(context)
    }
}
