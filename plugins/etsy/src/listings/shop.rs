//! What has to be known of the shop before goods are put on sale in it.

use std::cell::Cell;

use entrepot_guest::prelude::*;

use super::index::Lists;
use super::terms::Defaults;
use crate::client::{As, Client};
use crate::settings::Settings;

pub(super) struct Shop<'a, T> {
    pub(super) client: Client<'a, T>,
    pub(super) currency: String,
    pub(super) defaults: Defaults,
    pub(super) lists: Lists,
    /// Bytes of pictures that were fetched and not sent: what is kept for a call is limited.
    pub(super) held: Cell<u64>,
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
        Ok(Self { client, currency, defaults: Defaults::of(channel), lists: Lists::default(), held: Cell::default() })
    }
}
