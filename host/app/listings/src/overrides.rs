//! What a person sets of a listing: merged into what was set before, and checked.

use entrepot_catalog::clean_html;
use entrepot_core::AppError;
use entrepot_domain::Money;
use entrepot_domain::catalog::web_address;
use entrepot_domain::effective::Overrides;
use entrepot_domain::money::exponent;
use entrepot_domain::names::is_unseen;
use entrepot_store::products::StoredProduct;
use serde_json::{Map, Value};

/// Characters of a title; no marketplace shows as many.
const MAX_TITLE: usize = 1_000;
/// Bytes of what is set for one listing.
const MAX_SET: usize = 256 << 10;
/// Characters of a marketplace's id of a category.
const MAX_CATEGORY: usize = 500;
const MAX_IMAGES: usize = 250;
const MAX_TAGS: usize = 500;
/// Characters of a slug, a brand, a tag.
const MAX_SHORT: usize = 255;
/// The largest price in minor units: more cannot be meant.
const MAX_PRICE: i64 = 1_000_000_000_000;

/// RFC 7396.
pub(crate) fn merged(stored: &str, change: Option<&Value>) -> Result<Value, AppError> {
    let mut all: Value = serde_json::from_str(stored).unwrap_or_else(|_| Value::Object(Map::new()));
    match change {
        None => {}
        Some(change @ Value::Object(_)) => merge(&mut all, change),
        Some(other) => return Err(AppError::Listing(format!("{other} is no JSON object of fields and their values"))),
    }
    if all.to_string().len() > MAX_SET {
        return Err(AppError::Listing(format!("what is set for the listing is larger than {MAX_SET} bytes")));
    }
    Ok(all)
}

fn merge(into: &mut Value, change: &Value) {
    let Value::Object(change) = change else { return into.clone_from(change) };
    if !into.is_object() {
        *into = Value::Object(Map::new());
    }
    let Value::Object(into) = into else { return };
    for (key, value) in change {
        match value {
            Value::Null => drop(into.remove(key)),
            value => merge(into.entry(key.clone()).or_insert(Value::Null), value),
        }
    }
}

/// Variants that a change names are there. Those that are taken back need not be.
pub(crate) fn names_variants(change: Option<&Value>, product: Option<&StoredProduct>) -> Result<(), AppError> {
    let Some(product) = product else { return Ok(()) };
    let named = change.and_then(|change| change.get("variants")?.as_object()).into_iter().flatten();
    let known = |id: &str| product.product.variants.iter().any(|variant| variant.source_id == id);
    match named.filter(|(_, set)| !set.is_null()).find(|(id, _)| !known(id)) {
        Some((id, _)) => Err(AppError::Listing(format!(
            "the product has no variant {id:?}; `entrepot listing preview` and the product's page show its variants"
        ))),
        None => Ok(()),
    }
}

/// What is set, as it is stored. `product`: none where it is gone; what was set for variants that it has no more is dropped.
pub(crate) fn checked(set: Value, product: Option<&StoredProduct>) -> Result<String, AppError> {
    let wrong = |why: String| AppError::Listing(why);
    let mut set: Overrides = serde_json::from_value(set).map_err(|error| {
        wrong(format!("what is set for the listing cannot be read: {error}; amounts are written {{\"minor\": 1299, \"currency\": \"EUR\"}}"))
    })?;
    if let Some(product) = product {
        set.variants.retain(|id, _| product.product.variants.iter().any(|variant| variant.source_id == *id));
    }
    if let Some(slug) =
        set.seo_slug.as_deref().filter(|slug| !slug.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_')))
    {
        return Err(wrong(format!("seo_slug is {slug:?}; it has letters, digits and hyphens")));
    }
    if let Some(title) = &set.title {
        let length = title.chars().count();
        if title.trim().is_empty() || length > MAX_TITLE {
            return Err(wrong(format!("the title has {length} characters; it needs one, and may have {MAX_TITLE}")));
        }
    }
    let short = [("seo_slug", &set.seo_slug), ("brand", &set.brand)];
    let short = short.into_iter().filter_map(|(field, text)| Some((field, text.as_deref()?, MAX_SHORT)));
    let long = [("title", &set.title), ("meta_title", &set.meta_title), ("meta_description", &set.meta_description)];
    let long = long.into_iter().filter_map(|(field, text)| Some((field, text.as_deref()?, MAX_TITLE)));
    let tags = set.tags.iter().flatten().map(|tag| ("tags", tag.as_str(), MAX_SHORT));
    for (field, text, most) in short.chain(long).chain(tags) {
        check_text(field, text, most).map_err(wrong)?;
    }
    if let Some(tags) = set.tags.as_ref().filter(|tags| tags.len() > MAX_TAGS) {
        return Err(wrong(format!("{} tags are set; at most {MAX_TAGS} are taken", tags.len())));
    }
    if let Some(html) = &set.description {
        let clean = clean_html(html)
            .ok_or_else(|| wrong("cleaning the description's HTML takes too long; write it simpler".into()))?;
        set.description = Some(clean);
    }
    for (field, amount) in [("price", &set.price), ("compare_at", &set.compare_at)] {
        amount.as_ref().map_or(Ok(()), |amount| check_price(field, amount))?;
    }
    for (id, own) in &set.variants {
        for (field, amount) in [("price", &own.price), ("compare_at", &own.compare_at)] {
            amount.as_ref().map_or(Ok(()), |amount| check_price(&format!("variants.{id}.{field}"), amount))?;
        }
    }
    if let Some(images) = &mut set.images {
        if images.len() > MAX_IMAGES {
            return Err(wrong(format!("{} pictures are set; at most {MAX_IMAGES} are taken", images.len())));
        }
        for image in images {
            *image = web_address(image)
                .ok_or_else(|| wrong(format!("{image:?} is no address of a picture; it begins with https://")))?;
        }
    }
    serde_json::to_string(&set).map_err(|error| wrong(error.to_string()))
}

/// Texts of one line, as people read them.
fn check_text(field: &str, text: &str, most: usize) -> Result<(), String> {
    let length = text.chars().count();
    if length > most {
        return Err(format!("{field} has {length} characters; it may have {most}"));
    }
    if let Some(odd) = text.chars().find(|c| c.is_control() || turns_text(*c)) {
        return Err(format!("{field} has the character {odd:?}, which nobody sees; take it out"));
    }
    if !text.is_empty() && text.chars().all(|c| c.is_whitespace() || is_unseen(c)) {
        return Err(format!("{field} has nothing that can be seen"));
    }
    Ok(())
}

/// Turns what stands around it.
fn turns_text(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

pub(crate) fn check_category(category: Option<&str>) -> Result<(), AppError> {
    category.map_or(Ok(()), |id| check_text("the category's id", id, MAX_CATEGORY)).map_err(AppError::Listing)
}

fn check_price(field: &str, price: &Money) -> Result<(), AppError> {
    if exponent(&price.currency).is_none() {
        return Err(AppError::Listing(format!(
            "{field}: {:?} is no currency of ISO 4217, such as EUR",
            price.currency
        )));
    }
    if price.minor > MAX_PRICE {
        return Err(AppError::Listing(format!("{field}: {price} cannot be meant")));
    }
    if price.minor < 0 {
        return Err(AppError::Listing(format!("{field}: {price} is below zero")));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn null_takes_a_value_back() {
        let stored = r#"{"title":"A","variants":{"1":{"enabled":false}}}"#;
        let change =
            json!({"title": null, "brand": "B", "variants": {"1": {"price": {"minor": 5, "currency": "EUR"}}}});
        let all = merged(stored, Some(&change)).expect("merged");
        assert_eq!(
            all,
            json!({"brand": "B", "variants": {"1": {"enabled": false, "price": {"minor": 5, "currency": "EUR"}}}})
        );
        assert!(merged("{}", Some(&json!([]))).is_err());
    }

    #[test]
    fn what_cannot_be_meant_is_said() {
        for (set, words) in [
            (json!({"titel": "A"}), "titel"),
            (json!({"title": "  "}), "the title has 2 characters"),
            (json!({"price": {"minor": -1, "currency": "EUR"}}), "price: -0.01 EUR is below zero"),
            (json!({"price": {"minor": 1, "currency": "EURO"}}), "\"EURO\" is no currency"),
            (json!({"price": "12.99"}), "amounts are written"),
            (json!({"variants": {"7": {"price": {"minor": 1, "currency": "XX"}}}}), "variants.7.price"),
            (json!({"seo_slug": "Bad Slug!"}), "letters, digits and hyphens"),
            (json!({"images": ["javascript:alert(1)"]}), "no address of a picture"),
        ] {
            let said = checked(set.clone(), None).expect_err("refused").to_string();
            assert!(said.contains(words), "{set}: {said}");
        }
        let stored = checked(json!({"description": "<p onclick=x>A<script>b</script></p>"}), None).expect("checked");
        assert_eq!(stored, r#"{"description":"<p>A</p>"}"#);
    }
}
