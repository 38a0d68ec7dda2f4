//! What an account has to choose from: business policies, which belong to one marketplace each, and inventory locations.

use entrepot_guest::lenient::{Fields, Raw};
use entrepot_guest::prelude::*;

use crate::client::{Client, rows};

/// The number or key, and what the seller calls it.
pub(crate) type Choices = Vec<(String, String)>;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Policy {
    /// The setting, and the field of a listing.
    pub(crate) key: &'static str,
    pub(crate) title: &'static str,
    /// In an offer, and of the policy itself.
    pub(crate) id: &'static str,
    route: &'static str,
    list: &'static str,
}

pub(crate) const POLICIES: [Policy; 3] = [
    Policy {
        key: "fulfillment_policy",
        title: "Fulfilment policy",
        id: "fulfillmentPolicyId",
        route: "fulfillment_policy",
        list: "fulfillmentPolicies",
    },
    Policy {
        key: "payment_policy",
        title: "Payment policy",
        id: "paymentPolicyId",
        route: "payment_policy",
        list: "paymentPolicies",
    },
    Policy {
        key: "return_policy",
        title: "Return policy",
        id: "returnPolicyId",
        route: "return_policy",
        list: "returnPolicies",
    },
];
pub(crate) const LOCATION: &str = "location";

/// Locations of a page. Their `offset` counts records, not pages.
const PAGE: usize = 100;
/// Sellers have a few; what goes on for ever is a mistake of the marketplace's.
const MOST_PAGES: usize = 20;

pub(crate) fn policies<T: Transport>(client: &Client<'_, T>, policy: &Policy) -> Result<Choices, Error> {
    let market = client.settings.market.id;
    let call = client.user().get(&["sell", "account", "v1", policy.route]).query("marketplace_id", market);
    let text = client.ask(call)?;
    let is_ours = |one: &Fields<'_>| one.get("marketplaceId").word().is_none_or(|id| id == market);
    let choice = |one: Fields<'_>| Some((one.get(policy.id).owned()?, one.get("name").name().unwrap_or_default()));
    Ok(rows(&text, policy.list)?.into_iter().map(Raw::fields).filter(is_ours).filter_map(choice).collect())
}

pub(crate) fn locations<T: Transport>(client: &Client<'_, T>) -> Result<Choices, Error> {
    let mut found = Choices::new();
    for page in 0..MOST_PAGES {
        let call = client.inventory(&["location"]).query("limit", &PAGE.to_string());
        let text = client.ask(call.query("offset", &(page * PAGE).to_string()))?;
        let shown = rows(&text, "locations")?;
        let enabled = |one: &Fields<'_>| one.get("merchantLocationStatus").word().is_none_or(|is| is == "ENABLED");
        let choice = |one: Fields<'_>| {
            let key = one.get("merchantLocationKey").owned()?;
            let name = one.get("name").name().unwrap_or_else(|| key.clone());
            Some((key, name))
        };
        found.extend(shown.iter().map(|one| one.fields()).filter(enabled).filter_map(choice));
        let total = Raw::checked(&text).fields().get("total").whole().unwrap_or_default();
        if shown.is_empty() || i64::try_from(found.len()).unwrap_or(i64::MAX) >= total {
            break;
        }
    }
    Ok(found)
}
