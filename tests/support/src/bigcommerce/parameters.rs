//! The query parameters of each list, as the OpenAPI documents name them; others are refused.

use std::collections::BTreeMap;

use super::errors::refusal;
use crate::server::{Answer, Request};

/// A route's parameters: those that are simulated, and those that BigCommerce knows too.
pub(crate) struct Known {
    pub(crate) done: &'static [&'static str],
    pub(crate) undone: &'static [&'static str],
    pub(crate) most: u64,
}

pub(crate) const PRODUCTS: Known = Known {
    done: &[
        "id",
        "id:in",
        "id:not_in",
        "id:min",
        "id:max",
        "id:greater",
        "id:less",
        "include",
        "include_fields",
        "exclude_fields",
        "page",
        "limit",
        "direction",
        "sort",
        "date_modified:max",
        "date_modified:min",
        "is_visible",
        "brand_id",
        "sku",
        "sku:in",
        "name",
        "categories:in",
        "availability",
    ],
    undone: &[
        "channel_id:in",
        "mpn",
        "upc",
        "price",
        "weight",
        "condition",
        "date_modified",
        "date_last_imported",
        "date_last_imported:not",
        "date_last_imported:max",
        "date_last_imported:min",
        "is_featured",
        "is_free_shipping",
        "inventory_level",
        "inventory_level:in",
        "inventory_level:not_in",
        "inventory_level:min",
        "inventory_level:max",
        "inventory_level:greater",
        "inventory_level:less",
        "inventory_low",
        "out_of_stock",
        "total_sold",
        "type",
        "categories",
        "keyword",
        "keyword_context",
    ],
    most: 250,
};

pub(crate) const BRANDS: Known = Known {
    done: &["id", "id:in", "page", "limit", "include_fields", "exclude_fields"],
    undone: &[
        "id:not_in",
        "id:min",
        "id:max",
        "id:greater",
        "id:less",
        "name",
        "name:like",
        "page_title",
        "sort",
        "direction",
    ],
    most: 250,
};

pub(crate) const CATEGORIES: Known = Known {
    done: &["category_id:in", "page", "limit", "include_fields", "exclude_fields"],
    undone: &[
        "category_uuid:in",
        "category_uuid:not_in",
        "category_id:not_in",
        "tree_id:in",
        "tree_id:not_in",
        "parent_id:in",
        "parent_id:not_in",
        "page_title",
        "page_title:like",
        "name",
        "name:like",
        "keyword",
        "is_visible",
    ],
    most: 250,
};

pub(crate) const INVENTORY: Known = Known {
    done: &["variant_id:in", "product_id:in", "location_id:in", "page", "limit"],
    undone: &["sku:in", "location_code:in"],
    most: 1000,
};

pub(crate) const VARIANTS: Known = Known {
    done: &["id", "sku", "product_id:in", "page", "limit", "include_fields", "exclude_fields"],
    undone: &["upc"],
    most: 250,
};

pub(crate) const LOCATIONS: Known = Known {
    done: &["page", "limit"],
    undone: &[
        "location_id:in",
        "location_code:in",
        "is_default",
        "type_id:in",
        "managed_by_external_source",
        "is_active",
        "storefront_visibility",
    ],
    most: 1000,
};

pub(crate) const HOOKS: Known =
    Known { done: &["page", "limit", "is_active", "scope", "destination"], undone: &[], most: 250 };

pub(crate) const NONE: Known = Known { done: &[], undone: &[], most: 0 };

/// A route's parameters as they were sent.
#[derive(Debug, Default)]
pub(crate) struct Values {
    pairs: BTreeMap<String, String>,
    /// Known to BigCommerce and not to this store.
    pub(crate) undone: Vec<String>,
}

impl Values {
    pub(crate) fn of(request: &Request, known: &Known) -> Result<Self, Answer> {
        let mut values = Self::default();
        for (name, value) in request.pairs() {
            if known.undone.contains(&name.as_str()) {
                values.undone.push(name);
            } else if known.done.contains(&name.as_str()) {
                values.pairs.insert(name, value);
            } else {
                return Err(refusal(422, &format!("The filter(s): {name} are not valid filter parameter(s).")));
            }
        }
        for name in ["page", "limit"] {
            let number = values.get(name).map(str::parse::<u64>);
            let bad = match number {
                None => false,
                Some(Ok(number)) => number == 0 || (name == "limit" && number > known.most),
                Some(Err(_)) => true,
            };
            if bad {
                let title =
                    format!("{name} is not a number from 1 to {}", if name == "limit" { known.most } else { u64::MAX });
                return Err(refusal(422, &title));
            }
        }
        Ok(values)
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.pairs.get(name).map(String::as_str)
    }

    pub(crate) fn number(&self, name: &str) -> Result<Option<i64>, Answer> {
        let Some(text) = self.get(name) else { return Ok(None) };
        text.parse().map(Some).map_err(|_| refusal(422, &format!("{name} is not a number")))
    }

    /// A list separated by commas; none: it was not sent.
    pub(crate) fn list(&self, name: &str) -> Option<Vec<&str>> {
        Some(self.get(name)?.split(',').map(str::trim).filter(|part| !part.is_empty()).collect())
    }

    pub(crate) fn ids(&self, name: &str) -> Result<Option<Vec<i64>>, Answer> {
        let Some(parts) = self.list(name) else { return Ok(None) };
        let ids: Result<Vec<i64>, _> = parts.iter().map(|part| part.parse()).collect();
        ids.map(Some).map_err(|_| refusal(422, &format!("{name} is not a list of numbers")))
    }
}
