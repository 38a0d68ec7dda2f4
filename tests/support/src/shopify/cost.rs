//! What a query costs before it runs: an object is one point, a connection as many as its page has objects, a mutation ten.

use apollo_compiler::ast::{Field, Selection};
use serde_json::{Value, json};

use super::execute::{Execution, Parsed};
use super::state::State;

/// A single query may cost this much, on every plan.
pub(super) const MOST: u32 = 1_000;

const MUTATION: u32 = 10;

/// Fields that are connections; the schema says so of every one of them.
pub(super) const CONNECTIONS: [&str; 11] = [
    "products",
    "productVariants",
    "publications",
    "categories",
    "variants",
    "media",
    "metafields",
    "collections",
    "inventoryLevels",
    "locations",
    "webhookSubscriptions",
];

pub(super) fn requested(parsed: &Parsed, execution: &Execution<'_, '_>) -> u32 {
    if parsed.is_mutation() {
        let fields = execution.fields("Root", &parsed.operation.selection_set);
        let each = fields.iter().map(|field| MUTATION + of_input(&execution.arguments(field)));
        return each.fold(0, u32::saturating_add);
    }
    of(&parsed.operation.selection_set, execution)
}

/// What `productSet` says of its input, in tenths of a point: 1.9 a file, 0.2 a variant, 0.6 the file of one, 0.4 a metafield.
fn of_input(arguments: &super::tree::Arguments) -> u32 {
    let Some(input) = arguments.get("input") else { return 0 };
    let list = |of: &Value, name: &str| of.get(name).and_then(Value::as_array).cloned().unwrap_or_default();
    let variants = list(input, "variants");
    let files = variants.iter().filter(|variant| variant.get("file").is_some_and(Value::is_object)).count();
    let metafields =
        list(input, "metafields").len() + variants.iter().map(|of| list(of, "metafields").len()).sum::<usize>();
    let tenths = 19 * list(input, "files").len() + 2 * variants.len() + 6 * files + 4 * metafields;
    u32::try_from(tenths.div_ceil(10)).unwrap_or(u32::MAX)
}

fn of(selections: &[Selection], execution: &Execution<'_, '_>) -> u32 {
    let each = selections.iter().map(|selection| match selection {
        Selection::Field(field) if execution.included(&field.directives) => field_cost(field, execution),
        Selection::Field(_) => 0,
        Selection::InlineFragment(fragment) => of(&fragment.selection_set, execution),
        Selection::FragmentSpread(spread) => {
            let fragment = execution.fragments.get(spread.fragment_name.as_str());
            fragment.map_or(0, |fragment| of(&fragment.selection_set, execution))
        }
    });
    each.fold(0, u32::saturating_add)
}

fn field_cost(field: &Field, execution: &Execution<'_, '_>) -> u32 {
    if field.selection_set.is_empty() || field.name == "pageInfo" {
        return 0;
    }
    let inner = of(&field.selection_set, execution);
    let arguments = execution.arguments(field);
    let many = |count: u64| u32::try_from(count).unwrap_or(u32::MAX);
    if CONNECTIONS.contains(&field.name.as_str()) {
        let first = arguments.get("first").and_then(Value::as_u64).unwrap_or(1);
        // `nodes` or `edges` count one for the object already, `edges { node }` not twice.
        return many(first).saturating_mul(inner.saturating_sub(u32::from(has(field, "edges"))));
    }
    if field.name == "nodes" && arguments.contains_key("ids") {
        let ids = arguments.get("ids").and_then(Value::as_array).map_or(0, Vec::len);
        return many(ids as u64).saturating_mul(inner + 1);
    }
    inner + 1
}

fn has(field: &Field, name: &str) -> bool {
    field.selection_set.iter().any(|selection| matches!(selection, Selection::Field(field) if field.name == name))
}

/// `extensions.cost`. Numbers of the bucket come as floats.
pub(super) fn said(state: &mut State, requested: u32, actual: Option<u32>) -> Value {
    json!({
        "requestedQueryCost": requested,
        "actualQueryCost": actual,
        "throttleStatus": {
            "maximumAvailable": state.options.bucket,
            "currentlyAvailable": state.available().floor(),
            "restoreRate": state.options.restore_rate,
        },
    })
}
