//! Offers, and what is known there of the products that they are of.

use std::collections::{BTreeSet, HashMap};

use entrepot_guest::listing::{Offer, OfferOutcome};
use entrepot_guest::prelude::*;

use super::shop::Shop;
use crate::client::Query;
use crate::reader::confirm;

/// Ids of one list.
pub(super) const PRODUCTS: usize = 250;

/// What is known of an offer's product there.
#[derive(Clone, Copy)]
pub(super) struct Product {
    /// It has options, and with them variants of its own.
    pub(super) has_variants: bool,
    /// Counted as it has to be for the number to mean anything.
    pub(super) is_counted: bool,
}

/// What became of each offer; none: it is still to be sent.
pub(super) type Fates = Vec<Option<OfferOutcome>>;

pub(super) fn number(id: &str) -> u64 {
    id.parse().unwrap_or_default()
}

pub(super) fn variant_of(offer: &Offer) -> u64 {
    offer.of_variant.external_id.as_deref().map_or(0, number)
}

/// What there is of these products; one that is in none of the answers is gone.
pub(super) fn products<T: Transport>(shop: &Shop<'_, T>, ids: BTreeSet<u64>) -> Result<HashMap<u64, Product>, Error> {
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
