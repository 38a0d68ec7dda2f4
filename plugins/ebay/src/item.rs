//! From what eBay sends to the raw item that is kept: a group with its items, or an item alone, each with its offers on the channel's
//! marketplace, in one JSON object.

use entrepot_guest::lenient::{Fields, Raw, quoted};
use entrepot_guest::prelude::*;

use crate::settings::Settings;

/// What a product is called by: its group's key, or its one item's SKU. Both are the seller's own words, and one may be the other's.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Id {
    Group(String),
    Item(String),
}

impl Id {
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let of = |prefix: &str| text.strip_prefix(prefix).filter(|rest| !rest.is_empty()).map(str::to_owned);
        of("group:").map(Self::Group).or_else(|| of("item:").map(Self::Item))
    }
}

impl std::fmt::Display for Id {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Group(key) => write!(f, "group:{key}"),
            Self::Item(sku) => write!(f, "item:{sku}"),
        }
    }
}

/// An item and the offers of its SKU, both as JSON.
pub(crate) struct Part<'a> {
    pub(crate) item: Raw<'a>,
    pub(crate) offers: Raw<'a>,
}

/// What of an offer changes by itself, or says nothing that mapping needs.
const LEFT_OUT: [&str; 2] = ["soldQuantity", "hideBuyerDetails"];

/// The offer of a SKU on a marketplace. There may be an auction beside it.
pub(crate) fn offer_on<'a>(offers: Raw<'a>, market: &str) -> Option<Fields<'a>> {
    let is_ours = |offer: &Fields<'_>| {
        offer.get("marketplaceId").word().as_deref() == Some(market)
            && offer.get("format").word().is_none_or(|format| format == "FIXED_PRICE")
    };
    offers.records().into_iter().find(is_ours)
}

/// It is offered, and nowhere here: another channel's.
pub(crate) fn is_elsewhere(settings: &Settings, part: &Part<'_>) -> bool {
    !part.offers.is_empty() && offer_on(part.offers, settings.market.id).is_none()
}

pub(crate) fn raw_item(settings: &Settings, id: &Id, group: Option<Raw<'_>>, parts: &[Part<'_>]) -> RawItem {
    let mut body = String::from("{\"marketplace\":");
    body.push_str(&quoted(settings.market.id));
    body.push_str(",\"group\":");
    match group {
        Some(group) => write(&group, &mut body),
        None => body.push_str("null"),
    }
    body.push_str(",\"parts\":[");
    for (at, part) in parts.iter().enumerate() {
        body.push_str(if at == 0 { "{\"item\":" } else { ",{\"item\":" });
        write_item(&part.item.fields(), &mut body);
        body.push_str(",\"offer\":");
        match offer_on(part.offers, settings.market.id) {
            Some(offer) => write_fields(&offer, &mut body),
            None => body.push_str("null"),
        }
        body.push('}');
    }
    body.push_str("]}");
    RawItem::new(id.to_string(), body)
}

/// In one order: eBay shows an item in three ways.
const ITEM: [&str; 8] = [
    "sku",
    "locale",
    "condition",
    "conditionDescription",
    "conditionDescriptors",
    "product",
    "packageWeightAndSize",
    "availability",
];

fn write_item(item: &Fields<'_>, into: &mut String) {
    into.push('{');
    let given = ITEM.iter().map(|name| (*name, item.get(name))).filter(|(_, value)| !value.is_null());
    for (at, (name, value)) in given.enumerate() {
        if at > 0 {
            into.push(',');
        }
        into.push_str(&quoted(name));
        into.push(':');
        into.push_str(value.json());
    }
    into.push('}');
}

fn write(raw: &Raw<'_>, into: &mut String) {
    write_fields(&raw.fields(), into);
}

fn write_fields(fields: &Fields<'_>, into: &mut String) {
    into.push('{');
    let mut first = true;
    for (key, value) in fields.0.iter().filter(|(key, _)| !LEFT_OUT.contains(&key.as_ref())) {
        if !std::mem::take(&mut first) {
            into.push(',');
        }
        into.push_str(&quoted(key));
        into.push(':');
        match key.as_ref() {
            "listing" if value.is_object() => write(value, into),
            _ => into.push_str(value.json()),
        }
    }
    into.push('}');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sku_is_no_key() {
        for text in ["item:MUG", "group:MUG", "item:group:x", "group:item:x"] {
            assert_eq!(Id::parse(text).map(|id| id.to_string()).as_deref(), Some(text));
        }
        assert_eq!([Id::parse("MUG"), Id::parse("item:"), Id::parse("")], [None, None, None]);
    }
}
