//! Pure: what eBay would refuse, take and not sell, or cut.

mod asked;
mod variants;

use std::collections::BTreeSet;

use entrepot_guest::check::Notes;
use entrepot_guest::listing::{Checked, Listing};
use entrepot_guest::prelude::*;
use entrepot_guest::taxonomy::Field;
use model::{MediaKind, Product};

use super::body::{MOST_PICTURES, pictures};
use super::terms::{Defaults, MOST_CONDITION_DESCRIPTION, Terms};
use crate::conditions;
use crate::policies::POLICIES;
use crate::settings::Settings;

pub(super) const MOST_TITLE: usize = 80;
/// With its tags.
const MOST_DESCRIPTION: usize = 500_000;
/// Of a brand and of a manufacturer's number.
pub(super) const MOST_NAME: usize = 65;

pub fn check_listing(channel: &Channel, listing: &Listing, fields: &[Field]) -> Checked {
    let mut notes = Notes::new("eBay");
    let product = &listing.product;
    match Settings::of(channel) {
        Err(Error::Invalid(issues)) => notes.issues.extend(issues),
        Err(_) => {}
        Ok(settings) => {
            words(product, &mut notes);
            media(product, &mut notes);
            variants::check(&settings, listing, &mut notes);
            terms(&Terms::of(&Defaults::of(channel), listing), &mut notes);
            asked::check(&settings, &Defaults::of(channel), listing, fields, &mut notes);
        }
    }
    notes.checked(|| shown(product))
}

fn words(product: &Product, notes: &mut Notes) {
    notes.title(product);
    notes.at_most("/title", "title-too-long", "The title", product.title.trim(), MOST_TITLE);
    let html = product.description_html.as_deref().unwrap_or_default();
    if html.trim().is_empty() {
        let message = "There is no description, and eBay asks for one: the title stands in its place.";
        notes.warn("/description_html", "description-missing", message);
    }
    notes.at_most("/description_html", "description-too-long", "The description", html, MOST_DESCRIPTION);
    if let Some(brand) = &product.brand {
        notes.at_most("/brand", "brand-too-long", "The brand", brand.trim(), MOST_NAME);
    }
    for (path, there, what) in [
        (
            "/summary_html",
            product.summary_html.as_deref().is_some_and(|text| !text.trim().is_empty()),
            "short descriptions",
        ),
        ("/tags", !product.tags.is_empty(), "tags"),
    ] {
        if there {
            notes.warn(path, "left-out", format!("eBay has no place for {what}; they are not sent."));
        }
    }
}

fn media(product: &Product, notes: &mut Notes) {
    let images = product.media.iter().filter(|media| media.kind == MediaKind::Image).count();
    if images == 0 {
        notes.refuse("/media", "picture-missing", "eBay publishes nothing without a picture. Add one.");
    }
    if images > MOST_PICTURES {
        let message = format!("There are {images} pictures; eBay takes {MOST_PICTURES}, so the first ones are sent.");
        notes.warn("/media", "pictures-left-out", message);
    }
    if images < product.media.len() {
        notes.warn("/media", "media-left-out", "Videos and models are not sent to eBay; the pictures are.");
    }
    let shown: BTreeSet<&str> = pictures(product).into_iter().collect();
    for (at, media) in product.media.iter().enumerate().filter(|(_, media)| shown.contains(media.url.as_str())) {
        if !media.url.starts_with("https://") {
            let message = format!(
                "eBay fetches pictures from addresses that begin with https://, and this one is {:?}.",
                media.url
            );
            notes.refuse(format!("/media/{at}"), "picture-not-https", message);
        }
    }
}

/// Without these nothing is published.
fn terms(terms: &Terms, notes: &mut Notes) {
    if terms.category.is_none() {
        notes.refuse("/category", "category-missing", "eBay asks for a category. Choose one for this listing.");
    }
    for (policy, _) in POLICIES.iter().zip(&terms.policies).filter(|(_, said)| said.is_none()) {
        let (key, name) = (policy.key, policy.title.to_lowercase());
        let message = format!(
            "eBay asks for a {name}, and nobody said which: set the channel's setting {key} to the number of one, or the field of this listing."
        );
        notes.refuse(format!("/fields/{key}"), &format!("{}-missing", key.replace('_', "-")), message);
    }
    if terms.location.is_none() {
        let message = "eBay asks where goods are sent from, and nobody said: set the channel's setting location to the key of an inventory \
                       location, or the field of this listing.";
        notes.refuse("/fields/location", "location-missing", message);
    }
    if !conditions::is_known(&terms.condition) {
        let message =
            format!("{:?} is no condition that eBay knows. Choose one of those that are offered.", terms.condition);
        notes.refuse("/fields/condition", "condition-unknown", message);
    }
    let words = terms.condition_description.as_deref().unwrap_or_default();
    let path = "/fields/condition_description";
    notes.at_most(path, "condition-too-long", "What is said of the condition", words, MOST_CONDITION_DESCRIPTION);
}

fn shown(product: &Product) -> Product {
    let shown: BTreeSet<&str> = pictures(product).into_iter().collect();
    Product {
        title: product.title.trim().to_owned(),
        summary_html: None,
        tags: Vec::new(),
        seo: None,
        media: product.media.iter().filter(|media| shown.contains(media.url.as_str())).cloned().collect(),
        variants: { product.variants.iter() }
            .map(|variant| model::ProductVariant { compare_at: None, ..variant.clone() })
            .collect(),
        ..product.clone()
    }
}
