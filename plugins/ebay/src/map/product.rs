//! The product as a whole.

use entrepot_guest::blank;
use entrepot_guest::issue::invalid;
use entrepot_guest::lenient::{Fields, Raw};
use entrepot_guest::options::{Axes, Choice};
use entrepot_guest::prelude::*;
use model::{Collection, Product, ProductStatus, ProductVariant};

use super::attributes::{self, aspects};
use super::media::{Pictures, of_item};
use super::notes::Notes;
use super::variant::Part;
use crate::settings::Settings;

pub fn map_product(channel: &Channel, item: &RawItem) -> Result<Product, Error> {
    let settings = Settings::of(channel)?;
    let body = Fields::parse(&item.body)
        .map_err(|error| invalid("", "item-unreadable", format!("eBay's answer cannot be read as goods: {error}")))?;
    let mut notes = Notes::default();
    let group = body.get("group");
    let parts = body.get("parts").records();
    let parts: Vec<Part<'_>> = { parts.iter().enumerate() }
        .map(|(at, part)| Part { at, item: part.get("item").fields(), offer: part.get("offer").fields() })
        .collect();
    let Some(first) = parts.first() else {
        let message = "eBay shows a group of which no item is there. Delete it, or add items to it.";
        return Err(invalid("/parts", "variants-missing", message));
    };
    if parts.iter().any(|part| part.sku().trim().is_empty()) {
        notes.fatal("/parts", "id-missing", "eBay shows an item without a SKU.");
    }
    let (is_group, fields) = (group.is_object(), group.fields());
    let of_group = |name: &str| if is_group { fields.get(name) } else { Raw::MISSING };
    let product = first.product();
    let title = of_group("title").name().or_else(|| product.get("title").name()).unwrap_or_default();
    if title.is_empty() {
        notes.fatal("/group/title", "title-missing", "The goods have no title. Enter one on eBay.");
    }
    let published = parts.iter().find(|part| part.is_published());
    let offer = &published.unwrap_or(first).offer;
    let listing = offer.get("listing").fields();
    let mut pictures = Pictures::default();
    let _: Vec<String> = pictures.add(of_group("imageUrls"), "/group/imageUrls", &mut notes);
    let (options, variants) = variants(&settings, &parts, &fields, is_group, &mut pictures, &mut notes);
    let names: Vec<String> = options.iter().map(|option| option.name.clone()).collect();
    let mut facts = if is_group { aspects(of_group("aspects")) } else { first.aspects() };
    let own = first.aspects();
    facts.extend(own.into_iter().filter(|(name, _)| is_group && !names.contains(name) && is_common(&parts, name)));
    let brand = product.get("brand").name().or_else(|| facts.get(settings.market.brand)?.first().cloned());
    facts.remove(settings.market.brand);
    let mapped = Product {
        description_html: description(offer, &fields, &product),
        summary_html: of_group("subtitle").or(product.get("subtitle")).owned(),
        brand: brand.filter(|brand| !brand.trim().is_empty()),
        url: listing.get("listingId").word().map(|id| settings.url(&id)),
        status: status(published, first),
        options,
        variants,
        media: pictures.finish(),
        collections: collections(offer),
        attributes: attributes::of(&facts, &names),
        updated_at: item.updated_at,
        extras: attributes::extras(body.get("marketplace"), offer, &first.item),
        ..blank::product(item.source_id.as_str(), title)
    };
    if notes.fatal.is_empty() {
        Ok(Product { warnings: notes.warnings, ..mapped })
    } else {
        Err(Error::Invalid(notes.fatal))
    }
}

/// All items say the same of it.
fn is_common(parts: &[Part<'_>], name: &str) -> bool {
    let of = |part: &Part<'_>| part.aspects().remove(name);
    let first = parts.first().and_then(of);
    parts.iter().all(|part| of(part) == first)
}

fn variants(
    settings: &Settings,
    parts: &[Part<'_>],
    group: &Fields<'_>,
    is_group: bool,
    pictures: &mut Pictures,
    notes: &mut Notes,
) -> (Vec<model::OptionAxis>, Vec<ProductVariant>) {
    let specifications = group.get("variesBy").fields().get("specifications").records();
    let names: Vec<String> = specifications.iter().filter_map(|one| one.get("name").name()).collect();
    let mut axes = Axes::default();
    let mut said: Vec<Vec<(String, String)>> = Vec::new();
    for part in parts {
        let aspects = part.aspects();
        let value = |name: &String| aspects.get(name).map(|values| values.join(" / ")).unwrap_or_default();
        said.push(names.iter().map(|name| (name.clone(), value(name))).collect());
    }
    // In the seller's own order, as far as goods have these values.
    for (one, name) in specifications.iter().filter_map(|one| Some((one, one.get("name").name()?))) {
        for value in one.get("values").items().into_iter().filter_map(Raw::name) {
            let pair = (name.clone(), value);
            if said.iter().any(|of| of.contains(&pair)) {
                axes.add([choice(&pair)]);
            }
        }
    }
    said.iter().for_each(|of| axes.add(of.iter().map(choice)));
    let on_sale = is_group && parts.iter().any(Part::is_published);
    let mut made: Vec<ProductVariant> = Vec::new();
    for (part, of) in parts.iter().zip(&said) {
        let sku = part.sku();
        if made.iter().any(|other| other.source_id == sku) {
            notes.warn("/group/variantSKUs", "variant-duplicate", "The group names an item twice; it is one.");
            continue;
        }
        let path = format!("/parts/{}/item/product/imageUrls", part.at);
        let shown = pictures.add(of_item(&part.item), &path, notes);
        let sku = settings.sku_here(&sku).unwrap_or(&sku).to_owned();
        let option_values = axes.values(&of.iter().map(choice).collect::<Vec<_>>());
        let media_ids = if is_group { shown } else { Vec::new() };
        made.push(ProductVariant { option_values, media_ids, ..part.variant(Some(&sku), on_sale, notes) });
    }
    (axes.finish(), made)
}

fn choice((name, value): &(String, String)) -> Choice<'_> {
    Choice { axis: name, name, value }
}

/// What is on sale is active, also while nothing is left of it; what was never published, or was taken off, is a draft.
fn status(published: Option<&Part<'_>>, first: &Part<'_>) -> ProductStatus {
    let listing = published.unwrap_or(first).offer.get("listing").fields();
    match (published, listing.get("listingStatus").word().as_deref()) {
        (Some(_), None | Some("ACTIVE" | "OUT_OF_STOCK")) => ProductStatus::Active,
        (Some(_), Some("NOT_LISTED")) => ProductStatus::Draft,
        // Ended, or ended by eBay.
        (Some(_), Some(_)) => ProductStatus::Archived,
        (None, _) => ProductStatus::Draft,
    }
}

fn description(offer: &Fields<'_>, group: &Fields<'_>, product: &Fields<'_>) -> Option<String> {
    let texts = [group.get("description"), offer.get("listingDescription"), product.get("description")];
    let texts = texts.into_iter().filter_map(Raw::text);
    texts.map(|text| text.into_owned()).find(|text| !text.trim().is_empty())
}

/// The seller's own shelves: paths with slashes in front.
fn collections(offer: &Fields<'_>) -> Vec<Collection> {
    let mut found: Vec<Collection> = Vec::new();
    for name in offer.get("storeCategoryNames").items().into_iter().filter_map(Raw::name) {
        let path: Vec<String> =
            name.split('/').map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect();
        let Some(title) = path.last().cloned() else { continue };
        if !found.iter().any(|known| known.source_id == name) {
            found.push(Collection { source_id: name, title, path });
        }
    }
    found
}
