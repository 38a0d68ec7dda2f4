//! What a run needs to know of the shop, asked once: currency, units, categories. Travels as the run's context.

use std::collections::BTreeMap;

use entrepot_guest::prelude::*;
use entrepot_guest::{currency, log, paging};
use serde::{Deserialize, Serialize};

use crate::client::{AT_ONCE, Client, List, Query};
use crate::probe;
use crate::settings::Settings;
use crate::site::Site;
use entrepot_guest::lenient::{Fields, Raw};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Store {
    pub(crate) site: Site,
    pub(crate) currency: String,
    pub(crate) weight_unit: String,
    pub(crate) dimension_unit: String,
    /// Id to title and parent (0 at the root).
    pub(crate) categories: BTreeMap<u64, (String, u64)>,
    /// Whether all variations can be had in one list (10.3 and newer).
    pub(crate) global_variations: bool,
    /// Whether stored texts may be read; the rendered ones change by themselves.
    pub(crate) edit: bool,
    /// What the seller should know.
    pub(crate) warnings: Vec<String>,
}

impl Store {
    /// What an earlier page found out, or else the shop is asked.
    pub(crate) fn of<T: Transport>(
        transport: &T,
        channel: &Channel,
        context: Option<&str>,
    ) -> Result<(Self, bool), Error> {
        if let Some(store) = paging::decode::<Option<Self>>(context)? {
            return Ok((store, false));
        }
        let store = Self::discover(transport, channel)?;
        for warning in &store.warnings {
            log::warn(warning, &[]);
        }
        Ok((store, true))
    }

    pub(crate) fn discover<T: Transport>(transport: &T, channel: &Channel) -> Result<Self, Error> {
        let (site, mut warnings) = probe::find(transport, &Settings::of(channel)?.base()?)?;
        let client = Client { transport, site: &site };
        let requests = [
            client.request("/wc/v3/settings/general", &vec![("_fields", "id,value".into())]),
            client.request("/wc/v3/settings/products", &vec![("_fields", "id,value".into())]),
            client.request("/wc/v3/variations", &vec![("per_page", "1".into()), ("_fields", "id".into())]),
            client.request("/wc/v3/products/categories", &categories_page(1)),
        ];
        let [general, products, variations, categories] = <[_; 4]>::try_from(client.lists(&requests))
            .map_err(|_| Error::Other("the host left a request without an answer".to_owned()))?;

        let currency = match readable(general)?.and_then(|list| setting(&list, "woocommerce_currency")) {
            Some(currency) => currency,
            None => currency_without_settings(&client, channel, &mut warnings)?,
        };
        if currency::exponent(&currency).is_none() {
            return Err(Error::Unsupported(format!(
                "The shop's currency {currency:?} is not an active ISO 4217 currency."
            )));
        }
        let units = readable(products)?;
        let unit = |id: &str| units.as_ref().and_then(|list| setting(list, id));
        let (weight_unit, dimension_unit) = (unit("woocommerce_weight_unit"), unit("woocommerce_dimension_unit"));
        if weight_unit.is_none() || dimension_unit.is_none() {
            warnings.push(
                "The key may not read the shop's settings, so weights are taken as kg and lengths as cm. A key of a user with the \
                 role Shop manager may."
                    .to_owned(),
            );
        }
        let categories = match readable(categories)? {
            Some(first) => all_categories(&client, first)?,
            None => {
                warnings.push(
                    "The key may not read categories: products come with their own ones, without parents.".to_owned(),
                );
                BTreeMap::new()
            }
        };
        Ok(Self {
            currency,
            weight_unit: weight_unit.unwrap_or_else(|| "kg".to_owned()),
            dimension_unit: dimension_unit.unwrap_or_else(|| "cm".to_owned()),
            categories,
            global_variations: variations.is_ok(),
            edit: true,
            warnings,
            site,
        })
    }

    /// Titles from the root down to and including this one.
    pub(crate) fn path(&self, id: u64) -> Vec<&str> {
        let mut path = Vec::new();
        let mut next = id;
        // A circle of parents would be a broken shop, and still no reason to hang.
        while let Some((title, parent)) = self.categories.get(&next).filter(|_| path.len() < 32) {
            path.push(title.as_str());
            next = *parent;
        }
        path.reverse();
        path
    }
}

/// Nothing where the key may not look; other failures stop the discovery.
fn readable(answer: Result<List, Error>) -> Result<Option<List>, Error> {
    match answer {
        Ok(list) => Ok(Some(list)),
        Err(Error::Unauthorized(_) | Error::NotFound | Error::Unsupported(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

fn setting(list: &List, id: &str) -> Option<String> {
    let settings = Raw(Some(&list.text)).read::<Fields<'_>>();
    let found = settings.iter().find(|setting| setting.get("id").text().as_deref() == Some(id))?;
    found.get("value").word().map(|value| value.into_owned())
}

fn currency_without_settings<T: Transport>(
    client: &Client<'_, T>,
    channel: &Channel,
    warnings: &mut Vec<String>,
) -> Result<String, Error> {
    #[derive(Deserialize)]
    struct Current {
        code: String,
    }
    match client.get::<Current>("/wc/v3/data/currencies/current", &[]) {
        Ok(current) => return Ok(current.code),
        Err(Error::RateLimited(wait)) => return Err(Error::RateLimited(wait)),
        Err(_) => {}
    }
    let Some(currency) = channel.currency.clone() else {
        return Err(Error::Unsupported(
            "The key may not read which currency the shop uses. Make a key of a user with the role Shop manager, or set the \
             channel's currency."
                .to_owned(),
        ));
    };
    warnings.push(format!(
        "The key may not read the shop's currency: prices are taken as {currency}, as set for the channel."
    ));
    Ok(currency)
}

fn categories_page(page: u64) -> Query<'static> {
    vec![
        ("per_page", "100".into()),
        ("page", page.to_string()),
        ("orderby", "id".into()),
        ("order", "asc".into()),
        ("_fields", "id,name,parent".into()),
    ]
}

fn all_categories<T: Transport>(client: &Client<'_, T>, first: List) -> Result<BTreeMap<u64, (String, u64)>, Error> {
    let mut categories = BTreeMap::new();
    let mut add = |list: &List| {
        let records = Raw(Some(&list.text)).read::<Fields<'_>>();
        let before = categories.len();
        for record in &records {
            if let (Some(id), Some(name)) = (record.get("id").id(), record.get("name").name()) {
                categories.insert(id, (name, record.get("parent").id().unwrap_or(0)));
            }
        }
        // A page that says nothing new is the end, also for a shop that answers every page with the first.
        records.len() == 100 && categories.len() > before
    };
    let pages = first.total.map_or(1, |total| total.div_ceil(100)).min(1000);
    let mut more = add(&first);
    let mut page = 2;
    while more || page <= pages {
        let last = pages.max(page).min(page + AT_ONCE as u64 - 1);
        let requests: Vec<_> =
            (page..=last).map(|page| client.request("/wc/v3/products/categories", &categories_page(page))).collect();
        for answer in client.lists(&requests) {
            more = add(&answer?);
        }
        page = last + 1;
    }
    Ok(categories)
}
