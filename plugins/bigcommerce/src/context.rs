//! What a run needs to know of the store, asked once; and the names it has learnt. Travels as the run's context.

use std::collections::BTreeMap;

use entrepot_guest::prelude::*;
use entrepot_guest::{currency, json, log, paging};
use serde::{Deserialize, Serialize};

use crate::client::Client;
use crate::failure::accepted;
use entrepot_guest::lenient::{Fields, Raw, Record};

/// No store nests deeper; what would is a circle.
pub(crate) const DEEPEST: usize = 32;

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Context {
    pub(crate) store: Store,
    /// Id to name and parent (0 at the root); none: there is no such category.
    pub(crate) categories: BTreeMap<u64, Option<(String, u64)>>,
    pub(crate) brands: BTreeMap<u64, Option<String>>,
    /// Whether the API account may not read stock per location.
    pub(crate) inventory_forbidden: bool,
    /// Stock per location was shown in this run.
    #[serde(default)]
    pub(crate) inventory_shown: bool,
    /// And then it might be read no more.
    #[serde(default)]
    pub(crate) inventory_withdrawn: bool,
    /// The store has shown no stock by location for a page of products that are counted, again and again: it has none.
    #[serde(default)]
    pub(crate) inventory_empty: bool,
    /// The store, where the host looks for what mapping depends on: it imports all of it again when a delta finds another value.
    #[serde(default)]
    pub(crate) facts: Option<Facts>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Facts {
    #[serde(flatten)]
    store: Store,
    /// Whether the names of brands and categories could be read: `unread` is what the host calls it where they could not. Nothing where
    /// none was needed.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    names: String,
    /// The same of stock per location.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    stock: String,
}

/// What all items of a store have in common; part of each raw item.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Store {
    pub(crate) currency: String,
    pub(crate) weight_units: String,
    pub(crate) dimension_units: String,
    pub(crate) url: Option<String>,
    pub(crate) prices_include_tax: Option<bool>,
}

/// What else a store says of itself.
#[derive(Clone, Debug, Default)]
pub(crate) struct About {
    pub(crate) name: String,
    pub(crate) time_zone: Option<String>,
    pub(crate) plan: Option<String>,
    pub(crate) warnings: Vec<String>,
    /// The storefront that goods stand on where nobody says otherwise.
    pub(crate) default_channel: Option<u64>,
    /// It may be read, and does not say in which units it measures.
    pub(crate) without_units: bool,
}

impl Context {
    /// What an earlier page found out, or else the store is asked. Tells whether it is new. `set_aside`: what it does not say is done without.
    pub(crate) fn of<T: Transport>(
        client: &Client<'_, T>,
        channel: &Channel,
        context: Option<&str>,
        set_aside: bool,
    ) -> Result<(Self, bool), Error> {
        if let Some(context) = paging::decode::<Option<Self>>(context)? {
            return Ok((context, false));
        }
        let (store, about) = discover(client, channel)?;
        if !set_aside && about.without_units {
            return Err(Error::Unavailable("BigCommerce does not say in which units the store measures".to_owned()));
        }
        for warning in &about.warnings {
            log::warn(warning, &[]);
        }
        let facts = Facts { store: store.clone(), ..Facts::default() };
        Ok((Self { facts: Some(facts), store, ..Self::default() }, true))
    }

    /// Names were asked for; `unread`: some could not be read, and products come without them.
    pub(crate) fn names_were_asked_for(&mut self, unread: bool) {
        let lacks = unread || self.lacks_names();
        if let Some(facts) = &mut self.facts {
            facts.names = if lacks { "unread" } else { "read" }.to_owned();
        }
    }

    /// Stock per location was asked for; `forbidden`: it may not be read, and that of the default location is taken.
    pub(crate) fn stock_was_asked_for(&mut self, forbidden: bool) {
        (self.inventory_forbidden, self.inventory_shown) = (forbidden, !forbidden);
        if let Some(facts) = &mut self.facts {
            facts.stock = if forbidden { "unread" } else { "read" }.to_owned();
        }
    }

    /// An earlier page had to do without some names.
    pub(crate) fn lacks_names(&self) -> bool {
        self.facts.as_ref().is_some_and(|facts| facts.names == "unread")
    }

    /// The first category from this one upwards of which nobody knows whether there is one.
    pub(crate) fn unknown_above(&self, mut id: u64) -> Option<u64> {
        for _ in 0..DEEPEST {
            match self.categories.get(&id) {
                None => return Some(id),
                Some(Some((_, parent))) if *parent > 0 => id = *parent,
                Some(_) => return None,
            }
        }
        None
    }

    /// Titles from the root down to and including this one; empty where the category is unknown.
    pub(crate) fn path(&self, id: u64) -> Vec<&str> {
        entrepot_guest::shapes::path(id, |id| {
            let (title, parent) = self.categories.get(id)?.as_ref()?;
            Some((title.as_str(), Some(*parent)))
        })
    }
}

pub(crate) fn discover<T: Transport>(client: &Client<'_, T>, channel: &Channel) -> Result<(Store, About), Error> {
    client.get("/v2/store", |response| told(response, channel))
}

fn told(response: Response, channel: &Channel) -> Result<(Store, About), Error> {
    if let (403, Some(currency)) = (response.status, &channel.currency) {
        let warning = format!(
            "The API account may not read the store's information: prices are taken as {currency}, as set for the channel, and \
             weights and sizes are left out. Give it the scope Information & settings, read-only."
        );
        let store = Store { currency: currency.clone(), ..Store::default() };
        return checked(store, About { warnings: vec![warning], ..About::default() });
    }
    let text = json::text(accepted(response)?.body)?;
    let fields = Fields::of(Raw::checked(&text))
        .ok_or_else(|| Error::Unavailable("BigCommerce answered with something else than a store".to_owned()))?;
    let get = |name: &str| fields.get(name).owned();
    let url = get("secure_url").or_else(|| Some(format!("https://{}", get("domain")?)));
    let store = Store {
        currency: get("currency").or_else(|| channel.currency.clone()).unwrap_or_default(),
        weight_units: get("weight_units").unwrap_or_default(),
        dimension_units: get("dimension_units").unwrap_or_default(),
        url: url.map(|url| url.trim_end_matches('/').to_owned()).filter(|url| url.starts_with("http")),
        prices_include_tax: fields.get("is_price_entered_with_tax").flag(),
    };
    let about = About {
        name: get("name").unwrap_or_default(),
        time_zone: fields.get("timezone").fields().get("name").owned(),
        plan: get("plan_name"),
        warnings: warnings(&fields),
        default_channel: fields.get("default_channel_id").id(),
        without_units: store.weight_units.is_empty() || store.dimension_units.is_empty(),
    };
    checked(store, about)
}

fn warnings(fields: &Fields<'_>) -> Vec<String> {
    let status: Raw<'_> = fields.get("status");
    let off = status.word().filter(|status| !matches!(status.as_ref(), "live" | "pre_launch"));
    off.map(|status| format!("The store is {status}: buyers may not see it.")).into_iter().collect()
}

fn checked(store: Store, about: About) -> Result<(Store, About), Error> {
    if currency::exponent(&store.currency).is_none() {
        return Err(Error::Unsupported(currency::unknown(&store.currency)));
    }
    Ok((store, about))
}
