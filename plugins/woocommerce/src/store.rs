//! What a run needs to know of the shop, asked once: currency, units, categories. Travels as the run's context.

use std::collections::BTreeMap;

use entrepot_guest::prelude::*;
use entrepot_guest::{currency, log, paging};
use serde::{Deserialize, Serialize};

use crate::categories::{self, Categories};
use crate::client::{Client, List};
use crate::failure::{or_unread, readable};
use crate::pages::LARGEST;
use crate::probe;
use crate::settings::Settings;
use crate::site::Site;
use entrepot_guest::lenient::{Fields, Raw};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Store {
    pub(crate) site: Site,
    pub(crate) currency: String,
    /// Empty: the key may not read it.
    pub(crate) weight_unit: String,
    pub(crate) dimension_unit: String,
    pub(crate) categories: Categories,
    /// Whether all variations can be had in one list (10.3 and newer).
    pub(crate) global_variations: bool,
    /// Whether stored texts may be read; the rendered ones change by themselves.
    pub(crate) edit: bool,
    /// How many items a page the shop takes as a wish.
    #[serde(default = "largest")]
    pub(crate) most: u64,
    /// What the seller should know.
    pub(crate) warnings: Vec<String>,
    /// What mapping depends on: the host imports all of the shop again when a delta finds another value.
    #[serde(default)]
    pub(crate) facts: BTreeMap<String, String>,
}

fn largest() -> u64 {
    LARGEST
}

impl Store {
    /// The shop refused a page size: the next smaller one. `false`: there is none.
    pub(crate) fn ask_for_less(&mut self) -> bool {
        let smaller = categories::SMALLER.into_iter().find(|size| *size < self.most);
        self.most = smaller.unwrap_or(self.most);
        smaller.is_some()
    }

    /// What an earlier page found out, or else the shop is asked.
    ///
    /// `attempt`: of the same page. The first ones take no list of categories that is not whole.
    pub(crate) fn of<T: Transport>(
        transport: &T,
        channel: &Channel,
        context: Option<&str>,
        attempt: u32,
    ) -> Result<(Self, bool), Error> {
        if let Some(store) = paging::decode::<Option<Self>>(context)? {
            return Ok((store, false));
        }
        let store = Self::discover(transport, channel, attempt)?;
        for warning in &store.warnings {
            log::warn(warning, &[]);
        }
        Ok((store, true))
    }

    pub(crate) fn discover<T: Transport>(transport: &T, channel: &Channel, attempt: u32) -> Result<Self, Error> {
        let (site, mut warnings) = probe::find(transport, &Settings::of(channel)?.base()?)?;
        let client = Client { transport, site: &site };
        let requests = [
            client.request("/wc/v3/settings/general", &vec![("_fields", "id,value".into())]),
            client.request("/wc/v3/settings/products", &vec![("_fields", "id,value".into())]),
            client.request("/wc/v3/variations", &vec![("per_page", "1".into()), ("_fields", "id".into())]),
            categories::first(&client),
        ];
        let [general, products, variations, categories] = <[_; 4]>::try_from(client.lists(&requests))
            .map_err(|_| Error::Other("the host left a request without an answer".to_owned()))?;

        let currency = match readable(general)?.and_then(|list| setting(&list, "woocommerce_currency")) {
            Some(currency) => currency,
            None => currency_without_settings(&client, channel, &mut warnings)?,
        };
        if currency::exponent(&currency).is_none() {
            return Err(Error::Unsupported(currency::unknown(&currency)));
        }
        // A list without them is no list of settings.
        let told = readable(products).and_then(|list| match list {
            Some(list) if setting(&list, "woocommerce_weight_unit").is_none() => {
                Err(Error::Unavailable("the shop's list of settings does not say in which unit it weighs".to_owned()))
            }
            list => Ok(list),
        });
        let (units, unread_units) = or_unread(told, attempt)?;
        let unit = |id: &str| units.as_ref().and_then(|list| setting(list, id));
        let (weight_unit, dimension_unit) = (unit("woocommerce_weight_unit"), unit("woocommerce_dimension_unit"));
        if unread_units {
            warnings.push("The shop fails when its units are read: weights and sizes are left out.".to_owned());
        } else if weight_unit.is_none() || dimension_unit.is_none() {
            warnings.push(
                "The key may not read in which units the shop measures, so weights and sizes are left out. A key of a user with the \
                 role Shop manager may read them."
                    .to_owned(),
            );
        }
        let (categories, most) = categories::read(&client, categories, attempt, &mut warnings)?;
        // What the key may not read at this moment is no fact.
        let facts = [("weight unit", &weight_unit), ("length unit", &dimension_unit)];
        let facts = facts.into_iter().filter_map(|(name, value)| Some((name, value.clone()?)));
        // By this word the host knows a list that could not be read, and reads all of the shop again when it can be.
        let word = |unread: bool| if unread { "unread" } else { "read" }.to_owned();
        let facts = facts.chain([("units", word(unread_units)), ("categories", word(categories.unread))]);
        let facts =
            facts.chain([("currency", currency.clone())]).map(|(name, value)| (name.to_owned(), value)).collect();
        Ok(Self {
            facts,
            currency,
            weight_unit: weight_unit.unwrap_or_default(),
            dimension_unit: dimension_unit.unwrap_or_default(),
            categories,
            global_variations: variations.is_ok(),
            edit: true,
            most,
            warnings,
            site,
        })
    }

    /// Titles from the root down to and including this one.
    pub(crate) fn path(&self, id: u64) -> Vec<&str> {
        entrepot_guest::shapes::path(id, |id| {
            let (title, parent) = self.categories.known.get(id)?;
            Some((title.as_str(), Some(*parent)))
        })
    }
}

pub(crate) fn setting(list: &List, id: &str) -> Option<String> {
    let settings = Raw::of(&list.text).read::<Fields<'_>>();
    let found = settings.iter().find(|setting| setting.get("id").text().as_deref() == Some(id))?;
    found.get("value").word().map(|value| value.into_owned())
}

pub(crate) fn currency_without_settings<T: Transport>(
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
