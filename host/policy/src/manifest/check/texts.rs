//! Texts of a manifest that people read before they let an adapter in: they have to say what they look like.

use serde_json::Value;
use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};

use entrepot_domain::names::{is_disguised, is_ignorable};

use super::super::Manifest;
use super::{Fault, Step};

/// Characters of a name, and of any other text.
const MAX_NAME_LEN: usize = 100;
const MAX_TEXT_LEN: usize = 4_000;
/// Letters to Unicode, and nothing to the eye.
const BLANK: [char; 5] = ['\u{115f}', '\u{1160}', '\u{2800}', '\u{3164}', '\u{ffa0}'];
/// Join or part letters, as some languages and emoji need.
const JOINERS: [char; 4] = ['\u{200c}', '\u{200d}', '\u{fe0e}', '\u{fe0f}'];

/// Every text there is, keys included.
pub(super) fn check(manifest: &Manifest) -> Result<(), Fault> {
    let value = serde_json::to_value(manifest).unwrap_or_default();
    walk(&value, &mut Vec::new())
}

fn walk(value: &Value, path: &mut Vec<Step>) -> Result<(), Fault> {
    match value {
        Value::String(text) => readable(text, path),
        Value::Array(items) => items.iter().enumerate().try_for_each(|(index, item)| {
            path.push(Step::Index(index));
            walk(item, path)?;
            path.pop();
            Ok(())
        }),
        Value::Object(table) => table.iter().try_for_each(|(key, item)| {
            readable(key, path)?;
            path.push(Step::Key(key.clone()));
            walk(item, path)?;
            path.pop();
            Ok(())
        }),
        _ => Ok(()),
    }
}

fn readable(text: &str, path: &[Step]) -> Result<(), Fault> {
    let at = |key: &str| matches!(path.last(), Some(Step::Key(last)) if last == key);
    let prose = at("description") || at("title");
    let is_name = path.len() == 1 && (at("name") || at("publisher") || at("version"));
    let most = if is_name { MAX_NAME_LEN } else { MAX_TEXT_LEN };
    let fault = |problem: String| Err(Fault { path: path.to_vec(), problem });
    if text.chars().count() > most {
        return fault(format!("must have at most {most} characters"));
    }
    let allowed = |c: char| (c == '\n' && at("description")) || (prose && JOINERS.contains(&c));
    match text.chars().find(|c| (is_hidden(*c) && !allowed(*c)) || (is_name && is_disguised(*c))) {
        Some(c) => {
            fault(format!("must not hold characters that hide, turn or pretend to be others (U+{:04X})", u32::from(c)))
        }
        None => Ok(()),
    }
}

/// Control characters, marks that turn the direction of writing, separators of lines, and what is not to be seen.
fn is_hidden(c: char) -> bool {
    let category = c.general_category();
    let hidden = [
        GeneralCategory::Control,
        GeneralCategory::Format,
        GeneralCategory::LineSeparator,
        GeneralCategory::ParagraphSeparator,
        GeneralCategory::PrivateUse,
    ];
    hidden.contains(&category) || BLANK.contains(&c) || is_ignorable(c)
}
