//! `--set FIELD=VALUE` of listings.

use anyhow::{Context, Result, bail};
use entrepot_domain::Money;
use entrepot_domain::listing::Status;
use entrepot_domain::money::parse;
use entrepot_listings::ListingChange;
use serde_json::{Map, Value, json};

use crate::cli::ListingFields;

const KNOWN: &str = "title, description, price, compare_at, seo_slug, meta_title, meta_description, brand, tags, images, category, fields.KEY, \
    variants.ID.price, variants.ID.compare_at and variants.ID.enabled";

pub(super) fn change(given: ListingFields) -> Result<ListingChange> {
    let (mut set, mut fields, mut category) = (Map::new(), Map::new(), None);
    for (field, value) in given.set {
        let text = value.trim();
        let or_null = |of: Value| if text.is_empty() { Value::Null } else { of };
        match field.as_str() {
            "title" | "description" | "seo_slug" | "meta_title" | "meta_description" | "brand" => {
                drop(set.insert(field.clone(), or_null(json!(value))));
            }
            "price" | "compare_at" => drop(set.insert(field.clone(), amount(text)?)),
            "tags" => drop(set.insert(field.clone(), or_null(parts(text, &[','])))),
            "images" => drop(set.insert(field.clone(), or_null(parts(text, &[' ', ',', '\n'])))),
            "category" => category = Some((!text.is_empty()).then(|| text.to_owned())),
            other => match other.split('.').collect::<Vec<_>>().as_slice() {
                ["fields", key] => drop(fields.insert((*key).to_owned(), or_null(plain(text)))),
                // Ids of variants may have dots in them.
                ["variants", id @ .., amount_of @ ("price" | "compare_at")] if !id.is_empty() => {
                    of_variant(&mut set, &id.join("."), amount_of, amount(text)?)
                }
                ["variants", id @ .., "enabled"] if !id.is_empty() => {
                    let enabled = match text {
                        "" => Value::Null,
                        "true" | "yes" => json!(true),
                        "false" | "no" => json!(false),
                        other => bail!("{field} is {other:?}; use true, false, or nothing for the product's"),
                    };
                    of_variant(&mut set, &id.join("."), "enabled", enabled);
                }
                _ => bail!("a listing has no field {other:?}; there are {KNOWN}"),
            },
        }
    }
    let object = |map: Map<String, Value>| (!map.is_empty()).then_some(Value::Object(map));
    let status = given.status.as_deref().and_then(Status::parse);
    Ok(ListingChange { status, set: object(set), category, fields: object(fields), version: None })
}

fn of_variant(set: &mut Map<String, Value>, id: &str, field: &str, value: Value) {
    let variants = set.entry("variants").or_insert_with(|| json!({}));
    variants[id][field] = value;
}

/// A number, true or false, JSON, or a text.
fn plain(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|_| json!(text))
}

fn parts(text: &str, at: &[char]) -> Value {
    json!(text.split(at).map(str::trim).filter(|part| !part.is_empty()).collect::<Vec<_>>())
}

/// `12.99 EUR`, or as JSON.
fn amount(text: &str) -> Result<Value> {
    if text.is_empty() {
        return Ok(Value::Null);
    }
    if text.starts_with('{') {
        return serde_json::from_str(text).with_context(|| format!("{text:?} is no amount"));
    }
    let Money { minor, currency } = parse(text, None).map_err(anyhow::Error::msg)?;
    Ok(json!({ "minor": minor, "currency": currency }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(set: &[(&str, &str)]) -> Result<ListingChange> {
        let set = set.iter().map(|(field, value)| ((*field).to_owned(), (*value).to_owned())).collect();
        change(ListingFields { set, status: None })
    }

    #[test]
    fn fields_are_read() {
        let change = of(&[
            ("title", "Mug"),
            ("price", "12.9 EUR"),
            ("brand", ""),
            ("tags", "a, b"),
            ("variants.7.1.price", "1500 JPY"),
            ("variants.7.1.compare_at", "1800 JPY"),
            ("variants.7.1.enabled", "false"),
            ("fields.color", "red"),
            ("fields.sizes", "[1,2]"),
            ("category", "12"),
        ]);
        let change = change.expect("a change");
        let variants = json!({"7.1": {"price": {"minor": 1500, "currency": "JPY"}, "compare_at": {"minor": 1800, "currency": "JPY"},
            "enabled": false}});
        let set = json!({"title": "Mug", "price": {"minor": 1290, "currency": "EUR"}, "brand": null, "tags": ["a", "b"], "variants": variants});
        assert_eq!(change.set, Some(set));
        assert_eq!(
            (change.fields, change.category),
            (Some(json!({"color": "red", "sizes": [1, 2]})), Some(Some("12".to_owned())))
        );
    }

    #[test]
    fn what_is_no_field_or_amount_is_said() {
        for (field, value, words) in [
            ("titel", "x", "there are title, description"),
            ("price", "12.99", "write 12.99 EUR"),
            ("price", "12.999 EUR", "more decimals than EUR has (2)"),
            ("price", "-1 EUR", "is no amount"),
            ("price", "1 EURO", "no currency"),
            ("variants.7.enabled", "maybe", "use true, false"),
        ] {
            let said = of(&[(field, value)]).expect_err("refused").to_string();
            assert!(said.contains(words), "{field}={value}: {said}");
        }
    }
}
