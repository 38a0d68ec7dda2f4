//! What there is to choose from: the shop's profiles and policies, and what a category asks for.

use entrepot_guest::prelude::*;
use entrepot_guest::taxonomy::{Field, Kind};
use serde_json::Value;

use super::{Chosen, Defaults, PROPERTY, WHO_MADE};
use crate::client::{As, Client};
use crate::settings::Settings;

/// Etsy renames the newest one each year, so these are suggestions.
const WHEN_MADE: [&str; 7] = ["made_to_order", "2020_2026", "2010_2019", "2000_2006", "1990s", "1980s", "before_1700"];
/// Etsy gives no more at once.
const MOST: &str = "100";

type Choices = Vec<(String, String)>;

/// What listings of this category say beside the goods. What the channel says for all is not asked for.
pub fn fields<T: Transport>(transport: &T, channel: &Channel, category: Option<&str>) -> Result<Vec<Field>, Error> {
    let client = Client { transport, settings: Settings::of(channel)? };
    let defaults = Defaults::of(channel);
    let pairs =
        |all: &[(&str, &str)]| all.iter().map(|(value, name)| ((*value).to_owned(), (*name).to_owned())).collect();
    let times = WHEN_MADE.map(|time| (time, time));
    let mut found = vec![
        field("who_made", "Who made it?", defaults.who_made.is_none(), pairs(&WHO_MADE)),
        Field { closed: false, ..field("when_made", "When was it made?", defaults.when_made.is_none(), pairs(&times)) },
        field(
            "is_supply",
            "What is it?",
            false,
            pairs(&[("no", "A finished product"), ("yes", "A supply or tool to make things")]),
        ),
    ];
    for (name, title, required) in [
        ("shipping_profile", "Shipping profile", defaults.shipping_profile.is_none()),
        ("processing_profile", "Processing profile", defaults.processing_profile.is_none()),
        ("return_policy", "Return policy", defaults.return_policy.is_none()),
        ("section", "Shop section", false),
    ] {
        let all = of_shop(&client, name)?;
        // Shops of the European Union need no return policy; one that has some needs one of them.
        if !all.is_empty() || name.ends_with("_profile") {
            found.push(field(name, title, required && name != "section", all));
        }
    }
    found.push(Field {
        kind: Kind::Text,
        many: true,
        closed: false,
        ..field("materials", "Materials", false, Vec::new())
    });
    if let Some(category) = category.and_then(|category| category.parse::<u64>().ok()) {
        found.extend(of_category(&client, category)?);
    }
    Ok(found)
}

/// The same lists, for settings of the channel.
pub fn choices<T: Transport>(transport: &T, channel: &Channel, name: &str) -> Result<Choices, Error> {
    let client = Client { transport, settings: Settings::of(channel)? };
    of_shop(&client, name)
}

fn field(key: &str, name: &str, required: bool, values: Choices) -> Field {
    Field {
        key: key.to_owned(),
        name: name.to_owned(),
        kind: Kind::Choice,
        required,
        recommended: false,
        many: false,
        of_variants: false,
        values,
        closed: true,
        max_chars: None,
    }
}

fn of_shop<T: Transport>(client: &Client<'_, T>, name: &str) -> Result<Choices, Error> {
    let rows =
        |route: &str, query: &[(&str, &str)]| client.rows(&client.request(As::Shop, &client.of_shop(route), query));
    let all = match name {
        "shipping_profile" => rows("/shipping-profiles", &[])?,
        // Without an offset: paged, this list loses records.
        "processing_profile" => rows("/readiness-state-definitions", &[("limit", MOST)])?,
        "return_policy" => rows("/policies/return", &[])?,
        "section" => rows("/sections", &[])?,
        _ => return Ok(Vec::new()),
    };
    let named = |row: &Value| -> Option<(String, String)> {
        if row["is_deleted"] == true {
            return None;
        }
        let (id, words) = match name {
            "shipping_profile" => ("shipping_profile_id", row["title"].as_str().unwrap_or_default().to_owned()),
            "processing_profile" => {
                let state = row["readiness_state"].as_str().unwrap_or_default().replace('_', " ");
                (
                    "readiness_state_id",
                    format!("{state}, {}", row["processing_days_display_label"].as_str().unwrap_or_default()),
                )
            }
            "return_policy" => {
                let days =
                    row["return_deadline"].as_u64().map_or_else(String::new, |days| format!(" within {days} days"));
                let words = match (row["accepts_returns"] == true, row["accepts_exchanges"] == true) {
                    (true, true) => format!("returns and exchanges{days}"),
                    (true, false) => format!("returns{days}"),
                    (false, true) => format!("exchanges{days}"),
                    (false, false) => "no returns, no exchanges".to_owned(),
                };
                ("return_policy_id", words)
            }
            _ => ("shop_section_id", row["title"].as_str().unwrap_or_default().to_owned()),
        };
        Some((row[id].as_u64()?.to_string(), words))
    };
    Ok(all.iter().filter_map(named).collect())
}

/// Attributes that a listing has as a whole; what products vary by is an option of the goods.
fn of_category<T: Transport>(client: &Client<'_, T>, category: u64) -> Result<Vec<Field>, Error> {
    let route = format!("/seller-taxonomy/nodes/{category}/properties");
    let rows = match client.rows(&client.request(As::App, &route, &[])) {
        // Etsy says so of the listing, where somebody reads it.
        Err(Error::NotFound) => return Ok(Vec::new()),
        rows => rows?,
    };
    let attribute = |row: &Value| {
        let values = row["possible_values"].as_array()?.iter().filter_map(|value| {
            let name = value["name"].as_str()?.to_owned();
            let chosen =
                Chosen { id: value["value_id"].as_u64()?, scale: value["scale_id"].as_u64(), name: name.clone() };
            Some((chosen.text(), name))
        });
        let values: Choices = values.collect();
        // Without values there is nothing that Etsy would take.
        if row["supports_attributes"] != true || values.is_empty() {
            return None;
        }
        let name = row["display_name"].as_str().or(row["name"].as_str())?;
        let many = row["is_multivalued"] == true;
        let key = format!("{PROPERTY}{}", row["property_id"].as_u64()?);
        Some(Field { many, recommended: true, ..field(&key, name, row["is_required"] == true, values) })
    };
    Ok(rows.iter().filter_map(attribute).collect())
}
