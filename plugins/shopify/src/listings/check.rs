//! Pure: what the shop would refuse, or take and not sell.

use std::collections::HashSet;

use entrepot_guest::check::Notes;
use entrepot_guest::listing::{Checked, Listing};
use entrepot_guest::prelude::*;
use entrepot_guest::taxonomy::Field;
use model::{MediaKind, Product, ProductVariant};

/// What Shopify takes.
const MOST_OPTIONS: usize = 3;
const MOST_VARIANTS: usize = 2_048;
const MOST_PICTURES: usize = 250;
const MOST_TAGS: usize = 250;
/// Characters of a title, a handle, a tag, a SKU, the name of an option or of a value.
const MOST_CHARACTERS: usize = 255;
/// Bytes of a description.
const MOST_DESCRIPTION: usize = 512 * 1024;

pub fn check_listing(_: &Channel, listing: &Listing, _: &[Field]) -> Checked {
    let mut notes = Notes::new("Shopify");
    let product = &listing.product;
    whole(product, &mut notes);
    if listing.category.as_deref().is_some_and(|category| crate::taxonomy::gid(category).is_none()) {
        let category = listing.category.as_deref().unwrap_or_default();
        let message =
            format!("{category:?} is no category of Shopify's, such as aa-1-13-7. Choose one of its taxonomy.");
        notes.refuse("/category", "category-unknown", message);
    }
    options(product, &mut notes);
    variants(product, &mut notes);
    notes.checked(|| shown(product))
}

fn whole(product: &Product, notes: &mut Notes) {
    notes.title(product);
    notes.at_most("/title", "title-too-long", "The title", &product.title, MOST_CHARACTERS);
    let bytes = product.description_html.as_deref().map_or(0, str::len);
    if bytes > MOST_DESCRIPTION {
        let message = format!("The description has {bytes} bytes; Shopify takes {MOST_DESCRIPTION}. Shorten it.");
        notes.refuse("/description_html", "description-too-long", message);
    }
    if let Some(handle) = &product.handle {
        notes.at_most("/handle", "handle-too-long", "The handle", handle, MOST_CHARACTERS);
        if !is_handle(handle) {
            let message = format!(
                "{handle:?} is no handle: Shopify takes letters, digits and hyphens, so it makes one of the title."
            );
            notes.warn("/handle", "handle-left-out", message);
        }
    }
    if product.tags.len() > MOST_TAGS {
        let message = format!("There are {} tags; Shopify takes {MOST_TAGS}. Remove some.", product.tags.len());
        notes.refuse("/tags", "tags-too-many", message);
    }
    for (at, tag) in product.tags.iter().enumerate() {
        notes.at_most(format!("/tags/{at}"), "tag-too-long", "The tag", tag, MOST_CHARACTERS);
    }
    let pictures = pictures(product).count();
    if pictures > MOST_PICTURES {
        let message = format!("There are {pictures} pictures; Shopify takes {MOST_PICTURES}. Remove some.");
        notes.refuse("/media", "pictures-too-many", message);
    }
    if pictures < product.media.len() {
        notes.warn("/media", "media-left-out", "Videos and models are not sent to Shopify; the pictures are.");
    }
}

fn options(product: &Product, notes: &mut Notes) {
    if product.options.len() > MOST_OPTIONS {
        let message = format!(
            "There are {} options; Shopify takes {MOST_OPTIONS}. Join some, or split the product.",
            product.options.len()
        );
        notes.refuse("/options", "options-too-many", message);
    }
    notes.option_names(product, product.variants.iter().filter(|variant| variant.enabled).count());
    for (at, option) in product.options.iter().enumerate() {
        for text in [&option.name].into_iter().chain(&option.values) {
            notes.at_most(format!("/options/{at}"), "option-too-long", "A name or value", text, MOST_CHARACTERS);
        }
    }
}

fn variants(product: &Product, notes: &mut Notes) {
    let sold: Vec<_> = product.variants.iter().enumerate().filter(|(_, variant)| variant.enabled).collect();
    if sold.is_empty() {
        notes.refuse("/variants", "variants-missing", "There is nothing to buy of this product.");
    }
    if sold.len() < product.variants.len() {
        let message = "Variants that are switched off are not sent: Shopify sells every variant that a product has.";
        notes.warn("/variants", "variants-left-out", message);
    }
    if sold.len() > MOST_VARIANTS {
        let message = format!("There are {} variants; Shopify takes {MOST_VARIANTS}. Split the product.", sold.len());
        notes.refuse("/variants", "variants-too-many", message);
    }
    notes.one_currency(sold.iter().map(|(_, variant)| *variant));
    let (mut skus, mut values) = (HashSet::new(), HashSet::new());
    for (at, variant) in sold {
        prices(at, variant, notes);
        if let Some(sku) = variant.sku.as_deref().filter(|sku| !sku.is_empty()) {
            let path = format!("/variants/{at}/sku");
            if !skus.insert(sku) {
                let message = format!("Two variants have the SKU {sku:?}. Change one of them.");
                notes.refuse(&*path, "sku-duplicate", message);
            }
            notes.at_most(&*path, "sku-too-long", "The SKU", sku, MOST_CHARACTERS);
        }
        let path = format!("/variants/{at}/option_values");
        let said = variant.option_values.iter().filter(|value| !value.trim().is_empty()).count();
        if said != product.options.len() || variant.option_values.len() != product.options.len() {
            let message =
                "The variant does not say what it is of each option, and Shopify asks for all. Set its values.";
            notes.refuse(&*path, "options-incomplete", message);
        } else if !product.options.is_empty()
            && !values.insert(crate::listings::known::of_values(&variant.option_values))
        {
            let message = "Another variant has the same values of all options. Change one of the two.";
            notes.refuse(&*path, "options-duplicate", message);
        }
    }
}

fn prices(at: usize, variant: &ProductVariant, notes: &mut Notes) {
    notes.price(at, variant);
    let Some(price) = &variant.price else { return };
    if variant.sale.as_ref().is_some_and(|sale| sale.price.minor < price.minor) {
        let message = "Shopify keeps no period of a reduction: the reduced price is sent when it is in force.";
        notes.warn(format!("/variants/{at}/sale"), "sale-left-out", message);
    }
}

/// With their places in the product's media.
pub(super) fn pictures(product: &Product) -> impl Iterator<Item = (usize, &model::Media)> {
    product.media.iter().enumerate().filter(|(_, media)| media.kind == MediaKind::Image)
}

/// Shopify takes it as it is.
pub(super) fn is_handle(handle: &str) -> bool {
    !handle.is_empty() && handle.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_'))
}

fn shown(product: &Product) -> Product {
    Product {
        handle: product.handle.clone().filter(|handle| is_handle(handle)),
        media: pictures(product).map(|(_, media)| media.clone()).collect(),
        variants: product.variants.iter().filter(|variant| variant.enabled).cloned().collect(),
        ..product.clone()
    }
}
