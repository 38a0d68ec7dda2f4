//! Pure: what the store would refuse, or take and not sell.

use std::collections::HashSet;

use entrepot_guest::check::Notes;
use entrepot_guest::listing::{Checked, Listing};
use entrepot_guest::prelude::*;
use entrepot_guest::taxonomy::Field;
use model::{Inventory, MediaKind, Product, ProductVariant};

use super::body::{MOST_ADDRESS, MOST_TITLE, has_options, is_address, keywords, pictures};

/// What BigCommerce takes.
const MOST_VARIANTS: usize = 600;
const MOST_PICTURES: usize = 1_000;
/// Values of one option.
const MOST_VALUES: usize = 250;
/// Characters of a SKU, a brand, the name of an option or of a value, a title for search engines.
const MOST_CHARACTERS: usize = 255;
/// Characters of a text for search engines, and of all keywords together.
const MOST_TEXT: usize = 65_535;
const MOST_GTIN: usize = 14;
/// Minor units: above, a number of JSON would not keep each digit.
const MOST_PRICE: i64 = 1_000_000_000_000;

pub fn check_listing(_: &Channel, listing: &Listing, _: &[Field]) -> Checked {
    let mut notes = Notes::new("BigCommerce");
    let product = &listing.product;
    whole(listing, &mut notes);
    options(product, &mut notes);
    variants(product, &mut notes);
    notes.checked(|| shown(product))
}

fn whole(listing: &Listing, notes: &mut Notes) {
    let product = &listing.product;
    notes.title(product);
    notes.at_most("/title", "title-too-long", "The title", product.title.trim(), MOST_TITLE);
    if let Some(handle) = product.handle.as_deref().filter(|handle| !is_address(handle)) {
        let message = format!(
            "{handle:?} is no address that BigCommerce takes (Latin letters, digits, dots, dashes and underscores, {} at most), so it \
             makes one of the title.",
            MOST_ADDRESS - 40
        );
        notes.warn("/handle", "handle-left-out", message);
    }
    if let Some(brand) = &product.brand {
        notes.at_most("/brand", "brand-too-long", "The brand", brand, MOST_CHARACTERS);
    }
    if let Some(seo) = &product.seo {
        let (title, text) = (seo.title.as_deref().unwrap_or_default(), seo.description.as_deref().unwrap_or_default());
        notes.at_most("/seo/title", "seo-title-too-long", "The title for search engines", title, MOST_CHARACTERS);
        notes.at_most("/seo/description", "seo-text-too-long", "The text for search engines", text, MOST_TEXT);
    }
    notes.at_most("/tags", "tags-too-long", "All tags together", &keywords(listing), MOST_TEXT);
    for (at, tag) in product.tags.iter().enumerate().filter(|(_, tag)| tag.contains(',')) {
        let message = format!("The tag {tag:?} has a comma, by which BigCommerce parts keywords: it becomes several.");
        notes.warn(format!("/tags/{at}"), "tag-parted", message);
    }
    if product.summary_html.as_deref().is_some_and(|summary| !summary.trim().is_empty()) {
        notes.warn(
            "/summary_html",
            "summary-left-out",
            "BigCommerce has no short description; the description is sent.",
        );
    }
    if let Some(category) = listing.category.as_deref().filter(|id| id.parse::<u64>().is_err()) {
        let message = format!("{category:?} is no category of the store's, which are numbers. Choose one of its tree.");
        notes.refuse("/category", "category-unknown", message);
    }
    media(product, notes);
}

fn media(product: &Product, notes: &mut Notes) {
    let count = pictures(product).count();
    if count > MOST_PICTURES {
        let message = format!("There are {count} pictures; BigCommerce takes {MOST_PICTURES}. Remove some.");
        notes.refuse("/media", "pictures-too-many", message);
    }
    if product.media.iter().any(|media| media.kind != MediaKind::Image) {
        notes.warn("/media", "media-left-out", "Videos and models are not sent to BigCommerce; the pictures are.");
    }
    let is_long = |media: &&model::Media| media.kind == MediaKind::Image && media.url.chars().count() > MOST_ADDRESS;
    let long = product.media.iter().filter(is_long).count();
    if long > 0 {
        let message = format!(
            "{long} of the pictures have addresses of more than {MOST_ADDRESS} characters, which BigCommerce does not take; they were left out."
        );
        notes.warn("/media", "picture-left-out", message);
    }
}

fn options(product: &Product, notes: &mut Notes) {
    notes.option_names(product, product.variants.len());
    for (at, option) in product.options.iter().enumerate() {
        let path = format!("/options/{at}");
        notes.at_most(&*path, "option-too-long", "The name of an option", &option.name, MOST_CHARACTERS);
        let values: HashSet<&str> =
            product.variants.iter().filter_map(|variant| variant.option_values.get(at).map(String::as_str)).collect();
        if values.len() > MOST_VALUES {
            let message =
                format!("The option has {} values; BigCommerce takes {MOST_VALUES}. Split the product.", values.len());
            notes.refuse(&*path, "values-too-many", message);
        }
    }
}

fn variants(product: &Product, notes: &mut Notes) {
    if product.variants.is_empty() {
        notes.refuse("/variants", "variants-missing", "There is nothing to buy of this product.");
    }
    if product.variants.len() > MOST_VARIANTS {
        let message = format!(
            "There are {} variants; BigCommerce takes {MOST_VARIANTS}. Split the product.",
            product.variants.len()
        );
        notes.refuse("/variants", "variants-too-many", message);
    }
    stock(product, notes);
    let (mut skus, mut values) = (HashSet::new(), HashSet::new());
    for (at, variant) in product.variants.iter().enumerate() {
        prices(at, variant, notes);
        codes(at, product, variant, &mut skus, notes);
        let path = format!("/variants/{at}/option_values");
        let said = variant.option_values.iter().filter(|value| !value.trim().is_empty()).count();
        if said != product.options.len() || variant.option_values.len() != product.options.len() {
            let message =
                "The variant does not say what it is of each option, and BigCommerce asks for all. Set its values.";
            notes.refuse(&*path, "options-incomplete", message);
        } else if !product.options.is_empty() && !values.insert(&variant.option_values) {
            let message = "Another variant has the same values of all options. Change one of the two.";
            notes.refuse(&*path, "options-duplicate", message);
        }
        for value in &variant.option_values {
            notes.at_most(&*path, "option-too-long", "The value of an option", value, MOST_CHARACTERS);
        }
    }
    notes.one_currency(product.variants.iter());
}

fn stock(product: &Product, notes: &mut Notes) {
    let is_counted = |variant: &ProductVariant| matches!(variant.inventory, Inventory::Tracked(_));
    let endless = product.variants.iter().position(|variant| matches!(variant.inventory, Inventory::Untracked(true)));
    if let Some(at) = endless.filter(|_| product.variants.iter().any(is_counted)) {
        let message = "The stock of this variant is not counted and that of others is: BigCommerce counts all variants of a product or \
             none, and would sell nothing of this one. Count it, too, or none.";
        notes.refuse(format!("/variants/{at}/inventory"), "stock-mixed", message);
    }
    let beyond = |variant: &ProductVariant| match &variant.inventory {
        Inventory::Tracked(levels) => levels.iter().any(|level| level.backorder),
        Inventory::Untracked(_) => false,
    };
    if product.variants.iter().any(beyond) {
        let message = "BigCommerce sells no more than lies there: what may be ordered beyond that is not sent.";
        notes.warn("/variants", "backorder-left-out", message);
    }
}

fn codes(at: usize, product: &Product, variant: &ProductVariant, skus: &mut HashSet<String>, notes: &mut Notes) {
    let path = |field: &str| format!("/variants/{at}/{field}");
    match variant.sku.as_deref().map(str::trim).filter(|sku| !sku.is_empty()) {
        None if has_options(product) => {
            let message = "The variant has no SKU, and BigCommerce asks for one of each variant. Set one.";
            notes.refuse(path("sku"), "sku-missing", message);
        }
        None => {}
        Some(sku) => {
            notes.at_most(path("sku"), "sku-too-long", "The SKU", sku, MOST_CHARACTERS);
            // Whatever their case.
            if !skus.insert(sku.to_lowercase()) {
                let message = format!(
                    "Two variants have the SKU {sku:?}; BigCommerce takes each once, whatever its case. Change one."
                );
                notes.refuse(path("sku"), "sku-duplicate", message);
            }
        }
    }
    notes.at_most(path("gtin"), "gtin-too-long", "The GTIN", variant.gtin.as_deref().unwrap_or_default(), MOST_GTIN);
}

fn prices(at: usize, variant: &ProductVariant, notes: &mut Notes) {
    let path = |field: &str| format!("/variants/{at}/{field}");
    notes.price(at, variant);
    let Some(price) = &variant.price else { return };
    let before = variant.compare_at.as_ref().map_or(0, |before| before.minor);
    if price.minor.max(before) > MOST_PRICE {
        notes.refuse(path("price"), "price-absurd", "The price is larger than BigCommerce can keep. Set another one.");
    }
    if price.minor == 0 && before > 0 {
        let message =
            "A reduction to nothing is no reduction in BigCommerce: buyers would pay the whole price. Set a price.";
        notes.refuse(path("price"), "sale-of-nothing", message);
    }
    if variant.sale.as_ref().is_some_and(|sale| sale.price.minor < price.minor) {
        let message = "BigCommerce keeps no period of a reduction: the reduced price is sent when it is in force.";
        notes.warn(path("sale"), "sale-left-out", message);
    }
}

fn shown(product: &Product) -> Product {
    Product {
        handle: product.handle.clone().filter(|handle| is_address(handle)),
        media: pictures(product).map(|(_, media)| media.clone()).collect(),
        summary_html: None,
        ..product.clone()
    }
}
