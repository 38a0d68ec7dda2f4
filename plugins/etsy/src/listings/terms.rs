//! What Etsy asks for beside the goods: who made them, when, how they are shipped. A listing's own answers come before the channel's.

mod asked;

use std::collections::BTreeMap;

use entrepot_guest::lenient::Raw;
use entrepot_guest::listing::Listing;
use entrepot_guest::prelude::*;

use super::signs::Signs;
use super::text;

pub use asked::{choices, fields};

pub(super) const WHO_MADE: [(&str, &str); 3] =
    [("i_did", "I did"), ("collective", "A member of my shop"), ("someone_else", "Another company or person")];
/// Attributes of the category are fields with this in front of their number.
pub(super) const PROPERTY: &str = "property_";

/// What the channel says for all listings.
#[derive(Clone, Debug, Default)]
pub(super) struct Defaults {
    who_made: Option<String>,
    when_made: Option<String>,
    is_supply: Option<String>,
    shipping_profile: Option<String>,
    processing_profile: Option<String>,
    return_policy: Option<String>,
}

impl Defaults {
    pub(super) fn of(channel: &Channel) -> Self {
        let fields = Raw::of(channel.settings.trim()).fields();
        let said =
            |name: &str| fields.get(name).word().map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
        Self {
            who_made: said("who_made"),
            when_made: said("when_made"),
            is_supply: said("is_supply"),
            shipping_profile: said("shipping_profile"),
            processing_profile: said("processing_profile"),
            return_policy: said("return_policy"),
        }
    }
}

impl Defaults {
    /// What it says of a field.
    pub(super) fn said(&self, key: &str) -> Option<String> {
        match key {
            "who_made" => self.who_made.clone(),
            "when_made" => self.when_made.clone(),
            "is_supply" => self.is_supply.clone(),
            "shipping_profile" => self.shipping_profile.clone(),
            "processing_profile" => self.processing_profile.clone(),
            "return_policy" => self.return_policy.clone(),
            _ => None,
        }
    }
}

/// A value of an attribute: its id, its scale, its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Chosen {
    pub(super) id: u64,
    pub(super) scale: Option<u64>,
    pub(super) name: String,
}

impl Chosen {
    /// `1213:Red`, `2042@326:S`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (ids, name) = text.split_once(':')?;
        let (id, scale) = ids.split_once('@').map_or((ids, None), |(id, scale)| (id, Some(scale)));
        let scale = scale.map(str::parse).transpose().ok()?;
        Some(Self { id: id.parse().ok()?, scale, name: name.to_owned() })
    }

    pub(super) fn text(&self) -> String {
        let scale = self.scale.map_or_else(String::new, |scale| format!("@{scale}"));
        format!("{}{scale}:{}", self.id, self.name)
    }
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Terms {
    pub(super) who_made: String,
    pub(super) when_made: String,
    pub(super) is_supply: bool,
    pub(super) category: u64,
    pub(super) shipping_profile: u64,
    pub(super) processing_profile: u64,
    pub(super) return_policy: Option<u64>,
    pub(super) section: Option<u64>,
    pub(super) materials: Vec<String>,
    pub(super) properties: BTreeMap<u64, Vec<Chosen>>,
}

impl Terms {
    /// Or all that is missing or wrong.
    pub(super) fn of(defaults: &Defaults, listing: &Listing) -> Result<Self, Vec<Issue>> {
        let signs = Signs::of(listing);
        let mut issues = Vec::new();
        let mut ask = |key: &str, default: &Option<String>, message: &str| {
            let said = signs.one(key).or_else(|| default.clone());
            if said.is_none() {
                issues.push(issue(format!("/fields/{key}"), &format!("{}-missing", key.replace('_', "-")), message));
            }
            said.unwrap_or_default()
        };
        let who_made = ask(
            "who_made",
            &defaults.who_made,
            "Etsy asks who made it, and nobody said: set the channel's setting who_made, or the field of this listing.",
        );
        let when_made = ask(
            "when_made",
            &defaults.when_made,
            "Etsy asks when it was made, and nobody said: set the channel's setting when_made (made_to_order, or years such as \
             2020_2026), or the field of this listing.",
        );
        let shipping = ask(
            "shipping_profile",
            &defaults.shipping_profile,
            "Etsy asks for a shipping profile: set the channel's setting shipping_profile to the number of one, or the field of this listing.",
        );
        let processing = ask(
            "processing_profile",
            &defaults.processing_profile,
            "Etsy asks how long it takes until it is sent: set the channel's setting processing_profile to the number of a processing profile, \
             or the field of this listing.",
        );
        let policy = signs.one("return_policy").or_else(|| defaults.return_policy.clone());
        let supply = signs.one("is_supply").or_else(|| defaults.is_supply.clone());
        let category = listing.category.clone().unwrap_or_default();
        if category.is_empty() {
            issues.push(issue(
                "/category",
                "category-missing",
                "Etsy asks for a category. Choose one for this listing.",
            ));
        }
        let mut number = |path: &str, code: &str, text: &str| match text.parse::<u64>() {
            _ if text.is_empty() => 0,
            Ok(number) if number > 0 => number,
            _ => {
                let message = format!("{text:?} is no number of Etsy's. Choose one of those that are offered.");
                issues.push(issue(path, code, message));
                0
            }
        };
        let category = number("/category", "category-invalid", &category);
        let shipping_profile = number("/fields/shipping_profile", "shipping-profile-invalid", &shipping);
        let processing_profile = number("/fields/processing_profile", "processing-profile-invalid", &processing);
        let return_policy = policy.map(|policy| number("/fields/return_policy", "return-policy-invalid", &policy));
        let section = signs.one("section").map(|section| number("/fields/section", "section-invalid", &section));
        if !who_made.is_empty() && !WHO_MADE.iter().any(|(known, _)| *known == who_made) {
            let message = format!("{who_made:?} is none of i_did, someone_else and collective.");
            issues.push(issue("/fields/who_made", "who-made-invalid", message));
        }
        if !when_made.is_empty() && !is_time(&when_made) {
            let message = format!(
                "{when_made:?} is no time of Etsy's: made_to_order, 2020_2026, 1990s, before_1700 and the like are."
            );
            issues.push(issue("/fields/when_made", "when-made-invalid", message));
        }
        let mut properties = BTreeMap::new();
        for key in signs.keys() {
            let Some(id) = key.strip_prefix(PROPERTY).and_then(|id| id.parse::<u64>().ok()) else { continue };
            let (mut chosen, said) = (Vec::new(), signs.many(key));
            for value in &said {
                match Chosen::parse(value) {
                    Some(value) => chosen.push(value),
                    None => {
                        let message = format!("{value:?} is none of the values that Etsy offers. Choose one of them.");
                        issues.push(issue(format!("/fields/{key}"), "field-invalid", message));
                    }
                }
            }
            if !said.is_empty() {
                properties.insert(id, chosen);
            }
        }
        if !issues.is_empty() {
            return Err(issues);
        }
        Ok(Self {
            who_made,
            when_made,
            is_supply: supply.is_some_and(|supply| matches!(supply.as_str(), "true" | "yes" | "1")),
            category,
            shipping_profile,
            processing_profile,
            return_policy,
            section,
            materials: text::materials(&said_materials(&signs, &listing.product)),
            properties,
        })
    }
}

/// The names of years change with each of them: Etsy knows which ones there are now.
fn is_time(text: &str) -> bool {
    let year = |text: &str| text.len() == 4 && text.bytes().all(|byte| byte.is_ascii_digit());
    text == "made_to_order"
        || text.strip_suffix('s').is_some_and(year)
        || text.strip_prefix("before_").is_some_and(year)
        || text.split_once('_').is_some_and(|(from, to)| year(from) && year(to))
}

/// As they are set for the listing, or as the goods have them from their own shop.
pub(super) fn said_materials(signs: &Signs, product: &model::Product) -> Vec<String> {
    let set: Vec<String> = signs.many("materials").iter().flat_map(|text| text.split(',')).map(str::to_owned).collect();
    if !set.is_empty() {
        return set;
    }
    let named =
        |attribute: &&model::Attribute| matches!(attribute.key.to_lowercase().as_str(), "material" | "materials");
    let own = product.attributes.iter().find(named).map(|attribute| attribute.value.as_str()).unwrap_or_default();
    serde_json::from_str(own).unwrap_or_else(|_| own.split(',').map(str::to_owned).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_as_etsy_names_them_whatever_the_year() {
        for good in ["made_to_order", "2020_2026", "2020_2027", "1990s", "before_1700"] {
            assert!(is_time(good), "{good}");
        }
        for bad in ["yesterday", "2020", "2020-2026", "90s", ""] {
            assert!(!is_time(bad), "{bad}");
        }
    }

    #[test]
    fn a_value_is_its_number_its_scale_and_its_name() {
        for text in ["1213:Red", "2042@326:S", "7:a: b"] {
            assert_eq!(Chosen::parse(text).map(|chosen| chosen.text()).as_deref(), Some(text));
        }
        for wrong in ["Red", ":Red", "x:Red", "1@x:Red"] {
            assert_eq!(Chosen::parse(wrong), None, "{wrong}");
        }
    }
}
