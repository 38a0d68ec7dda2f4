//! What Etsy says of a listing's stock and prices.

use entrepot_guest::lenient::{Fields, Raw};
use entrepot_guest::prelude::*;

/// What is known of a listing's inventory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Inventory {
    Found(String),
    /// The listing exists and has no record: never edited with the inventory tools.
    Without,
    Unreadable(String),
    /// The listing does not exist any more.
    Gone,
}

impl Inventory {
    pub(crate) fn json(&self) -> &str {
        match self {
            Self::Found(json) => json,
            _ => "null",
        }
    }

    pub(crate) fn problem(&self) -> Option<Issue> {
        let why = match self {
            Self::Unreadable(why) => why.as_str(),
            Self::Found(json) => unreadable(Raw::of(json).fields())?,
            _ => return None,
        };
        let message = format!("Etsy does not deliver the inventory of this listing, so it cannot be imported: {why}");
        Some(issue("/inventory", "inventory-unreadable", message))
    }

    /// The processing profiles that its offerings name.
    pub(crate) fn profiles(&self) -> Vec<u64> {
        let products = Raw::of(self.json()).fields().get("products").records();
        let offerings = products.iter().flat_map(|product| product.get("offerings").records());
        offerings.filter_map(|offering| offering.get("readiness_state_id").id()).collect()
    }
}

/// What of a record cannot be read, so that its listing would lose variants, their names, or what they share.
fn unreadable(record: Fields<'_>) -> Option<&'static str> {
    let products = record.get("products");
    let unsaid = |flag: Raw<'_>| flag.is_given() && flag.flag().is_none();
    let is_live = |one: &Fields<'_>| !one.get("is_deleted").is_true();
    // A listing has one product at least, and the record's own fields name no price.
    if products.records().is_empty() {
        return Some("its record comes without products");
    }
    if !products.is_list_of(Raw::is_object) {
        return Some("one of its products cannot be read");
    }
    if !record.get("quantity_on_property").is_list_of(|id| id.word().is_some()) {
        return Some("it does not say which products share their stock");
    }
    for product in products.records().iter().filter(|product| is_live(product)) {
        let offerings = product.get("offerings");
        if unsaid(product.get("is_deleted")) || !product.get("property_values").is_list_of(is_choice) {
            return Some("what tells one of its products from the others cannot be read");
        }
        let is_said = |one: &Fields<'_>| !unsaid(one.get("is_deleted")) && one.get("is_enabled").flag().is_some();
        if !offerings.is_list_of(Raw::is_object) || !offerings.records().iter().filter(|one| is_live(one)).all(is_said)
        {
            return Some("whether one of its products is offered cannot be read");
        }
    }
    None
}

/// A property's value: variants are named by its ids, which Etsy gives all but some, and buyers by its words.
fn is_choice(choice: Raw<'_>) -> bool {
    let choice = choice.fields();
    let words = choice.get("values");
    choice.get("property_id").id().is_some()
        && choice.get("value_ids").is_list_of(|id| id.id().is_some())
        && !words.items().is_empty()
        && words.is_list_of(|word| word.word().is_some())
}
