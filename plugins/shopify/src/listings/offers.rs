//! Price and stock alone: what is there is read, and what differs is set, in Shopify's own bulk calls.

use std::collections::{BTreeMap, HashMap};

use entrepot_guest::listing::{Offer, OfferOutcome, is_about_the_account};
use entrepot_guest::money::money;
use entrepot_guest::prelude::*;
use serde_json::{Value, json};

use super::answered::{self, message, place};
use super::input::prices;
use super::known::available;
use super::push::other_currency;
use super::shop::Shop;
use super::stock::{self, Outcome, Quantity, errors};
use crate::pages::odd;
use crate::{documents, gid};

/// Variants that are read and set at a time.
const PAGE: usize = 150;

/// What became of an offer so far.
#[derive(Default)]
struct Fate {
    issues: Vec<Issue>,
    failed: Option<Error>,
    stale: Option<Option<i64>>,
}

/// A variant as it is there.
#[derive(Clone)]
struct There {
    price: Value,
    before: Value,
    item: String,
    tracked: bool,
    available: Option<i64>,
}

pub(super) fn all<T: Transport>(shop: &Shop<'_, T>, offers: &[Offer]) -> Result<Vec<OfferOutcome>, Error> {
    let mut fates: Vec<Fate> =
        offers.iter().map(|offer| Fate { issues: refusals(shop, offer), ..Fate::default() }).collect();
    let open: Vec<usize> = (0..offers.len()).filter(|at| fates[*at].issues.is_empty()).collect();
    // Part by part: what the shop grants points for is done, and only the rest comes again.
    let mut ended: Option<Error> = None;
    for some in open.chunks(PAGE) {
        let part = match &ended {
            Some(error) => Err(error.clone()),
            None => part(shop, offers, some, &mut fates),
        };
        if let Err(error) = part {
            some.iter().for_each(|at| fates[*at].failed = Some(error.clone()));
            ended = ended.or_else(|| is_about_the_account(&error).then_some(error));
        }
    }
    Ok(fates.into_iter().map(Fate::outcome).collect())
}

fn part<T: Transport>(shop: &Shop<'_, T>, offers: &[Offer], open: &[usize], fates: &mut [Fate]) -> Result<(), Error> {
    let known = read(shop, offers, open)?;
    set_prices(shop, offers, open, &known, fates);
    set_stock(shop, offers, open, &known, fates)
}

impl Fate {
    fn refuse(&mut self, issue: Issue) {
        self.issues.push(issue);
    }

    fn outcome(self) -> OfferOutcome {
        if let Some(gone) = self.issues.iter().find(|issue| issue.code == "listing-gone") {
            return OfferOutcome::Refused(vec![gone.clone()]);
        }
        match (self.issues.is_empty(), self.failed, self.stale) {
            (false, ..) => OfferOutcome::Refused(self.issues),
            (true, Some(error), _) => OfferOutcome::Failed(error),
            (true, None, Some(there)) => OfferOutcome::Stale(there),
            (true, None, None) => OfferOutcome::Done,
        }
    }
}

fn refusals<T>(shop: &Shop<'_, T>, offer: &Offer) -> Vec<Issue> {
    let mut issues = Vec::new();
    if let Some(price) = offer.price.as_ref().filter(|price| price.currency != shop.currency) {
        issues.push(issue("/price", "currency-other", other_currency(&shop.currency, &price.currency)));
    }
    let ids = [Some(&offer.external_id), offer.of_variant.external_id.as_ref()];
    for (kind, id) in ["Product", "ProductVariant"].into_iter().zip(ids) {
        if id.is_none_or(|id| gid::made(kind, id).is_none()) {
            let message = format!("{:?} is no id of the shop's; push the listing.", id.map_or("", String::as_str));
            issues.push(issue("", "external-id-invalid", message));
        }
    }
    issues
}

fn variant_of(offer: &Offer) -> String {
    offer.of_variant.external_id.as_deref().and_then(|id| gid::made("ProductVariant", id)).unwrap_or_default()
}

fn location_of<T>(shop: &Shop<'_, T>, offer: &Offer) -> String {
    let own = offer.location_id.as_deref().and_then(|id| gid::made("Location", id));
    own.unwrap_or_else(|| shop.location.clone())
}

/// By the offer's place, what is there of its variant.
fn read<T: Transport>(shop: &Shop<'_, T>, offers: &[Offer], open: &[usize]) -> Result<HashMap<usize, There>, Error> {
    let mut by_location: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for at in open {
        by_location.entry(location_of(shop, &offers[*at])).or_default().push(*at);
    }
    let mut known = HashMap::new();
    for (location, places) in by_location {
        let ids: Vec<String> = places.iter().map(|at| variant_of(&offers[*at])).collect();
        let variables = json!({ "ids": ids, "location": location });
        let data = shop.client.ask(documents::VARIANTS_THERE, variables)?.data;
        let nodes = data.get("nodes").and_then(Value::as_array).filter(|nodes| nodes.len() == places.len());
        let nodes = nodes.ok_or_else(|| odd("another number of variants than were asked for"))?;
        known.extend(places.iter().zip(nodes).filter_map(|(at, node)| Some((*at, There::of(node)?))));
    }
    Ok(known)
}

impl There {
    fn of(node: &Value) -> Option<Self> {
        let item = node.get("inventoryItem")?;
        Some(Self {
            price: node.get("price").cloned().unwrap_or_default(),
            before: node.get("compareAtPrice").cloned().unwrap_or_default(),
            item: item.get("id")?.as_str()?.to_owned(),
            tracked: item.get("tracked")? == true,
            available: available(item),
        })
    }

    /// Buyers see this price already.
    fn shows(&self, wanted: &Value, currency: &str) -> bool {
        let same = |there: &Value, wanted: &Value| match (there.as_str(), wanted.as_str()) {
            (None, None) => true,
            (Some(there), Some(wanted)) => {
                money(there, currency).is_ok_and(|there| Ok(there) == money(wanted, currency))
            }
            _ => false,
        };
        same(&self.price, &wanted["price"]) && same(&self.before, &wanted["compareAtPrice"])
    }
}

/// One mutation for each product; what is refused of it costs the others nothing.
fn set_prices<T: Transport>(
    shop: &Shop<'_, T>,
    offers: &[Offer],
    open: &[usize],
    known: &HashMap<usize, There>,
    fates: &mut [Fate],
) {
    let mut products: BTreeMap<&str, Vec<(usize, Value)>> = BTreeMap::new();
    for at in open {
        let offer = &offers[*at];
        if offer.price.is_none() {
            continue;
        }
        let mut wanted = prices(offer.price.as_ref(), offer.compare_at.as_ref());
        if known.get(at).is_some_and(|there| there.shows(&wanted, &shop.currency)) {
            continue;
        }
        wanted["id"] = json!(variant_of(offer));
        products.entry(&offer.external_id).or_default().push((*at, wanted));
    }
    let mut ended: Option<Error> = None;
    for (product, rows) in products {
        let answer = match &ended {
            Some(error) => Err(error.clone()),
            None => {
                let variants: Vec<&Value> = rows.iter().map(|(_, wanted)| wanted).collect();
                let variables = json!({ "product": gid::made("Product", product), "variants": variants });
                shop.client.change(documents::VARIANTS_UPDATE, variables, "productVariantsBulkUpdate")
            }
        };
        match answer {
            Ok(payload) => {
                for error in errors(&payload) {
                    let issue = refused(&error);
                    match place(&error, "variants").and_then(|place| rows.get(place)) {
                        Some((at, _)) => fates[*at].refuse(issue),
                        None => rows.iter().for_each(|(at, _)| fates[*at].refuse(issue.clone())),
                    }
                }
            }
            Err(error) => {
                rows.iter().for_each(|(at, _)| fates[*at].failed = Some(error.clone()));
                ended = ended.or_else(|| is_about_the_account(&error).then_some(error));
            }
        }
    }
}

fn refused(error: &Value) -> Issue {
    match error.get("code").and_then(Value::as_str) {
        Some("PRODUCT_DOES_NOT_EXIST") => answered::gone(),
        Some("PRODUCT_VARIANT_DOES_NOT_EXIST") => variant_gone(),
        _ => issue("/price", "price-refused", format!("Shopify refuses the price: {}", message(error))),
    }
}

fn variant_gone() -> Issue {
    let message = "The variant is no longer in the shop: somebody deleted it. To make it anew, push the listing by its id and \
         decide its variants as ours.";
    issue("", "variant-gone", message)
}

fn set_stock<T: Transport>(
    shop: &Shop<'_, T>,
    offers: &[Offer],
    open: &[usize],
    known: &HashMap<usize, There>,
    fates: &mut [Fate],
) -> Result<(), Error> {
    let (mut set, mut begin) = (Vec::new(), Vec::new());
    for at in open {
        let (offer, fate) = (&offers[*at], &mut fates[*at]);
        let Some(wanted) = offer.available.map(|available| available.max(0)) else { continue };
        let Some(there) = known.get(at) else {
            fate.refuse(variant_gone());
            continue;
        };
        let (item, location) = (there.item.clone(), location_of(shop, offer));
        let quantity = Quantity { item, location, quantity: wanted, from: offer.expected, key: offer.key.clone() };
        match there.available {
            // Somebody switched counting off: what lies there means nothing.
            _ if !there.tracked => {}
            Some(available) if available == wanted => {}
            Some(available) if offer.expected.is_some_and(|expected| expected != available) => {
                fate.stale = Some(Some(available));
            }
            Some(_) => set.push((*at, quantity)),
            None => begin.push((*at, quantity)),
        }
    }
    let quantities: Vec<Quantity> = set.iter().map(|(_, quantity)| quantity.clone()).collect();
    let mut outcomes = stock::set(shop, &quantities);
    outcomes.extend(begin.iter().map(|(_, quantity)| stock::activate(shop, quantity)));
    let mut moved = Vec::new();
    for ((at, _), outcome) in set.iter().chain(&begin).zip(outcomes) {
        match outcome {
            Outcome::Done => {}
            Outcome::Stale => moved.push(*at),
            Outcome::Refused(issue) => fates[*at].refuse(issue),
            Outcome::Failed(error) => fates[*at].failed = Some(error),
        }
    }
    // Somebody sold one meanwhile: which number is there now is asked once more.
    let there = if moved.is_empty() { HashMap::new() } else { read(shop, offers, &moved)? };
    for at in moved {
        let available = there.get(&at).and_then(|there| there.available);
        if available != offers[at].available.map(|available| available.max(0)) {
            fates[at].stale = Some(available);
        }
    }
    Ok(())
}
