//! Reading products: what reading by page and reading one by one have in common.

use std::collections::HashSet;

use entrepot_guest::lenient::Raw;
use entrepot_guest::prelude::*;
use serde::{Deserialize, Serialize};

use crate::client::{Client, Query};
use crate::context::Context;
use crate::item::{Beside, Listed, VOLATILE, id_missing};
use crate::{details, inventory, names};

/// From this attempt on, what cannot be read beside the list is a problem of its products, and no longer of the page.
pub(crate) const SET_ASIDE: u32 = 3;

/// Of fewer products, all may be new, and have no stock by location yet.
const FEW: usize = 5;

/// What comes with a product in one list without making its pages smaller.
pub(crate) const INCLUDE: &str = "variants,images,custom_fields,bulk_pricing_rules,videos";

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Cursor {
    /// The highest id so far.
    pub(crate) after: u64,
    /// Items so far.
    pub(crate) seen: u64,
    /// What the store counted and did not show so far.
    pub(crate) missing: u64,
    /// The store counted fewer than it showed: what it counts is not believed.
    pub(crate) doubted: bool,
    /// Where the page before began, how many there were from there on, and how many it showed.
    pub(crate) before: Option<(u64, u64, u64)>,
    /// Products in a row that the store failed at.
    pub(crate) failed: u8,
}

/// These products, as many of them as exist. There is no later attempt with less at a time: what cannot be read beside them is set
/// aside.
pub(crate) fn by_ids<T: Transport>(
    client: &Client<'_, T>,
    context: &mut Context,
    news: &mut bool,
    ids: &[u64],
) -> Result<Vec<RawItem>, Error> {
    let query: Query<'_> = vec![
        ("id:in", ids.iter().map(u64::to_string).collect::<Vec<_>>().join(",")),
        ("limit", "50".into()),
        ("include", INCLUDE.into()),
        ("exclude_fields", VOLATILE.join(",")),
    ];
    let mut texts = Vec::with_capacity(ids.len());
    client.all("/v3/catalog/products", &query, None, |elements| {
        texts.extend(elements.iter().map(|element| element.json().to_owned()));
    })?;
    let mut listed: Vec<_> = texts.iter().map(|text| Listed::of(Raw::checked(text))).collect();
    // One that is there twice is one.
    let mut seen = HashSet::new();
    listed.retain(|product| product.id.is_none_or(|id| seen.insert(id)));
    if listed.iter().any(|product| product.id.is_none()) {
        // It may be any of those that are wanted, and what does not come counts as gone.
        return Err(Error::Unavailable("BigCommerce answers with a product without a usable id".to_owned()));
    }
    listed.retain(|product| product.id.is_some_and(|id| ids.contains(&id)));
    let missing: Vec<u64> = ids.iter().copied().filter(|id| !seen.contains(id)).collect();
    confirm(client, &missing)?;
    match joined(client, context, news, &listed, 0) {
        Err(Error::Unavailable(_) | Error::Other(_) | Error::NotFound) => {
            joined(client, context, news, &listed, SET_ASIDE)
        }
        other => other,
    }
}

/// What does not come counts as gone, so it is asked for once more: a list may leave out what is there.
pub(crate) fn confirm<T: Transport>(client: &Client<'_, T>, missing: &[u64]) -> Result<(), Error> {
    if missing.is_empty() {
        return Ok(());
    }
    let query: Query<'_> = vec![
        ("id:in", missing.iter().map(u64::to_string).collect::<Vec<_>>().join(",")),
        ("limit", missing.len().to_string()),
        ("include_fields", "name".into()),
    ];
    let list = client.list("/v3/catalog/products", &query)?;
    let shown = list.elements()?.data.iter().find_map(|element| element.fields().get("id").id());
    match shown.filter(|id| missing.contains(id)) {
        Some(id) => {
            Err(Error::Unavailable(format!("BigCommerce left out product {id}, which it shows when it is asked again")))
        }
        None => Ok(()),
    }
}

pub(crate) fn joined<T: Transport>(
    client: &Client<'_, T>,
    context: &mut Context,
    news: &mut bool,
    listed: &[Listed<'_>],
    attempt: u32,
) -> Result<Vec<RawItem>, Error> {
    let set_aside = attempt >= SET_ASIDE;
    if !set_aside && !listed.is_empty() && !listed.iter().any(Listed::is_object) {
        return Err(Error::Unavailable("BigCommerce answered with a list of something else than products".to_owned()));
    }
    *news |= names::learn(client, context, listed, set_aside)?;
    let ids: Vec<u64> = listed.iter().filter_map(|product| product.id).collect();
    let tracked: Vec<u64> =
        listed.iter().filter(|product| product.is_tracked()).filter_map(|product| product.id).collect();
    let (mut details, no_details) = details::find(client, &ids, set_aside)?;
    let (mut stock, forbidden, no_stock) = inventory::find(client, context, &tracked, set_aside)?;
    *news |= forbidden;
    if !stock.is_empty() && !context.inventory_shown {
        context.stock_was_asked_for(false);
        *news = true;
    }
    let nothing = !tracked.is_empty() && stock.is_empty() && no_stock.is_empty() && !context.inventory_forbidden;
    if nothing && !context.inventory_empty {
        if !set_aside && tracked.len() >= FEW {
            let count = tracked.len();
            let why =
                format!("BigCommerce shows no stock by location for any of {count} products whose stock it counts");
            return Err(Error::Unavailable(why));
        }
        // Of few products at a time every page would look like this, and be asked for again.
        if set_aside && (tracked.len() >= FEW || inventory::is_empty(client)?) {
            (context.inventory_empty, *news) = (true, true);
        }
    }

    let items = listed.iter().map(|product| {
        let id = product.id.unwrap_or_default();
        let mut beside = Beside { details: details.remove(&id).unwrap_or_default(), ..Beside::default() };
        if product.is_tracked() && !context.inventory_forbidden {
            beside.inventory = Some(stock.remove(&id).unwrap_or_default());
        }
        let mut problem = |path: &str, code: &str, message: &str| beside.problems.push(issue(path, code, message));
        if no_details.contains(&id) {
            problem(
                "/options",
                "options-unreadable",
                "BigCommerce does not show this product's options and modifiers as a whole; the next import asks for them again.",
            );
        }
        if no_stock.contains(&id) {
            let message = "BigCommerce does not show this product's stock as a whole; the next import asks for it again.";
            problem("/inventory", "inventory-unreadable", message);
        }
        if let Some(part) = product.lacks() {
            let message =
                format!("BigCommerce answered without this product's `{part}`, which were asked for; the next import asks again.");
            problem(&format!("/{part}"), "product-incomplete", &message);
        }
        if product.id.is_none() {
            beside.problems.push(id_missing());
        }
        product.item(context, beside)
    });
    Ok(items.collect())
}
