//! Options: the attributes that tell a product's variations apart.

use entrepot_guest::prelude::model::OptionAxis;

use super::notes::{Notes, Place, short};
use super::wire::Attribute;
use entrepot_guest::http::percent_decode;
use entrepot_guest::lenient::Raw;

pub(super) struct Axis {
    /// Of a global attribute; local ones have none.
    id: Option<u64>,
    slug: String,
    pub(super) name: String,
    pub(super) values: Vec<String>,
}

impl Axis {
    pub(super) fn of(attribute: &Attribute<'_>, at: usize) -> Self {
        let slug = attribute.slug.word().map(|slug| slug.into_owned());
        let name = attribute.name.name().or_else(|| slug.clone()).unwrap_or_else(|| format!("Option {}", at + 1));
        Self {
            id: attribute.id.id(),
            slug: slugged(slug.as_deref().unwrap_or(&name)),
            name,
            values: values(attribute.options),
        }
    }

    fn is_of(&self, attribute: &Attribute<'_>) -> bool {
        if let (Some(mine), Some(its)) = (self.id, attribute.id.id()) {
            return mine == its;
        }
        // Old versions give a local attribute no slug, and a global one only its name.
        let same = |text: &str| slugged(text) == self.slug || slugged(text) == slugged(&self.name);
        attribute.slug.text().is_some_and(|slug| same(&slug)) || attribute.name.name().is_some_and(|name| same(&name))
    }

    /// The product's own spelling of a value: a variation may hold a term's slug instead of its title.
    fn spelling(&self, value: &str) -> Option<&str> {
        let exact = self.values.iter().find(|own| *own == value);
        exact.or_else(|| self.values.iter().find(|own| slugged(own) == slugged(value))).map(String::as_str)
    }
}

/// A list of texts, decoded; `|` separates them where a plugin answers one text.
pub(super) fn values(raw: Raw<'_>) -> Vec<String> {
    let mut values: Vec<String> = Vec::new();
    let mut add = |name: Option<String>| values.extend(name);
    match raw.text() {
        Some(text) => text.split('|').for_each(|part| add(decoded(part))),
        None => raw.values().into_iter().for_each(|item| add(item.name())),
    }
    let mut seen = std::collections::HashSet::new();
    values.retain(|value| seen.insert(value.clone()));
    values
}

fn decoded(text: &str) -> Option<String> {
    let text = entrepot_guest::text::decode_entities(text.trim());
    (!text.is_empty()).then(|| text.into_owned())
}

/// One value per axis, "" for any. Values that only a variation knows are added to their axis.
pub(super) fn of_variation(axes: &mut [Axis], attributes: Raw<'_>, place: Place, notes: &mut Notes) -> Vec<String> {
    let mut chosen = vec![String::new(); axes.len()];
    for attribute in attributes.read::<Attribute<'_>>() {
        let Some(value) = attribute.option.name() else { continue };
        // Two axes may have one name (a global and a local attribute): the first that is still free.
        let free = |(at, axis): (usize, &Axis)| (chosen[at].is_empty() && axis.is_of(&attribute)).then_some(at);
        let Some(at) = axes.iter().enumerate().find_map(free) else {
            let message =
                format!("The value {:?} belongs to no option of the product and was left out.", short(&value));
            notes.warn(place, "attributes", "option-unknown", message);
            continue;
        };
        chosen[at] = match axes[at].spelling(&value) {
            Some(own) => own.to_owned(),
            None => {
                // A term's slug, percent-encoded: nobody should read that.
                let value = percent_decode(&value).into_owned();
                if !axes[at].values.contains(&value) {
                    axes[at].values.push(value.clone());
                }
                value
            }
        };
    }
    chosen
}

pub(super) fn finish(axes: Vec<Axis>) -> Vec<OptionAxis> {
    axes.into_iter().map(|axis| OptionAxis { name: axis.name, values: axis.values }).collect()
}

/// As WordPress makes slugs, nearly: lower case, what is neither letter nor digit as one hyphen, without `pa_`. Slugs of other scripts
/// are stored percent-encoded, and come like that or decoded.
fn slugged(text: &str) -> String {
    let text = percent_decode(text);
    let text = text.strip_prefix("pa_").unwrap_or(&text);
    let mut slug = String::with_capacity(text.len());
    for c in text.chars().flat_map(char::to_lowercase) {
        if c.is_alphanumeric() {
            slug.push(c);
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    slug.truncate(slug.trim_end_matches('-').len());
    slug
}
