//! What somebody typed for a listing, as a change of it.

use std::collections::{BTreeMap, HashMap};

use entrepot_domain::listing::{CategoryField, FieldKind};
use entrepot_domain::money::parse;
use entrepot_listings::{ListingChange, ListingLook};
use serde_json::{Map, Value, json};

use crate::failure::sentence;

/// By the names of the fields; several values of one name stand in lines.
pub(super) type Posted = HashMap<String, String>;

/// What is wrong, by the names of the fields.
pub(super) type Wrong = BTreeMap<String, String>;

/// Fields that are a line of text.
pub(super) const TEXTS: [&str; 6] = ["title", "description", "brand", "seo_slug", "meta_title", "meta_description"];

/// What was posted under each name.
pub(super) fn read(pairs: Vec<(String, String)>) -> Posted {
    let mut posted = Posted::new();
    for (name, value) in pairs {
        posted
            .entry(name)
            .and_modify(|known| {
                known.push('\n');
                known.push_str(&value);
            })
            .or_insert(value);
    }
    // Browsers end lines in their own way.
    posted.values_mut().for_each(|value| *value = value.replace("\r\n", "\n"));
    posted
}

/// What is stored of it already is no change.
fn changed(mut given: Map<String, Value>, stored: &Value) -> Option<Value> {
    given.retain(|name, value| stored[name.as_str()] != *value);
    (!given.is_empty()).then_some(Value::Object(given))
}

fn given<'a>(posted: &'a Posted, name: &str) -> &'a str {
    posted.get(name).map(|value| value.trim()).unwrap_or_default()
}

/// What it changes. A field that stays empty is the shop's.
pub(super) fn change(look: &ListingLook, posted: &Posted) -> Result<ListingChange, Wrong> {
    let (mut set, mut wrong, stored) = (Map::new(), Wrong::new(), &look.report.set);
    for name in TEXTS {
        set.insert(name.to_owned(), or_null(given(posted, name)));
    }
    let tags: Vec<&str> = given(posted, "tags").split(',').map(str::trim).filter(|tag| !tag.is_empty()).collect();
    set.insert("tags".to_owned(), if tags.is_empty() { Value::Null } else { json!(tags) });
    let currency = look.currency.as_deref().or_else(|| {
        look.source.as_ref().and_then(|source| source.variants.iter().find_map(|variant| variant.currency()))
    });
    let mut amount = |name: &str| match given(posted, name) {
        "" => Value::Null,
        text => match parse(text, currency) {
            Ok(money) => json!(money),
            Err(why) => {
                wrong.insert(name.to_owned(), sentence(&why));
                Value::Null
            }
        },
    };
    for name in ["price", "compare_at"] {
        set.insert(name.to_owned(), amount(name));
    }
    let mut variants = Map::new();
    for at in 0.. {
        let Some(id) = posted.get(&format!("variant.{at}")) else { break };
        let enabled = match given(posted, &format!("enabled.{at}")) {
            "yes" => Value::Bool(true),
            "no" => Value::Bool(false),
            _ => Value::Null,
        };
        let own = [
            ("price", amount(&format!("price.{at}"))),
            ("compare_at", amount(&format!("compare_at.{at}"))),
            ("enabled", enabled),
        ];
        let own = own.map(|(name, value)| (name.to_owned(), value)).into_iter().collect();
        if let Some(own) = changed(own, &stored["variants"][id.as_str()]) {
            variants.insert(id.clone(), own);
        }
    }
    match pictures(look, posted) {
        Ok(Some(images)) => drop(set.insert("images".to_owned(), images)),
        Ok(None) => {}
        Err((name, why)) => drop(wrong.insert(name, why)),
    }
    let fields = fields(look.fields.as_deref().unwrap_or_default(), posted, &mut wrong);
    if !wrong.is_empty() {
        return Err(wrong);
    }
    let mut set = changed(set, stored);
    if !variants.is_empty() {
        set.get_or_insert_with(|| json!({}))["variants"] = Value::Object(variants);
    }
    // A form that does not say what it was made from overtakes nobody.
    let version = Some(given(posted, "version").parse().unwrap_or_default());
    Ok(ListingChange { set, fields: changed(fields, &look.report.fields), version, ..ListingChange::default() })
}

fn or_null(text: &str) -> Value {
    if text.is_empty() { Value::Null } else { json!(text) }
}

/// None: they stay as they are. The order is of the numbers; a picture without one is left out.
fn pictures(look: &ListingLook, posted: &Posted) -> Result<Option<Value>, (String, String)> {
    if posted.contains_key("shop_pictures") {
        return Ok(Some(Value::Null));
    }
    let (mut placed, mut shown) = (Vec::new(), Vec::new());
    for at in 0.. {
        let Some(url) = posted.get(&format!("picture.{at}")) else { break };
        let name = format!("place.{at}");
        if posted.contains_key(&format!("shown.{at}")) {
            shown.push(url.as_str());
        }
        let place = match given(posted, &name) {
            "" => continue,
            text => text.parse::<u32>().map_err(|_| (name, format!("{text:?} is no place; write 1, 2 and so on.")))?,
        };
        placed.push((place, url.as_str()));
    }
    // Of the same place, the one that stood before comes first.
    placed.sort_by_key(|(place, _)| *place);
    let mut images: Vec<&str> = placed.into_iter().map(|(_, url)| url).collect();
    images.extend(given(posted, "new_picture").split_whitespace());
    if images == shown {
        return Ok(None);
    }
    let of_shop = look.source.as_ref().is_some_and(|source| {
        source.media.len() == images.len() && source.media.iter().zip(&images).all(|(media, url)| media.url == *url)
    });
    Ok(Some(if of_shop { Value::Null } else { json!(images) }))
}

fn fields(known: &[CategoryField], posted: &Posted, wrong: &mut Wrong) -> Map<String, Value> {
    let mut fields = Map::new();
    for field in known.iter().filter(|field| !field.of_variants) {
        let name = format!("field.{}", field.key);
        // One that was not asked for when the form was made stays.
        if !posted.contains_key(&name) {
            continue;
        }
        let text = given(posted, &name);
        let value = match (text, field.many) {
            ("", _) => Ok(Value::Null),
            (text, true) => {
                let all = text.lines().map(str::trim).filter(|line| !line.is_empty());
                all.map(|line| value(field, line)).collect::<Result<Vec<_>, _>>().map(Value::Array)
            }
            (text, false) => value(field, text),
        };
        match value {
            Ok(value) => drop(fields.insert(field.key.clone(), value)),
            Err(why) => drop(wrong.insert(name, why)),
        }
    }
    fields
}

fn value(field: &CategoryField, text: &str) -> Result<Value, String> {
    if field.closed && !field.values.is_empty() && field.values.iter().all(|(value, _)| value != text) {
        return Err(format!("{text:?} is none of what can be chosen."));
    }
    match field.kind {
        FieldKind::Number => serde_json::from_str::<serde_json::Number>(&text.replace(',', "."))
            .map(Value::Number)
            .map_err(|_| format!("{text:?} is no number; write 12 or 12.5.")),
        FieldKind::Flag => Ok(Value::Bool(text == "yes")),
        FieldKind::Date if text.parse::<jiff::civil::Date>().is_err() => {
            Err(format!("{text:?} is no day; write it as 2026-12-31."))
        }
        FieldKind::Text | FieldKind::Choice | FieldKind::Date => match field.max_chars {
            Some(most) if text.chars().count() > most as usize => {
                Err(format!("It has {} characters, and may have {most}.", text.chars().count()))
            }
            _ => Ok(json!(text)),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(key: &str, kind: FieldKind) -> CategoryField {
        CategoryField {
            key: key.to_owned(),
            name: key.to_owned(),
            kind,
            required: false,
            recommended: false,
            many: false,
            of_variants: false,
            values: Vec::new(),
            closed: false,
            max_chars: None,
        }
    }

    #[test]
    fn what_a_category_asks_for_is_read_by_its_kind() {
        let colours = vec![("red".to_owned(), "Red".to_owned()), ("blue".to_owned(), "Blue".to_owned())];
        let known = [
            field("weight", FieldKind::Number),
            field("vegan", FieldKind::Flag),
            field("since", FieldKind::Date),
            CategoryField { values: colours.clone(), closed: true, many: true, ..field("colours", FieldKind::Choice) },
            CategoryField { max_chars: Some(3), ..field("code", FieldKind::Text) },
            field("later", FieldKind::Text),
        ];
        let posted = |pairs: &[(&str, &str)]| {
            read(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
        };
        let typed = [
            ("field.weight", "1,5"),
            ("field.vegan", "no"),
            ("field.since", "2026-12-01"),
            ("field.colours", "red\r\nblue\r\n"),
            ("field.code", ""),
        ];
        let mut wrong = Wrong::new();
        let read = fields(&known, &posted(&typed), &mut wrong);
        let all =
            json!({ "weight": 1.5, "vegan": false, "since": "2026-12-01", "colours": ["red", "blue"], "code": null });
        assert_eq!((Value::Object(read), wrong), (all, Wrong::new()), "what was not asked for stays");
        let typed = [
            ("field.weight", "heavy"),
            ("field.since", "tomorrow"),
            ("field.colours", "green"),
            ("field.code", "long"),
        ];
        let mut wrong = Wrong::new();
        fields(&known, &posted(&typed), &mut wrong);
        let names: Vec<_> = wrong.keys().map(String::as_str).collect();
        assert_eq!(names, ["field.code", "field.colours", "field.since", "field.weight"]);
        assert!(wrong["field.code"].contains("may have 3"), "{wrong:?}");
    }

    #[test]
    fn what_is_stored_is_no_change() {
        let given = |value: Value| value.as_object().cloned().unwrap_or_default();
        let stored = json!({ "title": "Mug", "tags": ["a"] });
        assert_eq!(changed(given(json!({ "title": "Mug", "tags": ["a"], "brand": null })), &stored), None);
        assert_eq!(changed(given(json!({ "title": null, "tags": ["a"] })), &stored), Some(json!({ "title": null })));
    }
}
