//! What has to be known of the shop before goods are put on sale in it.

use std::cell::RefCell;

use entrepot_guest::prelude::*;

use super::index::Index;
use super::terms::Defaults;
use crate::client::{As, Client};
use crate::settings::Settings;

pub(super) struct Shop<'a, T> {
    pub(super) client: Client<'a, T>,
    pub(super) currency: String,
    pub(super) defaults: Defaults,
    /// Read once, when a listing is to be made.
    index: RefCell<Option<Index>>,
}

impl<'a, T: Transport> Shop<'a, T> {
    pub(super) fn of(transport: &'a T, channel: &Channel) -> Result<Self, Error> {
        let client = Client { transport, settings: Settings::of(channel)? };
        let answer = match client.value(&client.request(As::App, &client.of_shop(""), &[])) {
            Err(Error::NotFound) => return Err(crate::shop::unknown(client.settings.shop)),
            answer => answer?,
        };
        let Some(currency) = answer["currency_code"].as_str().map(str::to_owned) else {
            return Err(Error::Unavailable("Etsy does not say in which currency the shop sells".to_owned()));
        };
        Ok(Self { client, currency, defaults: Defaults::of(channel), index: RefCell::default() })
    }

    pub(super) fn with_index<V>(&self, look: impl FnOnce(&mut Index) -> V) -> Result<V, Error> {
        let mut index = self.index.borrow_mut();
        let known = match index.take() {
            Some(known) => known,
            None => Index::read(&self.client)?,
        };
        Ok(look(index.insert(known)))
    }
}
