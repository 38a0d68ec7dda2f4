//! One listing while it is worked on.

use entrepot_guest::listing::{
    Intent, ListedVariant, Listing, ListingStatus, PushOutcome, Receipt, is_about_the_account,
};
use entrepot_guest::prelude::*;
use model::{Inventory, ProductVariant};
use serde_json::Value;

use super::state::State;
use super::terms::{Defaults, Terms};
use crate::item::Id;
use crate::settings::Settings;

/// Of what is not counted; eBay asks for a number, and counts it against what a seller may sell in a month.
pub(super) const UNCOUNTED: i64 = 10;

/// A variant, and what there is of it.
pub(super) struct Part<'l> {
    pub(super) variant: &'l ProductVariant,
    listed: &'l ListedVariant,
    /// As eBay knows it.
    pub(super) sku: String,
    pub(super) item: Option<Value>,
    pub(super) offer: Option<Value>,
    pub(super) offer_id: Option<String>,
}

impl Part<'_> {
    /// How many can be bought.
    pub(super) fn quantity(&self) -> i64 {
        if !self.variant.enabled {
            return 0;
        }
        match &self.variant.inventory {
            Inventory::Tracked(levels) => {
                levels.iter().map(|level| level.available).sum::<i64>().clamp(0, i64::from(i32::MAX))
            }
            Inventory::Untracked(there) => i64::from(*there) * UNCOUNTED,
        }
    }

    pub(super) fn is_published(&self) -> bool {
        self.offer.as_ref().is_some_and(|offer| offer["status"] == "PUBLISHED")
    }
}

pub(super) struct Work<'l> {
    pub(super) listing: &'l Listing,
    pub(super) terms: Terms,
    pub(super) state: State,
    /// The key of its group, where it has options.
    pub(super) group: Option<String>,
    pub(super) group_there: Option<Value>,
    pub(super) parts: Vec<Part<'l>>,
    /// eBay's number of the listing that buyers see.
    pub(super) number: Option<String>,
    pub(super) is_published: bool,
    pub(super) warnings: Vec<Issue>,
    pub(super) outcome: Option<PushOutcome>,
}

impl<'l> Work<'l> {
    pub(super) fn of(settings: &Settings, defaults: &Defaults, listing: &'l Listing) -> Self {
        let product = &listing.product;
        let known = listing.external_id.as_deref().and_then(Id::parse);
        let has_options = !product.options.is_empty() || product.variants.len() > 1;
        let own_key = match &known {
            Some(Id::Group(key)) => key.clone(),
            // Known to nobody else: a group whose answer was lost is found by it.
            _ => listing.listing_id.clone(),
        };
        let parts = product.variants.iter().zip(&listing.variants).map(|(variant, listed)| Part {
            variant,
            listed,
            sku: settings.sku_there(variant.sku.as_deref().unwrap_or_default()),
            item: None,
            offer: None,
            offer_id: None,
        });
        let mut work = Self {
            listing,
            terms: Terms::of(defaults, listing),
            state: State::of(&listing.state),
            group: has_options.then_some(own_key),
            group_there: None,
            parts: parts.collect(),
            number: None,
            is_published: false,
            warnings: Vec::new(),
            outcome: None,
        };
        if let Some(issue) = work.misfit(known.as_ref()) {
            work.refuse(issue);
        }
        work
    }

    /// What stands there is of another kind, or goes by another SKU: eBay cannot turn one into the other.
    fn misfit(&self, known: Option<&Id>) -> Option<Issue> {
        let own = self.parts.first().map(|part| part.sku.as_str()).unwrap_or_default();
        let again = "End this listing, delete it there, and list the product anew.";
        match (known, &self.group) {
            (None, _) => match self.listing.external_id.as_deref() {
                Some(id) => {
                    let message = format!("{id:?} is no id of goods on eBay: it begins with item: or group:.");
                    Some(issue("", "external-id-invalid", message))
                }
                None => None,
            },
            (Some(Id::Item(_)), Some(_)) | (Some(Id::Group(_)), None) => {
                let message = format!(
                    "The goods have options now, or have none any more, and eBay does not change that. {again}"
                );
                Some(issue("/options", "options-changed", message))
            }
            (Some(Id::Item(sku)), None) if sku != own => {
                let message = format!(
                    "The goods had the SKU {sku:?} on eBay, which knows them by it, and now have {own:?}. {again}"
                );
                Some(issue("/variants/0/sku", "sku-changed", message))
            }
            _ => None,
        }
    }

    pub(super) fn is_open(&self) -> bool {
        self.outcome.is_none()
    }

    pub(super) fn is_known(&self) -> bool {
        self.listing.external_id.is_some()
    }

    pub(super) fn refuse(&mut self, issue: Issue) {
        self.outcome = Some(PushOutcome::Refused(vec![issue]));
    }

    pub(super) fn fail(&mut self, error: Error) {
        self.outcome = Some(match error {
            Error::Invalid(issues) => PushOutcome::Refused(issues),
            error => PushOutcome::Failed(error),
        });
    }

    pub(super) fn left(&self) -> i64 {
        self.parts.iter().map(Part::quantity).sum()
    }

    pub(super) fn id(&self) -> Id {
        match (&self.group, self.parts.first()) {
            (Some(key), _) => Id::Group(key.clone()),
            (None, part) => Id::Item(part.map(|part| part.sku.clone()).unwrap_or_default()),
        }
    }

    pub(super) fn receipt(&mut self, settings: &Settings) -> Receipt {
        self.state.offers =
            { self.parts.iter() }.filter_map(|part| Some((part.sku.clone(), part.offer_id.clone()?))).collect();
        let variants = self.parts.iter().map(|part| ListedVariant {
            external_id: Some(part.sku.clone()),
            item_id: Some(part.sku.clone()),
            ..part.listed.clone()
        });
        let number = self.number.as_ref().filter(|_| self.is_published);
        Receipt {
            external_id: self.id().to_string(),
            url: number.map(|number| settings.url(number)),
            status: match self.listing.intent {
                Intent::Active if self.left() == 0 => ListingStatus::OutOfStock,
                Intent::Active => ListingStatus::Active,
                Intent::Draft | Intent::Ended => ListingStatus::Draft,
            },
            variants: variants.collect(),
            state: self.state.json(),
            warnings: self.warnings.clone(),
            seen: None,
        }
    }
}

/// Does something for each that is open. What goes wrong with one is its own, unless it is about the account: the next would fare no better.
pub(super) fn each<'l>(
    works: &mut [Work<'l>],
    mut act: impl FnMut(&mut Work<'l>) -> Result<(), Error>,
) -> Result<(), Error> {
    for work in works.iter_mut().filter(|work| work.is_open()) {
        match act(work) {
            Ok(()) => {}
            Err(error) if is_about_the_account(&error) => return Err(error),
            Err(error) => work.fail(error),
        }
    }
    Ok(())
}
