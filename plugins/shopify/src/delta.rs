//! What changed since a moment: ids by their date, then the products, one query per page.

use entrepot_guest::prelude::*;
use entrepot_guest::{log, paging};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::budget::{self, MOST, Want};
use crate::client::Client;
use crate::context::Context;
use crate::failure::is_about_items;
use crate::{documents, fetch, pages};

/// From so many changed products on, one bulk operation is faster and costs nothing. It also keeps paging far from the 25,000
/// objects at which Shopify ends it.
const BULK_FROM: u64 = 1_000;

/// So many ids still make a filter that a search takes.
const MOST_IN_FILTER: usize = 50;

/// From this attempt on, products at which Shopify fails together are asked for one by one.
const APART: u32 = 3;

/// Ids that are listed at once.
const LISTED: u32 = 100;

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Cursor {
    since: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    after: Option<String>,
    /// All ids have been listed.
    #[serde(default)]
    listed: bool,
    /// So many so far.
    #[serde(default)]
    seen: u64,
    #[serde(default)]
    pending: Vec<Want>,
    /// Too much for what the shop's bucket holds; they come by bulk at the end.
    #[serde(default)]
    large: Vec<u64>,
}

impl Cursor {
    pub(crate) fn since(since: String) -> Self {
        Self { since, after: None, listed: false, seen: 0, pending: Vec::new(), large: Vec::new() }
    }

    fn filter(&self) -> String {
        format!("updated_at:>='{}'", self.since)
    }
}

/// Where it goes on after a page.
pub(crate) enum Next {
    Delta(Cursor),
    /// By one bulk operation over what this filter finds.
    Bulk(String),
    End,
}

pub(crate) fn page<T: Transport>(
    client: &Client<'_, T>,
    context: &Context,
    mut cursor: Cursor,
    request: &PageRequest,
) -> Result<(Page, Next), Error> {
    let mut page = paging::empty_page();
    if cursor.pending.is_empty() && !cursor.listed {
        let beginning = cursor.after.is_none();
        let count = list(client, context, &mut cursor, LISTED >> request.attempt.min(7))?;
        if beginning && count > BULK_FROM {
            return Ok((page, Next::Bulk(cursor.filter())));
        }
        if cursor.listed && count > cursor.seen {
            let why = format!("Shopify counts {count} changed products and lists {}", cursor.seen);
            if request.attempt < APART {
                return Err(Error::Unavailable(why));
            }
            // An operation's file is known to be whole.
            log::warn("Shopify does not list all products that changed; they are read by bulk", &[("why", &why)]);
            return Ok((page, Next::Bulk(cursor.filter())));
        }
    } else if !cursor.pending.is_empty() {
        // Less at a time where it did not work before.
        let budget = (MOST >> request.attempt.min(5)).max(1);
        let (count, items) = match fetch::some(client, context, &cursor.pending, budget) {
            Err(error) if request.attempt >= APART && is_about_items(&error) => {
                fetch::apart(client, context, &cursor.pending, error)?
            }
            other => other?,
        };
        cursor.pending.drain(..count.min(cursor.pending.len()));
        page.items = items;
    }
    let next = if !cursor.pending.is_empty() || !cursor.listed {
        Next::Delta(cursor)
    } else if cursor.large.is_empty() {
        Next::End
    } else if cursor.large.len() > MOST_IN_FILTER {
        Next::Bulk(cursor.filter())
    } else {
        let ids: Vec<_> = cursor.large.iter().map(|id| format!("id:{id}")).collect();
        Next::Bulk(ids.join(" OR "))
    };
    Ok((page, next))
}

/// The next ids. Returns how many products there are in all.
fn list<T: Transport>(
    client: &Client<'_, T>,
    context: &Context,
    cursor: &mut Cursor,
    first: u32,
) -> Result<u64, Error> {
    let variables = json!({"query": cursor.filter(), "first": first.max(1), "after": cursor.after});
    let data = client.ask(documents::CHANGED_PRODUCTS, variables)?.data;
    let products = data.get("products").unwrap_or(&Value::Null);
    let nodes = pages::nodes(products).ok_or_else(|| pages::odd("something else than the list of products"))?;
    for node in nodes {
        let want = fetch::want(node)
            .ok_or_else(|| Error::Unavailable("Shopify lists a product without a usable id".to_owned()))?;
        if budget::too_large(want, context) {
            cursor.large.push(want.id);
        } else {
            cursor.pending.push(want);
        }
    }
    cursor.seen += nodes.len() as u64;
    cursor.after = pages::next(products)?;
    cursor.listed = cursor.after.is_none();
    Ok(data.pointer("/productsCount/count").and_then(Value::as_u64).unwrap_or(0))
}
