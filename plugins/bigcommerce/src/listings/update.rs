//! Products that stand there, brought up to date: ten in one request, and each by itself where that fails.

use entrepot_guest::lenient::Fields;
use entrepot_guest::prelude::*;
use serde_json::{Map, Value, json};

use super::body;
use super::changes::Said;
use super::made::{has_plain_address, partly, settle};
use super::shop::Shop;
use super::there::There;
use super::work::{Work, each};

/// Products of one request.
pub(super) const AT_ONCE: usize = 10;
const TRIES: usize = 4;

pub(super) fn products<T: Transport>(shop: &Shop<'_, T>, works: &mut [Work<'_>]) -> Result<(), Error> {
    let rows: Vec<(u64, Map<String, Value>)> = { works.iter() }
        .filter(|work| work.is_open() && !work.is_new)
        .filter_map(|work| Some((work.id?, changed(shop, work))))
        .collect();
    let mut done = Vec::new();
    for some in rows.chunks(AT_ONCE).filter(|some| some.len() > 1) {
        done.extend(together(shop, some, |_| true)?);
    }
    each(
        works,
        |work| !work.is_new,
        |work| {
            let Some(id) = work.id else { return Ok(()) };
            if !done.contains(&id) {
                alone(shop, work, id)?;
            }
            work.state.category = wanted_category(work);
            Ok(())
        },
    )
}

/// Ids of those that were taken and are shown as they should be. A batch that is refused names nobody, so all of it is sent again, each by
/// itself.
pub(super) fn together<T: Transport>(
    shop: &Shop<'_, T>,
    rows: &[(u64, Map<String, Value>)],
    is_done: impl Fn(&Fields<'_>) -> bool,
) -> Result<Vec<u64>, Error> {
    let list = rows.iter().map(|(id, row)| {
        let mut row = row.clone();
        row.insert("id".to_owned(), json!(id));
        Value::Object(row)
    });
    match shop.change(Method::Put, "/v3/catalog/products", Some(&Value::Array(list.collect()))) {
        Ok(Said::Done(answer)) if answer.lacks.is_none() => {
            Ok(rows.iter().map(|(id, _)| *id).filter(|id| answer.shows(*id, &is_done)).collect())
        }
        Ok(_) => Ok(Vec::new()),
        Err(error @ (Error::RateLimited(_) | Error::Unauthorized(_) | Error::Denied(_))) => Err(error),
        // Alone each says what is wrong with it.
        Err(_) => Ok(Vec::new()),
    }
}

fn alone<T: Transport>(shop: &Shop<'_, T>, work: &mut Work<'_>, id: u64) -> Result<(), Error> {
    let path = format!("/v3/catalog/products/{id}");
    for _ in 0..TRIES {
        let body = Value::Object(changed(shop, work));
        let refusal = match shop.change(Method::Put, &path, Some(&body))? {
            Said::Done(answer) if answer.data().fields().get("id").id() != Some(id) => {
                let why = "BigCommerce does not say which product it has changed";
                return Err(Error::Unavailable(why.to_owned()));
            }
            Said::Done(answer) => match answer.lacks {
                None => return Ok(()),
                Some(words) => super::changes::Refusal { status: 207, words },
            },
            Said::Refused(refusal) => refusal,
        };
        match refusal.status {
            // It was shown a moment ago: whether it is gone is found out by the next look.
            404 => return Err(Error::Unavailable(format!("BigCommerce does not find product {id} just now"))),
            409 => _ = settle(shop, work, &refusal)?,
            207 if refusal.is_about_the_address() && has_plain_address(work) => _ = settle(shop, work, &refusal)?,
            207 => return Err(partly(&refusal.words)),
            _ => return Err(refusal.error()),
        }
    }
    Err(Error::Unavailable("BigCommerce finds the product in conflict with another one again and again".to_owned()))
}

fn wanted_category(work: &Work<'_>) -> Option<u64> {
    work.listing.category.as_deref().and_then(|category| category.parse().ok())
}

fn changed<T>(shop: &Shop<'_, T>, work: &Work<'_>) -> Map<String, Value> {
    let (product, there) = (&work.listing.product, work.there.as_ref());
    let mut body = body::product(&shop.store, work.listing, &work.state);
    let is_there = there.map(|there| there.availability.as_str());
    body.insert("availability".to_owned(), json!(body::availability(product, is_there)));
    // It had no options before: what was its own is that of a variant by now, and a SKU is there once.
    if body::has_options(product) && there.is_some_and(There::has_no_options) {
        body.extend(["sku", "gtin", "mpn"].map(|name| (name.to_owned(), json!(""))));
    }
    // The list is replaced: what others put the product into stays.
    let known = there.map(|there| there.categories.as_slice()).unwrap_or_default();
    let (before, wanted) = (work.state.category, wanted_category(work));
    if before != wanted || wanted.is_some_and(|wanted| !known.contains(&wanted)) {
        let kept = known.iter().copied().filter(|id| Some(*id) != before && Some(*id) != wanted);
        body.insert("categories".to_owned(), json!(kept.chain(wanted).collect::<Vec<_>>()));
    }
    body
}
