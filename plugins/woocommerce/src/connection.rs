//! Is this shop usable, and what would make it more so?

use entrepot_guest::prelude::*;
use entrepot_guest::text::decode_entities;
use entrepot_guest::{json, log};
use serde::Deserialize;

use crate::client::Client;
use crate::failure::RESIGNED;
use crate::settings::Settings;
use crate::site::{Credential, Site};
use crate::store::Store;
use entrepot_guest::lenient::{Fields, Raw, Record};

#[derive(Default, Deserialize)]
struct Index {
    #[serde(default)]
    name: String,
    #[serde(default)]
    home: Option<String>,
    #[serde(default)]
    timezone_string: Option<String>,
    #[serde(default)]
    namespaces: Vec<String>,
}

pub fn check<T: Transport>(transport: &T, channel: &Channel) -> Result<Account, Error> {
    let base = Settings::of(channel)?.base()?;
    // The index needs no key, so it tells a site without WooCommerce from a key that is refused. Where it is closed or
    // broken, what is asked next says more.
    let index = index(transport, &base);
    if let Some(index) = &index
        && !index.namespaces.is_empty()
        && !index.namespaces.iter().any(|namespace| namespace == "wc/v3")
    {
        return Err(Error::Unsupported(
            "This WordPress site has no WooCommerce REST API v3: WooCommerce is not active or older than 3.5."
                .to_owned(),
        ));
    }
    let store = Store::discover(transport, channel, RESIGNED)?;
    let client = Client { transport, site: &store.site };
    let mut details = vec![
        ("weight unit".to_owned(), store.weight_unit.clone()),
        ("length unit".to_owned(), store.dimension_unit.clone()),
        ("signs in by".to_owned(), store.site.credential.name().to_owned()),
    ];
    if let Ok(count) = client
        .list("/wc/v3/products", &vec![("per_page", "1".into()), ("status", "any".into()), ("_fields", "id".into())])
        && let Some(total) = count.total
    {
        details.insert(0, ("products".to_owned(), total.to_string()));
    }
    if let Some(version) = version(&client) {
        details.insert(0, ("version".to_owned(), version));
    }
    let index = index.unwrap_or_default();
    details.extend(index.timezone_string.filter(|zone| !zone.is_empty()).map(|zone| ("time zone".to_owned(), zone)));
    let name = decode_entities(index.name.trim()).into_owned();
    Ok(Account {
        name: if name.is_empty() { base.clone() } else { name },
        url: index.home.filter(|home| !home.is_empty()).or(Some(base)),
        currency: Some(store.currency),
        details,
        warnings: store.warnings,
    })
}

fn index<T: Transport>(transport: &T, base: &str) -> Option<Index> {
    let credential = Credential::candidates(base)[0];
    let site = Site { base: base.to_owned(), plain: false, credential };
    let response = transport.send(&site.get("/", &[("_fields", "name,url,home,timezone_string,namespaces")])).ok()?;
    let text = json::text(response.body).ok().filter(|_| response.status == 200)?;
    serde_json::from_str(&text).ok()
}

/// Shop managers may read the system status, others may not: nothing depends on it.
fn version<T: Transport>(client: &Client<'_, T>) -> Option<String> {
    let request = client.site.get("/wc/v3/system_status", &[("_fields", "environment")]);
    let response = client.transport.send(&request).ok().filter(|response| response.status == 200)?;
    let text = json::text(response.body).ok()?;
    let status = Fields::of(Raw::checked(&text))?;
    let environment = status.get("environment");
    let version = Fields::of(environment)?.get("version").word().map(|v| v.into_owned());
    if version.is_none() {
        log::info("the system status names no version", &[]);
    }
    version
}
