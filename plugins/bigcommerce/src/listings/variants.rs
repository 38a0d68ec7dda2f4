//! Variants of products that stand there: what is wanted no more goes, what is missing is made, what differs is changed. Those that somebody
//! made in the store by hand stay.

use std::collections::HashSet;

use entrepot_guest::prelude::*;
use serde_json::{Map, Value, json};

use super::body::{self, has_options};
use super::changes::{Refusal, Said};
use super::options;
use super::shop::Shop;
use super::state::fingerprint;
use super::there::{Axis, Known, There};
use super::values::{self, Plan};
use super::work::{Work, each};

/// Variants of one request.
const AT_ONCE: usize = 50;
/// What a batch takes; the rest of a variant is changed by itself.
const OF_BATCH: [&str; 7] = ["price", "sale_price", "weight", "depth", "width", "height", "purchasing_disabled"];

/// A change of a variant that is there.
struct Row {
    product: u64,
    variant: u64,
    /// Its place among the listing's.
    at: usize,
    body: Map<String, Value>,
}

pub(super) fn all<T: Transport>(shop: &Shop<'_, T>, works: &mut [Work<'_>]) -> Result<(), Error> {
    let mut rows = Vec::new();
    each(
        works,
        |_| true,
        |work| {
            rows.extend(one(shop, work)?);
            Ok(())
        },
    )?;
    let mut done: HashSet<u64> = HashSet::new();
    for some in rows.chunks(AT_ONCE).filter(|some| some.len() > 1) {
        done.extend(together(shop, some)?);
    }
    each(
        works,
        |work| work.id.is_some(),
        |work| {
            let open = |row: &&Row| Some(row.product) == work.id && !done.contains(&row.variant);
            for row in rows.iter().filter(open) {
                alone(shop, row.product, row.variant, row.at, &row.body)?;
            }
            Ok(())
        },
    )
}

/// Everything but what goes in batches, which is given back.
fn one<T: Transport>(shop: &Shop<'_, T>, work: &mut Work<'_>) -> Result<Vec<Row>, Error> {
    let (Some(id), Some(there)) = (work.id, work.there.clone()) else { return Ok(Vec::new()) };
    let product = &work.listing.product;
    if !has_options(product) {
        let Some(base) = there.variants.first() else {
            return Err(Error::Unavailable("BigCommerce shows the product without its base variant".to_owned()));
        };
        (work.ids, work.state.variants) = (vec![Some(base.id)], vec![base.id]);
        return Ok(of_base(shop, product, id, base));
    }
    let mut matched = matched(work, &there);
    let plan = match work.is_new {
        true => Plan::default(),
        false => values::plan(product, &there, &mut matched, &work.state.variants),
    };
    // A SKU of what goes may be needed again; but where all goes, what comes is made first: a product is never without anything to buy.
    // What is made anew has the SKU that it had.
    let goes_first = matched.iter().any(Option::is_some) || !plan.anew.is_empty();
    if !work.is_new && goes_first {
        gone(shop, work, id, &there, &matched, &plan)?;
    }
    let axes = match work.is_new {
        true => Vec::new(),
        false => options::complete(shop, id, product, &there, &plan.renamings)?,
    };
    let mut rows = Vec::new();
    for (at, (variant, known)) in product.variants.iter().zip(&matched).enumerate() {
        let wanted = body::variant(&shop.store, variant);
        let picture = body::picture_of(product, variant);
        let (variant_id, body) = match known {
            Some(known) => (known.id, differing(known, &wanted)),
            None if work.is_new => {
                let why =
                    format!("BigCommerce does not show variant {:?} of the product that it has made", variant.sku);
                return Err(Error::Unavailable(why));
            }
            None => (made(shop, id, at, variant, &wanted, picture, &axes)?, Map::new()),
        };
        work.ids[at] = Some(variant_id);
        if known.is_some() && !work.is_new {
            let (shown, before) = (picture.map(fingerprint), work.state.shown.get(&variant_id));
            let (batch, mut own): (Map<_, _>, Map<_, _>) =
                body.into_iter().partition(|(name, _)| OF_BATCH.contains(&name.as_str()));
            // One that somebody gave it in the store stays where none was sent.
            if shown.as_ref() != before {
                own.insert("image_url".to_owned(), json!(picture.unwrap_or_default()));
            }
            if !own.is_empty() {
                alone(shop, id, variant_id, at, &own)?;
            }
            if !batch.is_empty() {
                rows.push(Row { product: id, variant: variant_id, at, body: batch });
            }
        }
        match picture {
            Some(picture) => _ = work.state.shown.insert(variant_id, fingerprint(picture)),
            None => _ = work.state.shown.remove(&variant_id),
        }
    }
    if !work.is_new && !goes_first {
        gone(shop, work, id, &there, &matched, &plan)?;
    }
    work.state.variants = work.ids.iter().flatten().copied().collect();
    let kept: HashSet<u64> = work.state.variants.iter().copied().collect();
    work.state.shown.retain(|variant, _| kept.contains(variant));
    Ok(rows)
}

/// A base variant has what its product has, unless somebody gave it something of its own.
fn of_base<T>(shop: &Shop<'_, T>, product: &model::Product, id: u64, base: &Known) -> Vec<Row> {
    let Some(only) = product.variants.first() else { return Vec::new() };
    let mut body = body::variant(&shop.store, only);
    body.retain(|name, wanted| {
        name != "purchasing_disabled"
            && OF_BATCH.contains(&name.as_str())
            && base.has_own(name)
            && !base.has(name, wanted)
    });
    if body.is_empty() { Vec::new() } else { vec![Row { product: id, variant: base.id, at: 0, body }] }
}

/// Of each wanted variant the one that is it there: by its id, by its SKU, by what it is of each option.
fn matched(work: &Work<'_>, there: &There) -> Vec<Option<Known>> {
    let (listing, mut used) = (work.listing, HashSet::new());
    let mut found: Vec<Option<Known>> = vec![None; listing.product.variants.len()];
    let by_id = |at: usize, known: &Known| listing.variants[at].external_id == Some(known.id.to_string());
    let by_sku = |at: usize, known: &Known| {
        let sku = listing.product.variants[at].sku.as_deref().unwrap_or_default();
        !sku.is_empty() && sku.to_lowercase() == known.sku.to_lowercase()
    };
    let by_values = |at: usize, known: &Known| {
        let product = &listing.product;
        values::has(product, there, known, &product.variants[at].option_values)
    };
    let ways: [&dyn Fn(usize, &Known) -> bool; 3] = [&by_id, &by_sku, &by_values];
    for is_it in ways {
        for (at, place) in found.iter_mut().enumerate().filter(|(_, place)| place.is_none()) {
            let free = |known: &&Known| !known.values.is_empty() && !used.contains(&known.id) && is_it(at, known);
            if let Some(known) = there.variants.iter().find(free) {
                used.insert(known.id);
                *place = Some(known.clone());
            }
        }
    }
    found
}

/// Those of ours that are wanted no more, first: a SKU of them may be needed again. Values that nothing is of any more go, too.
fn gone<T: Transport>(
    shop: &Shop<'_, T>,
    work: &Work<'_>,
    id: u64,
    there: &There,
    matched: &[Option<Known>],
    plan: &Plan,
) -> Result<(), Error> {
    let is_kept = |known: &Known| matched.iter().flatten().any(|kept| kept.id == known.id);
    let is_ours = |known: &Known| work.state.variants.contains(&known.id) || plan.anew.contains(&known.id);
    let (gone, kept): (Vec<&Known>, Vec<&Known>) =
        there.variants.iter().partition(|known| is_ours(known) && !is_kept(known) && !known.values.is_empty());
    for known in &gone {
        delete(shop, &format!("/v3/catalog/products/{id}/variants/{}", known.id), "/variants")?;
    }
    let labels = |at: usize| work.listing.product.variants.iter().filter_map(move |of| of.option_values.get(at));
    let is_wanted = |label: &String| (0..work.listing.product.options.len()).any(|at| labels(at).any(|of| of == label));
    let mut values: Vec<&(u64, u64, String)> = gone.iter().flat_map(|known| &known.values).collect();
    values.sort_unstable();
    values.dedup();
    for (option, value, label) in values {
        let is_used = kept.iter().any(|known| known.values.iter().any(|(_, of, _)| of == value));
        if !is_used && !is_wanted(label) && !plan.renames(*value) {
            delete(shop, &format!("/v3/catalog/products/{id}/options/{option}/values/{value}"), "/options")?;
        }
    }
    Ok(())
}

/// What is gone already is gone.
pub(super) fn delete<T: Transport>(shop: &Shop<'_, T>, path: &str, place: &str) -> Result<(), Error> {
    match shop.change(Method::Delete, path, None)? {
        Said::Done(answer) => answer.done(),
        Said::Refused(refusal) if refusal.status == 404 => Ok(()),
        Said::Refused(refusal) => {
            let message = format!("BigCommerce does not delete what is wanted no more: {}", refusal.words);
            Err(Error::Invalid(vec![issue(place, "not-deleted", message)]))
        }
    }
}

fn differing(known: &Known, wanted: &Map<String, Value>) -> Map<String, Value> {
    wanted.iter().filter(|(name, value)| !known.has(name, value)).map(|(name, of)| (name.clone(), of.clone())).collect()
}

fn made<T: Transport>(
    shop: &Shop<'_, T>,
    id: u64,
    at: usize,
    variant: &model::ProductVariant,
    wanted: &Map<String, Value>,
    picture: Option<&str>,
    axes: &[Axis],
) -> Result<u64, Error> {
    let mut body = wanted.clone();
    let values = axes.iter().zip(&variant.option_values).filter_map(|(axis, label)| {
        let (value, _) = axis.values.iter().find(|(_, known)| known == label)?;
        Some(json!({ "id": value, "option_id": axis.id }))
    });
    body.insert("option_values".to_owned(), Value::Array(values.collect()));
    if let Some(picture) = picture {
        body.insert("image_url".to_owned(), json!(picture));
    }
    let said = shop.change(Method::Post, &format!("/v3/catalog/products/{id}/variants"), Some(&Value::Object(body)))?;
    match said {
        Said::Done(answer) if answer.lacks.is_some() => {
            Err(refused(at, &Refusal { status: 207, words: answer.lacks.unwrap_or_default() }))
        }
        Said::Done(answer) => {
            let made = answer.data().fields().get("id").id();
            made.ok_or_else(|| Error::Unavailable("BigCommerce does not say which variant it has made".to_owned()))
        }
        Said::Refused(refusal) => Err(refused(at, &refusal)),
    }
}

fn together<T: Transport>(shop: &Shop<'_, T>, rows: &[Row]) -> Result<Vec<u64>, Error> {
    let list = rows.iter().map(|row| {
        let mut body = row.body.clone();
        body.insert("id".to_owned(), json!(row.variant));
        Value::Object(body)
    });
    match shop.change(Method::Put, "/v3/catalog/variants", Some(&Value::Array(list.collect()))) {
        Ok(Said::Done(answer)) if answer.lacks.is_none() => {
            Ok(rows.iter().map(|row| row.variant).filter(|id| answer.names(*id)).collect())
        }
        Ok(_) => Ok(Vec::new()),
        Err(error @ (Error::RateLimited(_) | Error::Unauthorized(_) | Error::Denied(_))) => Err(error),
        // Alone each says what is wrong with it.
        Err(_) => Ok(Vec::new()),
    }
}

fn alone<T: Transport>(
    shop: &Shop<'_, T>,
    product: u64,
    variant: u64,
    at: usize,
    body: &Map<String, Value>,
) -> Result<(), Error> {
    let path = format!("/v3/catalog/products/{product}/variants/{variant}");
    match shop.change(Method::Put, &path, Some(&Value::Object(body.clone())))? {
        Said::Done(answer) if answer.data().fields().get("id").id() != Some(variant) => {
            Err(Error::Unavailable("BigCommerce does not say which variant it has changed".to_owned()))
        }
        Said::Done(answer) => match answer.lacks {
            None => Ok(()),
            Some(words) => Err(refused(at, &Refusal { status: 207, words })),
        },
        Said::Refused(refusal) => Err(refused(at, &refusal)),
    }
}

fn refused(at: usize, refusal: &Refusal) -> Error {
    let issue = refusal.issue();
    let path = match issue.path.strip_prefix("/variants/0/") {
        Some(field) => format!("/variants/{at}/{field}"),
        None => format!("/variants/{at}"),
    };
    Error::Invalid(vec![Issue { path, ..issue }])
}
