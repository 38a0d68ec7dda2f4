//! Stock per location, for a page's products at once. The catalogue itself knows the default location only.

use std::collections::HashMap;

use entrepot_guest::lenient::in_one_order;
use entrepot_guest::log;
use entrepot_guest::prelude::*;

use crate::client::{Client, Query};
use crate::context::Context;

/// Products in one request: with 600 variants each they still come in a few dozen pages.
const PRODUCTS: usize = 50;
const PAGE: usize = 1000;

/// Product id to its items of stock, in an order that does not change by itself.
pub(crate) type Stock = HashMap<u64, Vec<(u64, String)>>;

/// What was found, whether it was found out that it may not be read, and which ids could not be read.
pub(crate) fn find<T: Transport>(
    client: &Client<'_, T>,
    context: &mut Context,
    ids: &[u64],
    set_aside: bool,
) -> Result<(Stock, bool, Vec<u64>), Error> {
    let (mut stock, mut unread) = (Stock::new(), Vec::new());
    if context.inventory_forbidden {
        return Ok((stock, false, unread));
    }
    if context.inventory_withdrawn {
        return Ok((stock, false, ids.to_vec()));
    }
    for some in ids.chunks(PRODUCTS) {
        match of(client, some, &mut stock) {
            Ok(true) => {}
            // It may be about any of them.
            Ok(false) => one_by_one(client, some, &mut stock, &mut unread)?,
            // One refusal among good answers takes no stock away from a catalogue that has it.
            Err(Error::Unauthorized(why)) if !set_aside => {
                return Err(Error::Unavailable(format!("BigCommerce refuses to show stock per location: {why}")));
            }
            // Neither do some, where this run was shown stock before: what the rest had is kept.
            Err(Error::Unauthorized(_)) if context.inventory_shown => {
                context.inventory_withdrawn = true;
                return Ok((Stock::new(), true, ids.to_vec()));
            }
            Err(Error::Unauthorized(why)) => {
                log::warn(
                    "stock per location may not be read; that of the default location is taken",
                    &[("why", &why)],
                );
                context.stock_was_asked_for(true);
                return Ok((Stock::new(), true, Vec::new()));
            }
            // A product at which the store fails costs itself.
            Err(Error::Unavailable(_) | Error::Other(_) | Error::NotFound) if set_aside => {
                one_by_one(client, some, &mut stock, &mut unread)?;
            }
            Err(error) => return Err(error),
        }
    }
    for items in stock.values_mut() {
        items.sort();
        items.dedup();
    }
    Ok((stock, false, unread))
}

/// Where all of so many cannot be read, it is the store that fails and not one product.
const ALL: usize = 4;

fn one_by_one<T: Transport>(
    client: &Client<'_, T>,
    ids: &[u64],
    stock: &mut Stock,
    unread: &mut Vec<u64>,
) -> Result<(), Error> {
    let mut failed = 0;
    for (at, one) in ids.iter().enumerate() {
        stock.remove(one);
        let read = if at >= ALL && failed == at { Ok(false) } else { of(client, std::slice::from_ref(one), stock) };
        match read {
            Ok(true) => {}
            Ok(false) | Err(Error::Unavailable(_) | Error::Other(_) | Error::NotFound) => {
                stock.remove(one);
                unread.push(*one);
                failed += 1;
            }
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Whether the store has no item of stock at all.
pub(crate) fn is_empty<T: Transport>(client: &Client<'_, T>) -> Result<bool, Error> {
    let list = client.list("/v3/inventory/items", &vec![("limit", "1".to_owned())])?;
    Ok(list.elements()?.data.is_empty())
}

/// False: there was an element that does not say of which product it is.
fn of<T: Transport>(client: &Client<'_, T>, ids: &[u64], stock: &mut Stock) -> Result<bool, Error> {
    let query: Query<'_> = vec![
        ("product_id:in", ids.iter().map(u64::to_string).collect::<Vec<_>>().join(",")),
        ("limit", PAGE.to_string()),
    ];
    let mut whole = true;
    client.all("/v3/inventory/items", &query, None, |elements| {
        for element in elements {
            let fields = element.fields();
            let identity = fields.get("identity").fields();
            // Stock of a variant that is gone belongs to product 0, which is none.
            if identity.get("product_id").whole() == Some(0) {
                continue;
            }
            let Some(product) = identity.get("product_id").id() else {
                whole = false;
                continue;
            };
            if ids.contains(&product) {
                let variant = identity.get("variant_id").id().unwrap_or(0);
                stock.entry(product).or_default().push((variant, in_one_order(*element, false, &["locations"])));
            }
        }
    })?;
    Ok(whole)
}
