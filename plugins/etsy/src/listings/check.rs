//! Pure: what Etsy would refuse, take and not sell, cut, or charge for.

mod variants;

use std::collections::BTreeSet;

use entrepot_guest::check::Notes;
use entrepot_guest::listing::{Checked, Intent, Listing};
use entrepot_guest::prelude::*;
use entrepot_guest::taxonomy::Field;
use model::{MediaKind, Product};

use super::content::{self, MOST_ALT, MOST_PICTURES, description, pictures};
use super::signs::Signs;
use super::state::State;
use super::terms::{Defaults, Terms, said_materials};
use super::text::{self, MOST_MATERIALS, MOST_TAG, MOST_TAGS, MOST_TITLE, ONCE, fits_title};

pub fn check_listing(channel: &Channel, listing: &Listing, fields: &[Field]) -> Checked {
    let mut notes = Notes::new("Etsy");
    let (product, signs) = (&listing.product, Signs::of(listing));
    if let Err(issues) = Terms::of(&Defaults::of(channel), listing) {
        notes.issues.extend(issues);
    }
    asked(&signs, &Defaults::of(channel), fields, &mut notes);
    words(product, &signs, &mut notes);
    media(listing, &mut notes);
    variants::check(product, &mut notes);
    fee(listing, &mut notes);
    notes.checked(|| shown(product))
}

/// What the category and the shop offer to choose from.
fn asked(signs: &Signs, defaults: &Defaults, fields: &[Field], notes: &mut Notes) {
    for field in fields {
        let path = format!("/fields/{}", field.key);
        let said = signs.many(&field.key);
        let said = if said.is_empty() { defaults.said(&field.key).into_iter().collect() } else { said };
        let missing = format!("{}-missing", field.key.replace('_', "-"));
        if field.required && said.is_empty() && !notes.issues.iter().any(|issue| issue.code == missing) {
            let message = format!("Etsy asks for {:?} in this category. Choose one of the values.", field.name);
            notes.refuse(path.as_str(), "field-missing", message);
        }
        if said.len() > 1 && !field.many {
            let message = format!("{:?} has one value, and {} were set. Choose one of them.", field.name, said.len());
            notes.refuse(path.as_str(), "field-invalid", message);
        }
        let unknown = said.iter().find(|value| !field.values.iter().any(|(known, _)| known == *value));
        if let Some(value) = unknown.filter(|_| field.closed && field.key != "materials") {
            let message =
                format!("{value:?} is none of the values that Etsy offers for {:?}. Choose one of them.", field.name);
            notes.refuse(path.as_str(), "field-invalid", message);
        }
    }
}

fn words(product: &Product, signs: &Signs, notes: &mut Notes) {
    let title = product.title.trim();
    notes.title(product);
    notes.at_most("/title", "title-too-long", "The title", title, MOST_TITLE);
    let odd: BTreeSet<char> = title.chars().filter(|c| !fits_title(*c)).collect();
    if !odd.is_empty() {
        let odd: Vec<String> = odd.iter().map(|c| format!("{c:?}")).collect();
        let message = format!(
            "The title holds {}; Etsy takes letters, digits, punctuation, mathematical signs and ™ © ®. Set another title.",
            odd.join(", ")
        );
        notes.refuse("/title", "title-characters", message);
    }
    for c in ONCE.into_iter().filter(|c| title.matches(*c).count() > 1) {
        let message =
            format!("The title holds {c:?} more than once; Etsy takes each of %, :, & and + once. Set another title.");
        notes.refuse("/title", "title-characters", message);
    }
    if description(product).is_empty() {
        notes.refuse(
            "/description_html",
            "description-missing",
            "The listing has no description, and Etsy asks for one. Set it.",
        );
    } else if product.description_html.as_deref().is_some_and(|html| html.contains('<')) {
        notes.warn(
            "/description_html",
            "description-plain",
            "Etsy shows plain text: the description loses its formatting.",
        );
    }
    let kept = text::tags(&product.tags);
    let left: Vec<&str> =
        product.tags.iter().map(|tag| tag.trim()).filter(|tag| !kept.iter().any(|own| own == tag)).collect();
    if !left.is_empty() {
        let message = format!(
            "Etsy takes {MOST_TAGS} tags of {MOST_TAG} letters, digits and spaces each; these were left out: {}.",
            left.join(", ")
        );
        notes.warn("/tags", "tags-left-out", message);
    }
    let said = said_materials(signs, product);
    let kept = text::materials(&said);
    let left: Vec<&str> =
        said.iter().map(|one| one.trim()).filter(|one| !one.is_empty() && !kept.iter().any(|own| own == one)).collect();
    if !left.is_empty() {
        let message = format!(
            "Etsy takes {MOST_MATERIALS} materials of letters, digits and spaces; these were left out: {}.",
            left.join(", ")
        );
        notes.warn("/fields/materials", "materials-left-out", message);
    }
}

fn media(listing: &Listing, notes: &mut Notes) {
    let product = &listing.product;
    let images = product.media.iter().filter(|media| media.kind == MediaKind::Image).count();
    if images == 0 && listing.intent == Intent::Active {
        notes.refuse("/media", "picture-missing", "Etsy publishes nothing without a picture. Add one.");
    }
    if images > MOST_PICTURES {
        let message = format!("There are {images} pictures; Etsy takes {MOST_PICTURES}, so the first ones are sent.");
        notes.warn("/media", "pictures-left-out", message);
    }
    if images < product.media.len() {
        notes.warn("/media", "media-left-out", "Videos and models are not sent to Etsy; the pictures are.");
    }
    let mut seen = BTreeSet::new();
    for (at, media) in pictures(product) {
        let path = format!("/media/{at}");
        if !can_be_fetched(&media.url) {
            let message = format!(
                "{:?} cannot be sent: pictures are fetched from addresses that begin with https://.",
                media.url
            );
            notes.refuse(path.as_str(), "picture-unreachable", message);
        }
        if !seen.insert(&media.url) {
            notes.refuse(path.as_str(), "picture-duplicate", "The same picture is there twice. Remove one of them.");
        }
        if media.alt.as_ref().is_some_and(|alt| alt.chars().count() > MOST_ALT) {
            let message = format!("The alternative text is cut to {MOST_ALT} characters.");
            notes.warn(path, "alt-cut", message);
        }
    }
}

/// This machine's own addresses are for simulators.
fn can_be_fetched(url: &str) -> bool {
    let local = ["http://127.0.0.1:", "http://localhost:", "http://[::1]:"];
    url.starts_with("https://") || local.iter().any(|prefix| url.starts_with(prefix))
}

/// Publishing costs money, and nobody is to learn that from the bill.
fn fee(listing: &Listing, notes: &mut Notes) {
    let published =
        listing.external_id.is_some() && State::of(&listing.state).active && !State::of(&listing.state).held;
    if !published {
        let message = "Etsy charges 0.20 USD for publishing a listing for four months, and as much for each renewal.";
        notes.warn("", "listing-fee", message);
    } else if listing.intent == Intent::Active {
        if variants::stock(&listing.product) == 0 {
            let message = "There is no stock, so it is taken off until there is some.";
            notes.warn("/variants", "out-of-stock", message);
        }
        let message = "If it is sold out or expired on Etsy by now, putting it on sale again renews it, for which Etsy charges 0.20 USD.";
        notes.warn("", "renewal-fee", message);
    }
}

fn shown(product: &Product) -> Product {
    let paragraphs = description(product);
    let html = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('\n', "<br>");
    let paragraphs: Vec<String> = paragraphs.split("\n\n").map(|part| format!("<p>{}</p>", html(part))).collect();
    let media = pictures(product).map(|(_, media)| {
        let alt = Some(content::alt(media)).filter(|alt| !alt.is_empty());
        model::Media { alt, ..media.clone() }
    });
    Product {
        title: product.title.trim().to_owned(),
        description_html: Some(paragraphs.concat()),
        summary_html: None,
        tags: text::tags(&product.tags),
        media: media.collect(),
        variants: product
            .variants
            .iter()
            .map(|variant| model::ProductVariant { compare_at: None, ..variant.clone() })
            .collect(),
        ..product.clone()
    }
}
