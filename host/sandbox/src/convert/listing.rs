//! Goods on their way out: what is to stand on a channel, and what the marketplace said of it.

use entrepot_domain::Money;
use entrepot_domain::catalog::{Issue, Product};
use entrepot_domain::delivery::RawItem;
use entrepot_domain::listing::{Intent, ListedVariant, ListingStatus};

use super::error::{error, issues};
use super::outgoing;
use super::text::{one_line, storable, usable_id};
use crate::bindings::{listing_types as wit, listings};
use crate::error::AdapterError;

/// Bytes of what an adapter keeps with a listing.
const MAX_STATE_LEN: usize = 64 << 10;
/// Bytes of what it is asked about again: for minutes, and perhaps of each of thousands of variants.
const MAX_PENDING_LEN: usize = 1 << 20;

/// A product as it is to stand on a channel.
#[derive(Clone, Debug)]
pub struct Listing {
    pub listing_id: String,
    /// The marketplace's id once it was pushed.
    pub external_id: Option<String>,
    pub intent: Intent,
    pub product: Product,
    /// One for each of the product's variants, in their order.
    pub variants: Vec<ListedVariant>,
    pub category: Option<String>,
    /// A JSON object: what the marketplace asks for beside the product.
    pub fields: String,
    /// A JSON object: what the adapter returned the last time.
    pub state: String,
}

impl Listing {
    pub(crate) fn to_wit(&self) -> wit::Listing {
        wit::Listing {
            listing_id: self.listing_id.clone(),
            external_id: self.external_id.clone(),
            intent: match self.intent {
                Intent::Draft => wit::Intent::Draft,
                Intent::Active => wit::Intent::Active,
                Intent::Ended => wit::Intent::Ended,
            },
            product: outgoing::product(self.product.clone()),
            variants: self.variants.iter().map(listed).collect(),
            category: self.category.clone(),
            fields: self.fields.clone(),
            state: self.state.clone(),
        }
    }
}

/// Price and stock of one variant that stands on a channel.
#[derive(Clone, Debug)]
pub struct Offer {
    pub listing_id: String,
    pub external_id: String,
    pub of_variant: ListedVariant,
    pub price: Option<Money>,
    pub compare_at: Option<Money>,
    /// Pieces; none: it is not counted.
    pub available: Option<i64>,
    pub location_id: Option<String>,
    /// Pieces that the marketplace is believed to have.
    pub expected: Option<i64>,
    /// The same for each try of the same change.
    pub key: String,
    /// A JSON object: what the adapter returned for the listing the last time.
    pub state: String,
}

impl Offer {
    pub(crate) fn to_wit(&self) -> wit::Offer {
        wit::Offer {
            listing_id: self.listing_id.clone(),
            external_id: self.external_id.clone(),
            of_variant: listed(&self.of_variant),
            price: self.price.clone().map(outgoing::money),
            compare_at: self.compare_at.clone().map(outgoing::money),
            available: self.available,
            location_id: self.location_id.clone(),
            expected: self.expected,
            key: self.key.clone(),
            state: self.state.clone(),
        }
    }
}

/// What stands at the marketplace now.
#[derive(Clone, Debug, PartialEq)]
pub struct Receipt {
    pub external_id: String,
    pub url: Option<String>,
    pub status: ListingStatus,
    pub variants: Vec<ListedVariant>,
    pub state: String,
    pub warnings: Vec<Issue>,
    /// The listing as the marketplace shows it now.
    pub seen: Option<RawItem>,
}

/// What became of a listing that was pushed or ended.
#[derive(Clone, Debug, PartialEq)]
pub enum PushOutcome {
    Done(Receipt),
    /// It is not sent again before something changed.
    Refused(Vec<Issue>),
    /// Asked about again with this JSON.
    Pending(String),
    Failed(AdapterError),
}

/// What became of an offer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OfferOutcome {
    Done,
    /// The marketplace has another number than was expected: this one, where it tells.
    Stale(Option<i64>),
    Refused(Vec<Issue>),
    Pending(String),
    Failed(AdapterError),
}

/// What an adapter says of a listing before it is sent.
#[derive(Clone, Debug, PartialEq)]
pub struct Checked {
    /// Not empty: it is refused.
    pub issues: Vec<Issue>,
    pub warnings: Vec<Issue>,
    /// The product as buyers would see it.
    pub shown: Option<Product>,
}

fn listed(variant: &ListedVariant) -> wit::ListedVariant {
    let ListedVariant { variant_id, external_id, item_id, sku } = variant.clone();
    wit::ListedVariant { variant_id, external_id, item_id, sku }
}

pub(crate) fn push_outcome(outcome: wit::PushOutcome) -> PushOutcome {
    match outcome {
        wit::PushOutcome::Done(receipt) => receipt_of(receipt).map_or_else(PushOutcome::Failed, PushOutcome::Done),
        wit::PushOutcome::Refused(found) => PushOutcome::Refused(reasons(found)),
        wit::PushOutcome::Pending(state) => {
            kept(state, MAX_PENDING_LEN).map_or_else(PushOutcome::Failed, PushOutcome::Pending)
        }
        wit::PushOutcome::Failed(why) => PushOutcome::Failed(error(why)),
    }
}

pub(crate) fn offer_outcome(outcome: wit::OfferOutcome) -> OfferOutcome {
    match outcome {
        wit::OfferOutcome::Done => OfferOutcome::Done,
        wit::OfferOutcome::Stale(there) => OfferOutcome::Stale(there),
        wit::OfferOutcome::Refused(found) => OfferOutcome::Refused(reasons(found)),
        wit::OfferOutcome::Pending(state) => {
            kept(state, MAX_PENDING_LEN).map_or_else(OfferOutcome::Failed, OfferOutcome::Pending)
        }
        wit::OfferOutcome::Failed(why) => OfferOutcome::Failed(error(why)),
    }
}

pub(crate) fn checked(checked: listings::Checked) -> Checked {
    let listings::Checked { issues: found, warnings, shown } = checked;
    let (mut found, mut shown_now) = (issues(found), None);
    match shown.map(super::product) {
        Some(Ok(product)) => shown_now = Some(product),
        Some(Err(issue)) => found.push(issue),
        None => {}
    }
    Checked { issues: found, warnings: issues(warnings), shown: shown_now }
}

/// SKUs that were asked for, and ids that can be kept.
pub(crate) fn found(found: Vec<(String, String)>, asked: &[String]) -> Vec<(String, String)> {
    let mut all: Vec<_> = found.into_iter().filter(|(sku, _)| asked.contains(sku)).collect();
    for (_, id) in &mut all {
        *id = usable_id(std::mem::take(id));
    }
    all.retain(|(_, id)| !id.trim().is_empty());
    all
}

/// A refusal has a reason, also where the adapter gives none.
fn reasons(found: Vec<crate::bindings::types::Issue>) -> Vec<Issue> {
    let found = issues(found);
    if found.is_empty() {
        return vec![Issue::new("", "refused", "the marketplace refuses it, and the adapter does not say why")];
    }
    found
}

fn receipt_of(receipt: wit::Receipt) -> Result<Receipt, AdapterError> {
    let wit::Receipt { external_id, url, status, variants, state, warnings, seen } = receipt;
    let external_id = usable_id(external_id);
    if external_id.trim().is_empty() {
        return Err(AdapterError::Other("the adapter answered that a listing stands and gave no id of it".into()));
    }
    let known = |variant: wit::ListedVariant| ListedVariant {
        variant_id: usable_id(variant.variant_id),
        external_id: variant.external_id.map(usable_id),
        item_id: variant.item_id.map(usable_id),
        sku: variant.sku.map(storable),
    };
    Ok(Receipt {
        external_id,
        url: url.map(one_line),
        status: match status {
            wit::ListingStatus::Draft => ListingStatus::Draft,
            wit::ListingStatus::Active => ListingStatus::Active,
            wit::ListingStatus::InReview => ListingStatus::InReview,
            wit::ListingStatus::Rejected => ListingStatus::Rejected,
            wit::ListingStatus::OutOfStock => ListingStatus::OutOfStock,
            wit::ListingStatus::Ended => ListingStatus::Ended,
        },
        variants: variants.into_iter().map(known).collect(),
        state: kept(state, MAX_STATE_LEN)?,
        warnings: issues(warnings),
        seen: seen.map(super::raw_item),
    })
}

/// What the host keeps for the adapter.
fn kept(state: String, most: usize) -> Result<String, AdapterError> {
    if state.len() > most {
        let told = format!("the adapter asked to keep {} bytes with a listing; at most {most} are kept", state.len());
        return Err(AdapterError::Other(told));
    }
    if serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(&state).is_err() {
        return Err(AdapterError::Other("what the adapter asked to keep with a listing is no JSON object".into()));
    }
    Ok(storable(state))
}
