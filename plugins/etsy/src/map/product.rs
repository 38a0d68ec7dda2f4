//! The product as a whole.

use entrepot_guest::address::absolute;
use entrepot_guest::blank;
use entrepot_guest::issue::invalid;
use entrepot_guest::prelude::*;
use entrepot_guest::text::decode_entities;
use model::{Collection, Product, ProductStatus};

use super::notes::{Notes, short};
use super::options::texts;
use super::variant::Common;
use super::{attributes, media};
use entrepot_guest::lenient::{Fields, Raw};

pub fn map_product(_channel: &Channel, item: &RawItem) -> Result<Product, Error> {
    let body = Fields::parse(&item.body).map_err(|error| {
        invalid("", "item-unreadable", format!("Etsy's answer cannot be read as a listing: {error}"))
    })?;
    let listing = body.get("listing").fields();
    let inventory = body.get("inventory");
    let mut notes = Notes::default();
    let source_id = listing.get("listing_id").word().map_or_else(|| item.source_id.clone(), |id| id.into_owned());
    let title = listing.get("title").name().unwrap_or_default();
    if title.is_empty() {
        notes.fatal("/listing/title", "title-missing", "The listing has no title. Enter one on Etsy.");
    }
    let taxonomy = texts(body.get("taxonomy"));
    let fields = inventory.fields();
    let common = Common { id: &source_id, listing: &listing, profiles: body.get("profiles").fields() };
    let (options, variants) = if !fields.get("products").is_empty() {
        common.variants(&fields, &mut notes)
    } else if listing.get("has_variations").is_true() {
        // The listing's price is the lowest of its offerings: no variant's price.
        let message = "Etsy tells nothing of the listing's variations; their prices and stock are unknown.";
        notes.fatal("/inventory", "inventory-missing", message);
        (Vec::new(), Vec::new())
    } else {
        (Vec::new(), vec![common.alone(&mut notes)])
    };
    if variants.is_empty() && notes.fatal.is_empty() {
        notes.fatal("/inventory/products", "variants-missing", "The listing offers nothing that could be bought.");
    }
    for list in body.get("unread").items().into_iter().filter_map(Raw::word) {
        let message = format!(
            "Etsy did not show the shop's {list}: what they say of the listing was left out; the next import asks again."
        );
        notes.warn(
            format!("/{}", if list == "categories" { "taxonomy" } else { list.as_ref() }),
            &format!("{list}-unread"),
            message,
        );
    }
    let url = address(listing.get("url"), &mut notes);
    let mapped = Product {
        description_html: description(&listing),
        // The leaf of the seller's own choice among Etsy's categories.
        product_type: taxonomy.last().cloned(),
        handle: url.as_deref().and_then(handle),
        url,
        status: status(&listing, &mut notes),
        tags: texts(listing.get("tags")),
        options,
        variants,
        media: media::media(body.get("images"), body.get("videos"), &mut notes),
        collections: collections(&listing, body.get("section")),
        attributes: attributes::of(&listing, &taxonomy),
        // Renewals change `creation_timestamp`.
        created_at: seconds(listing.get("original_creation_timestamp")),
        updated_at: item.updated_at,
        extras: attributes::extras(&listing, &fields),
        ..blank::product(source_id.as_str(), title)
    };
    if notes.fatal.is_empty() {
        Ok(Product { warnings: notes.warnings, ..mapped })
    } else {
        Err(Error::Invalid(notes.fatal))
    }
}

fn address(raw: Raw<'_>, notes: &mut Notes) -> Option<String> {
    let text = raw.word()?;
    match absolute(&text, media::BASE) {
        Ok(url) => Some(if text.starts_with("http") { text.into_owned() } else { url }),
        Err(why) => {
            let message = format!("The address {:?} was left out: {why}.", short(&text));
            notes.warn("/listing/url", "address-invalid", message);
            None
        }
    }
}

fn status(listing: &Fields<'_>, notes: &mut Notes) -> ProductStatus {
    let state = listing.get("state").word().unwrap_or_default();
    match state.as_ref() {
        // For one buyer, who has the address.
        "active" if listing.get("is_private").is_true() => ProductStatus::Archived,
        "active" => ProductStatus::Active,
        "draft" => ProductStatus::Draft,
        "inactive" if attributes::is_hidden(listing) => ProductStatus::Active,
        // Each of these takes a renewal or the seller's hand to be offered again; `extras` tells which it is.
        "inactive" | "sold_out" | "expired" => ProductStatus::Archived,
        other => {
            let message = format!("{:?} is no state that is known; the listing counts as a draft.", short(other));
            notes.warn("/listing/state", "status-unknown", message);
            ProductStatus::Draft
        }
    }
}

/// The seller's HTML where there is some; else the plain text as paragraphs and lines.
fn description(listing: &Fields<'_>) -> Option<String> {
    if let Some(rich) = listing.get("rich_description").text().filter(|rich| !rich.trim().is_empty()) {
        return Some(rich.into_owned());
    }
    let plain = listing.get("description").text()?;
    let plain = decode_entities(plain.trim()).replace("\r\n", "\n");
    if plain.is_empty() {
        return None;
    }
    let mut html = String::with_capacity(plain.len() + 16);
    for paragraph in plain.split("\n\n").map(str::trim).filter(|paragraph| !paragraph.is_empty()) {
        html.push_str("<p>");
        for c in paragraph.chars() {
            match c {
                '&' => html.push_str("&amp;"),
                '<' => html.push_str("&lt;"),
                '>' => html.push_str("&gt;"),
                '\n' => html.push_str("<br>"),
                c => html.push(c),
            }
        }
        html.push_str("</p>");
    }
    Some(html)
}

/// `/listing/1010101010/hand-printed-tee`: the last part.
fn handle(url: &str) -> Option<String> {
    let path = url.split(['?', '#']).next().unwrap_or_default();
    let (_, slug) = path.split_once("/listing/")?.1.split_once('/')?;
    (!slug.is_empty() && !slug.contains('/')).then(|| slug.to_owned())
}

fn collections(listing: &Fields<'_>, section: Raw<'_>) -> Vec<Collection> {
    let (Some(id), Some(title)) = (listing.get("shop_section_id").id(), section.text()) else { return Vec::new() };
    vec![Collection { source_id: id.to_string(), title: title.to_string(), path: vec![title.into_owned()] }]
}

fn seconds(raw: Raw<'_>) -> Option<i64> {
    raw.word()?.parse::<i64>().ok().filter(|seconds| *seconds > 0)?.checked_mul(1000)
}
