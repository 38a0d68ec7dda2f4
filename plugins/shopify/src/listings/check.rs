//! Pure: what the shop would refuse, or take and not sell.

use std::collections::HashSet;

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

struct Notes {
    issues: Vec<Issue>,
    warnings: Vec<Issue>,
}

impl Notes {
    fn refuse(&mut self, path: impl Into<String>, code: &str, message: impl Into<String>) {
        self.issues.push(issue(path, code, message));
    }

    fn warn(&mut self, path: impl Into<String>, code: &str, message: impl Into<String>) {
        self.warnings.push(issue(path, code, message));
    }

    fn at_most(&mut self, path: impl Into<String>, code: &str, what: &str, count: usize, most: usize, unit: &str) {
        if count > most {
            self.refuse(path, code, format!("{what} has {count} {unit}; Shopify takes {most}. Shorten it."));
        }
    }
}

pub fn check_listing(_: &Channel, listing: &Listing, _: &[Field]) -> Checked {
    let mut notes = Notes { issues: Vec::new(), warnings: Vec::new() };
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
    let Notes { issues, warnings } = notes;
    let shown = issues.is_empty().then(|| shown(product));
    Checked { issues, warnings, shown }
}

fn whole(product: &Product, notes: &mut Notes) {
    if product.title.trim().is_empty() {
        notes.refuse("/title", "title-missing", "The listing has no title. Set one.");
    }
    let characters = |text: &str| text.chars().count();
    notes.at_most("/title", "title-too-long", "The title", characters(&product.title), MOST_CHARACTERS, "characters");
    let bytes = product.description_html.as_deref().map_or(0, str::len);
    notes.at_most("/description_html", "description-too-long", "The description", bytes, MOST_DESCRIPTION, "bytes");
    if let Some(handle) = &product.handle {
        notes.at_most("/handle", "handle-too-long", "The handle", characters(handle), MOST_CHARACTERS, "characters");
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
        notes.at_most(format!("/tags/{at}"), "tag-too-long", "The tag", characters(tag), MOST_CHARACTERS, "characters");
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
    let mut names = HashSet::new();
    for (at, option) in product.options.iter().enumerate() {
        let path = format!("/options/{at}");
        if option.name.trim().is_empty() {
            notes.refuse(&*path, "option-unnamed", "An option has no name, so buyers would not know what they choose.");
        } else if !names.insert(option.name.to_lowercase()) {
            let message = format!("Two options are called {:?}. Rename one of them.", option.name);
            notes.refuse(&*path, "option-duplicate", message);
        }
        for text in [&option.name].into_iter().chain(&option.values) {
            let characters = text.chars().count();
            notes.at_most(&*path, "option-too-long", "A name or value", characters, MOST_CHARACTERS, "characters");
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
    if sold.len() > 1 && product.options.is_empty() {
        let message = "There are several variants and no option by which buyers could tell them apart.";
        notes.refuse("/options", "options-missing", message);
    }
    let (mut skus, mut values, mut currencies) = (HashSet::new(), HashSet::new(), HashSet::new());
    for (at, variant) in sold {
        prices(at, variant, notes);
        currencies.extend(variant.price.as_ref().map(|price| price.currency.as_str()));
        if let Some(sku) = variant.sku.as_deref().filter(|sku| !sku.is_empty()) {
            let path = format!("/variants/{at}/sku");
            if !skus.insert(sku) {
                let message = format!("Two variants have the SKU {sku:?}. Change one of them.");
                notes.refuse(&*path, "sku-duplicate", message);
            }
            notes.at_most(&*path, "sku-too-long", "The SKU", sku.chars().count(), MOST_CHARACTERS, "characters");
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
    if currencies.len() > 1 {
        let message = "The variants have prices in several currencies; a shop sells in one.";
        notes.refuse("/variants", "currency-mixed", message);
    }
}

fn prices(at: usize, variant: &ProductVariant, notes: &mut Notes) {
    let path = |field: &str| format!("/variants/{at}/{field}");
    let Some(price) = &variant.price else {
        notes.refuse(path("price"), "price-missing", "The variant has no price, so it cannot be sold. Set one.");
        return;
    };
    if price.minor < 0 {
        notes.refuse(path("price"), "price-negative", "The price is below zero. Set another one.");
    }
    if let Some(before) = &variant.compare_at {
        if before.currency != price.currency {
            let message = format!("It is in {}, and the price is in {}.", before.currency, price.currency);
            notes.refuse(path("compare_at"), "currency-mixed", message);
        } else if before.minor < price.minor {
            let message = "The price before the reduction is below the price. Set a higher one, or none.";
            notes.refuse(path("compare_at"), "compare-at-below-price", message);
        }
    }
    if variant.sale.as_ref().is_some_and(|sale| sale.price.minor < price.minor) {
        let message = "Shopify keeps no period of a reduction: the reduced price is sent when it is in force.";
        notes.warn(path("sale"), "sale-left-out", message);
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
