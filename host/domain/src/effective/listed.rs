//! What a channel lists by itself, and into which category goods go there.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::catalog::Product;

/// Values of one kind that a filter names.
const MOST_VALUES: usize = 200;
const MOST_CATEGORIES: usize = 500;
const MOST_CHARS: usize = 200;

/// Which products are listed without a person asking for each.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ListRule {
    /// Ids of the channels that they come from. None: all but this one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub from: Vec<String>,
    /// Those that match. Empty: all.
    #[serde(skip_serializing_if = "ProductFilter::is_empty")]
    pub when: ProductFilter,
    /// But not those that match this. Empty: no exception.
    #[serde(skip_serializing_if = "ProductFilter::is_empty")]
    pub except: ProductFilter,
    /// What is made of those that match and have no listing.
    pub create: Create,
    /// A listing that the rule made is ended when its product no longer matches, and comes back when it matches again.
    pub end: bool,
}

/// What a rule makes of a product.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Create {
    /// A draft, which a person publishes.
    #[default]
    Draft,
    /// A listing that goes on sale.
    Publish,
}

/// Any of the brands, and any of the types, and any of the tags. Capitals count as small letters.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ProductFilter {
    /// Any of these brands; empty: whatever brand.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub brands: Vec<String>,
    /// Any of the seller's own kinds of goods; empty: whatever kind.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub types: Vec<String>,
    /// Any of these tags; empty: whatever tags.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
}

/// The marketplace's category of products that match. The first rule that matches counts.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CategoryRule {
    /// Empty: all that no rule before took.
    #[serde(skip_serializing_if = "ProductFilter::is_empty")]
    pub when: ProductFilter,
    /// The marketplace's id.
    pub category: String,
    /// What it asks for, by key, as in a listing's own fields.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub fields: Map<String, Value>,
}

/// What a filter looks at.
#[derive(Clone, Copy, Debug)]
pub struct Filtered<'a> {
    /// Who made it.
    pub brand: Option<&'a str>,
    /// The seller's own kind of goods.
    pub product_type: Option<&'a str>,
    /// All of its tags.
    pub tags: &'a [String],
}

impl<'a> Filtered<'a> {
    /// What of this product a filter looks at.
    pub fn of(product: &'a Product) -> Self {
        let Product { brand, product_type, tags, .. } = product;
        Self { brand: brand.as_deref(), product_type: product_type.as_deref(), tags }
    }
}

fn same(one: &str, other: &str) -> bool {
    one.trim().to_lowercase() == other.trim().to_lowercase()
}

impl ProductFilter {
    /// It names nothing, and so takes every product.
    pub fn is_empty(&self) -> bool {
        self.brands.is_empty() && self.types.is_empty() && self.tags.is_empty()
    }

    /// Is the product one of those that are meant?
    pub fn matches(&self, product: Filtered<'_>) -> bool {
        let any = |of: &[String], value: Option<&str>| {
            of.is_empty() || value.is_some_and(|value| of.iter().any(|one| same(one, value)))
        };
        let has_tag = product.tags.iter().any(|tag| self.tags.iter().any(|one| same(one, tag)));
        any(&self.brands, product.brand) && any(&self.types, product.product_type) && (self.tags.is_empty() || has_tag)
    }

    fn check(&self, place: &str) -> Result<(), String> {
        for (name, values) in [("brands", &self.brands), ("types", &self.types), ("tags", &self.tags)] {
            if values.len() > MOST_VALUES {
                return Err(format!("{place}.{name} has {} values; {MOST_VALUES} are the most", values.len()));
            }
            if let Some(value) =
                values.iter().find(|value| value.trim().is_empty() || value.chars().count() > MOST_CHARS)
            {
                return Err(format!("{place}.{name}: {value:?} is empty or longer than {MOST_CHARS} characters"));
            }
        }
        Ok(())
    }
}

impl ListRule {
    /// `from`: the id of the product's channel.
    pub fn lists(&self, from: &str, product: Filtered<'_>) -> bool {
        (self.from.is_empty() || self.from.iter().any(|id| id == from))
            && self.when.matches(product)
            && (self.except.is_empty() || !self.except.matches(product))
    }

    pub(super) fn check(&self) -> Result<(), String> {
        self.when.check("list.when")?;
        self.except.check("list.except")
    }
}

impl CategoryRule {
    pub(super) fn check(&self, at: usize) -> Result<(), String> {
        let place = format!("categories[{at}]");
        self.when.check(&format!("{place}.when"))?;
        match self.category.trim().is_empty() || self.category.chars().count() > MOST_CHARS {
            true => Err(format!("{place}.category is {:?}; it is the marketplace's id of a category", self.category)),
            false => Ok(()),
        }
    }

    pub(super) fn check_all(rules: &[Self]) -> Result<(), String> {
        if rules.len() > MOST_CATEGORIES {
            return Err(format!("categories has {} rules; {MOST_CATEGORIES} are the most", rules.len()));
        }
        rules.iter().enumerate().try_for_each(|(at, rule)| rule.check(at))
    }
}
