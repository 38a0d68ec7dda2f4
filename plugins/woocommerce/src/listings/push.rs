//! Making products and bringing them up to date, many in one request, with an outcome for each.

use std::collections::{BTreeMap, HashMap};

use entrepot_guest::lenient::{Fields, Raw};
use entrepot_guest::listing::{Listing, ListingStatus, PushOutcome, Receipt, gone, is_about_the_account};
use entrepot_guest::prelude::*;
use serde_json::{Value, json};

use super::answered::{State, refusal};
use super::body::{self, Images, Terms, is_variable};
use super::find::{self, There};
use super::shop::Shop;
use super::variations;

pub(super) fn all<T: Transport>(shop: &Shop<'_, T>, listings: &[Listing]) -> Result<Vec<PushOutcome>, Error> {
    let mut outcomes: Vec<Option<PushOutcome>> = listings.iter().map(|listing| foreign(shop, listing)).collect();
    let unknown: Vec<&Listing> = of(listings, &outcomes)
        .filter(|(_, listing)| listing.external_id.is_none())
        .map(|(_, listing)| listing)
        .collect();
    let there = if unknown.is_empty() { HashMap::new() } else { find::of_listings(shop, &unknown)? };
    let (mut create, mut update) = (Vec::new(), Vec::new());
    for (at, listing) in listings.iter().enumerate() {
        if outcomes[at].is_some() {
            continue;
        }
        match target(listing, &there) {
            Ok(Some(id)) => update.push((at, id)),
            Ok(None) => create.push(at),
            Err(issue) => outcomes[at] = Some(PushOutcome::Refused(vec![issue])),
        }
    }
    let terms =
        tags(shop, listings.iter().enumerate().filter(|(at, _)| outcomes[*at].is_none()).map(|(_, listing)| listing))?;
    let body = |at: usize| {
        let listing = &listings[at];
        let tags = listing.product.tags.iter().filter_map(|tag| terms.get(&tag.to_lowercase()).copied()).collect();
        body::product(shop, listing, &State::of(listing).images, &Terms { tags })
    };
    let made: Vec<Value> = create.iter().map(|at| body(*at)).collect();
    let changed = update.iter().map(|(at, id)| {
        let mut one = body(*at);
        one["id"] = json!(id);
        one
    });
    let request = json!({ "create": made, "update": changed.collect::<Vec<_>>() });
    if create.is_empty() && update.is_empty() {
        return Ok(outcomes.into_iter().flatten().collect());
    }
    let answer = shop.post("/wc/v3/products/batch", &request)?;
    let fields = answer.fields();
    let order = [("create", create), ("update", update.into_iter().map(|(at, _)| at).collect())];
    for (part, places) in order {
        let rows = fields.get(part).items();
        for (row, at) in places.into_iter().enumerate() {
            let listing = &listings[at];
            outcomes[at] = Some(match rows.get(row) {
                Some(row) => settled(shop, listing, *row),
                None => PushOutcome::Failed(Error::Unavailable(
                    "the shop does not say what became of the product".to_owned(),
                )),
            });
        }
    }
    Ok(outcomes.into_iter().flatten().collect())
}

fn of<'a>(listings: &'a [Listing], outcomes: &'a [Option<PushOutcome>]) -> impl Iterator<Item = (usize, &'a Listing)> {
    listings.iter().enumerate().filter(|(at, _)| outcomes[*at].is_none())
}

/// A shop sells in one currency, and would take the number for its own.
fn foreign<T>(shop: &Shop<'_, T>, listing: &Listing) -> Option<PushOutcome> {
    let prices = listing.product.variants.iter().filter_map(|variant| variant.price.as_ref());
    let other = prices.map(|price| &price.currency).find(|currency| **currency != shop.currency)?;
    let message = format!(
        "The shop sells in {}, and the price is in {other}. Set a price in {} for this channel.",
        shop.currency, shop.currency
    );
    Some(PushOutcome::Refused(vec![issue("/variants/0/price", "currency-other", message)]))
}

/// The product that the listing is; none: it is to be made.
fn target(listing: &Listing, there: &HashMap<String, There>) -> Result<Option<u64>, Issue> {
    if let Some(id) = &listing.external_id {
        let message = format!("{id:?} is no id of a product of the shop.");
        return id.parse().map(Some).map_err(|_| issue("", "external-id-invalid", message));
    }
    match there.get(&listing.listing_id) {
        Some(there) if there.listing.as_deref() == Some(&listing.listing_id) => Ok(Some(there.id)),
        Some(There { id, .. }) => {
            let message = format!(
                "The shop has a product with this SKU already (number {id}), and it is to stand there once. Adopt it (entrepot listing adopt), \
                 or change the SKU."
            );
            Err(issue("/variants/0/sku", "sku-taken", message))
        }
        None => Ok(None),
    }
}

/// Tags made in one request.
const TAGS: usize = 100;

/// Ids of the tags that these listings name, by the name in small letters. All are made: of one that is there the shop says which it is.
fn tags<'a, T: Transport>(
    shop: &Shop<'_, T>,
    listings: impl Iterator<Item = &'a Listing>,
) -> Result<HashMap<String, u64>, Error> {
    let mut wanted: BTreeMap<String, &str> = BTreeMap::new();
    for tag in listings.flat_map(|listing| &listing.product.tags) {
        wanted.entry(tag.to_lowercase()).or_insert(tag);
    }
    let (mut known, wanted) = (HashMap::new(), wanted.into_iter().collect::<Vec<_>>());
    for some in wanted.chunks(TAGS) {
        let create: Vec<Value> = some.iter().map(|(_, name)| json!({ "name": name })).collect();
        let answer = shop.post("/wc/v3/products/tags/batch", &json!({ "create": create }))?;
        let fields = answer.fields();
        for ((lower, _), row) in some.iter().zip(fields.get("create").items()) {
            let row = row.fields();
            let there = || row.get("error").fields().get("data").fields().get("resource_id").id();
            let id = row.get("id").id().filter(|id| *id > 0).or_else(there);
            known.extend(id.map(|id| (lower.clone(), id)));
        }
    }
    Ok(known)
}

/// What became of one row of a batch.
fn settled<T: Transport>(shop: &Shop<'_, T>, listing: &Listing, row: Raw<'_>) -> PushOutcome {
    let fields = row.fields();
    if let Some(refusal) = refusal(&fields) {
        return refusal;
    }
    let Some(id) = fields.get("id").id() else {
        return PushOutcome::Failed(Error::Unavailable("the shop answers without the product's id".to_owned()));
    };
    match receipt(shop, listing, id, &fields) {
        Ok(receipt) => PushOutcome::Done(receipt),
        Err(Error::Invalid(issues)) => PushOutcome::Refused(issues),
        Err(error) => PushOutcome::Failed(error),
    }
}

fn receipt<T: Transport>(shop: &Shop<'_, T>, listing: &Listing, id: u64, row: &Fields<'_>) -> Result<Receipt, Error> {
    let mut state = State { images: images(listing, row) };
    let variants = if is_variable(&listing.product) {
        variations::push(shop, listing, id, &mut state)?
    } else {
        listing.variants.iter().map(|variant| listing_variant(variant, id)).collect()
    };
    Ok(Receipt {
        external_id: id.to_string(),
        url: row.get("permalink").owned(),
        status: match row.get("status").word().as_deref() {
            Some("publish") if row.get("stock_status").word().as_deref() == Some("outofstock") => {
                ListingStatus::OutOfStock
            }
            Some("publish") => ListingStatus::Active,
            Some("pending") => ListingStatus::InReview,
            Some("trash") => ListingStatus::Ended,
            _ => ListingStatus::Draft,
        },
        variants,
        state: serde_json::to_string(&state).unwrap_or_else(|_| "{}".to_owned()),
        warnings: Vec::new(),
        seen: None,
    })
}

fn listing_variant(
    variant: &entrepot_guest::listing::ListedVariant,
    id: u64,
) -> entrepot_guest::listing::ListedVariant {
    entrepot_guest::listing::ListedVariant {
        external_id: Some(id.to_string()),
        item_id: Some(id.to_string()),
        ..variant.clone()
    }
}

/// The shop answers its pictures in the order in which they were sent.
fn images(listing: &Listing, row: &Fields<'_>) -> Images {
    let sent = listing.product.media.iter().filter(|media| media.kind == model::MediaKind::Image);
    let there = row.get("images").records();
    sent.zip(there).filter_map(|(media, image)| Some((media.url.clone(), image.get("id").id()?))).collect()
}

/// Taken off, or deleted for good. What was never made, or is gone, is ended.
pub(super) fn end<T: Transport>(
    shop: &Shop<'_, T>,
    listings: &[Listing],
    forget: bool,
) -> Result<Vec<PushOutcome>, Error> {
    let unknown: Vec<&Listing> = listings.iter().filter(|listing| listing.external_id.is_none()).collect();
    let there = if unknown.is_empty() { HashMap::new() } else { find::of_listings(shop, &unknown)? };
    let mut ended: Option<Error> = None;
    let mut one = |listing: &Listing| {
        if let Some(error) = &ended {
            return PushOutcome::Failed(error.clone());
        }
        let own = there.get(&listing.listing_id).filter(|there| there.listing.as_deref() == Some(&listing.listing_id));
        let id = listing.external_id.as_deref().and_then(|id| id.parse::<u64>().ok()).or(own.map(|there| there.id));
        let Some(id) = id else { return PushOutcome::Done(gone(listing)) };
        let route = format!("/wc/v3/products/{id}");
        let answer = match forget {
            true => shop.change(Method::Delete, &route, &[("force", "true")], None),
            false => shop.post(&route, &json!({ "status": "draft" })),
        };
        match answer {
            Ok(_) => PushOutcome::Done(Receipt {
                external_id: id.to_string(),
                state: listing.state.clone(),
                ..gone(listing)
            }),
            Err(Error::NotFound) if forget => PushOutcome::Done(gone(listing)),
            // Of a product that is gone the shop says just that, with a code: anything else is of the moment.
            Err(Error::NotFound) => {
                PushOutcome::Failed(Error::Unavailable(format!("the shop does not find product {id} just now")))
            }
            Err(Error::Other(why)) if why.contains("woocommerce_rest_product_invalid_id") => {
                PushOutcome::Done(gone(listing))
            }
            Err(error) => {
                if is_about_the_account(&error) {
                    ended = Some(error.clone());
                }
                PushOutcome::Failed(error)
            }
        }
    };
    Ok(listings.iter().map(&mut one).collect())
}
