//! What a bulk query may be: at least one connection and at most five, two deep below the first, and one field at the top.

use apollo_compiler::ast::Selection;

use super::super::cost::CONNECTIONS;
use super::super::execute::Parsed;

pub(super) fn check(parsed: &Parsed) -> Result<(), String> {
    let [Selection::Field(root)] = parsed.operation.selection_set.as_slice() else {
        return Err("Bulk queries must have exactly one top level field".to_owned());
    };
    if matches!(root.name.as_str(), "node" | "nodes") {
        return Err("Bulk queries cannot use node or nodes at the top level".to_owned());
    }
    let (count, depth) = count(parsed, &parsed.operation.selection_set);
    match (count, depth) {
        (0, _) => Err("Bulk queries must contain at least one connection.".to_owned()),
        (6.., _) => Err("Bulk queries cannot contain more than 5 connections.".to_owned()),
        (_, 4..) => Err("Bulk queries cannot contain connections with a nesting depth greater than 2.".to_owned()),
        _ => Ok(()),
    }
}

/// How many connections there are, and how many lie in each other.
fn count(parsed: &Parsed, selections: &[Selection]) -> (usize, usize) {
    let mut all = (0, 0);
    for selection in selections {
        let (mut connections, mut depth) = match selection {
            Selection::Field(field) => count(parsed, &field.selection_set),
            Selection::InlineFragment(fragment) => count(parsed, &fragment.selection_set),
            Selection::FragmentSpread(spread) => {
                let fragment = parsed.fragments.get(spread.fragment_name.as_str());
                fragment.map_or((0, 0), |fragment| count(parsed, &fragment.selection_set))
            }
        };
        if let Selection::Field(field) = selection
            && CONNECTIONS.contains(&field.name.as_str())
        {
            connections += 1;
            depth += 1;
        }
        all = (all.0 + connections, all.1.max(depth));
    }
    all
}
