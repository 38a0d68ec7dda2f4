//! Shopify's search syntax, as far as it is needed: `updated_at:>='…'`, `id:5`, `status:running`, joined by AND or OR.

use serde_json::{Value, json};

use super::time;

/// A search over things with a date and an id.
#[derive(Debug, Default)]
pub(super) struct Search {
    /// Any of these must hold; each is a list of terms that must hold together. None: everything.
    any: Vec<Vec<Term>>,
    /// Fields that are not known: they are ignored, and everything is returned.
    pub(super) warnings: Vec<Value>,
}

#[derive(Debug)]
struct Term {
    field: String,
    comparison: String,
    value: String,
}

impl Search {
    pub(super) fn of(query: &str, known: &[&str]) -> Self {
        let mut search = Self::default();
        for alternative in query.split(" OR ").filter(|part| !part.trim().is_empty()) {
            let mut terms = Vec::new();
            for part in alternative.split(" AND ").map(str::trim) {
                let (field, rest) = part.split_once(':').unwrap_or(("default", part));
                if !known.contains(&field) {
                    search.warnings.push(json!({"field": field, "message": "Invalid search field for this query."}));
                    continue;
                }
                let comparison: String = rest.chars().take_while(|c| matches!(c, '<' | '>' | '=')).collect();
                let value = rest[comparison.len()..].trim_matches(|c| matches!(c, '\'' | '"')).to_owned();
                terms.push(Term { field: field.to_owned(), comparison, value });
            }
            search.any.push(terms);
        }
        search
    }

    /// `number` gives what a field holds.
    pub(super) fn finds(&self, number: impl Fn(&str) -> Option<i64>) -> bool {
        let holds = |term: &Term| {
            let wanted = if term.field.ends_with("_at") { time::parse(&term.value) } else { term.value.parse().ok() };
            let (Some(wanted), Some(is)) = (wanted, number(&term.field)) else { return true };
            match term.comparison.as_str() {
                ">=" => is >= wanted,
                ">" => is > wanted,
                "<=" => is <= wanted,
                "<" => is < wanted,
                _ => is == wanted,
            }
        };
        self.any.is_empty() || self.any.iter().any(|terms| terms.iter().all(holds))
    }
}

/// Terms with quoted words: `sku:"A-1" OR sku:"B\"2"`.
#[derive(Debug, Default)]
pub(super) struct Words {
    terms: Vec<(String, String)>,
    pub(super) warnings: Vec<Value>,
}

impl Words {
    pub(super) fn of(query: &str, known: &[&str]) -> Self {
        let mut words = Self::default();
        let mut rest = query.trim();
        while !rest.is_empty() {
            let (field, after) = rest.split_once(':').unwrap_or(("default", rest));
            let mut value = String::new();
            let mut chars = after.char_indices();
            let quoted = after.starts_with('"');
            let mut end = after.len();
            if quoted {
                chars.next();
            }
            while let Some((at, c)) = chars.next() {
                match c {
                    '\\' => value.extend(chars.next().map(|(_, c)| c)),
                    '"' if quoted => {
                        end = at + 1;
                        break;
                    }
                    ' ' if !quoted => {
                        end = at;
                        break;
                    }
                    c => value.push(c),
                }
            }
            let field = field.trim();
            if known.contains(&field) {
                words.terms.push((field.to_owned(), value.to_lowercase()));
            } else {
                words.warnings.push(json!({"field": field, "message": "Invalid search field for this query."}));
            }
            rest = after[end..].trim_start();
            rest = rest.strip_prefix("OR ").unwrap_or(rest);
        }
        words
    }

    /// What begins like a term is found, however it is written; without a term that is understood everything is.
    pub(super) fn finds(&self, text: &str) -> bool {
        let text = text.to_lowercase();
        self.terms.is_empty() || self.terms.iter().any(|(_, value)| text.starts_with(value.as_str()))
    }
}
