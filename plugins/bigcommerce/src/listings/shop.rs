//! The store as goods are sent to it: its currency and units, where stock lies, and on which storefront goods stand.

use std::cell::OnceCell;

use entrepot_guest::issue::invalid;
use entrepot_guest::prelude::*;

use crate::client::Client;
use crate::context::{Store, discover};
use crate::settings::Settings;

/// The location that every store has from the beginning.
const FIRST_LOCATION: u64 = 1;
/// The storefront likewise.
const FIRST_CHANNEL: u64 = 1;

pub(super) struct Shop<'a, T> {
    pub(super) client: Client<'a, T>,
    pub(super) store: Store,
    /// The storefront's number.
    pub(super) storefront: u64,
    said: Option<String>,
    location: OnceCell<u64>,
}

impl<'a, T: Transport> Shop<'a, T> {
    pub(super) fn of(transport: &'a T, channel: &Channel) -> Result<Self, Error> {
        let settings = Settings::of(channel)?;
        let client = Client::of(transport, channel)?;
        let (store, about) = discover(&client, channel)?;
        let storefront = settings.storefront()?.or(about.default_channel).unwrap_or(FIRST_CHANNEL);
        let said = settings.location().map(str::to_owned);
        Ok(Self { client, store, storefront, said, location: OnceCell::new() })
    }

    /// Where stock is sent to. Locations are read where somebody named one, and only then.
    pub(super) fn location(&self) -> Result<u64, Error> {
        if let Some(known) = self.location.get() {
            return Ok(*known);
        }
        let found = match &self.said {
            None => FIRST_LOCATION,
            Some(said) => self.named(said)?,
        };
        Ok(*self.location.get_or_init(|| found))
    }

    fn named(&self, said: &str) -> Result<u64, Error> {
        let (mut found, mut names) = (None, Vec::new());
        let query = vec![("limit", "250".to_owned())];
        let read = self.client.all("/v3/inventory/locations", &query, None, |elements| {
            for fields in elements.iter().map(|element| element.fields()) {
                let (id, label) = (fields.get("id").id(), fields.get("label").owned());
                if fields.get("enabled").flag() == Some(false) {
                    continue;
                }
                let known = [id.map(|id| id.to_string()), fields.get("code").owned(), label.clone()];
                if known.iter().flatten().any(|name| name.eq_ignore_ascii_case(said)) {
                    found = found.or(id);
                }
                names.extend(label);
            }
        });
        read.map_err(|error| match error {
            Error::Unauthorized(why) => Error::Unauthorized(format!(
                "The API account may not read the store's locations, and the channel's setting location names one: give it the scope \
                 Store locations, read-only. ({why})"
            )),
            other => other,
        })?;
        found.ok_or_else(|| {
            let message = format!(
                "The store has no location {said:?} in use: set the channel's setting location to one of {}.",
                names.join(", ")
            );
            invalid("/location", "location-unknown", message)
        })
    }

    /// A store sells in one currency, and would take the number for its own.
    pub(super) fn foreign(&self, path: &str, price: &Money) -> Option<Issue> {
        let own = &self.store.currency;
        let message = || {
            let other = &price.currency;
            format!("The store sells in {own}, and the price is in {other}. Set a price in {own} for this channel.")
        };
        (price.currency != *own).then(|| issue(path, "currency-other", message()))
    }
}

/// Somebody deleted the product in the store.
pub(super) fn gone() -> Issue {
    let message =
        "The product is no longer in the store: somebody deleted it. To make it anew, push the listing by its id.";
    issue("", "listing-gone", message)
}
