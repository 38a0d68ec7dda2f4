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
    for some in ids.chunks(PRODUCTS) {
        match of(client, some, &mut stock) {
            Ok(()) => {}
            // One refusal among good answers takes no stock away from a catalogue that has it.
            Err(Error::Unauthorized(why)) if !set_aside => {
                return Err(Error::Unavailable(format!("BigCommerce refuses to show stock per location: {why}")));
            }
            Err(Error::Unauthorized(why)) => {
                log::warn(
                    "stock per location may not be read; that of the default location is taken",
                    &[("why", &why)],
                );
                context.inventory_forbidden = true;
                return Ok((Stock::new(), true, Vec::new()));
            }
            // One by one: a product at which the store fails costs itself.
            Err(Error::Unavailable(_) | Error::Other(_) | Error::NotFound) if set_aside => {
                for one in some {
                    stock.remove(one);
                    match of(client, std::slice::from_ref(one), &mut stock) {
                        Err(Error::Unavailable(_) | Error::Other(_) | Error::NotFound) => unread.push(*one),
                        other => other?,
                    }
                }
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

fn of<T: Transport>(client: &Client<'_, T>, ids: &[u64], stock: &mut Stock) -> Result<(), Error> {
    let query: Query<'_> = vec![
        ("product_id:in", ids.iter().map(u64::to_string).collect::<Vec<_>>().join(",")),
        ("limit", PAGE.to_string()),
    ];
    client.all("/v3/inventory/items", &query, None, |elements| {
        for element in elements {
            let fields = element.fields();
            let identity = fields.get("identity").fields();
            if let Some(product) = identity.get("product_id").id().filter(|id| ids.contains(id)) {
                let variant = identity.get("variant_id").id().unwrap_or(0);
                stock.entry(product).or_default().push((variant, in_one_order(*element, false, &["locations"])));
            }
        }
    })
}
