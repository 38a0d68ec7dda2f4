//! Prices alone: of variants fifty in one request, of products without options ten.

use std::collections::BTreeSet;

use entrepot_guest::listing::{Offer, OfferOutcome, is_about_the_account};
use entrepot_guest::prelude::*;
use serde_json::{Map, Value, json};

use super::body::amounts;
use super::changes::Said;
use super::offered::{Fate, PRODUCTS, Product, number, variant_of};
use super::shop::Shop;
use super::state::State;
use super::update;
use crate::client::Query;

/// Variants of one request.
const VARIANTS: usize = 50;

/// Changes products, ten at a time and each by itself where that fails. What is wrong with each is told; none: it is done.
pub(super) fn of_products<T: Transport>(
    shop: &Shop<'_, T>,
    rows: &[(u64, Map<String, Value>)],
    tell: &mut impl FnMut(u64, Option<OfferOutcome>),
) -> Result<(), Error> {
    for some in rows.chunks(update::AT_ONCE) {
        let done = if some.len() > 1 { update::together(shop, some, |_| true)? } else { Vec::new() };
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
            // The product was shown a moment ago: whether it is gone is found out by the next look.
            let why = || Error::Unavailable(format!("BigCommerce does not find product {id} just now"));
            Ok(Some(match of_product {
                true => OfferOutcome::Failed(why()),
                false => OfferOutcome::Refused(vec![variant_gone()]),
            }))
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

pub(super) fn prices<T: Transport>(
    shop: &Shop<'_, T>,
    offers: &[Offer],
    rows: &[(usize, Product)],
    fates: &mut [Fate],
) -> Result<(), Error> {
    let body = |at: usize| amounts(offers[at].price.as_ref(), offers[at].compare_at.as_ref());
    let is_open = |at: usize| offers[at].price.is_some() && !fates[at].is_over;
    let open: Vec<&(usize, Product)> = rows.iter().filter(|(at, _)| is_open(*at)).collect();
    let plain = open.iter().filter(|(_, product)| !product.has_variants);
    let own = own_prices(shop, &plain.map(|(at, _)| number(&offers[*at].external_id)).collect::<Vec<_>>())?;
    let (of_variants, plain): (Vec<&(usize, Product)>, Vec<&(usize, Product)>) =
        open.into_iter().partition(|(at, product)| product.has_variants || own.contains(&variant_of(&offers[*at])));
    // The product's own price, which lists and feeds show, is that of the first variant.
    let firsts = of_variants.iter().filter(|(at, product)| product.has_variants && is_of_the_first(&offers[*at]));
    let whole: Vec<(u64, usize)> =
        { plain.iter().chain(firsts) }.map(|(at, _)| (number(&offers[*at].external_id), *at)).collect();
    let bodies: Vec<(u64, Map<String, Value>)> = whole.iter().map(|(id, at)| (*id, body(*at))).collect();
    of_products(shop, &bodies, &mut |id, outcome| {
        let of = whole.iter().filter(|(product, _)| *product == id);
        of.for_each(|(_, at)| fates[*at].note(outcome.clone()));
    })?;
    plain.iter().for_each(|(at, _)| ended(&offers[*at], &mut fates[*at]));
    let of_variants: Vec<&(usize, Product)> = of_variants.into_iter().filter(|(at, _)| !fates[*at].is_over).collect();
    for some in of_variants.chunks(VARIANTS) {
        let done = if some.len() > 1 { together(shop, offers, some)? } else { Vec::new() };
        for (at, _) in some {
            let (product, variant) = (number(&offers[*at].external_id), variant_of(&offers[*at]));
            let path = format!("/v3/catalog/products/{product}/variants/{variant}");
            let wrong = if done.contains(&variant) { None } else { alone(shop, &path, variant, &body(*at))? };
            fates[*at].note(wrong);
            ended(&offers[*at], &mut fates[*at]);
        }
    }
    Ok(())
}

/// Base variants to which somebody gave a price of their own: buyers pay that one, whatever their product's is.
fn own_prices<T: Transport>(shop: &Shop<'_, T>, products: &[u64]) -> Result<BTreeSet<u64>, Error> {
    let mut own = BTreeSet::new();
    for some in products.chunks(PRODUCTS) {
        let query: Query<'_> = vec![
            ("product_id:in", some.iter().map(u64::to_string).collect::<Vec<_>>().join(",")),
            ("limit", PRODUCTS.to_string()),
            ("include_fields", "product_id,price,sale_price".to_owned()),
        ];
        shop.client.all("/v3/catalog/variants", &query, None, |elements| {
            for fields in elements.iter().map(|element| element.fields()) {
                let has_own = ["price", "sale_price"].iter().any(|name| fields.get(name).word().is_some());
                own.extend(fields.get("id").id().filter(|_| has_own));
            }
        })?;
    }
    Ok(own)
}

/// Its price was sent, and perhaps there is nothing else to it.
fn ended(offer: &Offer, fate: &mut Fate) {
    fate.is_over |= offer.available.is_none();
}

/// Variants are kept in the order of the listing's.
fn is_of_the_first(offer: &Offer) -> bool {
    State::read(&offer.state).variants.first() == Some(&variant_of(offer))
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
