//! Finds the line of a key, so that an error can point at it.

use toml::de::{DeTable, DeValue};

use super::check::Step;

/// Counted from 1.
pub(super) fn line_at(text: &str, at: usize) -> usize {
    text.as_bytes().iter().take(at).filter(|b| **b == b'\n').count() + 1
}

/// The line of the key at the end of the path, or of the last part of it that exists.
pub(super) fn line_of(text: &str, path: &[Step]) -> Option<usize> {
    let root = DeTable::parse(text).ok()?;
    let mut table = Some(root.get_ref());
    let mut array = None;
    let mut at = None;
    for step in path {
        let found = match step {
            Step::Key(key) => {
                table.and_then(|table| table.iter().find(|(k, _)| k.get_ref() == key).map(|(k, v)| (k.span().start, v)))
            }
            Step::Index(index) => {
                array.and_then(|array: &toml::de::DeArray<'_>| array.get(*index)).map(|v| (v.span().start, v))
            }
        };
        let Some((start, value)) = found else { break };
        at = Some(start);
        table = if let DeValue::Table(inner) = value.get_ref() { Some(inner) } else { None };
        array = if let DeValue::Array(inner) = value.get_ref() { Some(inner) } else { None };
    }
    at.map(|at| line_at(text, at))
}

/// The key whose value or name begins at `at`, e.g. `egress[0].origin`. Empty when nothing does.
pub(super) fn key_at(text: &str, at: usize) -> String {
    DeTable::parse(text).ok().and_then(|root| in_table(root.get_ref(), at, "")).unwrap_or_default()
}

fn in_table(table: &DeTable<'_>, at: usize, prefix: &str) -> Option<String> {
    table.iter().find_map(|(key, value)| {
        let name = if prefix.is_empty() { key.get_ref().to_string() } else { format!("{prefix}.{}", key.get_ref()) };
        in_value(value.get_ref(), at, &name)
            .or_else(|| (key.span().contains(&at) || value.span().contains(&at)).then_some(name))
    })
}

fn in_value(value: &DeValue<'_>, at: usize, name: &str) -> Option<String> {
    match value {
        DeValue::Table(table) => in_table(table, at, name),
        DeValue::Array(array) => array.iter().enumerate().find_map(|(index, item)| {
            let name = format!("{name}[{index}]");
            in_value(item.get_ref(), at, &name).or_else(|| item.span().contains(&at).then_some(name))
        }),
        _ => None,
    }
}
