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

/// What became of an offer so far: a price that is refused keeps its number from nothing.
#[derive(Default)]
pub(super) struct Fate {
    issues: Vec<Issue>,
    failed: Option<Error>,
    stale: Option<Option<i64>>,
    /// Nothing more of it is sent.
    pub(super) is_over: bool,
    /// A number would mean nothing.
    pub(super) is_uncounted: bool,
}

impl Fate {
    pub(super) fn refused(issue: Option<Issue>) -> Self {
        Self { is_over: issue.is_some(), issues: issue.into_iter().collect(), ..Self::default() }
    }

    /// What is wrong with it; none: nothing. What is gone has no other part that could be sent.
    pub(super) fn note(&mut self, wrong: Option<OfferOutcome>) {
        match wrong {
            Some(OfferOutcome::Refused(issues)) => {
                self.is_over |= issues.iter().any(is_gone);
                self.issues.extend(issues);
            }
            Some(OfferOutcome::Failed(error)) => self.failed = Some(error),
            Some(OfferOutcome::Stale(there)) => self.stale = Some(there),
            Some(OfferOutcome::Done | OfferOutcome::Pending(_)) | None => {}
        }
    }

    pub(super) fn is_untouched(&self) -> bool {
        !self.is_over && self.issues.is_empty() && self.failed.is_none()
    }

    /// What comes again is sent again, whatever else is refused of it; what is gone is not.
    pub(super) fn outcome(self) -> OfferOutcome {
        let is_gone = self.issues.iter().any(is_gone);
        match (self.failed, self.stale) {
            (Some(error), _) if !is_gone => OfferOutcome::Failed(error),
            (None, Some(there)) if !is_gone => OfferOutcome::Stale(there),
            _ if !self.issues.is_empty() => OfferOutcome::Refused(self.issues),
            _ => OfferOutcome::Done,
        }
    }
}

fn is_gone(issue: &Issue) -> bool {
    matches!(&*issue.code, "listing-gone" | "variant-gone")
}

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
                // A product without options has a base variant; of one with options it is said that there is none.
                let is_told = base.id().is_some() || (base.is_given() && base.is_null());
                let (Some(id), Some(tracking), true) = (fields.get("id").id(), tracking, is_told) else {
                    untold = true;
                    continue;
                };
                let has_variants = base.is_null();
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
