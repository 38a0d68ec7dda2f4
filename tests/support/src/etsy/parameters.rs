//! The routes that are simulated, what each accepts and needs, after the OpenAPI document.

use super::answers::refusal;
use crate::server::{Answer, Request};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parameter {
    /// 1 to so many; more is cut to it without a word.
    Limit(u64),
    Offset,
    Enum(&'static [&'static str]),
    /// A list with commas in between.
    Enums(&'static [&'static str]),
    /// At most a hundred ids.
    Ids,
    Flag,
    Text,
}

/// One operation.
#[derive(Clone, Copy, Debug)]
pub struct Route {
    /// Its name in the OpenAPI document.
    pub operation: &'static str,
    /// Below `/v3/application`; `*` is a number.
    pub path: &'static str,
    pub scope: Option<&'static str>,
    pub parameters: &'static [(&'static str, Parameter)],
}

pub(crate) const STATES: &[&str] = &["active", "inactive", "sold_out", "draft", "expired"];
pub(crate) const WHO_MADE: &[&str] = &["i_did", "someone_else", "collective"];
pub(crate) const WHEN_MADE: &[&str] = &[
    "made_to_order",
    "2020_2026",
    "2010_2019",
    "2007_2009",
    "before_2007",
    "2000_2006",
    "1990s",
    "1980s",
    "1970s",
    "1960s",
    "1950s",
    "1940s",
    "1930s",
    "1920s",
    "1910s",
    "1900s",
    "1800s",
    "1700s",
    "before_1700",
];
const SHOP_INCLUDES: &[&str] =
    &["Shipping", "Images", "Shop", "User", "Translations", "Inventory", "Videos", "Personalization", "BuyerPrice"];
/// Inventory and Shipping are gone since July 2026.
const INCLUDES: &[&str] = &["Images", "Shop", "User", "Translations", "Videos", "Personalization", "BuyerPrice"];
const LIMIT: (&str, Parameter) = ("limit", Parameter::Limit(100));
const OFFSET: (&str, Parameter) = ("offset", Parameter::Offset);

pub const ROUTES: &[Route] = &[
    Route { operation: "ping", path: "/openapi-ping", scope: None, parameters: &[] },
    Route { operation: "getMe", path: "/users/me", scope: Some("shops_r"), parameters: &[] },
    Route { operation: "getShop", path: "/shops/*", scope: None, parameters: &[] },
    Route { operation: "getShopSections", path: "/shops/*/sections", scope: None, parameters: &[] },
    Route {
        operation: "getShopReadinessStateDefinitions",
        path: "/shops/*/readiness-state-definitions",
        scope: Some("shops_r"),
        parameters: &[LIMIT, OFFSET],
    },
    Route {
        operation: "getListingsByShop",
        path: "/shops/*/listings",
        scope: Some("listings_r"),
        parameters: &[
            ("state", Parameter::Enum(STATES)),
            LIMIT,
            OFFSET,
            ("sort_on", Parameter::Enum(&["created", "price", "updated", "score"])),
            ("sort_order", Parameter::Enum(&["asc", "ascending", "desc", "descending", "up", "down"])),
            ("includes", Parameter::Enums(SHOP_INCLUDES)),
        ],
    },
    Route {
        operation: "getListingsByListingIds",
        path: "/listings/batch",
        scope: None,
        parameters: &[
            ("listing_ids", Parameter::Ids),
            ("includes", Parameter::Enums(INCLUDES)),
            ("legacy", Parameter::Flag),
            ("currency", Parameter::Text),
            ("buyer_country", Parameter::Text),
        ],
    },
    Route {
        operation: "getListingsInventoryByListingIds",
        path: "/listings/batch/inventory",
        scope: Some("listings_r"),
        parameters: &[("listing_ids", Parameter::Ids)],
    },
    Route {
        operation: "getListing",
        path: "/listings/*",
        scope: None,
        parameters: &[
            ("includes", Parameter::Enums(INCLUDES)),
            ("language", Parameter::Text),
            ("allow_suggested_title", Parameter::Flag),
        ],
    },
    Route {
        operation: "getListingInventory",
        path: "/listings/*/inventory",
        scope: Some("listings_r"),
        parameters: &[("show_deleted", Parameter::Flag), ("includes", Parameter::Enum(&["Listing"]))],
    },
    Route { operation: "getListingImages", path: "/listings/*/images", scope: None, parameters: &[] },
    Route {
        operation: "getListingVariationImages",
        path: "/shops/*/listings/*/variation-images",
        scope: None,
        parameters: &[],
    },
    Route {
        operation: "getShopShippingProfiles",
        path: "/shops/*/shipping-profiles",
        scope: Some("shops_r"),
        parameters: &[],
    },
    Route { operation: "getShopReturnPolicies", path: "/shops/*/policies/return", scope: None, parameters: &[] },
    Route {
        operation: "getPropertiesByTaxonomyId",
        path: "/seller-taxonomy/nodes/*/properties",
        scope: None,
        parameters: &[],
    },
    Route { operation: "getSellerTaxonomyNodes", path: "/seller-taxonomy/nodes", scope: None, parameters: &[] },
];

impl Route {
    /// The route of a path, and the numbers in it.
    pub(crate) fn find(path: &str) -> Option<(&'static Self, Vec<u64>)> {
        let parts: Vec<&str> = path.split('/').collect();
        ROUTES.iter().find_map(|route| {
            let wanted: Vec<&str> = route.path.split('/').collect();
            let numbers = parts.iter().zip(&wanted).filter(|(_, want)| **want == "*");
            let numbers: Option<Vec<u64>> = numbers.map(|(part, _)| part.parse().ok()).collect();
            let same = parts.len() == wanted.len() && parts.iter().zip(&wanted).all(|(a, b)| a == b || *b == "*");
            numbers.filter(|_| same).map(|numbers| (route, numbers))
        })
    }

    /// Everything in the query is known, and good.
    pub(crate) fn check(&self, request: &Request) -> Result<(), Answer> {
        for (name, value) in request.pairs() {
            let known = self.parameters.iter().find(|(own, _)| *own == name);
            let Some((_, parameter)) = known else {
                return Err(refusal(400, &format!("Unknown parameter: [{name}]")));
            };
            parameter.check(&name, &value).map_err(|error| refusal(400, &error))?;
        }
        let needs_ids = self.parameters.iter().any(|(_, parameter)| *parameter == Parameter::Ids);
        if needs_ids && ids(request).is_empty() {
            return Err(refusal(400, "Missing input parameter: [listing_ids]"));
        }
        Ok(())
    }
}

impl Parameter {
    fn check(self, name: &str, value: &str) -> Result<(), String> {
        let within = |words: &[&str], value: &str| {
            let listed = words.join(", ");
            if words.contains(&value) { Ok(()) } else { Err(format!("Invalid value ({value}) for enum({listed})")) }
        };
        let number = || value.parse::<u64>().map_err(|_| format!("Expected int value for '{name}' (got string)"));
        match self {
            Self::Limit(_) if number()? == 0 => Err(format!("'{name}' must be at least 1")),
            Self::Limit(_) | Self::Offset => number().map(drop),
            Self::Enum(words) => within(words, value),
            Self::Enums(words) => value.split(',').try_for_each(|one| within(words, one)),
            Self::Ids => {
                let good = value.split(',').all(|id| id.parse::<u64>().is_ok_and(|id| id > 0));
                if !good {
                    Err(format!("Expected int values for '{name}'"))
                } else if value.split(',').count() > 100 {
                    Err(format!("'{name}' holds more than 100 ids"))
                } else {
                    Ok(())
                }
            }
            Self::Flag if !matches!(value, "true" | "false" | "1" | "0") => Err(format!("'{name}' must be a boolean")),
            Self::Flag | Self::Text => Ok(()),
        }
    }
}

pub(crate) fn ids(request: &Request) -> Vec<u64> {
    let text = request.parameter("listing_ids").unwrap_or_default();
    text.split(',').filter_map(|id| id.parse().ok()).collect()
}

pub(crate) fn includes(request: &Request, what: &str) -> bool {
    request.parameter("includes").is_some_and(|includes| includes.split(',').any(|one| one == what))
}
