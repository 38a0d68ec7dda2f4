//! Listings of one call, and how far each has come.

use entrepot_guest::listing::{
    Intent, ListedVariant, Listing, ListingStatus, PushOutcome, Receipt, is_about_the_account,
};
use entrepot_guest::prelude::*;

use super::body::{address, counted, has_options, is_sold};
use super::state::State;
use super::there::There;
use crate::context::Store;

pub(super) struct Work<'l> {
    pub(super) listing: &'l Listing,
    /// The store's id of the product.
    pub(super) id: Option<u64>,
    /// It was made in this call: the host does not know yet that it stands.
    pub(super) is_made: bool,
    /// It was made so, with all that belongs to it.
    pub(super) is_new: bool,
    pub(super) state: State,
    pub(super) there: Option<There>,
    /// The store's id of each variant.
    pub(super) ids: Vec<Option<u64>>,
    pub(super) warnings: Vec<Issue>,
    pub(super) outcome: Option<PushOutcome>,
}

impl<'l> Work<'l> {
    pub(super) fn of(listing: &'l Listing) -> Self {
        let mut work = Self {
            listing,
            id: None,
            is_made: false,
            is_new: false,
            state: State::of(listing),
            there: None,
            ids: vec![None; listing.product.variants.len()],
            warnings: Vec::new(),
            outcome: None,
        };
        if let Some(id) = &listing.external_id {
            match id.parse::<u64>().ok().filter(|id| *id > 0) {
                Some(id) => work.id = Some(id),
                None => {
                    let message = format!("{id:?} is no id of a product of the store.");
                    work.refuse(issue("", "external-id-invalid", message));
                }
            }
        }
        work
    }

    pub(super) fn is_open(&self) -> bool {
        self.outcome.is_none()
    }

    pub(super) fn refuse(&mut self, issue: Issue) {
        self.outcome = Some(PushOutcome::Refused(vec![issue]));
    }

    pub(super) fn fail(&mut self, error: Error) {
        self.outcome = Some(match error {
            // After a refusal the host would take it that nothing stands. So it is pushed once more, and found by its mark; what is refused
            // then is told as it is.
            Error::Invalid(issues) if self.is_made => PushOutcome::Failed(Error::Other(self.stands_in_part(&issues))),
            Error::Invalid(issues) => PushOutcome::Refused(issues),
            error => PushOutcome::Failed(error),
        });
    }

    fn stands_in_part(&self, issues: &[Issue]) -> String {
        let said: Vec<&str> = issues.iter().map(|issue| issue.message.as_str()).collect();
        let id = self.id.unwrap_or_default();
        format!("BigCommerce has made the product (number {id}), and not all that belongs to it: {}", said.join(" "))
    }

    pub(super) fn receipt(&self, store: &Store) -> Receipt {
        let (listing, id) = (self.listing, self.id.unwrap_or_default());
        let product = &listing.product;
        let is_pool = !has_options(product);
        let item = |variant: u64| if is_pool { format!("product:{id}") } else { variant.to_string() };
        let variants = listing.variants.iter().zip(&self.ids).map(|(listed, variant)| ListedVariant {
            external_id: variant.map(|variant| variant.to_string()),
            item_id: variant.map(item),
            ..listed.clone()
        });
        let sold_out = product.variants.iter().all(|of| !is_sold(of) || counted(of) == Some(0));
        let path = address(listing, &self.state).or_else(|| self.there.as_ref()?.path.clone());
        Receipt {
            external_id: id.to_string(),
            url: store.url.as_ref().zip(path).map(|(store, path)| format!("{store}{path}")),
            status: match listing.intent {
                Intent::Active if sold_out => ListingStatus::OutOfStock,
                Intent::Active => ListingStatus::Active,
                Intent::Draft | Intent::Ended => ListingStatus::Draft,
            },
            variants: variants.collect(),
            state: self.state.text(),
            warnings: self.warnings.clone(),
            seen: None,
        }
    }
}

/// Does something for each that is open. What goes wrong with one is its own, unless it is about the account: the next one would fare no better.
pub(super) fn each<'l>(
    works: &mut [Work<'l>],
    is_concerned: impl Fn(&Work<'l>) -> bool,
    mut act: impl FnMut(&mut Work<'l>) -> Result<(), Error>,
) -> Result<(), Error> {
    for work in works.iter_mut().filter(|work| work.is_open() && is_concerned(work)) {
        match act(work) {
            Ok(()) => {}
            Err(error) if is_about_the_account(&error) => return Err(error),
            Err(error) => work.fail(error),
        }
    }
    Ok(())
}
