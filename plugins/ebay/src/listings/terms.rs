//! What eBay asks for beside the goods: policies, a place, a condition. A listing's own answers come before the channel's.

use entrepot_guest::lenient::Raw;
use entrepot_guest::listing::Listing;
use entrepot_guest::prelude::*;
use entrepot_guest::taxonomy::{Field, Kind};

use super::words::Words;
use crate::client::Client;
use crate::conditions;
use crate::policies::{Choices, LOCATION, POLICIES, locations, policies};
use crate::taxonomy::aspects;

pub(super) const CONDITION: &str = "condition";
pub(super) const CONDITION_DESCRIPTION: &str = "condition_description";
/// Characters of what is said of the condition.
pub(super) const MOST_CONDITION_DESCRIPTION: usize = 1_000;

/// What the channel says for all listings.
#[derive(Clone, Debug, Default)]
pub(crate) struct Defaults(Vec<(&'static str, String)>);

impl Defaults {
    pub(crate) fn of(channel: &Channel) -> Self {
        let fields = Raw::of(channel.settings.trim()).fields();
        let keys = POLICIES.iter().map(|policy| policy.key).chain([LOCATION, CONDITION]);
        Self(keys.filter_map(|key| Some((key, fields.get(key).owned()?))).collect())
    }

    pub(crate) fn said(&self, key: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| *known == key).map(|(_, value)| value.as_str())
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Terms {
    pub(super) category: Option<String>,
    pub(super) condition: String,
    pub(super) condition_description: Option<String>,
    pub(super) location: Option<String>,
    /// By [`POLICIES`], in their order.
    pub(super) policies: [Option<String>; 3],
}

impl Terms {
    pub(super) fn of(defaults: &Defaults, listing: &Listing) -> Self {
        let words = Words::of(listing);
        let said = |key: &str| words.one(key).or_else(|| defaults.said(key).map(str::to_owned));
        Self {
            category: listing.category.clone().filter(|category| !category.trim().is_empty()),
            condition: said(CONDITION).unwrap_or_else(|| conditions::DEFAULT.to_owned()),
            condition_description: words.one(CONDITION_DESCRIPTION),
            location: said(LOCATION),
            policies: POLICIES.map(|policy| said(policy.key)),
        }
    }
}

/// What a listing in this category has to say, or may. What the channel says for all is not asked for.
pub fn fields<T: Transport>(transport: &T, channel: &Channel, category: Option<&str>) -> Result<Vec<Field>, Error> {
    let client = Client::of(transport, channel)?;
    let defaults = Defaults::of(channel);
    let category = category.filter(|category| !category.trim().is_empty());
    let known =
        category.map_or_else(|| Ok(conditions::all()), |category| conditions::of_category(&client, category))?;
    let mut found = vec![
        field(CONDITION, "Condition", false, known),
        Field {
            kind: Kind::Text,
            closed: false,
            max_chars: u32::try_from(MOST_CONDITION_DESCRIPTION).ok(),
            ..field(CONDITION_DESCRIPTION, "About the condition", false, Choices::new())
        },
    ];
    for policy in &POLICIES {
        let known = or_none(policies(&client, policy))?;
        found.push(field(policy.key, policy.title, defaults.said(policy.key).is_none(), known));
    }
    let known = locations(&client)?;
    found.push(field(LOCATION, "Inventory location", defaults.said(LOCATION).is_none(), known));
    if let Some(category) = category {
        found.extend(aspects(&client, category)?);
    }
    Ok(found)
}

/// The same lists, for settings of the channel.
pub fn choices<T: Transport>(transport: &T, channel: &Channel, name: &str) -> Result<Choices, Error> {
    let client = Client::of(transport, channel)?;
    match POLICIES.iter().find(|policy| policy.key == name) {
        Some(policy) => or_none(policies(&client, policy)),
        None if name == LOCATION => locations(&client),
        None => Ok(Choices::new()),
    }
}

/// Where business policies were never switched on there are none.
fn or_none(found: Result<Choices, Error>) -> Result<Choices, Error> {
    match found {
        Err(Error::Other(_)) => Ok(Choices::new()),
        found => found,
    }
}

fn field(key: &str, name: &str, required: bool, values: Choices) -> Field {
    Field {
        key: key.to_owned(),
        name: name.to_owned(),
        kind: Kind::Choice,
        required,
        recommended: false,
        many: false,
        of_variants: false,
        values,
        closed: true,
        max_chars: None,
    }
}
