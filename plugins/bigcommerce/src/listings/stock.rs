//! Stock at one location, set with the inventory's own bulk calls: through the catalogue it would land at the default location, and race with orders.

use std::collections::HashMap;

use entrepot_guest::prelude::*;
use serde_json::{Value, json};

use super::body::{counted, has_options};
use super::changes::{Refusal, Said};
use super::shop::Shop;
use super::work::Work;
use crate::client::Query;

/// Items of one request, and of one list.
const AT_ONCE: usize = 2_000;
const PAGE: usize = 1_000;
/// Requests of one call that may be refused; what is still waiting then comes again, without those that were found.
const REFUSALS: usize = 100;
/// Ids in one address.
const IDS: usize = 250;

/// What is counted: a product as a whole, or one of its variants.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Item {
    Product(u64),
    Variant(u64),
}

#[derive(Clone, Debug)]
pub(super) struct Quantity {
    pub(super) item: Item,
    pub(super) location: u64,
    pub(super) quantity: i64,
}

/// Stock of all that were pushed.
pub(super) fn of_all<T: Transport>(shop: &Shop<'_, T>, works: &mut [Work<'_>]) -> Result<(), Error> {
    let mut wanted: Vec<(usize, usize, Quantity)> = Vec::new();
    for (of, work) in works.iter().enumerate().filter(|(_, work)| work.is_open()) {
        let product = &work.listing.product;
        for (at, variant) in product.variants.iter().enumerate() {
            let item = match has_options(product) {
                true => work.ids[at].map(Item::Variant),
                false => work.id.map(Item::Product),
            };
            if let (Some(item), Some(quantity)) = (item, counted(variant)) {
                wanted.push((of, at, Quantity { item, location: shop.location()?, quantity }));
            }
        }
    }
    let quantities: Vec<Quantity> = wanted.iter().map(|(_, _, quantity)| quantity.clone()).collect();
    let mut outcomes = set(shop, &quantities)?.into_iter();
    for (of, at, _) in wanted {
        if let Some(Err(error)) = outcomes.next() {
            works[of].fail(placed(error, at));
        }
    }
    Ok(())
}

fn placed(error: Error, at: usize) -> Error {
    let place = |issue: Issue| Issue { path: format!("/variants/{at}{}", issue.path), ..issue };
    match error {
        Error::Invalid(issues) => Error::Invalid(issues.into_iter().map(place).collect()),
        error => error,
    }
}

/// One outcome for each, in order. Nothing of a request that is refused is set, and it may name nobody: halves of it are sent until the
/// culprits are alone. An error is about the account.
pub(super) fn set<T: Transport>(shop: &Shop<'_, T>, quantities: &[Quantity]) -> Result<Vec<Result<(), Error>>, Error> {
    let mut outcomes: Vec<Result<(), Error>> = vec![Ok(()); quantities.len()];
    let all: Vec<usize> = (0..quantities.len()).collect();
    let mut waiting: Vec<Vec<usize>> = all.chunks(AT_ONCE).rev().map(<[usize]>::to_vec).collect();
    let mut refusals = 0;
    while let Some(some) = waiting.pop() {
        let items: Vec<Value> = some.iter().map(|at| row(&quantities[*at])).collect();
        let body = json!({ "reason": "Entrepot", "items": items });
        let refusal = match shop.change(Method::Put, "/v3/inventory/adjustments/absolute", Some(&body)) {
            Ok(Said::Done(answer)) if answer.lacks.is_none() => {
                // It is done a moment later, under this number.
                if answer.fields().get("transaction_id").is_empty() {
                    let why = "BigCommerce does not say under which number it sets the stock";
                    some.iter().for_each(|at| outcomes[*at] = Err(Error::Unavailable(why.to_owned())));
                }
                continue;
            }
            Ok(Said::Done(answer)) => Refusal { status: 207, words: answer.lacks.unwrap_or_default() },
            Ok(Said::Refused(refusal)) => refusal,
            Err(error @ (Error::RateLimited(_) | Error::Unauthorized(_) | Error::Denied(_))) => return Err(error),
            Err(error) => {
                some.iter().for_each(|at| outcomes[*at] = Err(error.clone()));
                continue;
            }
        };
        refusals += 1;
        match some.as_slice() {
            [one] => {
                outcomes[*one] = Err(refused(&refusal));
                // The others would fare no better.
                if is_about_the_location(&refusal, quantities[*one].item) {
                    let location = quantities[*one].location;
                    for rest in &mut waiting {
                        let there = rest.extract_if(.., |at| quantities[*at].location == location);
                        there.for_each(|at| outcomes[at] = Err(refused(&refusal)));
                    }
                    waiting.retain(|rest| !rest.is_empty());
                }
            }
            many => {
                let (left, right) = many.split_at(many.len() / 2);
                waiting.extend([right.to_vec(), left.to_vec()]);
            }
        }
        if refusals >= REFUSALS {
            let why = format!("BigCommerce refused {REFUSALS} requests of stock; the rest is sent later");
            waiting.drain(..).flatten().for_each(|at| outcomes[at] = Err(Error::Unavailable(why.clone())));
        }
    }
    Ok(outcomes)
}

/// It names the location, and nothing of what was to lie there.
fn is_about_the_location(refusal: &Refusal, item: Item) -> bool {
    let (Item::Product(id) | Item::Variant(id)) = item;
    let names_it = refusal.words.split(|sign: char| !sign.is_ascii_digit()).any(|word| word == id.to_string());
    refusal.mentions("location") && !names_it && !refusal.mentions("quantity")
}

fn row(quantity: &Quantity) -> Value {
    let (name, id) = match quantity.item {
        Item::Product(id) => ("product_id", id),
        Item::Variant(id) => ("variant_id", id),
    };
    json!({ "location_id": quantity.location, name: id, "quantity": quantity.quantity })
}

fn refused(refusal: &Refusal) -> Error {
    // Somebody changed how it is counted since it was read.
    if refusal.mentions("is tracked by") {
        return Error::Unavailable(format!("BigCommerce counts it in another way by now: {}", refusal.words));
    }
    let message = format!("BigCommerce refuses the stock: {}", refusal.words);
    Error::Invalid(vec![issue("/inventory", "stock-refused", message)])
}

/// How many lie at the location, of those of which the store knows it: all of them, also those kept back as safety stock, since these are
/// what an absolute adjustment sets.
pub(super) fn on_hand<T: Transport>(
    shop: &Shop<'_, T>,
    items: &[Item],
    location: u64,
) -> Result<HashMap<Item, i64>, Error> {
    let ids = |of: fn(&Item) -> Option<u64>| items.iter().filter_map(of).collect::<Vec<u64>>();
    let products = ids(|item| if let Item::Product(id) = item { Some(*id) } else { None });
    let variants = ids(|item| if let Item::Variant(id) = item { Some(*id) } else { None });
    let mut found = HashMap::new();
    for (filter, ids) in [("product_id:in", products), ("variant_id:in", variants)] {
        for some in ids.chunks(IDS) {
            let query: Query<'_> = vec![
                (filter, some.iter().map(u64::to_string).collect::<Vec<_>>().join(",")),
                ("location_id:in", location.to_string()),
                ("limit", PAGE.to_string()),
            ];
            shop.client.all("/v3/inventory/items", &query, None, |elements| {
                for fields in elements.iter().map(|element| element.fields()) {
                    let identity = fields.get("identity").fields();
                    let item = match filter {
                        "product_id:in" => identity.get("product_id").id().map(Item::Product),
                        _ => identity.get("variant_id").id().map(Item::Variant),
                    };
                    let places = fields.get("locations").records();
                    let place = places.iter().find(|place| place.get("location_id").id() == Some(location));
                    let there = place.and_then(|place| place.get("total_inventory_onhand").whole());
                    found.extend(item.zip(there));
                }
            })?;
        }
    }
    Ok(found)
}
