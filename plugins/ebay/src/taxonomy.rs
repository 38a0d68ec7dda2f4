//! eBay's categories, and what each asks for. The app asks in its own name: they are the same for all sellers.

use entrepot_guest::lenient::{Fields, Raw};
use entrepot_guest::prelude::*;
use entrepot_guest::taxonomy::{Category, Field, Kind};

use crate::client::Client;

/// A fact that may differ from one variation to another, and one that may not.
pub(crate) const ASPECT: &str = "aspect:";
pub(crate) const COMMON_ASPECT: &str = "common_aspect:";
/// Values of a fact that are told; a list of all brands there are helps nobody.
const MOST_VALUES: usize = 500;
/// The longest value that eBay takes.
pub(crate) const MOST_VALUE: usize = 65;

const TREE: [&str; 4] = ["commerce", "taxonomy", "v1", "category_tree"];

/// Which of eBay's trees the marketplace has.
fn tree<T: Transport>(client: &Client<'_, T>) -> Result<String, Error> {
    let call = client.app().get(&["commerce", "taxonomy", "v1", "get_default_category_tree_id"]);
    let text = client.ask(call.query("marketplace_id", client.settings.market.id))?;
    let id = Raw::checked(&text).fields().get("categoryTreeId").owned();
    id.ok_or_else(|| Error::Unavailable("eBay does not say which categories the marketplace has".to_owned()))
}

fn named(category: &Fields<'_>) -> Option<(String, String)> {
    Some((category.get("categoryId").owned()?, category.get("categoryName").name()?))
}

pub fn categories<T: Transport>(
    transport: &T,
    channel: &Channel,
    parent: Option<&str>,
) -> Result<Vec<Category>, Error> {
    let client = Client::of(transport, channel)?;
    let tree = tree(&client)?;
    // One part of it comes without the names above it, so the whole is asked for.
    let text = client.ask(client.app().get(&[&TREE[..], &[&tree]].concat()))?;
    let root = Raw::checked(&text).fields().get("rootCategoryNode");
    if !root.is_object() {
        return Err(Error::Unavailable("eBay answered without its categories".to_owned()));
    }
    let mut found = Vec::new();
    let mut waiting: Vec<(Raw<'_>, Option<String>, Vec<String>)> = vec![(root, None, Vec::new())];
    while let Some((node, above, path)) = waiting.pop() {
        let node = node.fields();
        let below = node.get("childCategoryTreeNodes").items();
        let is_root = above.is_none();
        let Some((id, name)) = named(&node.get("category").fields()) else {
            return Err(Error::Unavailable("eBay shows a category that cannot be read".to_owned()));
        };
        let mut own = path;
        if !is_root {
            own.push(name);
            // The root stands for the marketplace as a whole.
            let asked_for = above.as_deref() == Some(parent.unwrap_or(""));
            if asked_for {
                let leaf = node.get("leafCategoryTreeNode").is_true() || below.is_empty();
                found.push(Category { id: id.clone(), path: own.clone(), leaf });
            }
        }
        let key = if is_root { String::new() } else { id };
        waiting.extend(below.into_iter().rev().map(|child| (child, Some(key.clone()), own.clone())));
    }
    Ok(found)
}

/// By the words of the title, in eBay's order.
pub fn suggest<T: Transport>(
    transport: &T,
    channel: &Channel,
    title: &str,
    path: &[String],
) -> Result<Vec<Category>, Error> {
    let words = [title.trim(), path.last().map(|last| last.trim()).unwrap_or_default()];
    let words = if words[0].is_empty() { words[1] } else { words[0] };
    if words.is_empty() {
        return Ok(Vec::new());
    }
    let client = Client::of(transport, channel)?;
    let tree = tree(&client)?;
    let call = client.app().get(&[&TREE[..], &[&tree, "get_category_suggestions"]].concat());
    let text = client.ask(call.query("q", words))?;
    let suggestions = Raw::checked(&text).fields().get("categorySuggestions").records();
    let category = |one: &Fields<'_>| {
        let (id, name) = named(&one.get("category").fields())?;
        let ancestors = one.get("categoryTreeNodeAncestors").records();
        let level =
            |one: &Fields<'_>| Some((one.get("categoryTreeNodeLevel").whole()?, one.get("categoryName").name()?));
        let mut above: Vec<(i64, String)> =
            ancestors.iter().filter_map(level).filter(|(level, _)| *level > 0).collect();
        above.sort();
        let path = above.into_iter().map(|(_, name)| name).chain([name]).collect();
        // Only leaves are suggested.
        Some(Category { id, path, leaf: true })
    };
    Ok(suggestions.iter().filter_map(category).collect())
}

/// What a category asks for beside what all of them do.
pub(crate) fn aspects<T: Transport>(client: &Client<'_, T>, category: &str) -> Result<Vec<Field>, Error> {
    let tree = tree(client)?;
    let call = client.app().get(&[&TREE[..], &[&tree, "get_item_aspects_for_category"]].concat());
    let text = match client.ask(call.query("category_id", category)) {
        // eBay says so of the listing, where somebody reads it.
        Err(Error::NotFound | Error::Other(_)) => return Ok(Vec::new()),
        answer => answer?,
    };
    Ok(Raw::checked(&text).fields().get("aspects").records().iter().filter_map(aspect).collect())
}

fn aspect(one: &Fields<'_>) -> Option<Field> {
    let name = one.get("localizedAspectName").name()?;
    let rule = one.get("aspectConstraint").fields();
    let values = one.get("aspectValues").records();
    let values = values.iter().filter_map(|value| value.get("localizedValue").name()).take(MOST_VALUES);
    let values: Vec<(String, String)> = values.map(|value| (value.clone(), value)).collect();
    let is = |name: &str, word: &str| rule.get(name).word().as_deref() == Some(word);
    let prefix = if rule.get("aspectEnabledForVariations").is_true() { ASPECT } else { COMMON_ASPECT };
    let most = rule.get("aspectMaxLength").whole().and_then(|most| u32::try_from(most).ok());
    Some(Field {
        key: format!("{prefix}{name}"),
        name,
        kind: match rule.get("aspectDataType").word().as_deref() {
            Some("NUMBER") if values.is_empty() => Kind::Number,
            _ if values.is_empty() => Kind::Text,
            _ => Kind::Choice,
        },
        // Whether it is required is said here alone; `aspectUsage` says how much eBay would like it.
        required: rule.get("aspectRequired").is_true(),
        recommended: is("aspectUsage", "RECOMMENDED"),
        many: is("itemToAspectCardinality", "MULTI"),
        of_variants: false,
        closed: is("aspectMode", "SELECTION_ONLY") && values.len() < MOST_VALUES,
        values,
        max_chars: most.or(u32::try_from(MOST_VALUE).ok()),
    })
}
