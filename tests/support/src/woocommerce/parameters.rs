//! What a list accepts, after the shop's own `OPTIONS` answer, and what it says to values it does not.

use std::collections::BTreeMap;

use super::errors::Invalid;
use super::time::{self, Written};

mod schema;

pub(crate) use self::schema::{NONE, PRODUCTS, TERMS, VARIATIONS, WEBHOOK, WEBHOOKS};

/// What a parameter holds.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Kind {
    Text,
    Int(Option<i64>, Option<i64>),
    Bool,
    Date,
    Enum(&'static [&'static str]),
    Ints,
    Texts,
    Enums(&'static [&'static str]),
    /// A list of objects: passed by.
    Objects,
}

/// A parameter of a list. `done` is whether this simulation filters by it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Parameter {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    pub(crate) done: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Value {
    Int(i64),
    Bool(bool),
    Text(String),
    Ints(Vec<i64>),
    Texts(Vec<String>),
    Date(Written),
}

/// The parameters of a request that passed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Values(pub(crate) BTreeMap<&'static str, Value>);

/// What else was found in the query.
#[derive(Clone, Debug, Default)]
pub(crate) struct Findings {
    /// Names the real shop ignores.
    pub(crate) unknown: Vec<String>,
    /// Names the real shop knows and this one does not act on.
    pub(crate) undone: Vec<String>,
}

/// Names that belong to WordPress or to authentication.
fn common(name: &str) -> bool {
    name.starts_with("oauth_")
        || matches!(
            name,
            "_fields"
                | "_locale"
                | "_embed"
                | "_envelope"
                | "_method"
                | "consumer_key"
                | "consumer_secret"
                | "rest_route"
        )
}

/// Reads the query against `schema`.
pub(crate) fn read(schema: &[Parameter], pairs: &[(String, String)]) -> Result<(Values, Findings), Vec<Invalid>> {
    // `include[]=1&include[]=2` is one parameter to PHP.
    let mut given: BTreeMap<&str, (bool, Vec<&str>)> = BTreeMap::new();
    for (name, value) in pairs {
        let (plain, listed) = name.split_once('[').map_or((name.as_str(), false), |(plain, _)| (plain, true));
        let entry = given.entry(plain).or_default();
        if !listed {
            entry.1.clear();
        }
        entry.0 = listed;
        entry.1.push(value);
    }
    let mut findings = Findings::default();
    for name in given.keys() {
        match schema.iter().find(|parameter| parameter.name == *name) {
            None if common(name) => {}
            None => findings.unknown.push((*name).to_owned()),
            Some(parameter) if !parameter.done => findings.undone.push((*name).to_owned()),
            Some(_) => {}
        }
    }
    let mut values = Values::default();
    let mut invalid = Vec::new();
    for parameter in schema {
        let Some((listed, texts)) = given.get(parameter.name) else { continue };
        match checked(parameter, *listed, texts) {
            Ok(Some(value)) => {
                values.0.insert(parameter.name, value);
            }
            Ok(None) => {}
            Err((code, message, element)) => {
                invalid.push(Invalid { name: parameter.name.to_owned(), code, message, element });
            }
        }
    }
    if invalid.is_empty() { Ok((values, findings)) } else { Err(invalid) }
}

type Refused = (&'static str, String, Option<String>);

fn wrong_type(name: &str, kind: &str) -> Refused {
    ("rest_invalid_type", format!("{name} is not of type {kind}."), Some(name.to_owned()))
}

fn checked(parameter: &Parameter, listed: bool, texts: &[&str]) -> Result<Option<Value>, Refused> {
    let name = parameter.name;
    let last = texts.last().copied().unwrap_or_default();
    let value = match parameter.kind {
        Kind::Objects => return Ok(None),
        Kind::Ints => Value::Ints(
            elements(listed, texts)
                .enumerate()
                .map(|(at, text)| integer(text).ok_or_else(|| wrong_type(&format!("{name}[{at}]"), "integer")))
                .collect::<Result<_, _>>()?,
        ),
        Kind::Texts => Value::Texts(elements(listed, texts).map(str::to_owned).collect()),
        Kind::Enums(words) => {
            for (at, text) in elements(listed, texts).enumerate() {
                one_of(&format!("{name}[{at}]"), words, text)?;
            }
            Value::Texts(elements(listed, texts).map(str::to_owned).collect())
        }
        kind if listed => {
            let kind = match kind {
                Kind::Int(..) => "integer",
                Kind::Bool => "boolean",
                _ => "string",
            };
            return Err(wrong_type(name, kind));
        }
        Kind::Text => Value::Text(last.to_owned()),
        Kind::Int(low, high) => {
            let value = integer(last).ok_or_else(|| wrong_type(name, "integer"))?;
            bounded(name, value, low, high)?;
            Value::Int(value)
        }
        Kind::Bool => match last.to_ascii_lowercase().as_str() {
            "true" | "1" => Value::Bool(true),
            "false" | "0" => Value::Bool(false),
            _ => return Err(wrong_type(name, "boolean")),
        },
        Kind::Date => match time::parse(last) {
            Some(date) => Value::Date(date),
            None => return Err(("rest_invalid_date", "Invalid date.".to_owned(), None)),
        },
        Kind::Enum(words) => {
            one_of(name, words, last)?;
            Value::Text(last.to_owned())
        }
    };
    Ok(Some(value))
}

/// A list written with brackets, or as one text with commas or blanks in between.
fn elements<'a>(listed: bool, texts: &'a [&'a str]) -> impl Iterator<Item = &'a str> {
    texts.iter().flat_map(move |text| {
        let separated = move |c: char| !listed && (c == ',' || c.is_whitespace());
        text.split(separated).filter(move |piece| listed || !piece.is_empty())
    })
}

/// A whole number as PHP's `rest_is_integer` sees it.
fn integer(text: &str) -> Option<i64> {
    let text = text.trim();
    text.parse::<i64>().ok().or_else(|| {
        let number: f64 = text.parse().ok()?;
        (number.is_finite() && number.fract() == 0.0).then_some(number as i64)
    })
}

fn bounded(name: &str, value: i64, low: Option<i64>, high: Option<i64>) -> Result<(), Refused> {
    let message = match (low, high) {
        (Some(low), Some(high)) if value < low || value > high => {
            format!("{name} must be between {low} (inclusive) and {high} (inclusive)")
        }
        (Some(low), None) if value < low => format!("{name} must be greater than or equal to {low}"),
        _ => return Ok(()),
    };
    Err(("rest_out_of_bounds", message, None))
}

fn one_of(name: &str, words: &[&str], text: &str) -> Result<(), Refused> {
    if words.contains(&text) {
        return Ok(());
    }
    let (last, rest) = words.split_last().expect("an enumeration has words");
    let listed = format!("{}, and {last}", rest.join(", "));
    Err(("rest_not_in_enum", format!("{name} is not one of {listed}."), None))
}

impl Values {
    pub(crate) fn int(&self, name: &str) -> Option<i64> {
        match self.0.get(name) {
            Some(Value::Int(value)) => Some(*value),
            _ => None,
        }
    }

    pub(crate) fn bool(&self, name: &str) -> Option<bool> {
        match self.0.get(name) {
            Some(Value::Bool(value)) => Some(*value),
            _ => None,
        }
    }

    /// A text; an empty one is none, as to PHP.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        match self.0.get(name) {
            Some(Value::Text(value)) if !value.is_empty() => Some(value),
            _ => None,
        }
    }

    pub(crate) fn ints(&self, name: &str) -> &[i64] {
        match self.0.get(name) {
            Some(Value::Ints(values)) => values,
            _ => &[],
        }
    }

    pub(crate) fn texts(&self, name: &str) -> &[String] {
        match self.0.get(name) {
            Some(Value::Texts(values)) => values,
            _ => &[],
        }
    }

    pub(crate) fn date(&self, name: &str) -> Option<Written> {
        match self.0.get(name) {
            Some(Value::Date(date)) => Some(*date),
            _ => None,
        }
    }
}
