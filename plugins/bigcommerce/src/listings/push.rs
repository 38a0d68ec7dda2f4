//! Making products and bringing them up to date: ten at a time, step by step, so that what is done stays done when the store asks to wait.

use std::collections::HashMap;

use entrepot_guest::listing::{Listing, PushOutcome, is_about_the_account};
use entrepot_guest::prelude::*;
use serde_json::{Value, json};

use super::changes::Said;
use super::shop::{Shop, gone};
use super::work::{Work, each};
use super::{made, options, pictures, stock, there, update, variants};

pub(super) fn all<T: Transport>(shop: &Shop<'_, T>, listings: &[Listing]) -> Result<Vec<PushOutcome>, Error> {
    let mut outcomes = Vec::with_capacity(listings.len());
    let mut ended: Option<Error> = None;
    for some in listings.chunks(update::AT_ONCE) {
        let mut works: Vec<Work<'_>> = some.iter().map(Work::of).collect();
        if ended.is_none()
            && let Err(error) = steps(shop, &mut works)
        {
            works.iter_mut().filter(|work| work.is_open()).for_each(|work| work.fail(error.clone()));
            ended = is_about_the_account(&error).then_some(error);
        } else if let Some(error) = &ended {
            works.iter_mut().filter(|work| work.is_open()).for_each(|work| work.fail(error.clone()));
        }
        let settled = |work: Work<'_>| match &work.outcome {
            Some(outcome) => outcome.clone(),
            None => PushOutcome::Done(work.receipt(&shop.store)),
        };
        outcomes.extend(works.into_iter().map(settled));
    }
    Ok(outcomes)
}

fn steps<T: Transport>(shop: &Shop<'_, T>, works: &mut [Work<'_>]) -> Result<(), Error> {
    each(
        works,
        |_| true,
        |work| match foreign(shop, work.listing) {
            Some(issue) => Err(Error::Invalid(vec![issue])),
            None => Ok(()),
        },
    )?;
    made::make(shop, works)?;
    read(shop, works)?;
    update::products(shop, works)?;
    variants::all(shop, works)?;
    made::note(works)?;
    pictures::all(shop, works)?;
    stock::of_all(shop, works)?;
    on_sale(shop, works)
}

/// Reads what there is of those that have an id. What is gone is said of each.
fn read<T: Transport>(shop: &Shop<'_, T>, works: &mut [Work<'_>]) -> Result<(), Error> {
    let ids: Vec<u64> = works.iter().filter(|work| work.is_open()).filter_map(|work| work.id).collect();
    let mut found = HashMap::new();
    for some in ids.chunks(there::AT_A_TIME) {
        found.extend(there::products(shop, some)?);
    }
    each(
        works,
        |work| work.id.is_some(),
        |work| {
            work.there = Some(match work.id.and_then(|id| found.remove(&id)) {
                Some(Some(there)) => there,
                Some(None) => {
                    let why = "BigCommerce answered without the product's options, variants or pictures";
                    return Err(Error::Unavailable(why.to_owned()));
                }
                None if work.is_new => {
                    let why = "BigCommerce does not show the product that it has just made";
                    return Err(Error::Unavailable(why.to_owned()));
                }
                None => return Err(Error::Invalid(vec![gone()])),
            });
            let there = work.there.as_ref().filter(|_| !work.is_new);
            there.map_or(Ok(()), |there| options::fit(&work.listing.product, there))
        },
    )
}

fn foreign<T: Transport>(shop: &Shop<'_, T>, listing: &Listing) -> Option<Issue> {
    let prices = listing.product.variants.iter().enumerate().filter_map(|(at, of)| Some((at, of.price.as_ref()?)));
    { prices }.find_map(|(at, price)| shop.foreign(&format!("/variants/{at}/price"), price))
}

/// A product is for sale on a storefront once it is assigned to it: all in one request, never two at once.
fn on_sale<T: Transport>(shop: &Shop<'_, T>, works: &mut [Work<'_>]) -> Result<(), Error> {
    let missing = |work: &Work<'_>| work.state.storefront != Some(shop.storefront);
    let row = |id: u64| json!({ "product_id": id, "channel_id": shop.storefront });
    let rows: Vec<Value> =
        works.iter().filter(|work| work.is_open() && missing(work)).filter_map(|work| work.id).map(row).collect();
    if rows.is_empty() {
        return Ok(());
    }
    let assign = |rows: Vec<Value>| {
        shop.change(Method::Put, "/v3/catalog/products/channel-assignments", Some(&Value::Array(rows)))
    };
    let refused = match assign(rows)? {
        Said::Done(answer) => {
            answer.done()?;
            false
        }
        Said::Refused(_) => true,
    };
    each(works, missing, |work| {
        match if refused { Some(assign(work.id.map(row).into_iter().collect())?) } else { None } {
            None => {}
            Some(Said::Done(answer)) => answer.done()?,
            Some(Said::Refused(refusal)) => {
                let storefront = shop.storefront;
                let message = format!(
                    "BigCommerce does not put the product on the storefront {storefront}: {}. Look at the channel's setting storefront.",
                    refusal.words
                );
                return Err(Error::Invalid(vec![issue("", "not-on-sale", message)]));
            }
        }
        work.state.storefront = Some(shop.storefront);
        Ok(())
    })
}
