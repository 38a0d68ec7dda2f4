//! Facts about goods: eBay calls them aspects. Those by which variations differ are options.

use std::collections::BTreeMap;

use entrepot_guest::lenient::{Fields, Raw, quoted};
use entrepot_guest::prelude::model::Attribute;
use entrepot_guest::text::decode_entities;

/// Name and values, by name. eBay's own document calls them a text, and answers with an object of lists.
pub(super) fn aspects(raw: Raw<'_>) -> BTreeMap<String, Vec<String>> {
    let values = |raw: Raw<'_>| -> Vec<String> {
        let all = raw.list().unwrap_or_else(|| vec![raw]);
        all.into_iter().filter_map(Raw::name).collect()
    };
    let named = raw.fields().0.into_iter().map(|(name, raw)| (decode_entities(&name).trim().to_owned(), values(raw)));
    named.filter(|(name, values)| !name.is_empty() && !values.is_empty()).collect()
}

/// Without those that are options.
pub(super) fn of(aspects: &BTreeMap<String, Vec<String>>, options: &[String]) -> Vec<Attribute> {
    let is_option = |name: &String| options.iter().any(|option| option == name);
    let attribute = |(name, values): (&String, &Vec<String>)| {
        let (kind, value) = match values.as_slice() {
            [one] => ("text", one.clone()),
            many => ("json", format!("[{}]", many.iter().map(|one| quoted(one)).collect::<Vec<_>>().join(","))),
        };
        Attribute { namespace: "aspect".to_owned(), key: name.clone(), kind: kind.to_owned(), value }
    };
    aspects.iter().filter(|(name, _)| !is_option(name)).map(attribute).collect()
}

/// The parts that say something, as they stand, as one JSON object.
pub(super) fn object<'a>(parts: impl IntoIterator<Item = (&'a str, Raw<'a>)>) -> String {
    let said = parts.into_iter().filter(|(_, value)| !value.is_empty());
    let said: Vec<String> = said.map(|(name, value)| format!("{}:{}", quoted(name), value.json())).collect();
    let json = format!("{{{}}}", said.join(","));
    entrepot_guest::json::repaired(&json).unwrap_or(json)
}

/// What is kept of an offer beside the model.
pub(super) fn extras(marketplace: Raw<'_>, offer: &Fields<'_>, item: &Fields<'_>) -> String {
    let listing = offer.get("listing").fields();
    object([
        ("marketplace", marketplace),
        ("category_id", offer.get("categoryId")),
        ("secondary_category_id", offer.get("secondaryCategoryId")),
        ("listing_id", listing.get("listingId")),
        ("listing_status", listing.get("listingStatus")),
        ("policies", offer.get("listingPolicies")),
        ("location", offer.get("merchantLocationKey")),
        ("condition", item.get("condition")),
        ("condition_description", item.get("conditionDescription")),
        ("locale", item.get("locale")),
        ("epid", item.get("product").fields().get("epid")),
        ("regulatory", offer.get("regulatory")),
    ])
}
