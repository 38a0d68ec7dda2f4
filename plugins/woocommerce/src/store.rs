//! What a run needs to know of the shop, asked once: currency, units, categories. Travels as the run's context.

use std::collections::BTreeMap;

use entrepot_guest::prelude::*;
use entrepot_guest::{currency, log, paging};
use serde::{Deserialize, Serialize};

use crate::client::{AT_ONCE, Client, List, Query};
use crate::failure::is_too_many;
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
    /// Id to title and parent (0 at the root).
    pub(crate) categories: BTreeMap<u64, (String, u64)>,
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

/// Of categories: no shop has more.
const MOST_CATEGORY_PAGES: u64 = 1_000;

/// From this attempt on, a list of categories that is not whole is taken as it is: a plugin may hide some for good.
pub(crate) const SURE: u32 = 2;

/// Page sizes to try, where one is refused.
const SMALLER: [u64; 6] = [50, 25, 20, 10, 5, 1];

fn largest() -> u64 {
    LARGEST
}

impl Store {
    /// The shop refused a page size: the next smaller one. `false`: there is none.
    pub(crate) fn ask_for_less(&mut self) -> bool {
        let smaller = SMALLER.into_iter().find(|size| *size < self.most);
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
            client.request("/wc/v3/products/categories", &categories_page(1, LARGEST)),
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
        let units = readable(products)?;
        let unit = |id: &str| units.as_ref().and_then(|list| setting(list, id));
        let (weight_unit, dimension_unit) = (unit("woocommerce_weight_unit"), unit("woocommerce_dimension_unit"));
        if weight_unit.is_none() || dimension_unit.is_none() {
            warnings.push(
                "The key may not read in which units the shop measures, so weights and sizes are left out. A key of a user with the \
                 role Shop manager may read them."
                    .to_owned(),
            );
        }
        let (categories, most) = first_of(&client, categories)?;
        let categories = match categories {
            Some(first) => {
                let (categories, missing) = all_categories(&client, first, most)?;
                if missing > 0 && attempt < SURE {
                    return Err(Error::Unavailable(format!("the shop counts {missing} categories more than it shows")));
                }
                if missing > 0 {
                    warnings.push(format!(
                        "The shop counts {missing} categories more than it shows: products below these come without the names above \
                         theirs."
                    ));
                }
                categories
            }
            None => {
                warnings.push(
                    "The key may not read categories: products come with their own ones, without parents.".to_owned(),
                );
                BTreeMap::new()
            }
        };
        // What the key may not read at this moment is no fact.
        let facts = [("weight unit", &weight_unit), ("length unit", &dimension_unit)];
        let facts = facts.into_iter().filter_map(|(name, value)| Some((name, value.clone()?)));
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
            let (title, parent) = self.categories.get(id)?;
            Some((title.as_str(), Some(*parent)))
        })
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
    let settings = Raw::of(&list.text).read::<Fields<'_>>();
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

/// The first page of categories, and the page size that the shop takes.
fn first_of<T: Transport>(
    client: &Client<'_, T>,
    mut first: Result<List, Error>,
) -> Result<(Option<List>, u64), Error> {
    let mut most = LARGEST;
    for smaller in SMALLER {
        match &first {
            Err(error) if is_too_many(error) => {}
            _ => break,
        }
        most = smaller;
        first = client.list("/wc/v3/products/categories", &categories_page(1, most));
    }
    Ok((readable(first)?, most))
}

fn categories_page(page: u64, size: u64) -> Query<'static> {
    vec![
        ("per_page", size.to_string()),
        ("page", page.to_string()),
        ("orderby", "id".into()),
        ("order", "asc".into()),
        ("_fields", "id,name,parent".into()),
    ]
}

/// By id, and how many the shop counts more.
fn all_categories<T: Transport>(
    client: &Client<'_, T>,
    first: List,
    size: u64,
) -> Result<(BTreeMap<u64, (String, u64)>, u64), Error> {
    let mut categories = BTreeMap::new();
    let mut seen = 0;
    // How many came, how many so far, and whether any was new: a page that says nothing new is the end, also for a shop that answers
    // every page with the first.
    let mut add = |list: &List| {
        let records = Raw::of(&list.text).read::<Fields<'_>>();
        let before = categories.len();
        for record in &records {
            if let (Some(id), Some(name)) = (record.get("id").id(), record.get("name").name()) {
                categories.insert(id, (name, record.get("parent").id().unwrap_or(0)));
            }
        }
        seen += records.len() as u64;
        (records.len() as u64, seen, categories.len() > before)
    };
    let (mut total, mut page) = (first.total, 2);
    let (mut given, mut all, mut new) = add(&first);
    // A short page is no end: the shop may give fewer than it was asked for.
    while new && page < MOST_CATEGORY_PAGES && total.is_none_or(|total| all < total) {
        let pages = total.map_or(page, |total| total.div_ceil(given.max(1))).max(page);
        let last = pages.min(page + AT_ONCE as u64 - 1);
        let requests: Vec<_> = (page..=last)
            .map(|page| client.request("/wc/v3/products/categories", &categories_page(page, size)))
            .collect();
        new = false;
        for answer in client.lists(&requests) {
            let list = answer?;
            let (came, seen, any) = add(&list);
            (given, all, new, total) = (given.max(came), seen, new || any, list.total.or(total));
        }
        page = last + 1;
    }
    let missing = total.unwrap_or(0).saturating_sub(categories.len() as u64);
    Ok((categories, missing))
}
