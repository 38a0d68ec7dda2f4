//! What came unreadable: GraphQL leaves out nothing that was asked for, so what is missing, null or of another type says nothing, and taken
//! for empty it would take off what the product has.

use serde_json::{Map, Value};

use crate::gid;

/// The first part that is not what it should be. The variants are without their levels.
pub(super) fn lacks(
    product: &Map<String, Value>,
    variants: &[Value],
    media: &[Value],
    metafields: &[Value],
) -> Option<&'static str> {
    let is_metafield = |node: &Value| ["namespace", "key", "value"].into_iter().all(|field| text(node, field));
    let checks = [
        ("tags", is_list_of(product.get("tags"), Value::is_string)),
        ("options", is_list_of(product.get("options"), |option| text(option, "name"))),
        ("seo", product.get("seo").is_some_and(Value::is_object)),
        ("media", media.iter().all(|node| gid::of(node).is_some())),
        ("metafields", metafields.iter().all(is_metafield)),
        ("selectedOptions", variants.iter().all(is_selected)),
        ("inventoryItem", variants.iter().all(|variant| is_item(variant.get("inventoryItem")))),
    ];
    checks.into_iter().find_map(|(part, is_whole)| (!is_whole).then_some(part))
}

fn text(of: &Value, field: &str) -> bool {
    of.get(field).is_some_and(Value::is_string)
}

fn is_list_of(list: Option<&Value>, is_one: impl Fn(&Value) -> bool) -> bool {
    list.and_then(Value::as_array).is_some_and(|all| all.iter().all(is_one))
}

fn is_selected(variant: &Value) -> bool {
    is_list_of(variant.get("selectedOptions"), |option| text(option, "name") && text(option, "value"))
}

/// Its weight and its cost may be null; that they are not there is something else.
fn is_item(item: Option<&Value>) -> bool {
    let Some(item) = item.filter(|item| item.is_object()) else { return false };
    let null_or = |of: Option<&Value>| of.is_some_and(|value| value.is_null() || value.is_object());
    gid::of(item).is_some()
        && item.get("tracked").is_some_and(Value::is_boolean)
        && null_or(item.get("unitCost"))
        && null_or(item.get("measurement").and_then(|measurement| measurement.get("weight")))
}
