//! What a check of a listing finds: what the marketplace would refuse, and what it would cut, map or leave out.

use std::collections::HashSet;

use crate::bindings::model::{Product, ProductVariant};
use crate::bindings::types::Issue;
use crate::issue::issue;
use crate::listing::Checked;

/// What was found so far. `path`: a JSON pointer into the product; `code`: stable, kebab-case.
#[derive(Debug)]
pub struct Notes {
    marketplace: &'static str,
    /// Why it would be refused.
    pub issues: Vec<Issue>,
    /// What is cut, mapped or left out on the way.
    pub warnings: Vec<Issue>,
}

impl Notes {
    /// Nothing yet. `marketplace`: its name, for messages.
    pub fn new(marketplace: &'static str) -> Self {
        Self { marketplace, issues: Vec::new(), warnings: Vec::new() }
    }

    /// It would be refused.
    pub fn refuse(&mut self, path: impl Into<String>, code: &str, message: impl Into<String>) {
        self.issues.push(issue(path, code, message));
    }

    /// It would be taken, and not as it is.
    pub fn warn(&mut self, path: impl Into<String>, code: &str, message: impl Into<String>) {
        self.warnings.push(issue(path, code, message));
    }

    /// Refuses a text of more than `most` characters; `what` is its name at the beginning of a sentence.
    pub fn at_most(&mut self, path: impl Into<String>, code: &str, what: &str, text: &str, most: usize) {
        let count = text.chars().count();
        if count > most {
            let message = format!("{what} has {count} characters; {} takes {most}. Shorten it.", self.marketplace);
            self.refuse(path, code, message);
        }
    }

    /// Refuses a listing without a title.
    pub fn title(&mut self, product: &Product) {
        if product.title.trim().is_empty() {
            self.refuse("/title", "title-missing", "The listing has no title. Set one.");
        }
    }

    /// Refuses options without a name, two of one name whatever its case, and several variants without any option.
    pub fn option_names(&mut self, product: &Product, variants: usize) {
        if variants > 1 && product.options.is_empty() {
            let message = "There are several variants and no option by which buyers could tell them apart.";
            self.refuse("/options", "options-missing", message);
        }
        let mut names = HashSet::new();
        for (at, option) in product.options.iter().enumerate() {
            let path = format!("/options/{at}");
            if option.name.trim().is_empty() {
                let message = "An option has no name, so buyers would not know what they choose.";
                self.refuse(path, "option-unnamed", message);
            } else if !names.insert(option.name.trim().to_lowercase()) {
                let message = format!("Two options are called {:?}. Rename one of them.", option.name);
                self.refuse(path, "option-duplicate", message);
            }
        }
    }

    /// Refuses a variant without a price, with one below zero, or with a price from before a reduction that is none.
    pub fn price(&mut self, at: usize, variant: &ProductVariant) {
        let path = |field: &str| format!("/variants/{at}/{field}");
        let Some(price) = &variant.price else {
            self.refuse(path("price"), "price-missing", "The variant has no price, so it cannot be sold. Set one.");
            return;
        };
        if price.minor < 0 {
            self.refuse(path("price"), "price-negative", "The price is below zero. Set another one.");
        }
        let Some(before) = &variant.compare_at else { return };
        if before.currency != price.currency {
            let message = format!("It is in {}, and the price is in {}.", before.currency, price.currency);
            self.refuse(path("compare_at"), "currency-mixed", message);
        } else if before.minor < price.minor {
            let message = "The price before the reduction is below the price. Set a higher one, or none.";
            self.refuse(path("compare_at"), "compare-at-below-price", message);
        }
    }

    /// Refuses variants that are priced in several currencies.
    pub fn one_currency<'a>(&mut self, variants: impl Iterator<Item = &'a ProductVariant>) {
        let currencies: HashSet<&str> =
            variants.filter_map(|variant| variant.price.as_ref()).map(|price| price.currency.as_str()).collect();
        if currencies.len() > 1 {
            let message = "The variants have prices in several currencies; a shop sells in one.";
            self.refuse("/variants", "currency-mixed", message);
        }
    }

    /// `shown`: the product as buyers would see it, where nothing is refused.
    pub fn checked(self, shown: impl FnOnce() -> Product) -> Checked {
        let Self { issues, warnings, .. } = self;
        let shown = issues.is_empty().then(shown);
        Checked { issues, warnings, shown }
    }
}
