//! The words of a listing, as Etsy takes them.

use entrepot_guest::listing::Listing;
use entrepot_guest::prelude::*;
use entrepot_guest::text::decode_entities;
use model::{MediaKind, Product};
use serde_json::Value;

use super::terms::Terms;
use super::text;

/// Pictures of a listing.
pub(super) const MOST_PICTURES: usize = 20;
/// Characters of an alternative text.
pub(super) const MOST_ALT: usize = 500;

/// Names and values of a form.
pub(super) type Fields = Vec<(&'static str, String)>;

pub(super) fn description(product: &Product) -> String {
    let long = product.description_html.as_deref().map(text::plain).filter(|text| !text.is_empty());
    long.or_else(|| product.summary_html.as_deref().map(text::plain)).unwrap_or_default()
}

/// Those that are sent, with their places in the product's media.
pub(super) fn pictures(product: &Product) -> impl Iterator<Item = (usize, &model::Media)> {
    let images = product.media.iter().enumerate().filter(|(_, media)| media.kind == MediaKind::Image);
    images.take(MOST_PICTURES)
}

pub(super) fn alt(media: &model::Media) -> String {
    media.alt.as_deref().unwrap_or_default().chars().take(MOST_ALT).collect()
}

/// Everything that a listing says in words.
pub(super) fn of(listing: &Listing, terms: &Terms, materials: &[String]) -> Fields {
    let product = &listing.product;
    let mut fields = vec![
        ("title", product.title.trim().to_owned()),
        ("description", description(product)),
        ("tags", text::tags(&product.tags).join(",")),
        ("materials", materials.join(",")),
        ("who_made", terms.who_made.clone()),
        ("when_made", terms.when_made.clone()),
        ("is_supply", terms.is_supply.to_string()),
        ("taxonomy_id", terms.category.to_string()),
        ("shipping_profile_id", terms.shipping_profile.to_string()),
    ];
    fields.extend(terms.return_policy.map(|id| ("return_policy_id", id.to_string())));
    fields.extend(terms.section.map(|id| ("shop_section_id", id.to_string())));
    fields
}

/// Those of the fields that are not so in a listing as Etsy shows it.
pub(super) fn differing(fields: Fields, there: &Value) -> Fields {
    let is_there = |(name, wanted): &(&'static str, String)| match &there[*name] {
        Value::String(text) => decode_entities(text.trim()).replace("\r\n", "\n") == wanted.trim(),
        Value::Array(_) => {
            // Words in whatever order.
            let (mut own, mut sent) =
                (texts(&there[*name]), wanted.split(',').filter(|word| !word.is_empty()).collect::<Vec<_>>());
            own.sort_unstable();
            sent.sort_unstable();
            own == sent
        }
        Value::Number(number) => number.to_string() == *wanted,
        Value::Bool(flag) => flag.to_string() == *wanted,
        _ => false,
    };
    fields.into_iter().filter(|field| !is_there(field)).collect()
}

/// A list of texts, decoded.
pub(super) fn texts(list: &Value) -> Vec<String> {
    let all = list.as_array().into_iter().flatten().filter_map(Value::as_str);
    all.map(|text| decode_entities(text).into_owned()).collect()
}
