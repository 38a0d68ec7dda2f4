//! Price and stock alone: prices of variants fifty in one request, of products without options ten, stock up to two thousand.

use std::collections::{BTreeSet, HashMap};

use entrepot_guest::listing::{Offer, OfferOutcome, is_about_the_account};
use entrepot_guest::prelude::*;
use serde_json::{Map, Value, json};

use super::body::{amounts, pieces};
use super::changes::Said;
use super::shop::{Shop, gone};
use super::stock::{self, Item, Quantity};
use super::update;
use crate::client::Query;
use crate::reader::confirm;

const PRODUCTS: usize = 250;
const VARIANTS: usize = 50;

/// What is known of an offer's product there.
#[derive(Clone, Copy)]
struct Product {
    /// It has options, and with them variants of its own.
    has_variants: bool,
    /// Counted as it has to be for the number to mean anything.
    is_counted: bool,
}

type Fates = Vec<Option<OfferOutcome>>;

pub(super) fn all<T: Transport>(shop: &Shop<'_, T>, offers: &[Offer]) -> Result<Vec<OfferOutcome>, Error> {
    let mut fates: Fates = offers.iter().map(|offer| refused(shop, offer)).collect();
    if let Err(error) = steps(shop, offers, &mut fates) {
        if !is_about_the_account(&error) && fates.iter().all(Option::is_none) {
            return Err(error);
        }
        // What is settled stays so, and what is not comes again.
        fates
            .iter_mut()
            .filter(|fate| fate.is_none())
            .for_each(|fate| *fate = Some(OfferOutcome::Failed(error.clone())));
    }
    Ok(fates.into_iter().map(|fate| fate.unwrap_or(OfferOutcome::Done)).collect())
}

fn refused<T: Transport>(shop: &Shop<'_, T>, offer: &Offer) -> Option<OfferOutcome> {
    let foreign = offer.price.as_ref().and_then(|price| shop.foreign("/price", price));
    let ids = [Some(&offer.external_id), offer.of_variant.external_id.as_ref()];
    let odd = ids.into_iter().find(|id| id.is_none_or(|id| id.parse::<u64>().is_err())).map(|id| {
        let message = format!("{:?} is no id of the store's; push the listing.", id.map_or("", String::as_str));
        issue("", "external-id-invalid", message)
    });
    foreign.or(odd).map(|issue| OfferOutcome::Refused(vec![issue]))
}

fn number(id: &str) -> u64 {
    id.parse().unwrap_or_default()
}

fn variant_of(offer: &Offer) -> u64 {
    offer.of_variant.external_id.as_deref().map_or(0, number)
}

fn steps<T: Transport>(shop: &Shop<'_, T>, offers: &[Offer], fates: &mut Fates) -> Result<(), Error> {
    let open: Vec<usize> = (0..offers.len()).filter(|at| fates[*at].is_none()).collect();
    let known = products(shop, open.iter().map(|at| number(&offers[*at].external_id)).collect())?;
    for at in &open {
        if !known.contains_key(&number(&offers[*at].external_id)) {
            fates[*at] = Some(OfferOutcome::Refused(vec![gone()]));
        }
    }
    let rows: Vec<(usize, Product)> = { open.into_iter() }
        .filter(|at| fates[*at].is_none())
        .filter_map(|at| Some((at, *known.get(&number(&offers[at].external_id))?)))
        .collect();
    // What fails from here on leaves what was settled before as it is.
    count(shop, offers, &rows, fates)?;
    prices(shop, offers, &rows, fates)?;
    stocks(shop, offers, &rows, fates)
}

/// What there is of these products; one that is in none of the answers is gone.
fn products<T: Transport>(shop: &Shop<'_, T>, ids: BTreeSet<u64>) -> Result<HashMap<u64, Product>, Error> {
    let (ids, mut known) = (ids.into_iter().collect::<Vec<_>>(), HashMap::new());
    for some in ids.chunks(PRODUCTS) {
        let query: Query<'_> = vec![
            ("id:in", some.iter().map(u64::to_string).collect::<Vec<_>>().join(",")),
            ("limit", PRODUCTS.to_string()),
            ("include_fields", "inventory_tracking,base_variant_id".to_owned()),
        ];
        let mut untold = false;
        shop.client.all("/v3/catalog/products", &query, None, |elements| {
            for fields in elements.iter().map(|element| element.fields()) {
                let (tracking, base) = (fields.get("inventory_tracking").word(), fields.get("base_variant_id"));
                let (Some(id), Some(tracking)) = (fields.get("id").id(), tracking) else {
                    untold = true;
                    continue;
                };
                let has_variants = base.id().is_none();
                let is_counted = tracking == if has_variants { "variant" } else { "product" };
                known.insert(id, Product { has_variants, is_counted });
            }
        })?;
        if untold {
            return Err(Error::Unavailable(
                "BigCommerce does not say how the stock of a product is counted".to_owned(),
            ));
        }
        let missing: Vec<u64> = some.iter().copied().filter(|id| !known.contains_key(id)).collect();
        confirm(&shop.client, &missing)?;
    }
    Ok(known)
}

/// Sees to it that stock counts where it is to be set: without that the number would mean nothing.
fn count<T: Transport>(
    shop: &Shop<'_, T>,
    offers: &[Offer],
    rows: &[(usize, Product)],
    fates: &mut Fates,
) -> Result<(), Error> {
    let mut wanted: Vec<(u64, Map<String, Value>)> = Vec::new();
    for (at, product) in rows.iter().filter(|(at, product)| offers[*at].available.is_some() && !product.is_counted) {
        let id = number(&offers[*at].external_id);
        if !wanted.iter().any(|(known, _)| *known == id) {
            let tracking = if product.has_variants { "variant" } else { "product" };
            wanted.push((id, Map::from_iter([("inventory_tracking".to_owned(), json!(tracking))])));
        }
    }
    of_products(shop, &wanted, &mut |id, outcome| {
        let of = rows.iter().filter(|(at, _)| number(&offers[*at].external_id) == id);
        of.for_each(|(at, _)| fates[*at] = outcome.clone());
    })
}

/// Changes products, ten at a time and each by itself where that fails. What is wrong with each is told; none: it is done.
fn of_products<T: Transport>(
    shop: &Shop<'_, T>,
    rows: &[(u64, Map<String, Value>)],
    tell: &mut impl FnMut(u64, Option<OfferOutcome>),
) -> Result<(), Error> {
    for some in rows.chunks(update::AT_ONCE) {
        let done = if some.len() > 1 { update::together(shop, some)? } else { Vec::new() };
        for (id, body) in some {
            let path = format!("/v3/catalog/products/{id}");
            tell(*id, if done.contains(id) { None } else { alone(shop, &path, *id, body)? });
        }
    }
    Ok(())
}

/// What is wrong with a change; none: it is done.
fn alone<T: Transport>(
    shop: &Shop<'_, T>,
    path: &str,
    id: u64,
    body: &Map<String, Value>,
) -> Result<Option<OfferOutcome>, Error> {
    let unsaid =
        || Error::Unavailable("BigCommerce does not say what became of a price or of how stock is counted".to_owned());
    match shop.change(Method::Put, path, Some(&Value::Object(body.clone()))) {
        Ok(Said::Done(answer)) if answer.data().fields().get("id").id() != Some(id) => {
            Ok(Some(OfferOutcome::Failed(unsaid())))
        }
        Ok(Said::Done(answer)) => Ok(answer.lacks.map(|words| {
            let message = format!("BigCommerce did not do all of it: {words}");
            OfferOutcome::Refused(vec![issue("/price", "partly-refused", message)])
        })),
        Ok(Said::Refused(refusal)) if refusal.status == 404 => {
            let of_product = path.ends_with(&format!("products/{id}"));
            Ok(Some(OfferOutcome::Refused(vec![if of_product { gone() } else { variant_gone() }])))
        }
        Ok(Said::Refused(refusal)) => {
            let message = format!("BigCommerce refuses the price: {}", refusal.words);
            Ok(Some(OfferOutcome::Refused(vec![issue("/price", "price-refused", message)])))
        }
        Err(error) if is_about_the_account(&error) => Err(error),
        Err(error) => Ok(Some(OfferOutcome::Failed(error))),
    }
}

fn variant_gone() -> Issue {
    let message = "The variant is no longer in the store: somebody deleted it. To make it anew, push the listing by its id and \
         decide its variants as ours.";
    issue("", "variant-gone", message)
}

fn prices<T: Transport>(
    shop: &Shop<'_, T>,
    offers: &[Offer],
    rows: &[(usize, Product)],
    fates: &mut Fates,
) -> Result<(), Error> {
    let priced = |at: &usize| offers[*at].price.is_some();
    let body = |at: usize| amounts(offers[at].price.as_ref(), offers[at].compare_at.as_ref());
    let (of_variants, whole): (Vec<&(usize, Product)>, Vec<&(usize, Product)>) =
        rows.iter().filter(|(at, _)| priced(at) && fates[*at].is_none()).partition(|(_, product)| product.has_variants);
    let whole: Vec<(u64, Map<String, Value>)> =
        whole.into_iter().map(|(at, _)| (number(&offers[*at].external_id), body(*at))).collect();
    of_products(shop, &whole, &mut |id, outcome| {
        let of = |(at, _): &&(usize, Product)| number(&offers[*at].external_id) == id && priced(at);
        rows.iter().filter(of).for_each(|(at, _)| fates[*at] = outcome.clone().or_else(|| ended(&offers[*at])));
    })?;
    for some in of_variants.chunks(VARIANTS) {
        let done = if some.len() > 1 { together(shop, offers, some)? } else { Vec::new() };
        for (at, _) in some {
            let (product, variant) = (number(&offers[*at].external_id), variant_of(&offers[*at]));
            let path = format!("/v3/catalog/products/{product}/variants/{variant}");
            let wrong = if done.contains(&variant) { None } else { alone(shop, &path, variant, &body(*at))? };
            fates[*at] = wrong.or_else(|| ended(&offers[*at]));
        }
    }
    Ok(())
}

/// Its price is set, and there is nothing else to it.
fn ended(offer: &Offer) -> Option<OfferOutcome> {
    offer.available.is_none().then_some(OfferOutcome::Done)
}

/// Ids of variants whose price was taken.
fn together<T: Transport>(shop: &Shop<'_, T>, offers: &[Offer], some: &[&(usize, Product)]) -> Result<Vec<u64>, Error> {
    let row = |(at, _): &&(usize, Product)| {
        let mut body = amounts(offers[*at].price.as_ref(), offers[*at].compare_at.as_ref());
        body.insert("id".to_owned(), json!(variant_of(&offers[*at])));
        Value::Object(body)
    };
    match shop.change(Method::Put, "/v3/catalog/variants", Some(&Value::Array(some.iter().map(row).collect()))) {
        Ok(Said::Done(answer)) if answer.lacks.is_none() => {
            Ok(some.iter().map(|(at, _)| variant_of(&offers[*at])).filter(|id| answer.names(*id)).collect())
        }
        Err(error) if is_about_the_account(&error) => Err(error),
        // Alone each says what is wrong with it.
        _ => Ok(Vec::new()),
    }
}

/// What lies there is read first: a number that nobody expects is somebody's sale, and is told.
fn stocks<T: Transport>(
    shop: &Shop<'_, T>,
    offers: &[Offer],
    rows: &[(usize, Product)],
    fates: &mut Fates,
) -> Result<(), Error> {
    let mut wanted: Vec<(usize, Quantity)> = Vec::new();
    for (at, product) in rows.iter().filter(|(at, _)| fates[*at].is_none()) {
        let offer = &offers[*at];
        let Some(available) = offer.available else { continue };
        let item = match product.has_variants {
            true => Item::Variant(variant_of(offer)),
            false => Item::Product(number(&offer.external_id)),
        };
        let location = match offer.location_id.as_deref().and_then(|id| id.parse().ok()) {
            Some(location) => location,
            None => shop.location()?,
        };
        wanted.push((*at, Quantity { item, location, quantity: pieces(available) }));
    }
    let locations: BTreeSet<u64> = wanted.iter().map(|(_, quantity)| quantity.location).collect();
    let mut there = HashMap::new();
    for location in locations {
        let items: Vec<Item> = wanted.iter().filter(|(_, of)| of.location == location).map(|(_, of)| of.item).collect();
        let found = stock::on_hand(shop, &items, location)?;
        there.extend(found.into_iter().map(|(item, count)| ((item, location), count)));
    }
    let mut set = Vec::new();
    for (at, quantity) in wanted {
        match there.get(&(quantity.item, quantity.location)).copied() {
            Some(count) if count == quantity.quantity => fates[at] = Some(OfferOutcome::Done),
            Some(count) if offers[at].expected.is_some_and(|expected| pieces(expected) != count) => {
                fates[at] = Some(OfferOutcome::Stale(Some(count)));
            }
            _ => set.push((at, quantity)),
        }
    }
    let quantities: Vec<Quantity> = set.iter().map(|(_, quantity)| quantity.clone()).collect();
    for ((at, _), outcome) in set.iter().zip(stock::set(shop, &quantities)?) {
        fates[*at] = match outcome {
            Ok(()) => Some(OfferOutcome::Done),
            Err(Error::Invalid(issues)) => Some(OfferOutcome::Refused(issues)),
            Err(error) => Some(OfferOutcome::Failed(error)),
        };
    }
    Ok(())
}
