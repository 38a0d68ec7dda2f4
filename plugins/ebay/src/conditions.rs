//! The conditions that goods can be in: offers name them by a word, and a category's rules by a number.

use entrepot_guest::lenient::{Fields, Raw};
use entrepot_guest::prelude::*;

use crate::client::Client;
use crate::policies::Choices;

/// Of `ConditionEnum`: the word, eBay's number of it, and its name.
const CONDITIONS: [(&str, u64, &str); 16] = [
    ("NEW", 1000, "New"),
    ("NEW_OTHER", 1500, "New, without its packaging or tags"),
    ("NEW_WITH_DEFECTS", 1750, "New, with defects"),
    ("CERTIFIED_REFURBISHED", 2000, "Certified refurbished"),
    ("EXCELLENT_REFURBISHED", 2010, "Refurbished, excellent"),
    ("VERY_GOOD_REFURBISHED", 2020, "Refurbished, very good"),
    ("GOOD_REFURBISHED", 2030, "Refurbished, good"),
    ("SELLER_REFURBISHED", 2500, "Refurbished by the seller"),
    ("LIKE_NEW", 2750, "Like new"),
    ("PRE_OWNED_EXCELLENT", 2990, "Pre-owned, excellent"),
    ("USED_EXCELLENT", 3000, "Used, excellent"),
    ("PRE_OWNED_FAIR", 3010, "Pre-owned, fair"),
    ("USED_VERY_GOOD", 4000, "Used, very good"),
    ("USED_GOOD", 5000, "Used, good"),
    ("USED_ACCEPTABLE", 6000, "Used, acceptable"),
    ("FOR_PARTS_OR_NOT_WORKING", 7000, "For parts, or not working"),
];

/// What goods are in where nobody says anything.
pub(crate) const DEFAULT: &str = "NEW";

pub(crate) fn is_known(word: &str) -> bool {
    CONDITIONS.iter().any(|(known, ..)| *known == word)
}

/// All there are.
pub(crate) fn all() -> Choices {
    CONDITIONS.iter().map(|(word, _, name)| ((*word).to_owned(), (*name).to_owned())).collect()
}

/// Those that a category takes, with what eBay calls them there; all, where it does not say.
pub(crate) fn of_category<T: Transport>(client: &Client<'_, T>, category: &str) -> Result<Choices, Error> {
    let path = ["sell", "metadata", "v1", "marketplace", client.settings.market.id, "get_item_condition_policies"];
    let call = client.app().header("accept-language", client.settings.language).get(&path);
    let text = match client.ask(call.query("filter", &format!("categoryIds:{{{category}}}"))) {
        // eBay says so of the listing, where somebody reads it.
        Err(Error::NotFound | Error::Other(_)) => return Ok(all()),
        answer => answer?,
    };
    let policies = Raw::checked(&text).fields().get("itemConditionPolicies").records();
    let own = policies.iter().find(|policy| policy.get("categoryId").word().as_deref() == Some(category));
    let conditions = own.map(|policy| policy.get("itemConditions").records()).unwrap_or_default();
    let choice = |one: &Fields<'_>| {
        let number = one.get("conditionId").id()?;
        let (word, _, name) = CONDITIONS.iter().find(|(_, known, _)| *known == number)?;
        Some(((*word).to_owned(), one.get("conditionDescription").name().unwrap_or_else(|| (*name).to_owned())))
    };
    let found: Choices = conditions.iter().filter_map(choice).collect();
    Ok(if found.is_empty() { all() } else { found })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_can_be_the_channels_own() {
        let manifest = include_str!("../adapter.toml");
        for (word, _) in all() {
            assert!(is_known(&word) && manifest.contains(&format!("\"{word}\"")), "{word}");
        }
        assert!(is_known(DEFAULT) && !is_known("SHINY"));
    }
}
