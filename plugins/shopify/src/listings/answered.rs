//! What `userErrors` say of one listing: where it is wrong, and whether another try may fare better.

use entrepot_guest::prelude::*;
use serde_json::Value;

/// Why Shopify did not take it.
#[derive(Debug)]
pub(super) enum Refusal {
    Invalid(Vec<Issue>),
    /// The product is there no longer.
    Gone,
    /// A variant that was named is there no longer: what is there has to be looked at.
    OtherVariants,
    /// A picture that was named is there no longer.
    OtherFiles,
    Failed(Error),
}

/// Of variants and pictures that were sent, their places in the listing.
#[derive(Debug, Default)]
pub(super) struct Places {
    pub(super) variants: Vec<usize>,
    pub(super) pictures: Vec<usize>,
}

pub(super) fn refusal(errors: &Value, places: &Places) -> Option<Refusal> {
    let errors = errors.as_array().filter(|errors| !errors.is_empty())?;
    let code = |error: &Value| error.get("code").and_then(Value::as_str).unwrap_or_default().to_owned();
    let has = |codes: &[&str]| errors.iter().any(|error| codes.contains(&code(error).as_str()));
    if has(&["PRODUCT_DOES_NOT_EXIST", "NOT_FOUND"]) {
        return Some(Refusal::Gone);
    }
    if has(&["PRODUCT_VARIANT_DOES_NOT_EXIST"]) {
        return Some(Refusal::OtherVariants);
    }
    let of_files = |error: &Value| path(error).iter().any(|part| matches!(part.as_str(), "files" | "file"));
    if errors.iter().any(|error| of_files(error) && path(error).last().is_some_and(|part| part == "id")) {
        return Some(Refusal::OtherFiles);
    }
    if has(&["GENERIC_ERROR", "JOB_ERROR"]) {
        return Some(Refusal::Failed(Error::Unavailable(format!("Shopify failed at it: {}", message(&errors[0])))));
    }
    let issues = errors.iter().map(|error| issue_of(error, &code(error), places));
    Some(Refusal::Invalid(issues.collect()))
}

/// The path of an error's field.
pub(super) fn path(error: &Value) -> Vec<String> {
    let part = |part: &Value| part.as_str().map(str::to_owned).or_else(|| part.as_u64().map(|part| part.to_string()));
    error.get("field").and_then(Value::as_array).into_iter().flatten().filter_map(part).collect()
}

/// The number that follows this part of an error's path.
pub(super) fn place(error: &Value, list: &str) -> Option<usize> {
    let path = path(error);
    let at = path.iter().position(|part| part == list)?;
    path.get(at + 1)?.parse().ok()
}

pub(super) fn message(error: &Value) -> &str {
    error.get("message").and_then(Value::as_str).unwrap_or("no reason was given")
}

fn issue_of(error: &Value, code: &str, places: &Places) -> Issue {
    let path = path(error);
    let last = path.last().map_or("", String::as_str);
    let field = match last {
        "barcode" => "gtin",
        "compareAtPrice" => "compare_at",
        "optionValues" | "optionName" | "name" => "option_values",
        "inventoryQuantities" | "quantity" | "inventoryPolicy" | "tracked" => "inventory",
        "file" | "originalSource" => "media_ids",
        other => other,
    };
    let place_of = |list: &str| place(error, list);
    let pointer = if let Some(at) = place_of("variants") {
        let at = places.variants.get(at).copied().unwrap_or(at);
        if last.parse::<usize>().is_ok() || last == "variants" {
            format!("/variants/{at}")
        } else {
            format!("/variants/{at}/{field}")
        }
    } else if let Some(at) = place_of("files") {
        let at = places.pictures.get(at).copied().unwrap_or(at);
        format!("/media/{at}")
    } else if let Some(at) = place_of("productOptions") {
        format!("/options/{at}")
    } else {
        match last {
            "title" | "handle" | "tags" | "category" | "seo" | "variants" => format!("/{last}"),
            "descriptionHtml" => "/description_html".to_owned(),
            "productType" => "/product_type".to_owned(),
            "vendor" => "/brand".to_owned(),
            "productOptions" => "/options".to_owned(),
            "files" => "/media".to_owned(),
            _ => String::new(),
        }
    };
    let said = message(error);
    match code {
        "HANDLE_NOT_UNIQUE" => issue(
            "/handle",
            "handle-taken",
            format!("Another product of the shop has this handle. Set another one for the listing. ({said})"),
        ),
        "PRODUCT_SUSPENDED" => issue("", "suspended", format!("Shopify has suspended the product: {said}")),
        "VARIANTS_OVER_LIMIT" => issue("/variants", "variants-too-many", format!("Shopify refuses it: {said}")),
        "" => issue(pointer, "refused", format!("Shopify refuses it: {said}")),
        code => issue(pointer, "refused", format!("Shopify refuses it: {said} ({code})")),
    }
}

pub(super) fn gone() -> Issue {
    let message =
        "The product is no longer in the shop: somebody deleted it. To make it anew, push the listing by its id.";
    issue("", "listing-gone", message)
}
