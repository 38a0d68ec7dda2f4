//! Categories: one tree for each marketplace, suggestions by words, and what a category asks for.

use serde_json::{Value, json};

use super::answers::{Wrong, nothing, ok, wrong};
use super::options::Aspect;
use super::store::State;
use crate::server::{Answer, Request};

pub(super) const TREES: [(&str, &str); 5] =
    [("EBAY_US", "0"), ("EBAY_GB", "3"), ("EBAY_DE", "77"), ("EBAY_FR", "71"), ("EBAY_PL", "212")];

pub(super) fn default_tree(request: &Request) -> Result<Answer, Wrong> {
    let market = request.parameter("marketplace_id").unwrap_or_default();
    let tree = TREES.iter().find(|(own, _)| *own == market);
    let (_, id) = tree.ok_or_else(|| wrong(400, 62002, format!("Marketplace {market} is not known.")))?;
    Ok(ok(&json!({"categoryTreeId": id, "categoryTreeVersion": "130"})))
}

fn children<'s>(state: &'s State, parent: Option<&'s str>) -> impl Iterator<Item = (&'s String, &'s String)> {
    { state.categories.iter() }.filter(move |(_, (_, own))| own.as_deref() == parent).map(|(id, (name, _))| (id, name))
}

fn node(state: &State, id: &str, name: &str, level: u32) -> Value {
    let below: Vec<Value> = children(state, Some(id)).map(|(id, name)| node(state, id, name, level + 1)).collect();
    let mut shown = json!({"category": {"categoryId": id, "categoryName": name}, "categoryTreeNodeLevel": level});
    if below.is_empty() {
        shown["leafCategoryTreeNode"] = json!(true);
    } else {
        shown["childCategoryTreeNodes"] = json!(below);
    }
    shown
}

pub(super) fn tree(state: &State, id: &str) -> Answer {
    let below: Vec<Value> = children(state, None).map(|(id, name)| node(state, id, name, 1)).collect();
    let root = json!({
        "category": {"categoryId": "0", "categoryName": "Root"}, "categoryTreeNodeLevel": 0, "childCategoryTreeNodes": below,
    });
    ok(&json!({"categoryTreeId": id, "categoryTreeVersion": "130", "rootCategoryNode": root}))
}

pub(super) fn suggestions(state: &State, request: &Request, tree: &str) -> Result<Answer, Wrong> {
    let words = request.parameter("q").filter(|words| !words.trim().is_empty());
    let words = words.ok_or_else(|| wrong(400, 62008, "The query is missing."))?.to_lowercase();
    let is_leaf = |id: &str| children(state, Some(id)).next().is_none();
    let fits = |name: &str| {
        name.to_lowercase().split(' ').any(|word| word.len() > 2 && words.contains(word.trim_end_matches('s')))
    };
    let found: Vec<Value> = { state.categories.iter() }
        .filter(|(id, (name, _))| is_leaf(id) && fits(name))
        .map(|(id, (name, parent))| {
            let mut above = Vec::new();
            let mut next = parent.clone();
            while let Some(id) = next {
                let Some((name, parent)) = state.categories.get(&id) else { break };
                above.push((id.clone(), name.clone()));
                next = parent.clone();
            }
            let levels = above.len();
            let shown: Vec<Value> = { above.iter().enumerate() }
                .map(|(at, (id, name))| json!({"categoryId": id, "categoryName": name, "categoryTreeNodeLevel": levels - at}))
                .collect();
            json!({"category": {"categoryId": id, "categoryName": name}, "categoryTreeNodeAncestors": shown, "categoryTreeNodeLevel": levels + 1})
        })
        .collect();
    if found.is_empty() {
        return Ok(nothing());
    }
    Ok(ok(&json!({"categoryTreeId": tree, "categoryTreeVersion": "130", "categorySuggestions": found})))
}

pub(super) fn aspects(state: &State, request: &Request) -> Result<Answer, Wrong> {
    let id = request.parameter("category_id").unwrap_or_default();
    if !state.categories.contains_key(&id) {
        return Err(wrong(404, 62005, format!("The category {id} is not known.")));
    }
    if children(state, Some(&id)).next().is_some() {
        return Err(wrong(400, 62009, format!("The category {id} is not a leaf category.")));
    }
    let shown = |aspect: &Aspect| {
        let values: Vec<Value> = aspect.values.iter().map(|value| json!({"localizedValue": value})).collect();
        json!({
            "localizedAspectName": aspect.name,
            "aspectConstraint": {
                "aspectDataType": "STRING", "aspectMode": if aspect.closed { "SELECTION_ONLY" } else { "FREE_TEXT" },
                "aspectRequired": aspect.required, "aspectUsage": aspect.usage, "aspectEnabledForVariations": aspect.may_vary,
                "itemToAspectCardinality": if aspect.many { "MULTI" } else { "SINGLE" }, "aspectApplicableTo": ["ITEM"], "aspectMaxLength": 65,
            },
            "aspectValues": values,
        })
    };
    let known = state.options.aspects.get(&id).map(Vec::as_slice).unwrap_or_default();
    Ok(ok(&json!({"aspects": known.iter().map(shown).collect::<Vec<_>>()})))
}

/// The conditions that categories take; of all of them, where none is named.
pub(super) fn conditions(state: &State, request: &Request) -> Answer {
    let filter = request.parameter("filter").unwrap_or_default();
    let wanted = filter.strip_prefix("categoryIds:{").and_then(|rest| rest.strip_suffix('}')).unwrap_or_default();
    let is_wanted = |id: &str| wanted.is_empty() || wanted.split('|').any(|own| own == id);
    let known = state.options.conditions.iter().filter(|(id, _)| is_wanted(id));
    let policies: Vec<Value> = known
        .map(|(id, conditions)| {
            let one = |(number, _, name): &(u64, &str, &str)| {
                json!({"conditionId": number.to_string(), "conditionDescription": name})
            };
            let conditions: Vec<Value> = conditions.iter().map(one).collect();
            json!({"categoryId": id, "categoryTreeId": "0", "itemConditionRequired": true, "itemConditions": conditions})
        })
        .collect();
    ok(&json!({"itemConditionPolicies": policies}))
}
