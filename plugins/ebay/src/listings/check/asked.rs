//! What the category and the account ask for, and offer to choose from.

use entrepot_guest::check::Notes;
use entrepot_guest::listing::Listing;
use entrepot_guest::taxonomy::Field;

use super::variants::{MOST_ASPECT, MOST_VALUE};
use crate::listings::body::brand;
use crate::listings::terms::Defaults;
use crate::listings::words::Words;
use crate::settings::Settings;
use crate::taxonomy::{ASPECT, COMMON_ASPECT};

/// Facts that have a place of their own in an item; one that the goods do not have is told by "Does not apply".
const NUMBERS: [&str; 5] = ["EAN", "UPC", "ISBN", "GTIN", "MPN"];

pub(super) fn check(settings: &Settings, defaults: &Defaults, listing: &Listing, fields: &[Field], notes: &mut Notes) {
    let words = Words::of(listing);
    for field in fields {
        let path = format!("/fields/{}", field.key);
        // By its name, whichever kind of fact it was when somebody said it.
        let said = match aspect(&field.key) {
            Some((name, _)) => {
                [ASPECT, COMMON_ASPECT].iter().flat_map(|of| words.many(&format!("{of}{name}"))).collect()
            }
            None => words.many(&field.key),
        };
        let said: Vec<String> =
            if said.is_empty() { defaults.said(&field.key).map(str::to_owned).into_iter().collect() } else { said };
        // What is missing of policies and locations is said beside these.
        if let Some((name, may_vary)) = aspect(&field.key) {
            let varies = option(listing, name).is_some();
            if varies && !may_vary {
                let message = format!(
                    "{name:?} is an option, and in this category variations may not differ in it. Split the product."
                );
                notes.refuse(path.as_str(), "option-may-not-vary", message);
            }
            let is_told = varies || !said.is_empty() || is_told(settings, listing, name);
            if field.required && !is_told {
                let message = format!("eBay asks for {name:?} in this category. Say what it is.");
                notes.refuse(path.as_str(), "aspect-missing", message);
            }
        }
        choice(field, &said, &path, notes);
    }
    for (name, values) in words.beginning(&[ASPECT, COMMON_ASPECT]) {
        let path = format!("/fields/{ASPECT}{name}");
        notes.at_most(path.as_str(), "aspect-too-long", "The name of a fact", name, MOST_ASPECT);
        let known = fields.iter().find(|field| field.name == name).and_then(|field| field.max_chars);
        let most = known.and_then(|most| usize::try_from(most).ok()).unwrap_or(MOST_VALUE);
        for value in values {
            notes.at_most(path.as_str(), "aspect-too-long", &format!("The value of {name:?}"), &value, most);
        }
    }
}

/// The fact that a field is of, and whether variations may differ in it.
fn aspect(key: &str) -> Option<(&str, bool)> {
    key.strip_prefix(ASPECT)
        .map(|name| (name, true))
        .or_else(|| key.strip_prefix(COMMON_ASPECT).map(|name| (name, false)))
}

fn option<'l>(listing: &'l Listing, name: &str) -> Option<&'l str> {
    let names = listing.product.options.iter().map(|option| option.name.trim());
    { names }.find(|option| option.eq_ignore_ascii_case(name))
}

/// The goods say it themselves.
fn is_told(settings: &Settings, listing: &Listing, name: &str) -> bool {
    let product = &listing.product;
    let has_brand = name == settings.market.brand && brand(product).is_some();
    let is_number = NUMBERS.iter().any(|number| number.eq_ignore_ascii_case(name));
    has_brand || is_number || product.attributes.iter().any(|one| one.namespace == "aspect" && one.key == name)
}

fn choice(field: &Field, said: &[String], path: &str, notes: &mut Notes) {
    if said.len() > 1 && !field.many {
        let message = format!("{:?} has one value, and {} were set. Choose one of them.", field.name, said.len());
        notes.refuse(path, "field-invalid", message);
    }
    let unknown = said.iter().find(|value| !field.values.iter().any(|(known, _)| known == *value));
    if let Some(value) = unknown.filter(|_| field.closed) {
        let message =
            format!("{value:?} is none of the values that eBay offers for {:?}. Choose one of them.", field.name);
        notes.refuse(path, "field-invalid", message);
    }
}
