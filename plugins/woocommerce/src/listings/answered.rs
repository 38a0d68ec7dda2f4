//! What the shop answers to a row of a batch, and what is kept of it.

use entrepot_guest::lenient::Fields;
use entrepot_guest::listing::{Listing, PushOutcome};
use entrepot_guest::prelude::*;

use super::body::Images;

/// What is kept with a listing.
#[derive(Debug, Default, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub(super) struct State {
    pub(super) images: Images,
}

impl State {
    pub(super) fn of(listing: &Listing) -> Self {
        serde_json::from_str(&listing.state).unwrap_or_default()
    }
}

/// The error of a row of a batch; none: it was taken.
pub(super) fn refusal(row: &Fields<'_>) -> Option<PushOutcome> {
    let error = row.get("error");
    if error.is_empty() {
        return None;
    }
    let error = error.fields();
    let (code, message) =
        (error.get("code").owned().unwrap_or_default(), error.get("message").name().unwrap_or_default());
    let status = error.get("data").fields().get("status").whole();
    // Gone, or a plugin that failed: another try may fare better.
    if status.is_some_and(|status| status >= 500) {
        return Some(PushOutcome::Failed(Error::Unavailable(format!("the shop failed at it: {message} ({code})"))));
    }
    let owner = error.get("data").fields().get("resource_id").id();
    let (path, code, message) = match code.as_str() {
        "product_invalid_sku" | "woocommerce_rest_product_not_created" if owner.is_some() => {
            let owner = owner.unwrap_or_default();
            (
                "/variants/0/sku",
                "sku-taken",
                format!("The SKU belongs to product {owner} of the shop. Change one of the two."),
            )
        }
        "product_invalid_sku" => ("/variants/0/sku", "sku-refused", format!("The shop refuses the SKU: {message}")),
        "product_invalid_global_unique_id" => {
            ("/variants/0/gtin", "gtin-refused", format!("The shop refuses the GTIN: {message}"))
        }
        "woocommerce_rest_product_invalid_id" => (
            "",
            "listing-gone",
            "The product is no longer in the shop: somebody deleted it. To make it anew, push the listing by its id."
                .to_owned(),
        ),
        "woocommerce_product_image_upload_error" => (
            "/media",
            "picture-refused",
            format!("The shop cannot load a picture: {message}. It must be reachable from the shop."),
        ),
        code => ("", "refused", format!("The shop refuses it: {message} ({code})")),
    };
    Some(PushOutcome::Refused(vec![issue(path, code, message)]))
}
