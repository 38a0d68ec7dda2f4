//! Making products: one request for each, with its options, variants and pictures. The store takes no title, SKU or address twice, so what
//! stands there already is found when it refuses.

use entrepot_guest::prelude::*;
use serde_json::{Map, Value, json};

use super::body::{self, has_options};
use super::changes::{Answer, Refusal, Said};
use super::find::{self, Way};
use super::shop::Shop;
use super::state::{Ending, State, fingerprint};
use super::work::{Work, each};

/// Sends of one product: as it is, with another title, with another address.
const TRIES: usize = 4;

pub(super) fn make<T: Transport>(shop: &Shop<'_, T>, works: &mut [Work<'_>]) -> Result<(), Error> {
    let has_skus = |work: &Work<'_>| {
        work.listing.product.variants.iter().all(|variant| variant.sku.as_deref().is_some_and(|sku| !sku.is_empty()))
    };
    // Without a SKU nothing but its title would keep it from being there twice, and that may have changed since.
    let newest = match works.iter().any(|work| work.is_open() && work.id.is_none() && !has_skus(work)) {
        true => find::newest(shop)?,
        false => Vec::new(),
    };
    each(
        works,
        |work| work.id.is_none(),
        |work| match find::made_of(&newest, work.listing) {
            Some(id) => {
                work.id = Some(id);
                Ok(())
            }
            None => one(shop, work),
        },
    )
}

fn one<T: Transport>(shop: &Shop<'_, T>, work: &mut Work<'_>) -> Result<(), Error> {
    for _ in 0..TRIES {
        let body = Value::Object(whole(shop, work));
        match shop.change(Method::Post, "/v3/catalog/products", Some(&body))? {
            Said::Done(answer) => return taken(work, &answer),
            Said::Refused(refusal) if refusal.status == 409 => {
                if let Some(id) = settle(shop, work, &refusal)? {
                    work.id = Some(id);
                    return Ok(());
                }
            }
            Said::Refused(refusal) => return Err(refusal.error()),
        }
    }
    Err(Error::Unavailable("BigCommerce finds the product in conflict with another one again and again".to_owned()))
}

fn taken(work: &mut Work<'_>, answer: &Answer) -> Result<(), Error> {
    let id = answer.data().fields().get("id").id();
    let id = id.ok_or_else(|| Error::Unavailable("BigCommerce does not say which product it has made".to_owned()))?;
    (work.id, work.is_made) = (Some(id), true);
    // What was not done of it is done as to a product that is there.
    work.is_new = answer.lacks.is_none();
    if work.is_new {
        work.state.category = work.listing.category.as_deref().and_then(|category| category.parse().ok());
    }
    Ok(())
}

/// A conflict with another product. With the id of what turns out to be this listing's own; none: it is sent again, changed.
pub(super) fn settle<T: Transport>(
    shop: &Shop<'_, T>,
    work: &mut Work<'_>,
    refusal: &Refusal,
) -> Result<Option<u64>, Error> {
    let title = body::title(work.listing, &work.state);
    let way = match find::in_the_way(shop, work.listing, &title, work.id)? {
        // The store may take titles for the same that its search does not.
        None if refusal.is_about_the_name() && !refusal.mentions("sku") => Some(Way::Title),
        way => way,
    };
    match way {
        Some(Way::Own(id)) if work.id.is_none() => Ok(Some(id)),
        Some(Way::Own(id)) => Err(Error::Invalid(vec![sku_taken(0, work, id)])),
        Some(Way::Sku(at, id)) => Err(Error::Invalid(vec![sku_taken(at, work, id)])),
        Some(Way::Title) if title == work.listing.product.title.trim() => {
            work.state.title = Some(Ending::new(&title, format!(" ({})", body::ending(work.listing))));
            let own = body::title(work.listing, &work.state);
            let message = format!("Another product of the store is called {title:?}, so this one is called {own:?}.");
            work.warnings.push(issue("/title", "title-taken", message));
            Ok(None)
        }
        None if refusal.is_about_the_address() && has_plain_address(work) => {
            let before = body::address(work.listing, &work.state).unwrap_or_default();
            let handle = work.listing.product.handle.as_deref().unwrap_or_default();
            work.state.address = Some(Ending::new(handle, format!("-{}", body::ending(work.listing))));
            let own = body::address(work.listing, &work.state).unwrap_or_default();
            let message = format!("The address {before} is another page's in the store, so this one is {own}.");
            work.warnings.push(issue("/handle", "address-taken", message));
            Ok(None)
        }
        Some(Way::Title) | None => Err(refusal.error()),
    }
}

/// It has an address of its own, to which nothing was added yet.
pub(super) fn has_plain_address(work: &Work<'_>) -> bool {
    let (listing, plain) = (work.listing, State::default());
    let address = body::address(listing, &work.state);
    address.is_some() && address == body::address(listing, &plain)
}

fn sku_taken(at: usize, work: &Work<'_>, id: u64) -> Issue {
    let sku = work.listing.product.variants.get(at).and_then(|variant| variant.sku.as_deref()).unwrap_or_default();
    let message = format!(
        "The store has a product with the SKU {sku:?} already (number {id}), and it is to stand there once. Adopt it (entrepot listing adopt), \
         or change the SKU."
    );
    issue(format!("/variants/{at}/sku"), "sku-taken", message)
}

/// With all that it consists of: options come of the values of its variants.
fn whole<T>(shop: &Shop<'_, T>, work: &Work<'_>) -> Map<String, Value> {
    let (listing, product) = (work.listing, &work.listing.product);
    let mut body = body::product(&shop.store, listing, &work.state);
    body::complete(&mut body);
    body.insert("availability".to_owned(), json!(body::availability(product, None)));
    let category = listing.category.as_deref().and_then(|category| category.parse::<u64>().ok());
    body.insert("categories".to_owned(), json!(category.into_iter().collect::<Vec<_>>()));
    let pictures = body::pictures(product).enumerate().map(|(place, (_, media))| {
        json!({
            "image_url": media.url,
            "is_thumbnail": place == 0,
            "sort_order": place,
            "description": media.alt.as_deref().unwrap_or_default(),
        })
    });
    body.insert("images".to_owned(), Value::Array(pictures.collect()));
    if has_options(product) {
        let variants = product.variants.iter().map(|variant| {
            let mut row = body::variant(&shop.store, variant);
            let values = product.options.iter().zip(&variant.option_values);
            let values = values.map(|(option, label)| json!({ "option_display_name": option.name, "label": label }));
            row.insert("option_values".to_owned(), Value::Array(values.collect()));
            if let Some(picture) = body::picture_of(product, variant) {
                row.insert("image_url".to_owned(), json!(picture));
            }
            Value::Object(row)
        });
        body.insert("variants".to_owned(), Value::Array(variants.collect()));
    }
    body
}

/// Of what was made in this call, which id each part has: it was sent in this order.
pub(super) fn note(works: &mut [Work<'_>]) -> Result<(), Error> {
    each(
        works,
        |work| work.is_new,
        |work| {
            let Some(there) = work.there.clone() else { return Ok(()) };
            let product = &work.listing.product;
            let sent: Vec<_> = body::pictures(product).collect();
            if sent.len() == there.pictures.len() {
                let pairs = sent.iter().zip(&there.pictures);
                work.state.pictures = pairs.map(|((_, media), there)| (fingerprint(&media.url), there.id)).collect();
            }
            if has_options(product) {
                let shown = product
                    .variants
                    .iter()
                    .zip(&work.ids)
                    .filter_map(|(variant, id)| Some(((*id)?, fingerprint(body::picture_of(product, variant)?))));
                work.state.shown = shown.collect();
            }
            Ok(())
        },
    )
}

/// Something that the store did not do while it did the rest.
pub(super) fn partly(words: &str) -> Error {
    let message = format!("BigCommerce saved the product, and not all of it: {words}");
    Error::Invalid(vec![issue("", "partly-refused", message)])
}
