//! Categories and what they ask for.

use entrepot_domain::listing::{Category, CategoryField, FieldKind};

use super::text::{one_line, usable_id};
use crate::bindings::taxonomy as wit;

/// Of one answer; more categories than any marketplace has below one.
const MAX_ANSWERS: usize = 50_000;

pub(crate) fn categories(found: Vec<wit::Category>) -> Vec<Category> {
    let known = |category: wit::Category| Category {
        id: usable_id(category.id),
        path: category.path.into_iter().map(one_line).collect(),
        leaf: category.leaf,
    };
    found.into_iter().take(MAX_ANSWERS).map(known).collect()
}

pub(crate) fn fields(found: Vec<wit::Field>) -> Vec<CategoryField> {
    let known = |field: wit::Field| CategoryField {
        key: usable_id(field.key),
        name: one_line(field.name),
        kind: match field.kind {
            wit::Kind::Text => FieldKind::Text,
            wit::Kind::Number => FieldKind::Number,
            wit::Kind::Flag => FieldKind::Flag,
            wit::Kind::Choice => FieldKind::Choice,
            wit::Kind::Date => FieldKind::Date,
        },
        required: field.required,
        recommended: field.recommended,
        many: field.many,
        of_variants: field.of_variants,
        values: choices(field.values),
        closed: field.closed,
        max_chars: field.max_chars,
    };
    found.into_iter().take(MAX_ANSWERS).map(known).collect()
}

/// Values and their names.
pub(crate) fn choices(found: Vec<(String, String)>) -> Vec<(String, String)> {
    found.into_iter().take(MAX_ANSWERS).map(|(value, name)| (usable_id(value), one_line(name))).collect()
}

pub(crate) fn field_to_wit(field: &CategoryField) -> wit::Field {
    let CategoryField { key, name, kind, required, recommended, many, of_variants, values, closed, max_chars } =
        field.clone();
    let kind = match kind {
        FieldKind::Text => wit::Kind::Text,
        FieldKind::Number => wit::Kind::Number,
        FieldKind::Flag => wit::Kind::Flag,
        FieldKind::Choice => wit::Kind::Choice,
        FieldKind::Date => wit::Kind::Date,
    };
    wit::Field { key, name, kind, required, recommended, many, of_variants, values, closed, max_chars }
}
