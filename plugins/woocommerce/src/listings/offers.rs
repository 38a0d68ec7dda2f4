//! Price and stock alone: products in one batch, variations in one batch for each product.

use std::collections::BTreeMap;

use entrepot_guest::lenient::Raw;
use entrepot_guest::listing::{Offer, OfferOutcome, PushOutcome};
use entrepot_guest::prelude::*;
use serde_json::{Value, json};

use super::answered::refusal;
use super::body::prices;
use super::shop::Shop;

/// Rows of a batch.
const AT_ONCE: usize = 100;

pub(super) fn all<T: Transport>(shop: &Shop<'_, T>, offers: &[Offer]) -> Result<Vec<OfferOutcome>, Error> {
    let mut outcomes: Vec<Option<OfferOutcome>> = offers.iter().map(|offer| foreign(shop, offer)).collect();
    // By the route of their batch.
    let mut groups: BTreeMap<String, Vec<(usize, u64)>> = BTreeMap::new();
    for (at, offer) in offers.iter().enumerate().filter(|(at, _)| outcomes[*at].is_none()).collect::<Vec<_>>() {
        let own = offer.of_variant.external_id.as_deref().unwrap_or(&offer.external_id);
        match own.parse::<u64>() {
            Ok(id) if own == offer.external_id => {
                groups.entry("/wc/v3/products/batch".to_owned()).or_default().push((at, id))
            }
            Ok(id) => {
                let parent: String = offer.external_id.chars().filter(char::is_ascii_digit).collect();
                groups.entry(format!("/wc/v3/products/{parent}/variations/batch")).or_default().push((at, id));
            }
            Err(_) => {
                let message = format!("{own:?} is no id of the shop's.");
                outcomes[at] = Some(OfferOutcome::Refused(vec![issue("", "external-id-invalid", message)]));
            }
        }
    }
    for (route, places) in groups {
        for some in places.chunks(AT_ONCE) {
            let bodies: Vec<Value> = some.iter().map(|(at, id)| body(&offers[*at], *id)).collect();
            match shop.post(&route, &json!({ "update": bodies })) {
                Ok(answer) => {
                    let fields = Raw::of(&answer.0).fields();
                    let rows = fields.get("update").items();
                    for (row, (at, _)) in some.iter().enumerate() {
                        outcomes[*at] = Some(match rows.get(row).map(|row| refusal(&row.fields())) {
                            Some(None) => OfferOutcome::Done,
                            Some(Some(PushOutcome::Refused(issues))) => OfferOutcome::Refused(issues),
                            Some(Some(PushOutcome::Failed(error))) => OfferOutcome::Failed(error),
                            _ => OfferOutcome::Failed(Error::Unavailable(
                                "the shop does not say what became of it".to_owned(),
                            )),
                        });
                    }
                }
                Err(error) => some.iter().for_each(|(at, _)| outcomes[*at] = Some(OfferOutcome::Failed(error.clone()))),
            }
        }
    }
    let lost = || OfferOutcome::Failed(Error::Other("an offer was left without an outcome".to_owned()));
    Ok(outcomes.into_iter().map(|outcome| outcome.unwrap_or_else(lost)).collect())
}

fn body(offer: &Offer, id: u64) -> Value {
    let mut body = json!({ "id": id });
    if offer.price.is_some() {
        prices(offer.price.as_ref(), offer.compare_at.as_ref(), &mut body);
    }
    if let Some(available) = offer.available {
        // In one request: without it the shop ignores the number.
        body["manage_stock"] = json!(true);
        body["stock_quantity"] = json!(available);
    }
    body
}

fn foreign<T>(shop: &Shop<'_, T>, offer: &Offer) -> Option<OfferOutcome> {
    let other = offer.price.as_ref().map(|price| &price.currency).filter(|currency| **currency != shop.currency)?;
    let message = format!(
        "The shop sells in {}, and the price is in {other}. Set a price in {} for this channel.",
        shop.currency, shop.currency
    );
    Some(OfferOutcome::Refused(vec![issue("/price", "currency-other", message)]))
}
