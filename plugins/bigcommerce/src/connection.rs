//! Is this store usable, and what would make it more so?

use entrepot_guest::prelude::*;

use crate::client::{Client, Query};
use crate::context::discover;
use crate::settings::Settings;

pub fn check<T: Transport>(transport: &T, channel: &Channel) -> Result<Account, Error> {
    let hash = Settings::of(channel)?.store_hash()?;
    let client = Client::of(transport, channel)?;
    let (store, about) = discover(&client, channel).map_err(|error| match error {
        Error::NotFound => Error::Unauthorized(format!(
            "BigCommerce knows no store {hash}. The store hash is in the API path shown with the API account."
        )),
        other => other,
    })?;
    let one: Query<'_> = vec![("limit", "1".into()), ("include_fields", "name".into())];
    let products = client.list("/v3/catalog/products", &one)?.elements()?.total;
    let mut warnings = about.warnings;
    match client.list("/v3/inventory/items", &vec![("limit", "1".into())]) {
        Ok(list) => drop(list.elements()?),
        Err(Error::Unauthorized(_) | Error::NotFound) => warnings.push(
            "The API account may not read stock per location, so that of the default location is taken. Give it the scope Store \
             inventory, read-only."
                .to_owned(),
        ),
        Err(error) => return Err(error),
    }
    let word = |text: String| Some(text).filter(|text| !text.is_empty());
    let details = [
        ("products", products.map(|total| total.to_string())),
        ("weight unit", word(store.weight_units)),
        ("length unit", word(store.dimension_units)),
        ("prices include tax", store.prices_include_tax.map(|yes| if yes { "yes" } else { "no" }.to_owned())),
        ("time zone", about.time_zone),
        ("plan", about.plan),
    ];
    Ok(Account {
        name: if about.name.is_empty() { hash } else { about.name },
        url: store.url,
        currency: Some(store.currency),
        details: details.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect(),
        warnings,
    })
}
